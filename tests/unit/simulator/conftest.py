"""Whole simulated days, run once and looked at by many tests."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest

from services.simulator.domain.floor import Floor
from services.simulator.domain.scenarios import SCENARIOS
from services.simulator.domain.spans import DAY, HOUR
from services.simulator.domain.stays import Happening
from services.simulator.domain.truth import Truth

MIDNIGHT = 1_794_355_200_000  # 2026-11-11T00:00:00Z


@dataclass(frozen=True)
class Day:
    """One day from midnight, the floor closed at its end."""

    happenings: list[Happening]
    truth: Truth


@cache
def _day(scenario: str) -> Day:
    floor, truth, happenings = Floor(SCENARIOS[scenario], 7, MIDNIGHT, 0), Truth(), list[Happening]()
    for hour in range(1, DAY // HOUR + 1):
        happenings += floor.advance(MIDNIGHT + hour * HOUR)
    happenings += floor.close()
    for happening in happenings:
        truth.observe(happening)
    return Day(happenings, truth)


@pytest.fixture(scope="session")
def day() -> Callable[[str], Day]:
    return _day
