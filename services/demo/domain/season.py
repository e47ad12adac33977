"""Seasons of the model contact centre: when a floor goes on as the same one, and when another
opens.

The same scenario, start and clock give the same events byte for byte, so a simulator that was
killed is simply run again from its floor's start: the events it had sent are duplicates, which
count once, and the floor goes on as if nothing had happened. A floor that was closed in good order
stays closed; the next one opens where it ended.

    floor 1  start ─────────── killed ─► again from start ─────────────► closed
    floor 2                                                              start ───────►
"""

from dataclasses import dataclass, replace

BACKFILL = 90 * 60_000
DAY = 86_400_000


@dataclass(frozen=True)
class Season:
    """One floor: `start` and `closed_at` are epoch milliseconds, `clock` is its time of day at the
    start in milliseconds.
    """

    scenario: str
    start: int
    clock: int
    closed_at: int | None = None

    def closed(self, at: int) -> "Season":
        """The same floor, closed in good order."""
        return replace(self, closed_at=at)


def season(last: Season | None, scenario: str, liveliest: int, now: int) -> Season:
    """The floor to run at `now`: the last one if it was never closed, is of this scenario and
    younger than a day, else another.

    A new floor shows its `liveliest` hour (0 to 23) now and begins in the recent past, though never
    before the last one ended.
    """
    if (
        last is not None
        and last.closed_at is None
        and last.scenario == scenario
        and 0 <= now - last.start < DAY
    ):
        return last
    start = now - BACKFILL
    if last is not None and last.closed_at is not None and last.closed_at <= now:
        start = max(start, last.closed_at)
    return Season(scenario, start, (liveliest * 3_600_000 - (now - start)) % DAY)
