"""Spans, speeds and times of day as people write them on a command line; ValueError says how."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SPAN = re.compile(r"([0-9]{1,9})(s|m|h|d|w)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]{1,3})?))?")


def seconds(text: str) -> float:
    """`90d`, `12h`, `30m`, `45s`, in seconds."""
    found = SPAN.fullmatch(text)
    if found is None:
        message = (
            f"{text!r} is no span: write a whole number with s, m, h, d or w behind it, such as 90m"
        )
        raise ValueError(message)
    return float(int(found[1]) * SECONDS[found[2]])


def multiple(text: str) -> float | None:
    """`10`, `0.5`: so many times the real pace; `max`: None, as fast as possible."""
    if text == "max":
        return None
    try:
        return float(text)
    except ValueError as wrong:
        message = f"{text!r} is no speed: write a number such as 60, or max"
        raise ValueError(message) from wrong


def time_of_day(text: str) -> float:
    """`09:30`, `09:30:15` or `09:30:15.250`, in seconds since midnight."""
    found = TIME_OF_DAY.fullmatch(text)
    if found is None:
        message = f"{text!r} is no time of day: write HH:MM or HH:MM:SS"
        raise ValueError(message)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3] or 0)


def named_zone(text: str | None) -> str | None:
    """`Europe/Berlin`: the name of a zone that there is; None stays None."""
    try:
        return None if text is None else ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        message = f"{text!r} is no zone: write a name such as Europe/Berlin, or UTC"
        raise ValueError(message) from wrong
