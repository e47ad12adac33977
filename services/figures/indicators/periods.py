"""The periods of targets of agents: days, weeks from Monday, months of the tenant's zone, and how
far one is.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.calendars import open_spans
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.indicator_terms import Period
from floorpulse.figures.indicators.pace import Progress, Yardstick
from floorpulse.figures.intervals import Interval, intervals, next_edge

GRID = {Period.DAY: Interval.D1, Period.WEEK: Interval.W1, Period.MONTH: Interval.MONTH}


def begin_of_period(at: int, period: Period, zone: ZoneInfo) -> int:
    """Where the day, week or month that holds an instant begins."""
    return first_instant(_first_day(local_day(at, zone), period), zone)


def _first_day(day: date, period: Period) -> date:
    match period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)


def periods(span: Span, period: Period, zone: ZoneInfo) -> list[Span]:
    """The whole periods that touch a span, ascending and contiguous."""
    begin = begin_of_period(span.begin, period, zone)
    end = next_edge(begin_of_period(span.end - 1, period, zone), GRID[period], zone)
    return list(intervals(Span(begin, end), GRID[period], zone))


def days(span: Span, zone: ZoneInfo) -> Iterator[tuple[str, Span]]:
    """The days of a span, with their dates; the first and the last cut to it."""
    for one in intervals(span, Interval.D1, zone):
        yield local_day(one.begin, zone).isoformat(), one


def by_calendar(span: Span, now: int, in_force: InForce, zone: ZoneInfo) -> Progress:
    """How far a period is in the tenant's business hours; in all hours where it has no calendar,
    or none of them lies in the period.
    """
    name = in_force.tenant.calendar if in_force.tenant is not None else None
    calendar = in_force.calendars.get(name or "")
    opened = (
        [Span(*one) for one in open_spans(calendar, span.begin, span.end, zone)]
        if calendar is not None
        else []
    ) or [span]
    done = sum(max(0, min(one.end, now) - one.begin) for one in opened)
    left = sum(max(0, one.end - max(one.begin, now)) for one in opened)
    return Progress(done / HOUR, left / HOUR, Yardstick.CALENDAR)


def by_schedule(hours: float, logged_in: int | None, over: bool) -> Progress | None:  # noqa: FBT001  one word
    """How far a period is in the hours that agents are scheduled for; None where nobody told how
    long they were logged in.
    """
    if logged_in is None:
        return None
    done = logged_in / HOUR
    return Progress(done, 0.0 if over else max(0.0, hours - done), Yardstick.SCHEDULE)
