"""Days, times of day and time zones as definitions write them."""

from datetime import date, time
from zoneinfo import available_timezones

from floorpulse.definitions.domain.mistakes import meant


def is_day(text: str) -> bool:
    """Whether a day of the right form is in the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def time_of_day(text: str) -> time | None:
    """The time from 00:00 to 23:59 that a text of the right form shows; None where it shows
    none.
    """
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def nearest_zone(zone: str) -> str:
    """The remedy for a time zone that there is not."""
    remedy = meant(zone, available_timezones(), "")
    return remedy if remedy.startswith("did") else "write one such as Asia/Shanghai"
