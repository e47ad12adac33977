"""The windows of live figures and the local days they start from.

5m window at 10:07:20, panes of 60 s:   10:02 ├────┼────┼────┼────┼────┼──┄ now
                                              five complete panes   the current one
"""

from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.counting.days import first_instant, local_day

MINUTE = 60_000
HOUR = 60 * MINUTE
QUARTER = 15 * MINUTE


class Window(StrEnum):
    """How far back a live figure looks."""

    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    M60 = "60m"
    TODAY = "today"


LENGTHS = {
    Window.M5: 5 * MINUTE,
    Window.M15: 15 * MINUTE,
    Window.M30: 30 * MINUTE,
    Window.M60: 60 * MINUTE,
}


class Span(NamedTuple):
    """The instants from `begin` up to, not including, `end`, both epoch milliseconds."""

    begin: int
    end: int

    def __contains__(self, at: int) -> bool:  # type: ignore[override]  # a span holds instants, not its two ends
        return self.begin <= at < self.end


def span_of(window: Window, now: int, pane: int, zone: ZoneInfo) -> Span:
    """What `window` covers at `now`: complete panes of `pane` milliseconds, and the current one."""
    current = now - now % pane
    begin = (
        first_instant(local_day(now, zone), zone)
        if window is Window.TODAY
        else current - LENGTHS[window]
    )
    return Span(begin, current + pane)
