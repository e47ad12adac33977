"""Simulated spans of a day, run once and looked at by many tests."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest

from floorpulse.simulator.domain.floor import ModelFloor
from floorpulse.simulator.domain.scenarios import SCENARIOS
from floorpulse.simulator.domain.spans import HOUR
from floorpulse.simulator.domain.stays import Happening
from floorpulse.simulator.domain.truth import Truth

MIDNIGHT = 1_794_355_200_000  # 2026-11-11T00:00:00Z


@dataclass(frozen=True)
class Shown:
    """What a floor told between two hours of a day, closed at the end, and the truth of it."""

    happenings: list[Happening]
    truth: Truth


@cache
def _shown(scenario: str, since: int = 0, until: int = 24) -> Shown:
    floor = ModelFloor(SCENARIOS[scenario], 7, MIDNIGHT + since * HOUR, since * HOUR)
    truth = Truth()
    happenings = list[Happening]()
    for hour in range(since + 1, until + 1):
        happenings += floor.advance(MIDNIGHT + hour * HOUR)
    happenings += floor.close()
    for happening in happenings:
        truth.observe(happening)
    return Shown(happenings, truth)


@pytest.fixture(scope="session")
def shown() -> Callable[..., Shown]:
    return _shown
