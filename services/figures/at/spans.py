"""Which spans of panes are read for a past instant: cut wherever a window, a projection or a
forecast interval begins or ends, so that each of them is a sum of whole spans.

60m      ├──────────────────────────────────┤ at
15m                               ├─────────┤
slots            ├────────┼────────┼────────┼────┤
spans    ├───────┼────────┼───────┼┼────────┤
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span, Window, span_of
from floorpulse.figures.live.plans import live_times
from floorpulse.kpis.plan import Slot

RECENT = (Window.M5, Window.M15, Window.M30, Window.M60)
"""Windows that are read whatever is asked for: queues are judged by the last half hour"""


@dataclass(frozen=True)
class Moment:
    """A past instant, epoch milliseconds, with the length of panes and the zone of days."""

    at: int
    pane: int
    zone: ZoneInfo

    @property
    def current(self) -> int:
        """Where the pane in progress began."""
        return self.at - self.at % self.pane

    @property
    def in_progress(self) -> Span:
        """The pane in progress."""
        return Span(self.current, self.current + self.pane)

    def covers(self, window: Window) -> Span:
        """What a window covers."""
        return span_of(window, self.at, self.pane, self.zone)

    def projects(self, window: Window) -> Span:
        """The interval in progress that a window's projection is about."""
        return live_times(window, self.covers(window), self.at, self.zone).rest

    def planned(self, window: Window) -> Span:
        """What forecasts of a window are about: all of both."""
        span = self.covers(window)
        rest = self.projects(window)
        return Span(min(span.begin, rest.begin), max(span.end, rest.end))


def spans_of(moment: Moment, window: Window, slots: Sequence[Slot] = ()) -> list[Span]:
    """The spans of whole panes before the current one, contiguous and ascending."""
    edges = {moment.current, moment.projects(window).begin}
    edges.update(moment.covers(one).begin for one in (window, *RECENT))
    for slot in slots:
        edges.update((slot.begin, slot.end))
    return [Span(*edge) for edge in pairwise(sorted(one for one in edges if one <= moment.current))]
