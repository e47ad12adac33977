"""Mail, chat and calls on one floor: what waits on stays in sight and stays missed; promises of
office hours are kept live, in history, in targets and in the list of visits alike.
"""

from typing import Any

import pytest

from floorpulse.contracts.visits import Visit
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, abandoned, answered, waiting
from tests.fakes.world import NOW, World

HOUR = 60 * MINUTE
DAY = 24 * HOUR
SECOND = 1000
TEXT = """
tenant: demo
about:
  - {names: {en: Demo}}
queues:
  - {id: mail, names: {en: Mail}, channels: [email], service_level: office, calendar: days}
  - {id: sales, names: {en: Sales}, channels: [voice]}
service_levels:
  - {id: office, formula: V3, threshold: 14400, short: 0, clock: calendar, target: 0.9}
calendars:
  - {id: days, hours: {tuesday: ["08:00-18:00"], wednesday: ["08:00-18:00"]}}
targets:
  - {id: kept, metric: service_level, comparison: at_least, value: 0.9, scope: {queue: mail}}
"""
TODAY = {"window": "today"}
SPAN = {"from": "2026-11-11T00:00:00Z", "to": "2026-11-12T00:00:00Z", "interval": "all"}


def mail(offered: int, wait: float | None = None) -> Visit:
    visit = Visit(offered_at=offered, queue="mail", channel="email")
    if wait is not None:
        visit.answered_at = offered + round(wait * SECOND)
        visit.ended_at = visit.answered_at + MINUTE
    return visit


def world_of(*visits: Visit, text: str = TEXT) -> World:
    """It is 12:07:20 on a Wednesday."""
    world = World()
    world.floor.put(*visits)
    world.definitions = definitions(text)
    world.tell()
    return world


def row_of(world: World, path: str, **asked: str) -> dict[str, Any]:
    answer = world.client().get(path, params=asked)
    assert answer.status_code == 200, answer.text
    [row] = answer.json()["rows"]
    return dict(row)


def value_of(world: World, kpi: str, queue: str = "mail", **asked: str) -> Any:
    return row_of(world, "/v1/kpis", kpi=kpi, queue=queue, **asked)["value"]


def parts(row: dict[str, Any]) -> tuple[Any, Any]:
    return row["numerator"], row["denominator"]


def test_a_mail_waits_on_where_a_call_is_no_longer_believed_to() -> None:
    world = world_of(mail(NOW - 63 * HOUR), mail(NOW - 2 * HOUR), waiting(NOW - 5 * HOUR))

    assert value_of(world, "waiting") == 2
    assert value_of(world, "longest_wait") == 63 * 3600
    assert value_of(world, "unresolved") == 0
    assert value_of(world, "waiting", "sales") == 0
    assert value_of(world, "unresolved", "sales") == 1


def test_history_sees_the_mail_that_waited_days_at_every_instant() -> None:
    world = world_of(mail(NOW - 63 * HOUR), waiting(NOW - 26 * HOUR))
    asked = {"from": "2026-11-11T00:00:00Z", "to": "2026-11-11T12:00:00Z", "interval": "1h"}
    rows = (
        world.client()
        .get("/v1/kpis/history", params={"kpi": "waiting", "by": "total", **asked})
        .json()["rows"]
    )

    assert [row["value"] for row in rows] == [1] * 12


@pytest.mark.parametrize(("path", "asked"), [("/v1/kpis", TODAY), ("/v1/kpis/history", SPAN)])
def test_a_call_that_waits_on_stays_missed(path: str, asked: dict[str, str]) -> None:
    world = world_of(answered(NOW - 6 * HOUR, 5), answered(NOW - HOUR, 5), waiting(NOW - 5 * HOUR))

    assert parts(row_of(world, path, kpi="service_level", queue="sales", **asked)) == (2, 3)
    assert parts(
        row_of(
            world,
            path,
            kpi="service_level",
            queue="sales",
            waiting_past_threshold="false",
            **asked,
        )
    ) == (2, 2)


def test_the_call_that_waits_on_is_among_the_missed_visits() -> None:
    world = world_of(answered(NOW - 6 * HOUR, 5), waiting(NOW - 5 * HOUR))
    asked = {"queue": "sales", "from": SPAN["from"], "to": SPAN["to"], "missed": "true"}
    [visit] = world.client().get("/v1/visits", params=asked).json()["rows"]

    assert visit["missed_because"] == "still_waiting"


def test_a_tenant_says_how_long_its_channels_visits_are_believed() -> None:
    text = (
        TEXT
        + "channels:\n  - {id: email, longest_wait: 86400}\n  - {id: voice, longest_wait: 36000}\n"
    )
    world = world_of(
        mail(NOW - 63 * HOUR), mail(NOW - 2 * HOUR), waiting(NOW - 5 * HOUR), text=text
    )

    assert value_of(world, "waiting") == 1
    assert value_of(world, "unresolved") == 1
    assert value_of(world, "waiting", "sales") == 1


# offered and answered; in business hours, open 08:00-18:00
OFFICE = (
    mail(NOW - 4 * HOUR, 4 * 3600),  # 08:07 to 12:07: 4 h, in time
    mail(NOW - 12 * HOUR, 12 * 3600),  # 00:07 to 12:07: 4 h 7 min 20 s, late
    mail(NOW - 12 * HOUR, 11 * 3600),  # 00:07 to 11:07: 3 h 7 min, in time
    mail(NOW - 11 * HOUR),  # waits: 4 h 7 min of business hours, late
    mail(NOW - 3 * HOUR),  # waits: 3 h, may still be in time
)


@pytest.mark.parametrize(("path", "asked"), [("/v1/kpis", TODAY), ("/v1/kpis/history", SPAN)])
def test_mail_answered_within_four_office_hours_is_a_service_level(
    path: str, asked: dict[str, str]
) -> None:
    world = world_of(*OFFICE)

    assert parts(row_of(world, path, kpi="service_level", queue="mail", **asked)) == (2, 4)
    assert parts(row_of(world, path, kpi="service_level", queue="mail", clock="wall", **asked)) == (
        1,
        4,
    )
    assert parts(
        row_of(world, path, kpi="service_level:V2", queue="mail", threshold="7200", **asked)
    ) == (0, 5)


def test_a_total_over_calls_and_mail_sums_each_under_its_own_clock() -> None:
    world = world_of(*OFFICE, answered(NOW - HOUR, 5), answered(NOW - HOUR, 25))

    for path, asked in (("/v1/kpis", TODAY), ("/v1/kpis/history", SPAN)):
        row = row_of(world, path, kpi="service_level", by="total", **asked)
        assert parts(row) == (3, 6), path


def test_the_missed_mails_are_those_that_the_figure_counts() -> None:
    world = world_of(*OFFICE)
    asked = {"queue": "mail", "from": SPAN["from"], "to": SPAN["to"], "missed": "true"}
    rows = world.client().get("/v1/visits", params=asked).json()["rows"]

    assert sorted(row["missed_because"] for row in rows) == ["answered_late", "still_waiting"]


def test_a_target_is_kept_by_the_calendar_too() -> None:
    row = row_of(world_of(*OFFICE), "/v1/targets", target="kept")

    assert parts(row) == (2, 4)
    assert row["standing"] == "behind"


def test_the_longest_wait_in_business_hours_stands_beside_that_of_the_wall_clock() -> None:
    world = world_of(mail(NOW - 26 * HOUR))
    now = {"from": "2026-11-11T12:00:00Z", "to": "2026-11-11T13:00:00Z", "interval": "1h"}
    past = row_of(world, "/v1/kpis/history", kpi="longest_wait:calendar", queue="mail", **now)

    assert value_of(world, "longest_wait") == 26 * 3600
    # Tuesday 10:07:20 to 18:00, Wednesday 08:00 to 12:07:20 and to 12:00
    assert value_of(world, "longest_wait:calendar") == 12 * 3600
    assert past["value"] == 12 * 3600 - 440


def test_what_erlang_cannot_know_of_mail_is_null() -> None:
    world = world_of(*OFFICE, abandoned(NOW - HOUR, 9))

    for kpi in ("agents_required", "agents_required:rest", "service_level_projected"):
        assert value_of(world, kpi, **TODAY) is None


def test_without_the_tables_the_figure_is_null_and_calls_go_on() -> None:
    world = world_of(*OFFICE, answered(NOW - HOUR, 5))
    world.floor.away = True

    assert value_of(world, "service_level", **TODAY) is None
    assert value_of(world, "service_level", "sales", **TODAY) == 1
