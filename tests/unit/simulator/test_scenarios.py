"""What the scenarios promise."""

from collections.abc import Callable
from typing import Any

import pytest

from floorpulse.simulator.domain.scenarios import SCENARIOS
from floorpulse.simulator.domain.spans import HOUR
from floorpulse.simulator.domain.truth import FloorTally, TruthRow

pytestmark = [pytest.mark.timeout(600), pytest.mark.no_cover]  # days, which tracing makes long

MIDNIGHT = 1_794_355_200_000


def between(table: list[TruthRow], since: int, until: int) -> FloorTally:
    """All queues together in some hours of the day."""
    total = FloorTally()
    for row in table:
        if MIDNIGHT + since * HOUR <= row.start < MIDNIGHT + until * HOUR:
            total.add(row.tally)
    return total


def test_a_normal_day_keeps_its_promise(shown: Callable[..., Any]) -> None:
    total = shown("normal", 0, 24).truth.total()

    assert 7_500 < total.offered < 9_500
    assert 0.80 <= total.service_level <= 0.97
    assert total.abandoned / total.offered < 0.08


def test_on_double_eleven_a_third_more_come_than_were_forecast(shown: Callable[..., Any]) -> None:
    total = shown("double-eleven", 0, 24).truth.total()

    assert SCENARIOS["double-eleven"].forecast == 15_000
    assert 19_500 < total.offered < 22_500
    assert total.abandoned / total.offered < 0.12


def test_after_a_closed_day_nobody_waits_and_everybody_answered_was_handled(
    shown: Callable[..., Any],
) -> None:
    for name in ("normal", "double-eleven"):
        for tally in shown(name, 0, 24).truth.totals().values():
            assert tally.waiting == 0
            assert tally.answered == tally.handled
            assert tally.answered_within <= tally.answered
            assert tally.abandoned_short <= tally.abandoned


def test_customers_who_waited_long_are_less_satisfied(shown: Callable[..., Any]) -> None:
    calm = between(shown("double-eleven", 0, 24).truth.table(), 4, 8)
    rushed = between(shown("double-eleven", 0, 24).truth.table(), 20, 22)

    assert calm.csat_sum / calm.csat_count > rushed.csat_sum / rushed.csat_count


def test_every_scenario_adds_up() -> None:
    for scenario in SCENARIOS.values():
        queues = {queue.id for queue in scenario.queues}
        assert abs(sum(queue.share for queue in scenario.queues) - 1) < 1e-9
        assert {name for team in scenario.teams for name in team.skills} == queues
        assert {name for queue in scenario.queues for name in queue.onward} <= queues
        assert len(scenario.shape) == 24
        if scenario.surge is not None:
            assert len(scenario.surge.hours) == 24
            assert set(scenario.surge.shares) == queues
            assert abs(sum(scenario.surge.shares.values()) - 1) < 1e-9
