"""Promises: over which hours they are kept, how they stand, and which visits are behind a miss."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.instants import parse_instant
from floorpulse.definitions.domain.terms import Stretch
from floorpulse.figures.targets.promises import (
    Asked,
    begin_of_stretch,
    hours_of,
    promises,
    stints,
    tiles,
)
from floorpulse.kpis.formulas.recovery import exact, fewest
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, abandoned, answered, waiting
from tests.fakes.world import NOW, World

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
TEXT = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: Asia/Shanghai}
sites:
  - {id: east, names: {en: East, zh: 东区}}
teams:
  - {id: sellers, names: {en: Sellers, zh: 销售组}, site: east}
queues:
  - {id: sales, names: {en: Sales, zh: 销售}, channels: [voice], team: sellers, service_level: fast}
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice]}
service_levels:
  - {id: fast, formula: V3, threshold: 10, target: 0.9}
calendars:
  - id: office
    hours:
      wednesday: ["09:00-12:00", "13:30-20:05"]
      friday: ["10:00-16:00"]
    holidays: {2026-10-09: 休}
    workdays: {2026-10-10: wednesday}
targets:
  - {id: day, metric: service_level, comparison: at_least, value: 0.8}
  - {id: office-day, metric: service_level, comparison: at_least, value: 0.9,
     scope: {team: sellers}, calendar: office}
  - {id: losses, metric: abandonment_rate, comparison: at_most, value: 0.5,
     scope: {queue: help}, window: month}
  - {id: now, metric: service_level, comparison: at_least, value: 0.8,
     scope: {site: east}, window: interval}
"""


def at(text: str) -> int:
    return parse_instant(text)


def world_of(text: str = TEXT) -> World:
    """At 20:07:20 in Shanghai: sales kept 1 of 3 at 20:02 and 1 of 1 after its hours at 20:06; help
    kept 1 of 2.
    """
    world = World()
    world.floor.put(
        answered(NOW - 5 * MINUTE, 5),
        answered(NOW - 5 * MINUTE, 20),
        abandoned(NOW - 5 * MINUTE, 8),
    )
    world.floor.put(answered(NOW - MINUTE, 3))
    world.floor.put(
        answered(NOW - 10 * MINUTE, 15, queue="help"),
        abandoned(NOW - 10 * MINUTE, 50, queue="help"),
    )
    world.tell()
    world.definitions = definitions(text)
    return world


def told(world: World, **asked: str) -> dict[str, dict[str, Any]]:
    answer = world.client().get("/v1/targets", params=asked)
    assert answer.status_code == 200, answer.text
    return {row["target"]: row for row in answer.json()["rows"]}


# ------------------------------------------------------------- arithmetic


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 99))
def test_the_fewest_contacts_to_recover_are_the_smallest_number_that_keeps_the_promise(
    hit: int, more: int, percent: int
) -> None:
    total = hit + more
    target = percent / 100
    found = fewest(hit, total, target)

    if total == 0:
        assert found is None
    else:
        assert found is not None
        assert exact(target) * (total + found) <= hit + found
        assert found == 0 or exact(target) * (total + found - 1) > hit + found - 1


def test_a_whole_promise_that_was_broken_cannot_be_recovered() -> None:
    assert fewest(9, 10, 1.0) is None
    assert fewest(10, 10, 1.0) == 0


# ------------------------------------------------------------- stretches and hours


@pytest.mark.parametrize(
    ("stretch", "begin"),
    [
        (Stretch.INTERVAL, "2026-11-11T20:00:00+08:00"),
        (Stretch.DAY, "2026-11-11T00:00:00+08:00"),
        (Stretch.MONTH, "2026-11-01T00:00:00+08:00"),
    ],
)
def test_a_stretch_begins_on_the_tenants_own_clock(stretch: Stretch, begin: str) -> None:
    assert begin_of_stretch(NOW, stretch, SHANGHAI) == at(begin)


def test_only_business_hours_count_also_on_a_make_up_workday_and_a_holiday() -> None:
    known = definitions(TEXT).of("demo")
    [promise] = [one for one in promises(known.at(NOW)) if one.version.id == "office-day"]
    friday = at("2026-10-09T00:00:00+08:00")
    saturday = at("2026-10-10T00:00:00+08:00")

    hours = hours_of(promise, Span(friday, saturday + 24 * 60 * MINUTE), SHANGHAI)

    assert hours == [
        Span(at("2026-10-10T09:00:00+08:00"), at("2026-10-10T12:00:00+08:00")),
        Span(at("2026-10-10T13:30:00+08:00"), at("2026-10-10T20:05:00+08:00")),
    ]


def test_a_day_without_an_hour_is_a_day_all_the_same() -> None:
    known = definitions(TEXT.replace("Asia/Shanghai", "America/New_York")).of("demo")
    spring = Span(at("2026-03-08T05:00:00Z"), at("2026-03-08T05:00:01Z"))

    [day] = stints(known, spring, NEW_YORK, Asked(("day",)))

    assert day.span.end - day.span.begin == 23 * 60 * MINUTE


def test_tiles_are_the_hours_and_what_lies_between() -> None:
    assert tiles([Span(1, 3), Span(3, 4), Span(6, 9)]) == [
        Span(1, 3),
        Span(3, 4),
        Span(4, 6),
        Span(6, 9),
    ]


# ------------------------------------------------------------- how promises stand


def test_each_target_is_judged_over_its_own_scope_and_hours() -> None:
    rows = told(world_of())

    figures = {
        name: (row["numerator"], row["denominator"], row["standing"]) for name, row in rows.items()
    }
    assert figures == {
        "day@1": (3, 6, "missed"),
        "office-day@1": (1, 3, "missed"),
        "losses@1": (1, 2, "met"),
        "now@1": (2, 4, "missed"),
    }
    assert rows["day@1"]["definition"] == "default@1+fast@1"


def test_a_miss_says_how_many_contacts_would_recover_it() -> None:
    rows = told(world_of())

    assert rows["day@1"]["to_recover"] == 9  # (3 + 9) / (6 + 9) = 0.8
    assert rows["losses@1"]["to_recover"] is None


def test_the_visits_behind_a_miss_are_as_many_as_are_missing() -> None:
    world = world_of()
    rows = told(world)

    for name in ("day@1", "office-day@1", "now@1"):
        row = rows[name]
        visits = world.client().get(row["visits"]).json()["rows"]
        assert len(visits) == row["denominator"] - row["numerator"]
        assert all(visit["missed"] for visit in visits)
    assert rows["losses@1"]["visits"] is None


def test_who_waits_beyond_the_threshold_counts_in_the_running_stretch() -> None:
    world = world_of()
    world.floor.put(waiting(NOW - MINUTE, queue="help"))
    world.tell()

    assert told(world)["day@1"]["denominator"] == 7


def test_before_its_hours_a_promise_is_closed_and_without_contacts_neither_kept_nor_missed() -> (
    None
):
    world = world_of()
    world.now = at("2026-11-13T02:30:00Z")  # Friday, 10:30 in Shanghai
    assert told(world)["office-day@1"]["standing"] == "no_contacts"

    world.now = at("2026-11-13T01:30:00Z")
    assert told(world)["office-day@1"]["standing"] == "closed"


def test_who_waits_outside_of_its_hours_is_nothing_to_a_promise() -> None:
    world = world_of()
    world.now = at("2026-11-13T01:40:00Z")  # 9:40 in Shanghai, before its hours
    world.floor.put(waiting(world.now - 5 * MINUTE))
    world.floor.watermark = world.now - 15_000
    world.tell()
    rows = told(world)

    assert rows["now@1"]["denominator"] == 1, "a promise of all hours"
    row = rows["office-day@1"]
    assert (
        row["standing"],
        row["value"],
        row["numerator"],
        row["denominator"],
        row["to_recover"],
    ) == ("closed", None, 0, 0, None)


def test_past_stretches_come_page_by_page_and_as_csv() -> None:
    world = world_of()
    asked = {
        "target": "now",
        "from": "2026-11-11T17:00:00+08:00",
        "to": "2026-11-11T20:30:00+08:00",
    }
    whole = world.client().get("/v1/targets", params=asked).json()["rows"]
    assert [row["standing"] for row in whole] == ["no_contacts"] * 6 + ["missed"]

    paged = []
    cursor = None
    while True:
        page = (
            world.client()
            .get(
                "/v1/targets",
                params=asked | {"limit": "2"} | ({"cursor": cursor} if cursor else {}),
            )
            .json()
        )
        paged += page["rows"]
        cursor = page["next"]
        if cursor is None:
            break
    assert paged == whole

    csv = world.client().get("/v1/targets", params=asked, headers={"Accept": "text/csv"}).text
    assert len(csv.splitlines()) == 8


def test_an_unchanged_answer_is_not_sent_again() -> None:
    world = world_of()
    first = world.client().get("/v1/targets")
    world.now += 1000

    assert (
        world.client()
        .get("/v1/targets", headers={"If-None-Match": first.headers["ETag"]})
        .status_code
        == 304
    )


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"target": "dya"}, "unknown target: dya"),
        ({"from": "2026-11-11T00:00:00Z"}, "both from= and to="),
        ({"size": "1"}, "parameter"),
    ],
)
def test_a_wrong_question_is_told_what_is_right(asked: dict[str, str], says: str) -> None:
    answer = world_of().client().get("/v1/targets", params=asked)

    assert answer.status_code == 422
    assert says in answer.json()["detail"]
