"""The story of double-eleven: 15,000 contacts were forecast and 20,000 come; the floor's service
level falls over hours, voice drowns while chat has agents to spare.

hour       15     16     17     18     19     20     21
floor      92 %   89 %   83 %   76 %   59 %   55 %   52 %      the mean of several seeds
orders     87 %   83 %   75 %   63 %   37 %   30 %   25 %
chat      100 %  100 %  100 %  100 %   97 %   96 %   95 %
"""

from functools import cache
from itertools import pairwise
from statistics import fmean

import pytest

from floorpulse.simulator.domain.scenarios import DOUBLE_ELEVEN
from tests.fakes.simulated import SimulatedFloor

pytestmark = [pytest.mark.timeout(600), pytest.mark.no_cover]  # hours, which tracing makes long

SEEDS = (1, 7, 11)
HOURS = range(15, 22)
Levels = dict[str | None, list[float]]
"""Service levels of the hours, by queue; None: of the floor"""


@cache
def levels(seed: int) -> Levels:
    """What live figures say at the end of each hour of that hour."""
    floor = SimulatedFloor(DOUBLE_ELEVEN, seed, HOURS[0] - 2)
    client = floor.world.client()
    asked = {"kpi": "service_level", "window": "60m"}
    found: Levels = {}
    for hour in HOURS:
        floor.reach(hour + 1)
        rows = client.get("/v1/kpis", asked).json()["rows"]
        rows += client.get("/v1/kpis", {**asked, "by": "total"}).json()["rows"]
        for row in rows:
            found.setdefault(row["queue"], []).append(row["value"])
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_floors_service_level_falls_from_what_is_usual_to_less_than_60_per_cent(
    seed: int,
) -> None:
    floor = levels(seed)[None]

    assert 0.80 <= fmean(floor[:3]) <= 0.95, "from about 85 %"
    assert 0.40 <= fmean(floor[-2:]) < 0.60, "to under 60 %"
    assert min(floor) > 0.35, "nothing stands at 0 %"


def test_it_falls_hour_by_hour() -> None:
    every = [levels(seed)[None] for seed in SEEDS]
    usual = [fmean(hour) for hour in zip(*every, strict=True)]

    assert usual[:5] == sorted(usual[:5], reverse=True)
    assert max(earlier - later for earlier, later in pairwise(usual)) < 0.25, "over hours"


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_drown_while_chat_and_mail_keep_their_promise(seed: int) -> None:
    by_queue = levels(seed)

    assert fmean(by_queue["orders"][-2:]) < 0.4
    assert min(by_queue["chat"]) >= 0.8
    assert min(by_queue["email"]) >= 0.8


@pytest.mark.parametrize("seed", SEEDS)
def test_the_hour_in_which_a_demonstration_begins_ends_below_what_was_promised(seed: int) -> None:
    opening = DOUBLE_ELEVEN.liveliest

    assert levels(seed)[None][opening - 1 - HOURS[0]] >= 0.72
    assert levels(seed)[None][opening + 1 - HOURS[0]] < 0.8
