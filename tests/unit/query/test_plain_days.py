"""`from` and `to` as plain days: from the first instant of one to the last of the other, on the
floor's clocks.
"""

from zoneinfo import ZoneInfo

import pytest

from floorpulse.access.parameters import bounds_of
from floorpulse.contracts.instants import parse_instant
from floorpulse.runtime.problems import Problem
from tests.fakes.definitions import definitions
from tests.fakes.world import LEADER, World, busy_world

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
DAYS = "from=2026-11-11&to=2026-11-11"
INSTANTS = "from=2026-11-11T00:00:00%2B08:00&to=2026-11-12T00:00:00%2B08:00"
TEXT = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: Asia/Shanghai}
targets:
  - {id: day, metric: service_level, comparison: at_least, value: 0.8}
"""
ROUTES = (
    "/v1/kpis/history?kpi=offered&interval=1d&",
    "/v1/visits?",
    "/v1/corrections?",
    "/v1/targets?",
    "/v1/forecasts?",
    "/v1/agents/kpis?kpi=handled&",
    "/v1/agents/benchmark?kpi=handled&",
)


@pytest.fixture
def world() -> World:
    world = busy_world()
    world.definitions = definitions(TEXT)
    return world


@pytest.mark.parametrize("path", ROUTES)
def test_a_day_means_the_floors_own_and_includes_it_as_an_end(world: World, path: str) -> None:
    client = world.client().with_headers(LEADER)
    by_day = client.get(path + DAYS)

    assert by_day.status_code == 200, by_day.text
    assert by_day.json()["rows"] == client.get(path + INSTANTS).json()["rows"]


def test_the_zone_of_the_question_is_that_of_its_days(world: World) -> None:
    asked = "/v1/kpis/history?kpi=offered&interval=1d&tz=Europe/Berlin&"
    [row] = world.client().get(f"{asked}{DAYS}&by=total").json()["rows"]

    assert (row["time"], row["end"]) == ("2026-11-11T00:00:00+01:00", "2026-11-12T00:00:00+01:00")


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-11", 24)]
)
def test_a_day_is_as_long_as_its_clocks_say(day: str, hours: int) -> None:
    begin, end = bounds_of(day, day, BERLIN)

    assert end - begin == hours * 3_600_000


def test_a_day_and_an_instant_go_together() -> None:
    begin, end = bounds_of("2026-11-11", "2026-11-11T12:00:00+08:00", SHANGHAI)

    assert (begin, end) == tuple(
        map(parse_instant, ("2026-11-11T00:00:00+08:00", "2026-11-11T12:00:00+08:00"))
    )


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("2026-11-12", "2026-11-11", "a plain day as `to` is included"),
        ("2026-11-12", "2026-11-12T00:00:00+08:00", "an instant as `to` is not included"),
        ("2026-02-30", "2026-03-01", "from=2026-02-30 is no day"),
        ("2026-2-3", "2026-03-01", "or a plain day, such as 2026-11-11"),
        ("1969-12-31", "2026-03-01", "outside 1970 to 2099"),
    ],
)
def test_what_is_no_span_is_told_what_is_right(since: str, until: str, says: str) -> None:
    with pytest.raises(Problem) as refused:
        bounds_of(since, until, SHANGHAI)

    assert says in str(refused.value.detail)
