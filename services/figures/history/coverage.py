"""Which table answers which part of a span: the coarsest rollup that lies wholly in it, else the
panes.

asked     ├──────────────────────────────────────────────────────────────────┤
answered   panes │ quarters │ days │ month │ days │ quarters │ panes: too young, changed a moment
ago, or not on the grid

Each instant is covered once, so the sum is that of the panes, cell by cell.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.counting.grains import QUARTER, Grain, RollupBounds, bounds_of, on_the_grid
from floorpulse.figures.timestamps import text

_LEAST = {Grain.MONTH: 27 * 24 * HOUR, Grain.DAY: 22 * HOUR, Grain.QUARTER: QUARTER}
"""No rollup of the grain is shorter"""


class NotKeptError(ValueError):
    """Figures are asked for that were deleted; kept is what is `since`, epoch milliseconds."""

    def __init__(self, since: int) -> None:
        super().__init__(self.told(since))
        self.since = since

    def told(self, since: int) -> str:
        """What is kept, and what can be asked for."""
        return f"what was before {text(since)} was deleted by retention: ask for what was since"


def expect_kept(begin: int, since: int) -> None:
    """NotKeptError where some of what is asked for from `begin` on was before `since`."""
    if begin < since:
        raise NotKeptError(since)


class TooFineError(NotKeptError):
    """Panes are asked for that were deleted; only rollups are left of what was before `since`."""

    def told(self, since: int) -> str:
        """What is kept, and what can be asked for."""
        return (
            f"before {text(since)} only whole quarter hours are kept: begin, end and interval "
            "must be multiples of 15 minutes"
        )


@dataclass(frozen=True)
class RollupReach:
    """How far the rollups of each grain reach, as of one snapshot; instants are epoch milliseconds.

    `changed` are the quarters, ascending, that changed and were not merged again yet; before
    `panes_since` there are no panes any more, before `rollups_since` no rollups either.
    """

    until: dict[Grain, int]
    zone: ZoneInfo
    changed: Sequence[int] = ()
    panes_since: int = 0
    rollups_since: int = 0

    def holds(self, grain: Grain, bounds: RollupBounds) -> bool:
        """Whether the rollups of `bounds` are the sum of its panes."""
        if bounds.end > self.until[grain] or not on_the_grid(bounds):
            return False
        first = bisect_left(self.changed, bounds.begin)
        return first == len(self.changed) or self.changed[first] >= bounds.end


class Part(NamedTuple):
    """A span that one table answers: the rollups of a grain, or (None) the panes."""

    grain: Grain | None
    span: Span


def parts(spans: Iterable[Span], rolled: RollupReach) -> list[Part]:
    """The parts of contiguous `spans`, ascending; none reaches over an edge of the spans with a
    coarser row than fits.

    Raises TooFineError where panes are needed that were deleted, NotKeptError where rollups were.
    """
    found: list[Part] = []
    for part in (part for span in spans for part in _cover(span, rolled)):
        if part.span.begin < rolled.rollups_since:
            raise NotKeptError(rolled.rollups_since)
        if part.grain is None and part.span.begin < rolled.panes_since:
            raise TooFineError(rolled.panes_since)
        if found and found[-1].grain is part.grain:
            found[-1] = Part(part.grain, Span(found[-1].span.begin, part.span.end))
        else:
            found.append(part)
    return found


def _cover(span: Span, rolled: RollupReach) -> Iterator[Part]:
    at = span.begin
    while at < span.end:
        part = _next(Span(at, span.end), rolled)
        yield part
        at = part.span.end


def _next(rest: Span, rolled: RollupReach) -> Part:
    for grain, least in _LEAST.items():
        if min(rest.end, rolled.until[grain]) - rest.begin >= least:
            bounds = bounds_of(grain, rest.begin, rolled.zone)
            if (
                bounds.begin == rest.begin
                and bounds.end <= rest.end
                and rolled.holds(grain, bounds)
            ):
                return Part(grain, Span(*bounds))
    young = rest.begin >= rolled.until[Grain.QUARTER]
    return Part(
        None,
        rest
        if young
        else Span(rest.begin, min(rest.end, bounds_of(Grain.QUARTER, rest.begin, rolled.zone).end)),
    )
