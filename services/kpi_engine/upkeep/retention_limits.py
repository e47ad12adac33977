"""Retention: since when each kind of row is kept. Limits are announced first; rows go once every
engine has read them.
"""

from datetime import UTC, datetime

from floorpulse.counting.months import Month, month_of

DAY = 86_400_000
RELOADED_WITHIN = 300_000
"""Milliseconds after which every engine has read an announcement: they look every minute"""


def limit(days: int, now: int) -> int:
    """The instant before which rows need not be kept: the begin of a month, in UTC."""
    return month_of(now - days * DAY).begin


def rolled_limit(days: int, now: int, rolled: int) -> int:
    """The limit of panes: only whole months go that are rolled up, `rolled` being the end of the
    last such day.
    """
    return min(limit(days, now), month_of(rolled).begin)


def month_named(name: str) -> Month:
    """The month of a part's name such as `pane_2026_11`."""
    year, month = (int(word) for word in name.split("_")[-2:])
    return month_of(int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000)
