"""When a report is due, and of which period: only the latest one, so that whoever comes back after
a week is told once, not seven times.

    Fri ├──────┤ Sat ├──────┤ Sun ├──────┤ Mon ├── 08:00 ──►      a daily report, open Mon to Fri
                                                   │ due: that of Friday
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from floorpulse.counting.days import local_day
from floorpulse.definitions.domain.calendars import Calendar, opens
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.definitions.domain.report_terms import ReportBody
from floorpulse.reports.domain.periods import Period, period_of

LOOK_BACK = 40
"""Days in which the last instant of sending is looked for: more than a month has"""
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A report that was due at an instant, epoch milliseconds."""

    period: Period
    at: int


def due(body: ReportBody, now: int, zone: ZoneInfo, calendar: Calendar | None) -> Due | None:
    """The latest report of a schedule that is due by now; None where the calendar was closed all
    the time.
    """
    return next(_due(body, now, zone, calendar), None)


def _due(body: ReportBody, now: int, zone: ZoneInfo, calendar: Calendar | None) -> Iterator[Due]:
    """What was due, the latest first."""
    today = local_day(now, zone)
    for back in range(LOOK_BACK):
        day = today - back * A_DAY
        at = instant_on(day, body.at, zone)
        period = _told_on(body.period, day, zone, calendar)
        if at <= now and period is not None:
            yield Due(period, at)


def instant_on(day: date, at: str, zone: ZoneInfo) -> int:
    """When the zone's clocks show `at` (HH:MM) on a day, epoch milliseconds; where they skip it,
    as far after the skip.
    """
    wanted = datetime.combine(day, time.fromisoformat(at), zone)
    return round(wanted.astimezone(UTC).timestamp()) * 1000


def _told_on(
    kind: PeriodKind, day: date, zone: ZoneInfo, calendar: Calendar | None
) -> Period | None:
    """The period whose report goes out on a day; None where none does."""
    if not opens(calendar, day):
        return None
    if kind is PeriodKind.DAY:
        told = next((one for one in _days_before(day, LOOK_BACK) if opens(calendar, one)), None)
        return None if told is None else period_of(kind, told, zone)
    running = period_of(kind, day, zone)
    earlier = (day - number * A_DAY for number in range(1, (day - running.first).days + 1))
    if any(opens(calendar, one) for one in earlier):
        return None
    return period_of(kind, running.first - A_DAY, zone)


def _days_before(day: date, number: int) -> Iterator[date]:
    return (day - back * A_DAY for back in range(1, number + 1))


def issue_id(tenant: str, body: ReportBody, period: str) -> str:
    """What makes an issued report one: there is never a second of the same tenant, schedule and
    period.
    """
    said = f"{tenant}\n{body.id}\n{body.period}\n{period}"
    return sha256(said.encode()).hexdigest()[:32]
