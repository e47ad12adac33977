"""Until when calendars are known: to the end of the last year of whose holidays or make-up workdays
they have some.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.in_force import Version


def known_until(versions: Iterable[CalendarBody]) -> date | None:
    """The last day that a calendar knows, all its dated versions together; None where it has no
    holidays.
    """
    days = [day for one in versions for day in (*one.holidays, *one.workdays)]
    return date(int(max(days)[:4]), 12, 31) if days else None


def first_end(versions: Iterable[Version]) -> float | None:
    """When the first of all standing calendars ends, epoch seconds of UTC; None where none does."""
    known: dict[tuple[str, str], list[CalendarBody]] = {}
    for one in versions:
        if one.standing and isinstance(one.body, CalendarBody):
            known.setdefault((one.tenant, one.id), []).append(one.body)
    ends = [end for end in map(known_until, known.values()) if end is not None]
    if not ends:
        return None
    return datetime.combine(min(ends) + timedelta(days=1), time(), UTC).timestamp()
