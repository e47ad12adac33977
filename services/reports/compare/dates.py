"""Dates and times as spreadsheets, exports and people write them, in a stated zone.

2026-10-01T09:00:05.250+08:00 · 2026/10/1 9:00 · 1.10.2026 09:00:05 · 10/1/2026 9:00 PM · 下午9:00
46296.375 (days of a spreadsheet) · 1790816405 (seconds) · 1790816405250 (milliseconds)
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.reports.compare.refused import UnreadableListError

SPREADSHEET_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
DAYS = (20_000, 80_000)
"""Days of a spreadsheet from 1954 to 2119"""
SECONDS = (10**9, 10**10)
MILLISECONDS = (10**12, 10**13)
WRITTEN = re.compile(
    r"^\s*(?P<a>\d{1,4})(?P<sign>[-/.年])(?P<b>\d{1,2})[-/.月](?P<c>\d{1,4})日?"
    r"(?:[T\s]*(?P<half>上午|下午|am|pm)?\s*(?P<h>\d{1,2})[:：时](?P<m>\d{2})分?"
    r"(?:[:：]?(?P<s>\d{2})秒?(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<half_after>am|pm|上午|下午)?)?"
    r"\s*(?P<offset>z|[+-]\d{2}:?\d{2})?\s*$",
    re.IGNORECASE,
)
AFTERNOON = frozenset({"pm", "下午"})


class DateOrder(StrEnum):
    """In which order a date that does not begin with its year is written."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class ListedTime(NamedTuple):
    """An instant, epoch milliseconds, and how much later it may be as well: the clock of its zone
    showed that hour twice.
    """

    at: int
    again: int = 0


def order_of(texts: Iterable[str]) -> DateOrder | None:
    """The order of dates with slashes, by one that can only be read so; None where every one can
    be read both ways, and where there is none.
    """
    for text in texts:
        found = WRITTEN.match(text)
        if found is None or found["sign"] != "/" or len(found["a"]) > 2:  # noqa: PLR2004  digits of a day
            continue
        if int(found["a"]) > 12:  # noqa: PLR2004  months of a year
            return DateOrder.DAY_FIRST
        if int(found["b"]) > 12:  # noqa: PLR2004  months of a year
            return DateOrder.MONTH_FIRST
    return None


class Dates:
    """Reads the times of one list."""

    def __init__(self, zone: ZoneInfo, order: DateOrder | None) -> None:
        self._zone = zone
        self._order = order

    def read(self, text: str) -> ListedTime | None:
        """The instant of a text; None where it is none.

        Raises:
            UnreadableListError: day and month could be either.
        """
        number = _number(text)
        if number is not None:
            return self._counted(number)
        told = _iso(text) or self._written(text)
        if told is None:
            return None
        try:
            return self._local(told) if told.tzinfo is None else ListedTime(_epoch(told))
        except OverflowError:  # the first or the last day that there can be, in another zone
            return None

    def _counted(self, number: float) -> ListedTime | None:
        if SECONDS[0] <= number < SECONDS[1]:
            return ListedTime(round(number * 1000))
        if MILLISECONDS[0] <= number < MILLISECONDS[1]:
            return ListedTime(round(number))
        if DAYS[0] <= number < DAYS[1]:
            local = SPREADSHEET_EPOCH + timedelta(milliseconds=round(number * 86_400_000))
            return self._local(local.replace(tzinfo=None))
        return None

    def _written(self, text: str) -> datetime | None:
        found = WRITTEN.match(text)
        if found is None:
            return None
        try:
            year, month, day = self._ordered(found)
            moment = datetime(  # noqa: DTZ001  local, until its zone is put to it
                year, month, day, _hour(found), int(found["m"] or 0), int(found["s"] or 0)
            )
            moment += timedelta(microseconds=int((found["f"] or "0").ljust(6, "0")[:6]))
            offset = (found["offset"] or "").upper()
            return datetime.fromisoformat(moment.isoformat() + offset)
        except ValueError:
            return None

    def _ordered(self, found: re.Match[str]) -> tuple[int, int, int]:
        first = int(found["a"])
        second = int(found["b"])
        third = int(found["c"])
        if len(found["a"]) == 4:  # noqa: PLR2004  digits of a year
            return first, second, third
        year = third if third > 99 else 2000 + third  # noqa: PLR2004  years of two digits
        if found["sign"] != "/" or self._order is DateOrder.DAY_FIRST:
            return year, second, first
        if self._order is DateOrder.MONTH_FIRST:
            return year, first, second
        detail = (
            f"{found[0].strip()!r} may be day/month or month/day, and so may all dates of the "
            "list: say --dates dmy or --dates mdy"
        )
        raise UnreadableListError(detail)

    def _local(self, told: datetime) -> ListedTime:
        early = _epoch(told.replace(tzinfo=self._zone, fold=0))
        late = _epoch(told.replace(tzinfo=self._zone, fold=1))
        return ListedTime(early, max(0, late - early))


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _hour(found: re.Match[str]) -> int:
    hour = int(found["h"] or 0)
    half = (found["half"] or found["half_after"] or "").lower()
    if not half:
        return hour
    return hour % 12 + 12 * (half in AFTERNOON)


def _epoch(moment: datetime) -> int:
    """Epoch milliseconds, halves of which go down; exact, where seconds as a float are not."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
