"""Decides whether a changed figure is a correction or merely arrives.

A quarter of a queue that had been passed while the queue existed was shown as final, be it as 0:
whatever changes its final cells is a correction. Figures of before the queue's time (an old month
loaded into a live system) were shown to nobody: they arrive. Their quarter counts as shown once
nothing came for `FILLING`; from then on its changes are corrections too.

queue's time                                  ├──── known when passed ─────────────
quarters      ▒▒▒▒▒▒▒▒▒▒ arriving ▒▒▒▒▒▒▒▒▒▒▒▒│████ 0 or not: a change corrects ████│ open
"""

from typing import NamedTuple

from floorpulse.contracts.cells import Cells
from floorpulse.counting.families import Family, only

FILLING = 900_000
"""Milliseconds (wall clock) without a change after which figures that arrived late count as shown
"""


class Cause(NamedTuple):
    """The event that changed a pane last, and why it did, where it says so."""

    source: str
    event: str
    type: str
    reason: str | None = None


JOINED = Cause("floorpulse", "", "partition.joined")
"""No event: a source partition came in behind, and the quarter was rolled again with it."""


class StoredRollup(NamedTuple):
    """A quarter of a queue and channel as it stands in the rollups; `filled_at` while it
    arrives.
    """

    families: Family
    revision: int
    cells: Cells
    filled_at: int | None


class QuarterStatus(NamedTuple):
    """The families of a quarter that were `shown` as final and those that are final `now`; whether
    the queue was `known` when the quarter was passed.
    """

    shown: Family
    known: bool
    now: Family


class Judgement(NamedTuple):
    """Whether `old` became `new` as a correction (None: it did not), and since when the quarter
    fills.
    """

    change: tuple[Cells, Cells] | None = None
    filled_at: int | None = None


def judge(stored: StoredRollup | None, cells: Cells, place: QuarterStatus, now: int) -> Judgement:
    """Judge that a quarter's merged cells are `cells` now, at `now` on the wall."""
    if stored is None:
        if place.shown and not place.known:
            return Judgement(filled_at=now)
        return Judgement(_change({}, cells, place.shown))
    if stored.filled_at is not None and not place.shown:
        return Judgement()
    if stored.filled_at is not None and now - stored.filled_at < FILLING:
        return Judgement(filled_at=stored.filled_at if cells == stored.cells else now)
    return Judgement(_change(stored.cells, cells, stored.families))


def _change(old: Cells, new: Cells, families: Family) -> tuple[Cells, Cells] | None:
    before = only(old, families)
    after = only(new, families)
    return None if before == after else (before, after)
