"""Reading of foreign JSON: names without regard to case, and what is absent or of another kind is
None.

Platforms print one name in several spellings (`QueueArn`, `queueARN`, `queue_arn`), send empty
texts and the year 1970 for what they do not know, and add fields without notice. Nothing here
raises, whatever a payload holds.
"""

from collections.abc import Mapping
from functools import cached_property
from math import isfinite

from floorpulse.contracts.instants import parse_instant

EARLIEST = 631_152_000_000
"""The first instant that is believed, epoch milliseconds: 1990. Before it a stamp means `none`"""
LATEST = 253_402_300_799_000
MOST_MILLISECONDS = 31 * 86_400_000
"""The longest span that an event may tell"""


def folded(name: str) -> str:
    """A name without case, underscores and hyphens: `detail-type`, `DetailType` and `detail_type`
    are one.
    """
    return name.replace("_", "").replace("-", "").casefold()


class Fields:
    """An object of foreign JSON; anything else is an object without fields."""

    def __init__(self, value: object) -> None:
        self._value = value

    @cached_property
    def _known(self) -> dict[str, object]:
        if not isinstance(self._value, Mapping):
            return {}
        return {folded(str(name)): value for name, value in self._value.items()}

    def __bool__(self) -> bool:
        """Whether it has fields."""
        return bool(self._known)

    @property
    def value(self) -> object:
        """The object itself, or what stands in its place."""
        return self._value

    def raw(self, name: str) -> object:
        """The value as it is; None where it is absent."""
        return self._known.get(folded(name))

    def text(self, *names: str) -> str | None:
        """The first of these fields that has a text (or a whole number, as text)."""
        return next((text for name in names if (text := _text(self.raw(name)))), None)

    def word(self, *names: str) -> str:
        """A word of a closed list, in capitals; empty where there is none."""
        return (self.text(*names) or "").upper()

    def number(self, *names: str) -> float | None:
        """The first of these fields that is a finite number, also one written as text."""
        known = (_number(self.raw(name)) for name in names)
        return next((number for number in known if number is not None), None)

    def flag(self, name: str) -> bool:
        """Whether the field says yes: true, or a text of it."""
        return self.raw(name) is True or self.word(name) == "TRUE"

    def part(self, *path: str) -> "Fields":
        """The object behind these names, one within the other."""
        inner = self
        for name in path:
            inner = Fields(inner.raw(name))
        return inner

    def parts(self, name: str) -> list["Fields"]:
        """The objects of an array."""
        value = self.raw(name)
        return [Fields(one) for one in value] if isinstance(value, list) else []

    def instant(self, *names: str) -> int | None:
        """The first of these fields that is a stamp in RFC 3339 with an offset: epoch
        milliseconds.
        """
        known = (_instant(self.raw(name)) for name in names)
        return next((at for at in known if at is not None), None)

    def seconds(self, *names: str) -> int | None:
        """The first of these fields that is an instant in epoch seconds, as epoch milliseconds."""
        known = (_scaled(self.number(name), 1000) for name in names)
        return next((at for at in known if at is not None), None)

    def milliseconds(self, *names: str) -> int | None:
        """The first of these fields that is an instant in epoch milliseconds."""
        known = (_scaled(self.number(name), 1) for name in names)
        return next((at for at in known if at is not None), None)

    def span(self, name: str, unit: int = 1) -> int | None:
        """A span in milliseconds; `unit` is how many milliseconds the field counts in. None where
        it is absent, below 0 or longer than an event may tell.
        """
        number = self.number(name)
        if number is None or not 0 <= number * unit <= MOST_MILLISECONDS:
            return None
        return round(number * unit)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 1 << 64 else None
    return None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _instant(value: object) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return _believed(parse_instant(value.strip()))
    except (ValueError, OverflowError):
        return None


def _scaled(number: float | None, unit: int) -> int | None:
    return None if number is None else _believed(number * unit)


def _believed(at: float) -> int | None:
    return round(at) if EARLIEST <= at <= LATEST else None
