"""Local days: when they begin in a time zone, also where clocks skip midnight."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

KNOWN = 4096
"""Days that are remembered: every page of a year's export asks for all of them"""


@lru_cache(maxsize=KNOWN)
def first_instant(day: date, zone: ZoneInfo) -> int:
    """When `day` begins in `zone`, epoch milliseconds; where clocks skip midnight, the first
    instant after the skip.
    """
    return round(datetime.combine(day, time(), zone).astimezone(UTC).timestamp()) * 1000


def local_day(at: int, zone: ZoneInfo) -> date:
    """The calendar day in `zone` at an instant."""
    return datetime.fromtimestamp(at / 1000, zone).date()
