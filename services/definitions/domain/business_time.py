"""The time that passes in business hours between two instants: the clock by which a mail waits.

    wall clock   Fri 17:30 ├──────────────── 63.75 h ────────────────┤ Mon 09:15
    hours        09:00–18:00   closed on Saturday and Sunday    09:00–18:00
    this clock   ├ 30 min ┤                                    ├ 15 min ┤        45 min

A calendar that is always open makes it the wall clock, also on days of 23 and 25 hours. Instants
are epoch milliseconds, spans milliseconds.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.calendars import Calendar, open_spans

DAY = timedelta(days=1)
MOST_DAYS = 4096
"""Days whose hours are remembered"""


class BusinessClock:
    """The clock of a calendar in a zone; it stands still while the calendar is closed."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo) -> None:
        self._calendar = calendar
        self._zone = zone
        self._days: dict[date, int] = {}

    def between(self, begin: int, end: int) -> int:
        """How much of [begin, end) lies in business hours; 0 where it ends before it begins."""
        if end <= begin:
            return 0
        day = local_day(begin, self._zone)
        last = local_day(end, self._zone)
        if day == last:
            return self._open(begin, end)
        total = self._open(begin, first_instant(day + DAY, self._zone))
        while (day := day + DAY) < last:
            total += self._whole(day)
        return total + self._open(first_instant(last, self._zone), end)

    def _whole(self, day: date) -> int:
        """The open time of a day."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= MOST_DAYS:
                self._days.clear()
            begin, end = (first_instant(one, self._zone) for one in (day, day + DAY))
            known = self._days[day] = self._open(begin, end)
        return known

    def _open(self, begin: int, end: int) -> int:
        return sum(
            one.end - one.begin for one in open_spans(self._calendar, begin, end, self._zone)
        )
