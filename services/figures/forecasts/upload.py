"""The rows of an uploaded forecast: what each must say, and what is wrong with those that do not.

    queue,channel,start,length,volume,aht,staffed
    sales,voice,2026-11-11T09:00,30,420,185,24

`start` is RFC 3339, or local time in the tenant's zone; `length` is 15 or 30 minutes; without a
channel the whole queue is meant; `staffed` may be left out. All or nothing is stored.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, NoReturn, get_args
from zoneinfo import ZoneInfo

import msgspec

from floorpulse.board.domain.windows import MINUTE, QUARTER
from floorpulse.contracts.events import Channel, Name
from floorpulse.contracts.instants import parse_instant
from floorpulse.kpis.plan import Slot

REQUIRED = ("queue", "start", "length", "volume", "aht")
FIELDS = ("queue", "channel", "start", "length", "volume", "aht", "staffed")
CHANNELS: tuple[str, ...] = get_args(Channel)
LENGTHS = {"15": 15, "30": 30}
MOST_CONTACTS = 1_000_000
MOST_SECONDS = 86_400
MOST_AGENTS = 100_000

Row = Mapping[str, object]


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one field of one row (the first is 1), and what to write instead."""

    row: int
    field: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.problem}; {self.remedy}"


class WrongError(Exception):
    """A field says what it cannot: the field, the problem, the remedy."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(field, problem, remedy)
        self.field = field
        self.problem = problem
        self.remedy = remedy


def _refuse(field: str, problem: str, remedy: str) -> NoReturn:
    raise WrongError(field, problem, remedy)


def slots_of(rows: Iterable[Row], zone: ZoneInfo) -> tuple[list[Slot], list[Mistake]]:
    """The slots that rows tell, and all mistakes in them; `zone` is that of local times."""
    slots: list[Slot] = []
    mistakes: list[Mistake] = []
    taken: dict[tuple[str, int], dict[str, int]] = {}
    for number, row in enumerate(rows, start=1):
        try:
            slot = _slot(row, zone)
            _take(taken, slot, number)
        except WrongError as wrong:
            mistakes.append(Mistake(number, wrong.field, wrong.problem, wrong.remedy))
        else:
            slots.append(slot)
    return slots, mistakes


def _slot(row: Row, zone: ZoneInfo) -> Slot:
    for name in row:
        if name not in FIELDS:
            _refuse(str(name), "is no field of a forecast", f"known are: {', '.join(FIELDS)}")
    begin = _start(_said(row, "start"), zone)
    length = _length(_said(row, "length"))
    return Slot(
        queue=_queue(_said(row, "queue")),
        channel=_channel(row.get("channel")),
        begin=begin,
        end=begin + length * MINUTE,
        volume=_number(row, "volume", float, MOST_CONTACTS),
        aht=_number(row, "aht", float, MOST_SECONDS),
        staffed=None
        if row.get("staffed") in (None, "")
        else _number(row, "staffed", int, MOST_AGENTS),
    )


def _said(row: Row, field: str) -> object:
    value = row.get(field)
    if value is None or value == "":
        _refuse(field, "is missing", f"every row has {', '.join(REQUIRED)}")
    return value


def _queue(value: object) -> str:
    try:
        name = msgspec.convert(value, Name)
    except msgspec.ValidationError:
        _refuse("queue", f"{value!r} is no name", "write the queue as events name it")
    if "\0" in name:
        _refuse(
            "queue",
            f"{name!r} holds the character U+0000, which no name can",
            "write the queue as events name it",
        )
    return name


def _channel(value: object) -> str:
    if value is None or value == "":
        return ""
    if value not in CHANNELS:
        _refuse(
            "channel",
            f"{value!r} is no channel",
            f"write {', '.join(CHANNELS)}, or nothing for the whole queue",
        )
    return str(value)


def _length(value: object) -> int:
    length = LENGTHS.get(str(value))
    if length is None:
        _refuse("length", f"{value!r} is no length of an interval", "write 15 or 30, minutes")
    return length


def _number(row: Row, field: str, kind: Callable[[Any], Any], most: int) -> Any:
    value = _said(row, field)
    try:
        number = kind(value)
        right = (
            not isinstance(value, bool)
            and isfinite(number)
            and 0 <= number <= most
            and (kind is float or float(str(value)) == number)
        )
    except (ValueError, TypeError, OverflowError):
        right = False
    if not right:
        called = "number" if kind is float else "whole number"
        _refuse(
            field, f"{value!r} is no {called} from 0 to {most}", f"write a {called}, such as 420"
        )
    return number


def _start(value: object, zone: ZoneInfo) -> int:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        remedy = "write RFC 3339, such as 2026-11-11T09:30:00+08:00, or 2026-11-11T09:30"
        _refuse("start", f"{value!r} is no time", remedy)
    at = _local(moment, zone) if moment.tzinfo is None else parse_instant(str(value))
    if at % QUARTER or at < 0:
        _refuse(
            "start",
            f"{value!r} is not on a quarter of an hour",
            "begin intervals at :00, :15, :30 or :45",
        )
    return at


def _local(moment: datetime, zone: ZoneInfo) -> int:
    """A local time's instant: one that clocks skip or show twice is no instant."""
    first, second = (
        moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)
    )
    if first != second:
        what = "comes twice" if first > second else "never comes"
        _refuse(
            "start",
            f"{moment.isoformat()} {what} in {zone.key}, where clocks change",
            "write the time with its offset",
        )
    return parse_instant(moment.replace(tzinfo=zone).isoformat())


def _take(taken: dict[tuple[str, int], dict[str, int]], slot: Slot, number: int) -> None:
    """Note the quarters of a slot; no two rows may tell of the same contacts."""
    for quarter in range(slot.begin, slot.end, QUARTER):
        known = taken.setdefault((slot.queue, quarter), {})
        other = (
            known.get(slot.channel)
            or known.get("")
            or (next(iter(known.values()), None) if not slot.channel else None)
        )
        if other is not None:
            remedy = (
                "leave one of them; a whole queue and one of its channels exclude each other, too"
            )
            _refuse("start", f"row {other} already tells of this time of {slot.queue}", remedy)
        known[slot.channel] = number
