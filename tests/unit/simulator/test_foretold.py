"""The forecast of the model floor."""

from itertools import groupby

import pytest

from floorpulse.simulator.domain.demand import SLOT, load, planned
from floorpulse.simulator.domain.foretold import foretold
from floorpulse.simulator.domain.roster import RESTS, required
from floorpulse.simulator.domain.scenarios import DOUBLE_ELEVEN, NORMAL, SCENARIOS, Scenario
from floorpulse.simulator.domain.spans import DAY, HOUR, MINUTE

START = 1_794_355_200_000 + 7 * MINUTE
OPENING = 18 * HOUR + 31 * MINUTE


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_a_day_has_the_forecast_and_what_is_passed_on(scenario: Scenario) -> None:
    volumes = dict.fromkeys((queue.id for queue in scenario.queues), 0.0)
    for interval in foretold(scenario, START, OPENING, START + DAY + SLOT):
        volumes[interval.queue.id] += interval.volume

    passed_on = sum(
        queue.share * 0.95 * queue.transfers for queue in scenario.queues if queue.onward
    )
    assert sum(volumes.values()) == pytest.approx(scenario.forecast * (1 + passed_on), rel=1e-3)
    assert volumes["vip"] == pytest.approx(scenario.forecast * 0.05, rel=1e-3), (
        "nobody passes on to them"
    )


def test_intervals_are_whole_half_hours_of_the_clock_for_every_queue() -> None:
    told = list(foretold(NORMAL, START, OPENING, START + 3 * HOUR))

    begins = [
        (begin, [one.queue.id for one in together])
        for begin, together in groupby(told, key=lambda one: one.begin)
    ]
    assert [begin for begin, _ in begins] == [
        START - 7 * MINUTE + number * SLOT for number in range(1, 6)
    ]
    assert all(queues == [queue.id for queue in NORMAL.queues] for _, queues in begins)


def test_a_half_hour_of_the_clock_lies_across_two_of_the_floors_day() -> None:
    first = next(foretold(DOUBLE_ELEVEN, START, OPENING, START + HOUR))
    contacts = planned(DOUBLE_ELEVEN)
    slot, elapsed = divmod(OPENING + first.begin - START, SLOT)

    came = contacts[slot] * (1 - elapsed / SLOT) + contacts[slot + 1] * elapsed / SLOT
    assert 0 < elapsed < SLOT
    assert first.volume == pytest.approx(
        came * (0.33 + 0.95 * 0.06 * (0.27 / 2 + 0.15 / 2 + 0.05 + 0.16 / 2)), abs=0.01
    )


def test_at_least_as_many_agents_are_foretold_as_the_load_asks_for() -> None:
    hour = {
        one.queue.id: one.staffed
        for one in foretold(NORMAL, START, 10 * HOUR + 7 * MINUTE, START + HOUR)
    }
    team = load(planned(NORMAL), [NORMAL.queue("returns")])

    needed = min(required(team[slot : slot + 1], NORMAL.safety)[0] for slot in (20, 21, 22))
    assert hour["returns"] >= round(needed / RESTS) - 1
    assert min(hour.values()) >= 1


def test_the_same_floor_is_foretold_alike() -> None:
    assert list(foretold(NORMAL, START, OPENING, START + DAY)) == list(
        foretold(NORMAL, START, OPENING, START + DAY)
    )
