"""Where the alerts of the floor's figures must fire, and where they may, told from answers of the
API alone: PromQL and the metrics have no part in it.

breach   ──██████──███─────█████████████──
hold        ├─────┤           ├─────┤          a run longer than the hold and `SLACK`: must fire
                                               one as long as the hold less `SLACK`: may
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

SLACK = 45.0
"""Seconds by which two observers, each with its own pace, may differ about a run"""
MIN_VOLUME = 20
QUICK = frozenset({"voice", "chat"})

Named = tuple[str, str]
"""(alert, queue)"""


@dataclass(frozen=True)
class QueueNow:
    """A queue as the API tells it: shares with their denominators, seconds."""

    channel: str
    target: float
    service_level: float | None
    judged: float
    recent_service_level: float | None
    abandonment: float | None
    offered: float
    waiting: int
    longest_wait: float
    available: int
    logged_in: int


@dataclass(frozen=True)
class Sample:
    """All queues at one instant of a steady clock, seconds."""

    at: float
    queues: Mapping[str, QueueNow]


@dataclass(frozen=True)
class ExpectedAlert:
    """When an alert's cause is there, and for how many seconds it must be."""

    breached: Callable[[QueueNow], bool]
    hold: float


def _low(queue: QueueNow) -> bool:
    level = queue.service_level
    return level is not None and level < queue.target and queue.judged >= MIN_VOLUME


def _gives_up(queue: QueueNow) -> bool:
    share = queue.abandonment
    return share is not None and share > 0.1 and queue.offered >= MIN_VOLUME


def _waits_long(queue: QueueNow) -> bool:
    return queue.channel in QUICK and queue.longest_wait > 180


def _nobody_available(queue: QueueNow) -> bool:
    return queue.channel in QUICK and queue.waiting > 0 and queue.available == 0


def _nobody_there(queue: QueueNow) -> bool:
    return queue.channel in QUICK and queue.waiting > 0 and queue.logged_in == 0


EXPECTED = {
    "FloorServiceLevelLow": ExpectedAlert(_low, 120),
    "FloorAbandonmentHigh": ExpectedAlert(_gives_up, 120),
    "FloorWaitTooLong": ExpectedAlert(_waits_long, 30),
    "FloorNobodyAvailable": ExpectedAlert(_nobody_available, 180),
    "FloorNobodyLoggedIn": ExpectedAlert(_nobody_there, 60),
}
BURNS = {"FloorServiceLevelBurnsFast": 2.0, "FloorServiceLevelBurnsSlowly": 1.0}
"""Their counters begin with the process, the API's windows do not: it tells only where they may"""
TOLERATED = 0.1
"""By how much the share of five minutes may be better than what a burn needs"""


def must_fire(samples: Sequence[Sample]) -> set[Named]:
    """Alerts whose cause lasted for longer than any pace could miss."""
    return _lasting(samples, SLACK)


def may_fire(samples: Sequence[Sample]) -> set[Named]:
    """Alerts whose cause lasted for about long enough."""
    return _lasting(samples, -SLACK) | set(_burning(samples))


def _lasting(samples: Sequence[Sample], more: float) -> set[Named]:
    return {
        (alert, queue)
        for alert, expected in EXPECTED.items()
        for queue in {name for sample in samples for name in sample.queues}
        if _longest(samples, queue, expected.breached) >= max(0.0, expected.hold + more)
        and any(_holds(sample, queue, expected.breached) for sample in samples)
    }


def _holds(sample: Sample, queue: str, breached: Callable[[QueueNow], bool]) -> bool:
    return queue in sample.queues and breached(sample.queues[queue])


def _longest(samples: Sequence[Sample], queue: str, breached: Callable[[QueueNow], bool]) -> float:
    """The longest time, seconds, from the first to the last sample of a run with the cause."""
    runs = groupby(samples, lambda sample: _holds(sample, queue, breached))
    spans = ([sample.at for sample in run] for there, run in runs if there)
    return max((span[-1] - span[0] for span in spans), default=0.0)


def _burning(samples: Iterable[Sample]) -> Iterable[Named]:
    for sample in samples:
        for name, queue in sample.queues.items():
            for alert, factor in BURNS.items():
                level = queue.recent_service_level
                allowed = factor * (1 - queue.target)
                if level is not None and 1 - level > allowed - TOLERATED:
                    yield alert, name
