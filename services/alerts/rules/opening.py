"""Which of the rules' calendars are open now; each is looked up again only when it opens or
closes.
"""

from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import HOUR
from floorpulse.definitions.domain.calendars import Calendar, open_spans

AHEAD = 24 * HOUR
"""How far a calendar is looked up at most"""


class Opened(NamedTuple):
    """Whether a calendar is open, and until when that holds at least."""

    is_open: bool
    until: int


def opened(calendar: Calendar, at: int, zone: ZoneInfo) -> Opened:
    """Whether a calendar is open at an instant."""
    spans = open_spans(calendar, at, at + AHEAD, zone)
    if not spans:
        return Opened(False, at + AHEAD)
    first = spans[0]
    return Opened(True, first.end) if first.begin <= at else Opened(False, first.begin)


class OpeningHours:
    """The calendars of one tenant's rules."""

    def __init__(self) -> None:
        self._anew: object = None
        self._known: dict[int, tuple[Calendar, Opened]] = {}
        self._at = 0

    def settle(
        self, calendars: Iterable[Calendar | None], at: int, zone: ZoneInfo, *, anew: object
    ) -> bool:
        """Look the calendars up as of an instant; whether one of them opened or closed.

        They are counted again only where `anew` is another one than last time.
        """
        if anew is not self._anew:
            self._anew = anew
            kept = {id(one): one for one in calendars if one is not None}
            self._known = {key: (one, opened(one, at, zone)) for key, one in kept.items()}
            self._at = at
            return True
        return self._settled(at, zone)

    def _settled(self, at: int, zone: ZoneInfo) -> bool:
        changed = False
        for key, (calendar, known) in self._known.items():
            if known.until <= at or at < self._at:
                now = opened(calendar, at, zone)
                self._known[key] = calendar, now
                changed |= now.is_open is not known.is_open
        self._at = at
        return changed

    def is_open(self, calendar: Calendar | None) -> bool:
        """Whether a calendar was open at that instant; None always is."""
        return calendar is None or self._known[id(calendar)][1].is_open
