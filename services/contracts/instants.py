"""Instants on the wire: RFC 3339 text or epoch milliseconds, always epoch milliseconds inside."""

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAP = re.compile(r"(.{11}\d{2}:\d{2}:)60(.*)")
"""A time in a second that only some months have at their end"""
SECOND = timedelta(seconds=1)


def parse_instant(value: int | str) -> int:
    """Epoch milliseconds of `value`; a ValueError says what is wrong with it.

    Text must be RFC 3339 with an offset: a time without one could mean any hour of the day.
    """
    if isinstance(value, int):
        return value
    try:
        moment = _moment(value)
    except ValueError as wrong:
        message = f"{value!r} is not RFC 3339, such as 2026-11-11T09:30:00+08:00"
        raise ValueError(message) from wrong
    if moment.tzinfo is None:
        message = f"{value!r} has no offset; write 2026-11-11T09:30:00Z or +08:00"
        raise ValueError(message)
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def _moment(text: str) -> datetime:
    """The moment of a text; `t` and `z` may be small. A leap second is the first of the month after
    it, as clocks without one show it.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        leap = LEAP.fullmatch(text.upper())
        if leap is None:
            return datetime.fromisoformat(text.upper())
    moment = datetime.fromisoformat(f"{leap[1]}59{leap[2]}") + SECOND
    begun = moment.astimezone(UTC)
    if (begun.day, begun.hour, begun.minute, begun.second) != (1, 0, 0, 0):
        message = f"no month ends with {text!r}"
        raise ValueError(message)
    return moment
