"""The API's routes over a floor in memory."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from math import isnan
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from floorpulse.access.event_stream import resumed
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cell, Cells
from floorpulse.contracts.feedback import Complaint, Evaluation, Statement, Survey
from floorpulse.figures.corrections.rows import CorrectionRow
from floorpulse.figures.ports import StoredCorrection
from floorpulse.figures.rows import COLUMNS, LIVE_COLUMNS
from floorpulse.figures.timestamps import text
from floorpulse.figures.turns import Turns
from floorpulse.kpis.catalogue import CATALOGUE, OVER_SPANS
from floorpulse.kpis.inputs import Need
from floorpulse.query.api import schemas
from floorpulse.query.api.definition_bodies import DefinitionsAnswer
from floorpulse.query.api.forecast_bodies import ForecastAnswer
from floorpulse.query.api.parameters import LiveParameters
from floorpulse.query.api.pipeline_bodies import PipelineAnswer
from floorpulse.query.api.queue_bodies import AgentsAnswer, QueuesAnswer
from floorpulse.query.api.sources import SourcesAnswer
from floorpulse.query.api.stream import event
from floorpulse.query.api.targets import TargetsAnswer
from floorpulse.query.api.visit_bodies import VisitsAnswer
from floorpulse.query.pipeline.lag import LogRange
from floorpulse.query.prometheus.exposition import SERIES_PER_QUEUE, SERIES_PER_TENANT
from floorpulse.query.prometheus.page import Scrape
from floorpulse.query.stream.streams import Pulse, RowBatch, Streams
from floorpulse.runtime.scraped import ScrapeAccepts
from tests.fakes.floor import MINUTE, PARTITIONS, answered, waiting
from tests.fakes.world import LEADER, NOW, READER, SPAN, Client, World, busy_world


@pytest.fixture
def world() -> World:
    return busy_world()


def rows(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def test_a_live_row_has_every_column(world: World) -> None:
    (row,) = rows(world.client().get("/v1/kpis?kpi=answer_rate&queue=sales&window=15m"))

    assert row == {
        "time": "2026-11-11T11:52:00+00:00",
        "end": "2026-11-11T12:08:00+00:00",
        "tenant": "demo",
        "queue": "sales",
        "channel": None,
        "window": "15m",
        "kpi": "answer_rate",
        "value": 0.6,
        "numerator": 6,
        "denominator": 10,
        "low": pytest.approx(0.3127, abs=1e-4),
        "high": pytest.approx(0.8318, abs=1e-4),
        "definition": "default@1",
        "as_of": "2026-11-11T12:07:20+00:00",
        "watermark": "2026-11-11T12:07:05+00:00",
        "complete": False,
        "revision": row["revision"],
    }


@pytest.mark.parametrize(
    ("by", "queue_channels"),
    [
        ("queue", [("help", None), ("sales", None)]),
        ("channel", [(None, "voice")]),
        ("total", [(None, None)]),
    ],
)
def test_rows_stand_for_what_was_asked(
    world: World, by: str, queue_channels: list[tuple[str | None, str | None]]
) -> None:
    found = rows(world.client().get("/v1/kpis", params={"kpi": "offered", "by": by}))

    assert [(row["queue"], row["channel"]) for row in found] == queue_channels


def test_all_kpis_come_where_none_is_named(world: World) -> None:
    assert [row["kpi"] for row in rows(world.client().get("/v1/kpis?by=total"))] == list(CATALOGUE)


def test_a_variant_is_asked_for_by_its_kpi_and_name(world: World) -> None:
    client = world.client()
    found = rows(
        client.get("/v1/kpis?by=total&window=60m&formula=V3&kpi=service_level:V1,service_level")
    )

    assert [row["kpi"] for row in found] == ["service_level:V1", "service_level"]
    assert (
        found[0]["value"]
        == rows(client.get("/v1/kpis?by=total&window=60m&formula=V1&kpi=service_level"))[0]["value"]
    )
    assert "left:overflow" in client.get("/v1/kpis?kpi=left:window").json()["detail"]


@pytest.mark.parametrize("by", ["queue", "channel", "queue,channel", "total"])
def test_live_and_history_agree_about_the_same_span(world: World, by: str) -> None:
    client = world.client()
    agreeing = (kpi for kpi in OVER_SPANS.values() if Need.REST not in kpi.needs)
    kpis = ",".join(kpi.id for kpi in agreeing)
    live = rows(client.get("/v1/kpis", params={"window": "60m", "by": by, "kpi": kpis}))
    span = {"from": live[0]["time"], "to": live[0]["end"], "interval": "all"}
    past = rows(client.get("/v1/kpis/history", params={**span, "by": by, "kpi": kpis}))

    drop = ("window", "interval", "revision")
    assert [{part: row[part] for part in row if part not in drop} for row in live] == [
        {part: row[part] for part in row if part not in drop} for row in past
    ]


def test_live_figures_go_on_without_tables_but_for_those_that_only_tables_know(
    world: World,
) -> None:
    kpis = "offered,estimated_wait,repeat_rate,complaints_open,complaints_closed_in_time:3d"
    client = world.client()
    question = {"by": "total", "kpi": kpis}
    before = {row["kpi"]: row for row in rows(client.get("/v1/kpis", params=question))}
    world.floor.away = True
    world.now += 2000
    without = {row["kpi"]: row for row in rows(client.get("/v1/kpis", params=question))}

    parts = ("value", "numerator", "denominator")
    assert [before["complaints_open"][part] for part in parts] == [0, 0, None]
    assert [without["complaints_open"][part] for part in parts] == [None, None, None]
    assert [without["repeat_rate"][part] for part in parts] == [None, None, None]
    assert without["complaints_closed_in_time:3d"]["denominator"] is None
    assert all(
        without[kpi]["value"] == before[kpi]["value"] for kpi in ("offered", "estimated_wait")
    )


def test_history_pages_add_up_to_the_whole(world: World) -> None:
    client = world.client()
    query = {**SPAN, "interval": "15m", "kpi": "offered,aht,waiting"}
    whole = rows(client.get("/v1/kpis/history", params=query))
    paged = []
    cursor = None
    while True:
        answer = client.get(
            "/v1/kpis/history",
            params={**query, "limit": "4", **({"cursor": cursor} if cursor else {})},
        )
        paged += rows(answer)
        cursor = answer.json()["next"]
        if cursor is None:
            break

    assert paged == whole
    assert len(whole) == 5 * 2 * 3


def test_history_has_a_row_for_every_queue_and_interval_also_where_nothing_happened(
    world: World,
) -> None:
    world.floor.put(answered(NOW - 20 * 86_400_000, 5, queue="old"))
    world.tell()
    found = rows(
        world.client().get(
            "/v1/kpis/history",
            params={**SPAN, "interval": "30m", "kpi": "offered,asa", "queue": "old,sales"},
        )
    )

    assert next((row["queue"], row["value"]) for row in found if row["kpi"] == "offered") == (
        "old",
        0,
    )
    assert len(found) == 3 * 2 * 2
    assert (
        next(row for row in found if row["kpi"] == "asa" and row["queue"] == "old")["value"] is None
    )


def test_a_gauge_of_the_past_is_its_value_at_the_rows_time(world: World) -> None:
    found = rows(
        world.client().get(
            "/v1/kpis/history",
            params={
                **SPAN,
                "interval": "1h",
                "kpi": "waiting,in_progress,longest_wait",
                "by": "total",
            },
        )
    )

    assert [(row["time"][11:16], row["kpi"], row["value"]) for row in found] == [
        ("11:00", "waiting", 0), ("11:00", "in_progress", 0), ("11:00", "longest_wait", 0),
        ("12:00", "waiting", 1), ("12:00", "in_progress", 1), ("12:00", "longest_wait", 30),
    ]  # fmt: skip


def test_a_span_is_complete_once_the_watermark_passed_its_lateness(world: World) -> None:
    found = rows(
        world.client().get(
            "/v1/kpis/history", params={**SPAN, "interval": "30m", "kpi": "offered", "by": "total"}
        )
    )

    assert [row["complete"] for row in found] == [True, False, False]


def test_what_is_computed_from_completions_is_complete_after_two_minutes_and_what_matures_never(
    world: World,
) -> None:
    kpis = "offered,aht,complaint_liable_rate,waiting"
    query = {**SPAN, "to": "2026-11-11T12:05:00Z", "interval": "all", "kpi": kpis, "by": "total"}
    found = rows(world.client().get("/v1/kpis/history", params=query))

    assert {row["kpi"]: row["complete"] for row in found} == {
        "offered": False, "aht": True, "complaint_liable_rate": False, "waiting": False
    }  # fmt: skip


def test_corrections_show_each_kpi_that_changed_before_and_after(world: World) -> None:
    world.history.corrected = [
        correction(
            1, old={Cell.OFFERED: 4, Cell.ANSWERED: 2}, new={Cell.OFFERED: 5, Cell.ANSWERED: 2}
        )
    ]
    query = {**SPAN, "kpi": "offered,answered,answer_rate,waiting", "tz": "Asia/Shanghai"}
    found = rows(world.client().get("/v1/corrections", params=query))

    assert found[0] == {
        "time": "2026-11-11T19:15:00+08:00",
        "end": "2026-11-11T19:30:00+08:00",
        "tenant": "demo",
        "queue": "sales",
        "channel": "voice",
        "kpi": "offered",
        "old_value": 4,
        "old_numerator": 4,
        "old_denominator": None,
        "new_value": 5,
        "new_numerator": 5,
        "new_denominator": None,
        "source": "pbx",
        "event": "e1",
        "type": "contact.offered",
        "reason": None,
        "recorded_at": "2026-11-11T20:00:00+08:00",
        "definition": "default@1",
    }
    assert [(row["kpi"], row["old_value"], row["new_value"]) for row in found[1:]] == [
        ("answer_rate", 0.5, 0.4)
    ]
    msgspec.convert(found, list[CorrectionRow], strict=True)


def test_corrections_come_page_by_page_chosen_by_queue_and_by_when_they_were_recorded(
    world: World,
) -> None:
    world.history.corrected = [
        correction(number, old={Cell.OFFERED: number}, new={Cell.ANSWERED: number})
        for number in range(1, 6)
    ]
    world.history.corrected.append(
        correction(6, old={}, new={Cell.OFFERED: 1}, queue="help", recorded_at=NOW)
    )
    client = world.client()
    query = {**SPAN, "kpi": "offered,answered"}
    every = []
    cursor = None
    while True:
        page = client.get(
            "/v1/corrections",
            params={**query, "limit": "3", **({"cursor": cursor} if cursor else {})},
        ).json()
        every += page["rows"]
        cursor = page["next"]
        if cursor is None:
            break
    table = client.get(
        "/v1/corrections", params=query, headers={"Accept": "text/csv"}
    ).text.splitlines()

    assert [row["event"] for row in every] == [
        "e1",
        "e1",
        "e2",
        "e2",
        "e3",
        "e3",
        "e4",
        "e4",
        "e5",
        "e5",
        "e6",
    ]
    assert table[0].startswith("time,end,tenant,queue,channel,kpi,old_value")
    assert len(table) == 12
    assert [
        row["queue"]
        for row in rows(client.get("/v1/corrections", params={**query, "queue": "help"}))
    ] == ["help"]
    assert (
        len(
            rows(
                client.get(
                    "/v1/corrections", params={**query, "recorded_from": "2026-11-11T12:07:20Z"}
                )
            )
        )
        == 1
    )
    assert client.get("/v1/corrections", params={**query, "kpi": "speed"}).status_code == 422


def correction(
    number: int, old: Cells, new: Cells, queue: str = "sales", recorded_at: int = NOW - 440_000
) -> StoredCorrection:
    start = NOW - 440_000 - 2_700_000
    return StoredCorrection(
        number,
        start,
        start + 900_000,
        queue,
        "voice",
        old,
        new,
        "pbx",
        f"e{number}",
        "contact.offered",
        recorded_at,
    )


def test_csv_holds_all_pages_with_a_header_and_cannot_smuggle_formulas(world: World) -> None:
    world.floor.put(answered(NOW - 3_600_000, 5, queue="=cmd()"))
    world.tell()
    small = World(rows=2)
    small.floor.visits_of = world.floor.visits_of
    query = {**SPAN, "interval": "30m", "kpi": "offered,asa"}
    answer = Client(small.app, READER).get(
        "/v1/kpis/history", params=query, headers={"Accept": "text/csv"}
    )
    lines = answer.text.splitlines()

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == 1 + 3 * 3 * 2
    assert "'=cmd()" in lines[1]


def test_figures_are_restated_under_another_definition(world: World) -> None:
    client = world.client()
    default, restated = (
        rows(client.get("/v1/kpis", params={"kpi": "service_level", "by": "total", **query}))[0]
        for query in ({}, {"formula": "V2", "threshold": "3", "boundary": "lt"})
    )

    assert default["definition"] == "default@1"
    assert restated["definition"] == "adhoc:V2,3,lt,5"
    assert (restated["numerator"], restated["denominator"]) == (3, 10)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/v1/kpis?kpi=nonsense", 422, "unknown KPI: nonsense; known are: waiting, longest_wait"),
        ("/v1/kpis?queue=nowhere", 422, "unknown queue: nowhere; known are: help, sales"),
        ("/v1/kpis?channel=pigeon", 422, "unknown channel: pigeon; known are: voice, chat"),
        (
            "/v1/kpis?queue=sales&queue=help",
            422,
            "given more than once: queue; give each parameter once",
        ),
        ("/v1/queues?queue=sales", 422, "unknown parameter: queue; known are: limit, cursor"),
        ("/v1/pipeline?foo=1", 422, "unknown parameter: foo"),
        ("/v1/definitions?foo=1", 422, "unknown parameter: foo"),
        ("/v1/kpis?queu=sales", 422, "unknown parameter: queu; known are: definition"),
        ("/v1/kpis?definition=mine", 422, "unknown definition: mine; known are: default@1"),
        ("/v1/kpis?window=7m", 422, "query.window"),
        ("/v1/kpis?threshold=5", 422, "must be below threshold"),
        ("/v1/kpis/history", 422, "from"),
        (
            "/v1/kpis/history?from=2026-11-11T00:00:30Z&to=2026-11-12T00:00:00Z",
            422,
            "is not a whole minute",
        ),
        ("/v1/kpis/history?from=2026-11-11T00:00:00&to=2026-11-12T00:00:00Z", 422, "has no offset"),
        (
            "/v1/kpis/history?from=2026-11-12T00:00:00Z&to=2026-11-12T00:00:00Z",
            422,
            "is not before",
        ),
        ("/v1/kpis/history?from=1066-11-12T00:00:00Z&to=2026-11-12T00:00:00Z", 422, "outside 1970"),
        (
            "/v1/kpis/history?from=2026-11-11T00:00:00Z&to=2026-11-12T00:00:00Z&tz=Mars/Base",
            422,
            "no IANA zone",
        ),
        (
            "/v1/kpis/history?from=2026-11-11T00:00:00Z&to=2026-11-12T00:00:00Z&cursor=zz",
            422,
            "send `next` of the last page",
        ),
        (
            "/v1/kpis/history?from=2026-11-11T00:00:00Z&to=2026-11-12T00:00:00Z&cursor=%C3%A4",
            422,
            "send `next` of the last page",
        ),
        ("/v1/nothing", 404, "Not Found"),
        ("/wallboard/secrets.txt", 404, "no file"),
        ("/wallboard/..%2Fsettings.py", 404, ""),
    ],
)
def test_a_wrong_question_is_told_what_is_right(
    world: World, path: str, status: int, says: str
) -> None:
    answer = world.client().get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_a_cursor_belongs_to_its_question(world: World) -> None:
    client = world.client()
    cursor = client.get("/v1/kpis/history", params={**SPAN, "limit": "1"}).json()["next"]

    assert client.get("/v1/kpis/history", params={**SPAN, "cursor": cursor}).status_code == 200
    assert (
        client.get("/v1/kpis/history", params={**SPAN, "cursor": cursor, "kpi": "aht"}).status_code
        == 422
    )


@pytest.mark.parametrize(
    "path",
    [
        "/v1/kpis?kpi=offered",
        "/v1/definitions",
        "/v1/kpis/history?from=2026-11-11T00:00:00Z&to=2026-11-11T12:07:00Z",
    ],
)
def test_an_unchanged_answer_is_not_sent_again_until_a_figure_changes(
    world: World, path: str
) -> None:
    client = world.client()
    tag = client.get(path).headers["etag"]
    world.now += 1000
    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})

    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304


def test_figures_that_went_stale_are_sent_again_and_say_since_when(world: World) -> None:
    client = world.client()
    tag = client.get("/v1/kpis?kpi=offered").headers["etag"]
    world.now += 60_000
    answer = client.get("/v1/kpis?kpi=offered", headers={"If-None-Match": tag})

    assert rows(answer)[0]["as_of"] == "2026-11-11T12:07:20+00:00"
    assert {row["state"] for row in rows(client.get("/v1/queues"))} == {"stale"}


def test_queues_tell_who_waits(world: World) -> None:
    world.floor.put(*(answered(NOW - 60_000, 1, queue="help") for _ in range(10)))
    world.tell()
    first, second = rows(world.client().get("/v1/queues"))

    assert (first["queue"], first["state"], first["waiting"]) == ("help", "ok", 0)
    assert (
        second["queue"],
        second["channels"],
        second["waiting"],
        second["longest_wait"],
        second["target"],
    ) == (
        "sales",
        ["voice"],
        1,
        30,
        0.8,
    )


def test_a_queue_with_few_contacts_says_so(world: World) -> None:
    world.floor.put(answered(NOW - 60_000, 1, queue="new"))
    world.tell()

    assert (
        next(row for row in rows(world.client().get("/v1/queues")) if row["queue"] == "new")[
            "state"
        ]
        == "low_volume"
    )


def test_visits_are_the_contacts_behind_the_number(world: World) -> None:
    client = world.client()
    level = rows(
        client.get(
            "/v1/kpis/history",
            params={**SPAN, "interval": "all", "kpi": "service_level", "by": "total"},
        )
    )[0]
    missed = rows(client.get("/v1/visits", params={**SPAN, "missed": "true", "limit": "2000"}))

    assert len(missed) == level["denominator"] - level["numerator"]
    assert {visit["outcome"] for visit in missed} == {"answered", "abandoned", None}


def test_a_contact_is_told_as_a_whole_and_queue_after_queue(world: World) -> None:
    passed_on = answered(NOW - 600_000, 30, 60, "sales", transferred_at=NOW - 510_000)
    world.floor.change("c/9", passed_on)
    world.floor.change("c/9#2", answered(NOW - 500_000, 5, 60, "help"))
    told = world.client().get("/v1/contacts/c%2F9?tz=Asia/Shanghai").json()
    stays = told.pop("rows")
    (_, leader) = rows(world.client().get("/v1/contacts/c/9", headers=LEADER))

    assert told == {
        "contact": "c/9",
        "queue": "sales",
        "channel": "voice",
        "offered": "2026-11-11T19:57:20+08:00",
        "outcome": "answered",
        "wait": 45,
        "callback": None,
    }

    assert [
        (stay["visit"], stay["queue"], stay["missed_because"], stay["beyond"]) for stay in stays
    ] == [
        (1, "sales", "answered_late", 20),
        (2, "help", None, None),
    ]
    assert stays[0]["offered"] == "2026-11-11T19:57:20+08:00"
    assert ("agent" in stays[1], leader["agent"]) == (False, "ann")


def test_the_earlier_name_of_a_contacts_journey_answers_the_same(world: World) -> None:
    world.floor.change("c-9", answered(NOW - 600_000, 30, 60, "sales"))
    client = world.client()

    earlier = client.get("/v1/journey?contact=c-9&tz=UTC").json()
    assert earlier == client.get("/v1/contacts/c-9?tz=UTC").json()


def test_visits_of_a_span_of_which_some_were_deleted_are_refused(world: World) -> None:
    """None, or some of them, would look like all that lowered the service level."""
    world.history.kept_since = NOW - 30 * MINUTE
    before = {"from": "2026-11-11T11:30:00Z", "to": "2026-11-11T12:08:00Z"}
    since = {**before, "from": "2026-11-11T11:38:00Z"}
    refused = world.client().get("/v1/visits", before)
    as_csv = world.client().get("/v1/visits", {**before, "format": "csv"})

    assert (refused.status_code, refused.json()["title"]) == (422, "Range not kept")
    assert "before 2026-11-11T11:37:20+00:00 was deleted by retention" in refused.json()["detail"]
    assert as_csv.status_code == 422
    assert world.client().get("/v1/visits", since).status_code == 200
    assert world.client().get("/v1/visits", {"contact": "c-9"}).status_code == 200


@pytest.mark.parametrize(
    "kpi", ["agents", "occupancy", "utilisation", "repeat_rate", "complaints_open", "waiting"]
)
def test_history_of_what_retention_deleted_is_refused_whichever_table_tells_it(
    world: World, kpi: str
) -> None:
    """None of it, or what is left, would look like all there was."""
    world.history.kept_since = NOW - 30 * MINUTE
    day = 24 * 60 * MINUTE
    span = {"from": "2026-11-11T11:30:00Z", "to": "2026-11-11T12:08:00Z"}
    before = {"kpi": kpi, "interval": "all", **span}
    refused = world.client().get("/v1/kpis/history", before)
    counted = world.client().get("/v1/kpis/history", before | {"kpi": "offered"})
    world.history.kept_since = NOW - 40 * MINUTE - day
    kept = world.client().get("/v1/kpis/history", before)

    assert (refused.status_code, refused.json()["title"]) == (422, "Range not kept"), kpi
    assert (counted.status_code, kept.status_code) == (200, 200)


@pytest.mark.parametrize("kpi", ["handled", "occupancy"])
@pytest.mark.parametrize("path", ["/v1/agents/kpis", "/v1/agents/benchmark"])
def test_figures_of_agents_of_what_retention_deleted_are_refused(
    world: World, path: str, kpi: str
) -> None:
    world.history.kept_since = NOW - 30 * MINUTE
    before = {"kpi": kpi, "from": text(NOW - 40 * MINUTE), "to": text(NOW)}
    if path.endswith("kpis"):
        before["interval"] = "all"

    refused = world.client().get(path, before, headers=LEADER)

    assert (refused.status_code, refused.json()["title"]) == (422, "Range not kept")


def test_visits_of_one_contact_are_told_whenever_they_were_offered(world: World) -> None:
    world.floor.change("c-9", answered(NOW - 90_000_000, 30, 60, "sales"))
    world.floor.change("c-9#2", answered(NOW - 500_000, 5, 60, "help"))
    client = world.client()

    def stays(**asked: str) -> list[int]:
        found = client.get("/v1/visits", params={"contact": "c-9", **asked})
        return [row["visit"] for row in rows(found)]

    assert stays() == [1, 2]
    assert stays(**SPAN) == stays(queue="help") == [2]
    assert stays(to=SPAN["from"]) == stays(missed="true") == [1]
    first = client.get("/v1/visits", params={"contact": "c-9", "limit": "1"}).json()
    second = client.get(
        "/v1/visits", params={"contact": "c-9", "limit": "1", "cursor": first["next"]}
    )
    assert [row["visit"] for row in rows(second)] == [2]
    assert rows(client.get("/v1/visits", params={"contact": "nobody"})) == []


def test_visits_of_one_agent_are_for_those_who_may_know_agents(world: World) -> None:
    world.floor.visits_of.clear()
    of_bob = answered(NOW - 500_000, 30)
    of_bob.agent = "bob"
    world.floor.put(answered(NOW - 600_000, 30), of_bob, waiting(NOW - 1000))
    client = world.client()
    asked = {**SPAN, "agent": "bob"}

    found = rows(client.get("/v1/visits", params=asked, headers=LEADER))
    assert [row["agent"] for row in found] == ["bob"]
    refused = client.get("/v1/visits", params=asked)
    assert (refused.status_code, refused.json()["scope"]) == (403, "agents:read")


def test_visits_of_nobody_in_particular_need_a_span(world: World) -> None:
    for missing, other in (("from", "to"), ("to", "from")):
        answer = world.client().get("/v1/visits", params={other: SPAN[other]})
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith(f"{missing}: Field required")


def test_a_contact_that_nobody_told_of_is_not_found(world: World) -> None:
    answer = world.client().get("/v1/contacts/c-none")

    assert answer.status_code == 404
    assert "contact=c-none has no visit" in answer.json()["detail"]
    stranger = {"Authorization": "Bearer stranger"}
    assert world.client().get("/v1/contacts/c1", headers=stranger).status_code == 404


def test_a_visit_without_an_outcome_stays_missed_beyond_the_longest_wait(world: World) -> None:
    world.floor.visits_of.clear()
    world.floor.put(
        waiting(NOW - 5 * 60 * MINUTE),
        waiting(NOW - 3 * 60 * MINUTE),
        answered(NOW - 4 * 60 * MINUTE, 30),
    )
    world.tell()
    span = {"from": "2026-11-11T07:00:00Z", "to": "2026-11-11T12:08:00Z"}
    asked = {**span, "interval": "all", "kpi": "service_level,unresolved", "by": "total"}
    level, unresolved = rows(world.client().get("/v1/kpis/history", params=asked))
    missed = rows(world.client().get("/v1/visits", params={**span, "missed": "true"}))

    assert unresolved["value"] == 1
    assert len(missed) == level["denominator"] - level["numerator"] == 3


def test_visits_are_judged_at_the_instant_that_stale_figures_speak_of(world: World) -> None:
    world.floor.put(waiting(NOW - 5_000))
    world.tell()
    world.now += 60_000
    asked = {**SPAN, "interval": "all", "kpi": "service_level", "by": "total"}
    (level,) = rows(world.client().get("/v1/kpis/history", params=asked))
    missed = rows(
        world.client().get("/v1/visits", params={**SPAN, "missed": "true", "limit": "2000"})
    )

    assert rows(world.client().get("/v1/queues"))[0]["state"] == "stale"
    assert len(missed) == level["denominator"] - level["numerator"]


def test_a_queue_of_any_name_can_be_asked_for(world: World) -> None:
    for name in ("a,b", " lead", 'the "best"'):
        world.floor.put(answered(NOW - MINUTE, 5, queue=name))
    world.tell()

    for asked, found in (
        ('"a,b"', ["a,b"]),
        ('" lead",sales', [" lead", "sales"]),
        ('"the ""best"""', ['the "best"']),
        ("a", None),
    ):
        answer = world.client().get(
            "/v1/kpis", params={"kpi": "offered", "window": "60m", "queue": asked}
        )
        assert (found is None) == (answer.status_code == 422)
        assert found is None or sorted(row["queue"] for row in rows(answer)) == found


def test_a_visit_shows_what_is_known_of_it(world: World) -> None:
    world.floor.visits_of.clear()
    said = {
        "surveys": {
            "s1": Survey("csat", None, NOW, NOW, 4.0, 5.0, 1.0),
            "s2": Survey("nps", None, NOW),
        },
        "evaluations": {
            "e1": Evaluation(NOW, score=80.0, passed=True),
            "e2": Evaluation(NOW, retracted=True),
            "e3": Evaluation(NOW, calibration=True),
        },
        "complaints": {
            "k1": Complaint((Statement(NOW, severity="high", liable=True),)),
            "k2": Complaint(),
        },
    }
    world.floor.put(answered(NOW - 600_000, 12.5, 30, **said))  # type: ignore[arg-type]
    path = (
        "/v1/visits?from=2026-11-11T00:00:00Z&to=2026-11-12T00:00:00Z"
        "&tz=Asia/Shanghai&channel=voice&outcome=answered"
    )
    (visit,) = rows(world.client().get(path))
    (leader,) = rows(world.client().get(path, headers=LEADER))

    assert visit["offered"] == "2026-11-11T19:57:20+08:00"
    assert (visit["wait"], visit["talk"], visit["missed"], visit["reason"]) == (
        12.5,
        30,
        False,
        None,
    )
    assert [(one["id"], one["score"]) for one in visit["surveys"]] == [("s1", 4), ("s2", None)]
    assert [one["verdict"] for one in visit["evaluations"]] == ["passed", "retracted", None]
    assert [(one["kind"], one["verdict"]) for one in visit["complaints"]] == [
        ("high", "liable"),
        ("normal", None),
    ]
    assert "agent" not in visit
    assert leader["agent"] == "ann"
    assert rows(world.client().get(path.replace("voice", "chat"))) == []
    assert rows(world.client().get(path.replace("answered", "left"))) == []


def test_visits_page_by_page_are_all_of_them(world: World) -> None:
    client = world.client()
    whole = rows(client.get("/v1/visits", params={**SPAN, "limit": "2000"}))
    page = client.get("/v1/visits", params={**SPAN, "limit": "10"})
    further = client.get(
        "/v1/visits", params={**SPAN, "limit": "2000", "cursor": page.json()["next"]}
    )

    assert rows(page) + rows(further) == whole
    assert further.json()["next"] is None


def test_no_lag_is_told_once_live_and_history_include_everything(world: World) -> None:
    client = world.client()
    world.log.view = replace(
        world.log.view,
        ranges={number: LogRange(0, world.floor.offset + number) for number in range(PARTITIONS)},
    )
    body = client.get("/v1/pipeline").json()

    assert [partition["lag"] for partition in body["partitions"]] == [0, 1, 2]
    assert body["total"] == {
        "applied": 3 * world.floor.offset,
        "dead": 0,
        "lag": 3,
        "watermark": "2026-11-11T12:07:05+00:00",
    }
    assert not any(partition["stale"] for partition in body["partitions"])


@pytest.mark.parametrize("part", ["log", "floor"])
def test_what_is_away_is_said_with_503_and_when_to_come_again(world: World, part: str) -> None:
    getattr(world, part).away = True
    answer = world.client().get("/v1/pipeline")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "Nothing is lost" in answer.json()["detail"]


def test_before_the_board_is_loaded_nothing_is_made_up(world: World) -> None:
    world.loaded = False
    client = world.client()

    assert [client.get(path).status_code for path in ("/v1/kpis", "/readyz", "/livez")] == [
        503,
        503,
        200,
    ]
    assert client.get("/v1/kpis", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_board_that_is_no_longer_kept_asks_for_a_restart(world: World) -> None:
    assert world.client().get("/livez").text == "ok\n"
    assert world.client().get("/readyz").text == "ok\n"
    world.alive = False
    assert world.client().get("/livez").status_code == 503


DAY = "from=2026-11-11T00:00:00Z&to=2026-11-12T00:00:00Z"
PROTECTED = [
    "/v1/queues",
    "/v1/kpis",
    f"/v1/kpis/history?from={SPAN['from']}&to={SPAN['to']}",
    f"/v1/visits?from={SPAN['from']}&to={SPAN['to']}",
    "/v1/pipeline",
    "/v1/stream",
    "/v1/definitions",
]


@pytest.mark.parametrize("path", PROTECTED)
def test_every_figure_needs_a_key_with_its_scope(world: World, path: str) -> None:
    client = Client(world.app)

    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer agent"}).status_code == 403


@pytest.mark.parametrize("path", [path for path in PROTECTED if path != "/v1/stream"])
def test_what_cannot_be_accepted_is_a_problem(world: World, path: str) -> None:
    answer = world.client().get(path, headers={"Accept": "image/png"})

    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert "application/json" in answer.json()["detail"]


def test_a_method_that_is_not_there_is_a_problem_that_names_those_that_are(world: World) -> None:
    answer = world.client().post("/v1/kpis", {})

    assert (answer.status_code, answer.headers["content-type"], answer.headers["allow"]) == (
        405,
        "application/problem+json",
        "GET",
    )


def test_the_client_that_likes_csv_better_gets_live_figures_and_visits_so(world: World) -> None:
    client = world.client()
    likes = {"Accept": "application/json;q=0.5, text/*"}
    live = client.get("/v1/kpis?kpi=offered&window=60m", headers=likes).text.splitlines()
    visits = client.get(
        "/v1/visits", params={**SPAN, "limit": "5"}, headers=likes
    ).text.splitlines()
    leads = client.get("/v1/visits", params=SPAN, headers={**LEADER, **likes}).text

    assert live[0] == ",".join(LIVE_COLUMNS)
    assert [line.split(",")[3] for line in live[1:]] == ["help", "sales"]
    assert len(visits) == 1 + len(rows(client.get("/v1/visits", params={**SPAN, "limit": "2000"})))
    assert (",ann," in leads, any(",ann," in line for line in visits)) == (True, False)


def test_the_same_question_again_is_answered_anew_and_refused_to_whoever_may_not_ask(
    world: World,
) -> None:
    client = world.client()
    path = "/v1/kpis?kpi=waiting&by=total&channel=voice"
    assert rows(client.get(path))[0]["value"] == 1
    world.floor.put(waiting(NOW - 1000))
    world.tell()

    assert rows(client.get(path))[0]["value"] == 2
    assert client.get(path, headers={"Authorization": "Bearer agent"}).status_code == 403
    assert rows(client.get(path, headers={"Authorization": "Bearer stranger"}))[0]["value"] == 0
    world.loaded = False
    assert client.get(path).status_code == 503


def test_a_session_is_not_opened_with_a_body_without_end(world: World) -> None:
    answer = Client(world.app).post("/wallboard/session", json={"key": "x" * 10_000})

    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize("path", ["/v1/queues", "/v1/kpis", PROTECTED[2], PROTECTED[3]])
def test_another_tenant_sees_nothing_of_the_floor(world: World, path: str) -> None:
    assert rows(world.client().get(path, headers={"Authorization": "Bearer stranger"})) == []


def test_metrics_need_their_scope_unless_they_are_open(world: World) -> None:
    client = world.client()
    assert client.get("/metrics").status_code == 403
    assert (
        'contactcenter_contacts_waiting{tenant="demo",queue="sales",channel="voice"} 1'
        in client.get("/metrics", headers=LEADER).text
    )

    app = world.app
    app.state.metrics_open = True
    page = Client(app).get("/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=")
    assert "floorpulse_api_request_seconds_bucket" in page.text


async def test_no_scrape_waits_for_what_is_looked_up_nor_for_another_scrape(world: World) -> None:
    world.floor.put(answered(NOW - 60_000, 5, customer="k1:ann"))
    world.history.gate = asyncio.Event()
    hurried, patient = (
        Scrape(
            world.samples,
            lambda: True,
            world.query.answering.metrics,
            lambda: world.now,
            lambda: world.now / 1000,
            patience,
        )
        for patience in (0, 5)
    )
    first, second = await asyncio.gather(hurried.page(TEXT), hurried.page(TEXT))
    world.history.gate.set()

    assert first is second
    assert isnan(_repeated(first))
    assert b'floorpulse_api_lookups_unanswered_total{lookup="returns",reason="late"} 1.0' in first
    assert b"contactcenter_contacts_waiting" in first
    assert not isnan(_repeated(await patient.page(TEXT)))


TEXT = ScrapeAccepts("text/plain", generate_latest, packed=False)


def _repeated(page: bytes) -> float:
    families = {family.name: family for family in text_string_to_metric_families(page.decode())}
    return next(
        sample.value
        for sample in families["contactcenter_kpi"].samples
        if sample.labels["kpi"] == "repeat_rate"
    )


def test_a_tenant_has_as_many_series_as_the_guard_reckons_with(world: World) -> None:
    families = list(text_string_to_metric_families(Client(world.app, LEADER).get("/metrics").text))
    samples = [
        sample
        for family in families
        for sample in family.samples
        if sample.labels.get("tenant") == "demo"
    ]
    queues = {sample.labels["queue"] for sample in samples if "queue" in sample.labels}
    of_tenant = [sample for sample in samples if "queue" not in sample.labels]
    of_queue = [sample for sample in samples if sample.labels.get("queue") == min(queues)]

    assert SERIES_PER_TENANT - 40 <= len(of_tenant) <= SERIES_PER_TENANT
    assert SERIES_PER_QUEUE - 4 <= len(of_queue) <= SERIES_PER_QUEUE


async def test_the_page_is_rendered_ten_times_a_second_at_most(world: World) -> None:
    first = await world.query.of(Scrape).page(TEXT)
    world.floor.put(waiting(NOW - 1000))
    world.tell()

    world.now += 99
    assert await world.query.of(Scrape).page(TEXT) is first
    world.now += 2
    assert await world.query.of(Scrape).page(TEXT) != first


def test_the_metrics_tell_every_kpi_of_the_whole_floor_as_the_api_does(world: World) -> None:
    shown = [*CATALOGUE, *(f"service_level:V{number}" for number in range(1, 7))]
    asked = {"kpi": ",".join(shown), "by": "total", "window": "15m"}
    told = rows(world.client().get("/v1/kpis", asked))
    page = Client(world.app, LEADER).get("/metrics").text

    families = {family.name: family for family in text_string_to_metric_families(page)}
    values = {
        sample.labels["kpi"]: sample.value for sample in families["contactcenter_kpi"].samples
    }
    sizes = {
        sample.labels["kpi"]: sample.value
        for sample in families["contactcenter_kpi_sample_size"].samples
    }
    assert set(values) == set(shown)
    assert {kpi: value for kpi, value in values.items() if not isnan(value)} == {
        row["kpi"]: row["value"] for row in told if row["value"] is not None
    }
    assert sizes == {
        row["kpi"]: row["denominator"] for row in told if row["denominator"] is not None
    }


def test_the_metrics_tell_how_busy_the_agents_of_each_queue_are(world: World) -> None:
    world.floor.enter(
        "bob",
        Entered(NOW - 10 * MINUTE, "available", ("help",)),
        Entered(NOW - 4 * MINUTE, "busy", ("help",)),
    )
    world.tell()
    told = rows(world.client().get("/v1/kpis", {"kpi": "occupancy", "window": "15m"}))
    families = {
        family.name: family
        for family in text_string_to_metric_families(Client(world.app, LEADER).get("/metrics").text)
    }

    shown = {
        sample.labels["queue"]: sample.value
        for sample in families["contactcenter_occupancy_ratio"].samples
    }
    assert 0 < shown["help"] != shown["sales"] > 0
    assert {queue: value for queue, value in shown.items() if not isnan(value)} == {
        row["queue"]: row["value"] for row in told if row["value"] is not None
    }


def test_the_wall_is_served_under_a_strict_policy(world: World) -> None:
    client = Client(world.app)
    page = client.get("/wallboard")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert (
        client.get("/wallboard", headers={"If-None-Match": page.headers["etag"]}).status_code == 304
    )
    assert client.get("/wallboard/wall.js").headers["content-type"].startswith("text/javascript")


def test_a_key_shown_once_opens_a_session_that_reads(world: World) -> None:
    client = Client(world.app)
    assert client.post("/wallboard/session", json={"key": "wrong"}).status_code == 401
    opened = client.post("/wallboard/session", json={"key": "reader"})

    assert opened.status_code == 204
    assert {"HttpOnly", "SameSite=strict"} <= set(opened.headers["set-cookie"].split("; "))
    assert client.get("/v1/queues").status_code == 200
    assert client.get("/metrics").status_code == 403


def test_a_session_of_the_desk_reads_about_agents_where_its_key_may(world: World) -> None:
    client = Client(world.app)
    page = client.get("/desk")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert client.get("/desk/desk.js").headers["content-type"].startswith("text/javascript")

    for opened_at, key, status in (
        ("/wallboard/session", "leader", 403),
        ("/desk/session", "reader", 403),
        ("/desk/session", "leader", 200),
    ):
        client.post(opened_at, json={"key": key})
        assert client.get("/v1/agents").status_code == status, (opened_at, key)
        assert client.get("/v1/queues").status_code == 200
        assert client.get("/metrics").status_code == 403


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/queues", QueuesAnswer),
        ("/v1/kpis", schemas.LiveAnswer),
        (PROTECTED[2], schemas.HistoryAnswer),
        (PROTECTED[3], VisitsAnswer),
        (f"/v1/corrections?{DAY}", schemas.CorrectionsAnswer),
        ("/v1/agents", AgentsAnswer),
        (f"/v1/agents/kpis?{DAY}", schemas.AgentKpisAnswer),
        (f"/v1/agents/benchmark?{DAY}&handled=1&answers=1", schemas.BenchmarkAnswer),
        ("/v1/targets", TargetsAnswer),
        ("/v1/sources", SourcesAnswer),
        (f"/v1/forecasts?{DAY}", ForecastAnswer),
        ("/v1/pipeline", PipelineAnswer),
        ("/v1/definitions", DefinitionsAnswer),
    ],
)
def test_answers_are_what_openapi_says(
    world: World, path: str, model: type[msgspec.Struct]
) -> None:
    """A field more or less, or one of another type, would not come out again."""
    world.history.corrected = [correction(1, old={}, new={Cell.OFFERED: 1})]
    body = world.client().get(path, headers=LEADER).content
    told = msgspec.json.decode(body, type=model)

    assert msgspec.json.decode(msgspec.json.encode(told)) == msgspec.json.decode(body)
    described = world.app.openapi()["paths"][path.partition("?")[0]]["get"]["responses"]["200"]
    schema = described["content"]["application/json"]["schema"]
    assert schema == {"$ref": f"#/components/schemas/{model.__name__}"}


# ------------------------------------------------------------------ the stream


async def batches(world: World, after: int | None = None) -> AsyncGenerator[RowBatch | None, None]:
    question = LiveParameters(kpi="offered,waiting", by="queue").query(world.floors.view("demo"))
    async with aclosing(world.query.of(Streams).follow(question, after)) as told:
        async for batch in told:
            yield batch


async def test_a_stream_tells_everything_first_then_what_changes(world: World) -> None:
    stream = batches(world)
    first = await anext(stream)
    world.floor.put(waiting(NOW - 1000, "help"))
    world.tell()
    second = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    world.pulse.beat()

    assert first is not None
    assert len(first.rows) == 4
    changed = await second
    assert changed is not None
    assert [(row.queue, row.kpi, row.value) for row in changed.rows] == [
        ("help", "offered", 4),
        ("help", "waiting", 1),
    ]


async def test_a_beat_without_news_is_silence(world: World) -> None:
    stream = batches(world)
    await anext(stream)
    quiet = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    world.pulse.beat()

    assert await quiet is None


async def test_a_client_that_comes_back_gets_only_what_it_missed(world: World) -> None:
    stream = batches(world)
    first = await anext(stream)
    assert first is not None
    world.pulse.beat()
    world.floor.put(waiting(NOW - 1000, "help"))
    world.tell()
    again = await anext(batches(world, first.tick))

    assert again is not None
    assert {row.queue for row in again.rows} == {"help"}


async def test_a_stream_that_ends_gives_its_place_back_and_unused_feeds_are_dropped(
    world: World,
) -> None:
    stream = batches(world)
    await anext(stream)
    assert world.query.of(Streams).open == 1
    await stream.aclose()
    await asyncio.sleep(0)

    assert world.query.of(Streams).open == 0


async def test_the_pulse_beats_on_news_and_at_least_every_second() -> None:
    pulse = Pulse()
    changed = asyncio.Event()
    beating = asyncio.create_task(pulse.run(changed))
    changed.set()
    await pulse.wait()
    beating.cancel()

    assert pulse.tick == 1
    assert not changed.is_set()


def test_an_event_names_process_and_tick_and_resumes_only_there() -> None:
    told = asyncio.run(event(RowBatch(41, []), "b00t", Turns()))

    assert told == b'id: b00t.41\nevent: rows\ndata: {"rows":[],"next":null}\n\n'
    assert resumed("b00t.41", "b00t") == 41
    assert [
        resumed(text, "b00t")
        for text in (None, "", "b00t", "other.41", "b00t.-1", "b00t.4x", "b00t." + "9" * 40)
    ] == [None] * 7


async def test_the_stream_speaks_server_sent_events_and_ends_when_the_server_stops(
    world: World,
) -> None:
    stopping = False
    app = world.app
    sent = list[bytes]()
    app.state.stopping = lambda: stopping
    asked = asyncio.create_task(call(app, "/v1/stream?kpi=offered", sent))
    while b"event: rows" not in b"".join(sent):  # noqa: ASYNC110  what is sent has no event
        await asyncio.sleep(0)
    stopping = True
    world.pulse.beat()
    async with asyncio.timeout(5):
        await asked

    text = b"".join(sent).decode()
    assert text.startswith("retry: 2000\nid: b00t.0\nevent: rows\ndata: {")


async def test_a_stream_whose_key_was_revoked_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("floorpulse.access.event_stream.CHECK_KEY", -1.0)
    sent: list[bytes] = []
    asked = asyncio.create_task(call(world.app, "/v1/stream?kpi=offered", sent))
    while b"event: rows" not in b"".join(sent):  # noqa: ASYNC110  what is sent has no event
        await asyncio.sleep(0)
    world.keys.known.clear()
    world.pulse.beat()
    async with asyncio.timeout(5):
        await asked


def test_too_many_streams_are_refused() -> None:
    world = World(streams=0)

    assert world.client().get("/v1/stream").status_code == 503


async def call(app: FastAPI, path: str, sent: list[bytes]) -> None:
    """One request whose answer is collected as it is sent; httpx would wait for its end."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"authorization", b"Bearer reader")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }
    forever: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message.get("body", b""))

    async def receive() -> Any:
        return await forever

    await app(scope, receive, send)
