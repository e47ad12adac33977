"""Forecasts in force: each quarter hour of a queue has what the newest upload says of it.

version 1    ├──── 40 ────┤├──── 60 ────┤     half hours
version 2                  ├ 35 ┤             a quarter
in force     ├──── 40 ────┤├ 35 ┤├ 30 ┤       what is left of an older interval keeps its share

A forecast for a whole queue and one for a channel of it say two things about the same contacts: the
newer one replaces the other.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from floorpulse.board.domain.windows import QUARTER, Span
from floorpulse.kpis.plan import Slot

LONGEST = 2 * QUARTER
"""The lengths of a forecast interval are these two."""
SlotsByQuarter = dict[tuple[str, int], dict[str, Slot]]
"""By queue and quarter, by channel"""


def in_force(slots: Iterable[Slot]) -> list[Slot]:
    """What holds of slots that were uploaded in this order, by queue, channel and time."""
    standing: SlotsByQuarter = {}
    for slot in slots:
        for quarter in range(slot.begin, slot.end, QUARTER):
            _stand(standing.setdefault((slot.queue, quarter), {}), slot)
    places = sorted(
        (queue, channel, quarter)
        for (queue, quarter), known in standing.items()
        for channel in known
    )
    return list(
        _joined((quarter, standing[queue, quarter][channel]) for queue, channel, quarter in places)
    )


def _stand(known: dict[str, Slot], slot: Slot) -> None:
    if slot.channel:
        known.pop("", None)
    else:
        known.clear()
    known[slot.channel] = slot


def _joined(quarters: Iterable[tuple[int, Slot]]) -> Iterator[Slot]:
    """Neighbouring quarters of one slot as one, with its share of the slot's contacts."""
    begin = 0
    end = 0
    last = None
    for quarter, slot in chain(quarters, [(0, None)]):
        if last is not None and (slot is not last or quarter != end):
            yield last if end - begin == last.end - last.begin else cut(last, Span(begin, end))
            last = None
        if last is None:
            begin = quarter
            last = slot
        end = quarter + QUARTER


class Part(NamedTuple):
    """When a part of a slot is about, and its share of the slot's contacts."""

    begin: int
    end: int
    volume: float


def part(slot: Slot, span: Span) -> Part:
    """The part of a slot that lies in a span."""
    if span.begin <= slot.begin and slot.end <= span.end:
        return Part(slot.begin, slot.end, slot.volume)
    begin = max(slot.begin, span.begin)
    end = min(slot.end, span.end)
    return Part(begin, end, slot.volume * (end - begin) / (slot.end - slot.begin))


def cut(slot: Slot, span: Span) -> Slot:
    """The same as a slot."""
    if span.begin <= slot.begin and slot.end <= span.end:
        return slot
    mine = part(slot, span)
    return Slot(slot.queue, slot.channel, *mine, slot.aht, slot.staffed, slot.version)


def begin_of(slot: Slot) -> int:
    """When a slot begins."""
    return slot.begin


def touching(slots: Sequence[Slot], span: Span) -> list[Slot]:
    """Those with a part in a span, of slots in the order of their begin."""
    begin, end = span
    if end <= begin:
        return []
    first = bisect_left(slots, begin - LONGEST, key=begin_of)
    beyond = bisect_left(slots, end, lo=first, key=begin_of)
    return [slot for slot in islice(slots, first, beyond) if slot.end > begin]


Forecasts = Mapping[str, Sequence[Slot]]
"""The slots in force around now, by tenant"""
NO_FORECASTS: Forecasts = {}
