"""Instants on the wire: RFC 3339 text or epoch milliseconds, always epoch milliseconds inside."""

from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_instant(value: int | str) -> int:
    """Epoch milliseconds of `value`; a ValueError says what is wrong with it.

    Text must be RFC 3339 with an offset: a time without one could mean any hour of the day. Its `T`
    and `Z` may be small letters.
    """
    if isinstance(value, int):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = _in_small_letters(value)
    if moment.tzinfo is None:
        message = f"{value!r} has no offset; write 2026-11-11T09:30:00Z or +08:00"
        raise ValueError(message)
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def _in_small_letters(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value.replace("z", "Z"))
    except ValueError as wrong:
        message = f"{value!r} is not RFC 3339, such as 2026-11-11T09:30:00+08:00"
        raise ValueError(message) from wrong
