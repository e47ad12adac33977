"""When the calendars that a contract names are open, as they were defined at each instant."""

from bisect import bisect_right
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from floorpulse.definitions.domain.business_time import BusinessClock
from floorpulse.definitions.domain.calendars import Open, open_spans
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import InForce


class ContractHours:
    """The hours of calendars over [begin, end), epoch milliseconds, by the clocks of a zone."""

    def __init__(self, known: TenantDefinitions, zone: ZoneInfo, begin: int, end: int) -> None:
        self._known = known
        self._zone = zone
        self._span = begin, end
        self._open: dict[tuple[int, str], list[Open]] = {}
        self._clocks: dict[tuple[int, str], BusinessClock | None] = {}

    def is_open(self, calendar: str | None, at: int) -> bool:
        """Whether a calendar is open at an instant; no calendar always is."""
        if calendar is None:
            return True
        spans = self._spans(self._known.at(at), calendar)
        place = bisect_right(spans, (at, self._span[1])) - 1
        return place >= 0 and at < spans[place].end

    def edges(self, calendar: str) -> Iterator[int]:
        """The instants at which a calendar may open or close."""
        for state in self._known.during(*self._span):
            for span in self._spans(state, calendar):
                yield from span

    def wait(self, queue: str, calendar: str | None, offered: int, wait: int) -> int:
        """How much of a wait from an offer on lies in business hours: of the metric's calendar
        where it names one, else of the queue's.
        """
        state = self._known.at(offered)
        key = id(state), f"calendar {calendar}" if calendar else f"queue {queue}"
        if key not in self._clocks:
            self._clocks[key] = self._clock(state, queue, calendar)
        clock = self._clocks[key]
        return wait if clock is None else clock.between(offered, offered + wait)

    def _clock(self, state: InForce, queue: str, calendar: str | None) -> BusinessClock | None:
        hours = state.calendars.get(calendar) if calendar else state.calendar(queue)
        return None if hours is None else BusinessClock(hours, self._zone)

    def _spans(self, state: InForce, calendar: str) -> list[Open]:
        key = id(state), calendar
        known = self._open.get(key)
        if known is None:
            hours = state.calendars.get(calendar)
            always = [Open(*self._span)]
            known = always if hours is None else open_spans(hours, *self._span, self._zone)
            self._open[key] = known
        return known
