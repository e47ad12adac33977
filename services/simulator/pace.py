"""The pace: when a floor begins and ends, and how far it has come by the wall clock."""

from dataclasses import dataclass

from floorpulse.simulator.domain.scenarios import SCENARIOS
from floorpulse.simulator.domain.spans import DAY, HOUR, SECOND
from floorpulse.simulator.options import SimulateOptions


@dataclass(frozen=True)
class Course:
    """The span in which a floor runs, epoch milliseconds: from `start` to `until` (None: without
    end).

    `opening` is the floor's time of day at its start, in milliseconds since midnight.
    """

    start: int
    until: int | None
    opening: int


def course(options: SimulateOptions, now: int) -> Course:
    """The course of a floor when it is launched at `now`.

    start ─── back-fill ───► live ──── duration ────► until
    """
    duration = None if options.duration is None else round(options.duration * SECOND)
    if options.start is not None:
        start = options.start
        live = options.start
    elif options.speed != 1 and duration is not None:
        start = now - duration
        live = now - duration
    else:
        start = now - round(options.backfill * SECOND)
        live = now
    clock = (
        SCENARIOS[options.scenario].liveliest * HOUR
        if options.clock is None
        else round(options.clock * SECOND)
    )
    return Course(
        start, None if duration is None else live + duration, (clock - (live - start)) % DAY
    )


@dataclass(frozen=True)
class Pace:
    """The progress of a floor that began at `start`, given the wall clock; all in epoch
    milliseconds.

    wall   launch ───────────────────────►
    floor  start ─ speed × ─► caught up ─ 1 × ─►
    """

    start: int
    launch: int
    speed: float | None

    def reached(self, now: int) -> int:
        """The floor's instant at wall clock `now`, never later than it."""
        if self.speed is None or self.speed == 1:
            return now
        return min(now, self.start + int((now - self.launch) * self.speed))
