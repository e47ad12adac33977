"""Definitions at work: each queue's own policies in live figures, history, visits, queues, metrics
and corrections.
"""

from dataclasses import replace

import pytest

from floorpulse.contracts.feedback import Evaluation, Survey
from floorpulse.figures.by_policy import definition_of, summed
from floorpulse.kpis.catalogue import CATALOGUE, VARIANTS
from floorpulse.kpis.figures import Value, share
from floorpulse.kpis.policies import DEFAULT_POLICY, Policy
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, abandoned, answered, waiting
from tests.fakes.world import LEADER, NOW, SPAN, Client, World

TENANT = """
tenant: demo
about:
  - names: {en: Demo, zh: 演示}
    zone: Asia/Shanghai
sites:
  - {id: east, names: {en: East, zh: 东区}}
teams:
  - {id: sellers, names: {en: Sellers, zh: 销售组}, site: east}
  - {id: helpers, names: {en: Helpers, zh: 支持组}, site: east}
"""
QUEUES = """
queues:
  - {id: sales, names: {en: Sales, zh: 销售}, channels: [voice], team: sellers,
     service_level: fast, csat: strict}
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice, chat], team: helpers,
     service_level_of: {chat: slow}}
csat:
  - {id: strict, satisfied: 1}
"""
ON_CALL = """
tenant: demo
receivers: [{id: li, names: {en: Li Na}, email: {to: [li@example.org]}}]
rotas: [{id: leads, names: {en: Leads}, starts: 2026-11-09, members: [li]}]
escalations: [{id: floor, steps: [{targets: [{rota: leads}]}]}]
rules:
  - {id: waits, names: {en: Long waits}, escalation: floor,
     threshold: {kpi: longest_wait, fire_above: 60}}
"""
LEVELS = """
service_levels:
  - {id: fast, formula: V3, threshold: 10, target: 0.9}
  - {id: slow, formula: V2, threshold: 60, short: 5, target: 0.7}
"""
LATER = (
    LEVELS + "  - {id: fast, valid_from: 2026-11-11, formula: V3, threshold: 30, target: 0.95}\n"
)


def world_of(text: str = TENANT + QUEUES + LEVELS) -> World:
    """Two queues: sales answers after 5 and 20 s and loses one after 8 s, help answers after 15 s
    by voice and 50 s in chat.
    """
    world = World()
    world.floor.put(
        answered(NOW - 5 * MINUTE, 5),
        answered(NOW - 5 * MINUTE, 20),
        abandoned(NOW - 5 * MINUTE, 8),
    )
    world.floor.put(
        answered(NOW - 5 * MINUTE, 15, queue="help"),
        answered(NOW - 5 * MINUTE, 50, queue="help", channel="chat"),
    )
    world.tell()
    world.definitions = definitions(text)
    return world


def told(world: World, path: str) -> list[tuple[object, ...]]:
    """Rows as (queue or channel or team or site, numerator, denominator, definition)."""
    rows = world.client().get(path).json()["rows"]
    labels = [
        row.get("team") or row.get("site") or "/".join(filter(None, (row["queue"], row["channel"])))
        for row in rows
    ]
    return [
        (label, row["numerator"], row["denominator"], row["definition"])
        for label, row in zip(labels, rows, strict=True)
    ]


EACH = [("help", 2, 2, "default@1+slow@1"), ("sales", 1, 3, "fast@1")]
BY = [
    ("queue", EACH),
    (
        "queue,channel",
        [
            ("help/chat", 1, 1, "slow@1"),
            ("help/voice", 1, 1, "default@1"),
            ("sales/voice", 1, 3, "fast@1"),
        ],
    ),
    ("channel", [("chat", 1, 1, "slow@1"), ("voice", 2, 4, "default@1+fast@1")]),
    ("team", [("helpers", 2, 2, "default@1+slow@1"), ("sellers", 1, 3, "fast@1")]),
    ("site", [("east", 3, 5, "default@1+fast@1+slow@1")]),
    ("total", [("", 3, 5, "default@1+fast@1+slow@1")]),
]


@pytest.mark.parametrize(("by", "rows"), BY)
def test_each_queue_is_judged_under_its_own_policy_and_totals_sum_hits_and_totals(
    by: str, rows: list[tuple[object, ...]]
) -> None:
    world = world_of()

    live = told(world, f"/v1/kpis?kpi=service_level&window=15m&by={by}")
    span = "&".join(f"{name}={value}" for name, value in SPAN.items())
    past = told(world, f"/v1/kpis/history?kpi=service_level&interval=all&{span}&by={by}")

    assert live == rows
    assert past == rows


def test_what_no_definition_decides_is_summed_as_ever() -> None:
    world = world_of()

    assert told(world, "/v1/kpis?kpi=offered,waiting&window=15m&by=team")[0][:3] == (
        "helpers",
        2,
        None,
    )
    assert told(world, "/v1/kpis?kpi=offered&window=15m&by=total")[0][:3] == ("", 5, None)


def test_an_interval_is_judged_under_the_version_in_force_when_it_began() -> None:
    world = world_of(TENANT + QUEUES + LATER)
    before = round(NOW - 24 * 60 * MINUTE)
    world.floor.put(answered(before, 20))
    world.tell()

    days = "from=2026-11-10T00:00:00%2B08:00&to=2026-11-12T00:00:00%2B08:00&interval=1d&queue=sales"
    rows = told(world, f"/v1/kpis/history?kpi=service_level&{days}")

    assert rows == [("sales", 0, 1, "fast@1"), ("sales", 2, 3, "fast@2")]


@pytest.mark.parametrize(
    ("definition", "rows"),
    [
        ("slow", [("help", 2, 2, "slow@1"), ("sales", 2, 2, "slow@1")]),
        ("fast@1", [("help", 0, 2, "fast@1"), ("sales", 1, 3, "fast@1")]),
        ("fast", [("help", 1, 2, "fast@2"), ("sales", 2, 3, "fast@2")]),
        ("default", [("help", 1, 2, "default@1"), ("sales", 2, 3, "default@1")]),
    ],
)
def test_figures_are_restated_under_any_stored_definition(
    definition: str, rows: list[tuple[object, ...]]
) -> None:
    world = world_of(TENANT + QUEUES + LATER)

    assert told(world, f"/v1/kpis?kpi=service_level&window=15m&definition={definition}") == rows


def test_a_definition_that_was_taken_out_can_still_be_asked_for() -> None:
    world = world_of()
    world.definitions = definitions(
        TENANT + QUEUES + LEVELS, "tenant: demo\nabout:\n  - names: {en: Demo, zh: 演示}\n"
    )

    assert told(world, "/v1/kpis?kpi=service_level&window=15m&queue=sales") == [
        ("sales", 2, 3, "default@1")
    ]
    assert told(world, "/v1/kpis?kpi=service_level&window=15m&queue=sales&definition=fast@1") == [
        ("sales", 1, 3, "fast@1")
    ]


def test_an_option_restates_each_queues_own_policy() -> None:
    world = world_of()

    rows = told(world, "/v1/kpis?kpi=service_level&window=15m&formula=V1&by=queue,channel")

    assert [row[3] for row in rows] == ["adhoc:V1,60,le,5", "adhoc:V1,20,le,5", "adhoc:V1,10,le,5"]


def test_an_option_that_a_queues_policy_cannot_take_is_refused() -> None:
    world = world_of()

    answer = world.client().get("/v1/kpis?kpi=service_level&formula=V5&short=15&queue=sales")

    assert answer.status_code == 422
    assert (
        answer.json()["detail"]
        == "short=15 must be below threshold=10 under V5; give both, or another formula"
    )


def test_visits_are_judged_under_their_queues_policy() -> None:
    world = world_of()
    span = "&".join(f"{name}={value}" for name, value in SPAN.items())

    rows = world.client().get(f"/v1/visits?missed=true&{span}").json()["rows"]

    assert sorted((row["queue"], row["wait"], row["definition"]) for row in rows) == [
        ("sales", 8.0, "fast@1"),
        ("sales", 20.0, "fast@1"),
    ]


def test_queues_tell_names_team_site_and_target() -> None:
    rows = world_of().client().get("/v1/queues").json()["rows"]

    told = [
        (row["queue"], row["en"], row["zh"], row["team"], row["site"], row["target"])
        for row in rows
    ]
    assert told == [
        ("help", "Help", "支持", "helpers", "east", 0.8),
        ("sales", "Sales", "销售", "sellers", "east", 0.9),
    ]


@pytest.mark.parametrize(
    ("names", "en", "zh"),
    [
        ("{zh: 支持, en: Help}", "Help", "支持"),
        ("{en: Help}", "Help", "Help"),
        ("{fr: Aide, ar: مساعدة}", "Aide", "Aide"),
        ("{fr: Aide, zh-TW: 支援}", "Aide", "支援"),
    ],
)
def test_a_queue_without_a_name_in_a_language_tells_its_first_one(
    names: str, en: str, zh: str
) -> None:
    world = world_of((TENANT + QUEUES + LEVELS).replace("{en: Help, zh: 支持}", names))

    row, _ = world.client().get("/v1/queues").json()["rows"]

    assert (row["queue"], row["en"], row["zh"]) == ("help", en, zh)


def test_a_queue_that_is_not_defined_is_called_by_its_id() -> None:
    rows = (
        world_of("tenant: demo\nabout:\n  - names: {en: Demo}\n")
        .client()
        .get("/v1/queues")
        .json()["rows"]
    )

    assert [(row["en"], row["zh"]) for row in rows] == [("help", "help"), ("sales", "sales")]


def test_a_queue_is_closed_outside_its_business_hours() -> None:
    hours = "calendars:\n  - {id: office, hours: {wednesday: ['09:00-18:00']}}\n"
    world = world_of(
        (TENANT + QUEUES + LEVELS).replace(
            "zone: Asia/Shanghai", "zone: Asia/Shanghai\n    calendar: office"
        )
        + hours
    )

    states = [row["state"] for row in world.client().get("/v1/queues").json()["rows"]]

    assert states == ["closed", "closed"]  # it is 20:07 in Shanghai


def test_today_begins_at_the_tenants_midnight() -> None:
    world = world_of()

    [row] = world.client().get("/v1/kpis?kpi=offered&window=today&by=total").json()["rows"]

    assert row["time"] == "2026-11-11T00:00:00+08:00"


def test_satisfaction_is_judged_under_the_queues_policy_and_names_it() -> None:
    world = world_of()
    surveys = {"s": Survey(kind="csat", answered_at=NOW - MINUTE, score=4, best=5, worst=1)}
    world.floor.put(
        answered(NOW - 5 * MINUTE, 5, surveys=surveys),
        answered(NOW - 5 * MINUTE, 5, queue="help", surveys=surveys),
    )
    world.tell()

    rows = told(world, "/v1/kpis?kpi=csat&window=15m")

    assert rows == [("help", 1, 1, "default@1"), ("sales", 0, 1, "strict@1")]


def test_evaluations_pass_from_the_queues_mark_on_and_never_with_a_fatal_error() -> None:
    marked = (TENANT + QUEUES + LEVELS).replace(
        "csat: strict}", "csat: strict, qa: marked}"
    ) + "qa:\n  - {id: marked, pass_mark: 80.1}\n"
    world = world_of(marked)
    scored = [(80.1, False), (80.0, False), (99.0, True), (57.3, False)]
    evaluations = {
        f"e{n}": Evaluation(NOW - MINUTE, score=score, fatal=fatal, passed=True)
        for n, (score, fatal) in enumerate(scored)
    }
    world.floor.put(
        *(
            answered(NOW - 5 * MINUTE, 5, queue=queue, evaluations=evaluations)
            for queue in ("sales", "help")
        )
    )
    world.tell()

    rows = told(world, "/v1/kpis?kpi=qa_pass_rate&window=15m")

    assert rows == [("help", 4, 4, "default@1"), ("sales", 1, 4, "marked@1")]


def test_metrics_tell_each_queue_under_its_policy() -> None:
    world = world_of()
    world.floor.put(waiting(NOW - MINUTE))
    world.tell()

    page = Client(world.app, LEADER).get("/metrics").text

    labels = 'tenant="demo",queue="sales",channel="voice"'
    assert f"contactcenter_service_level_target_ratio{{{labels}}} 0.9\n" in page
    assert f'contactcenter_service_level_ratio{{{labels},window="15m"}} 0.25\n' in page


def test_definitions_tell_every_version_and_which_are_in_force() -> None:
    body = world_of(TENANT + QUEUES + LATER).client().get("/v1/definitions").json()

    assert [row["definition"] for row in body["rows"]] == ["default@1", "fast@2", "slow@1"]
    fast = [
        (one["version"], one["valid_from"], one["in_force"])
        for one in body["versions"]
        if one["id"] == "fast"
    ]
    assert fast == [(1, None, False), (2, "2026-11-11", True)]


def test_definitions_of_every_kind_are_told_and_of_receivers_no_address() -> None:
    world = World()
    world.definitions = definitions(ON_CALL)

    told = world.client().get("/v1/definitions").json()["versions"]

    kinds = [version["kind"] for version in told]
    [receiver] = [version["says"] for version in told if version["kind"] == "receiver"]
    assert {"rule", "escalation", "rota", "receiver"} <= set(kinds)
    assert receiver == {"id": "li", "names": {"en": "Li Na"}}


def test_every_kpi_that_depends_on_a_definition_says_so() -> None:
    assert {kpi.id for kpi in CATALOGUE.values() if kpi.judged_by is not None} == {
        "service_level",
        "short_abandoned",
        "csat",
        "qa_pass_rate",
        "sla_attainment",
        "contacts_to_recover",
        "agents_required",
        "agents_gap",
        "service_level_projected",
    }
    assert VARIANTS["service_level:V3"].judged_by is Policy.SERVICE_LEVEL


def test_counts_and_shares_are_summed_part_by_part() -> None:
    assert summed([Value(3, 3, None), Value(4, 4, None)]) == Value(7, 7, None)
    assert summed([share(0, 0), share(1, 2)]) == share(1, 2)


def test_quotients_are_summed_part_by_part_and_a_count_that_does_not_exist_has_no_sum() -> None:
    assert summed([Value(0.5, 1, 2.0), Value(2.0, 4, 2.0)]) == Value(1.25, 5, 4.0)
    assert summed([Value(3, 3, None), Value(None, None, None)]) == Value(None, None, None)


def test_many_definitions_are_mixed() -> None:
    many = [replace(DEFAULT_POLICY, name=f"p{number}@1") for number in range(5)]

    assert definition_of(CATALOGUE["service_level"], many[:3]) == "p0@1+p1@1+p2@1"
    assert definition_of(CATALOGUE["service_level"], many) == "mixed"
