"""A visit as evidence: the facts of it that a settlement counts, one line each, and what changed
between two lists of them.

A list is in the order of (offered at, contact, visit number); its digest is the SHA-256 over its
lines, each ended by a line feed. Who holds the list can compute the digest.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from typing import NamedTuple

import msgspec

from floorpulse.contracts.visits import (
    Outcome,
    Visit,
    completed_at,
    hold_of,
    outcome,
    queue_of,
    talk_of,
    wait_of,
    wrap_of,
)

PAGE = 2000
"""Visits of one page"""

Place = tuple[int, str, int]
"""(offered at, contact, visit number): the order of visits"""


class VisitRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a settlement counts of a visit; instants are epoch milliseconds, spans milliseconds.

    `outcome` and `wait` are None while it waits, or where its end was lost; `completed_at` is None
    until an answered contact is done with. Nobody's name is in it: neither agent nor customer.
    """

    offered_at: int
    contact: str
    visit: int
    queue: str
    channel: str
    outcome: Outcome | None
    wait: int | None
    completed_at: int | None
    talk: int
    hold: int
    wrap: int

    @property
    def place(self) -> Place:
        """Where it stands in the order of visits."""
        return self.offered_at, self.contact, self.visit

    @property
    def name(self) -> tuple[str, int]:
        """Which visit it is, whenever it was offered."""
        return self.contact, self.visit

    @property
    def handle_time(self) -> int:
        """Talk, hold and after-contact work of a completed contact; 0 before."""
        return 0 if self.completed_at is None else self.talk + self.hold + self.wrap


def record_of(place: Place, visit: Visit) -> VisitRecord:
    """The record of a stored visit."""
    ended = outcome(visit)
    answered = ended is Outcome.ANSWERED
    return VisitRecord(
        *place,
        queue_of(visit) or "",
        visit.channel,
        ended,
        None if ended is None else wait_of(visit) or 0,
        completed_at(visit),
        talk_of(visit) if answered else 0,
        hold_of(visit) if answered else 0,
        wrap_of(visit) if answered else 0,
    )


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(VisitRecord).decode


class VisitPage(NamedTuple):
    """Consecutive records, deflated."""

    visits: int
    records: bytes


class VisitPages:
    """Records that are packed into pages while they come, and hashed."""

    def __init__(self) -> None:
        self.pages: list[VisitPage] = []
        self.count = 0
        self._digest = hashlib.sha256()
        self._lines: list[bytes] = []

    def add(self, record: VisitRecord) -> None:
        """Take the next record; they come in order."""
        self._lines.append(_encode(record))
        if len(self._lines) == PAGE:
            self._pack()

    def close(self) -> str:
        """All records are there: the digest over them."""
        if self._lines:
            self._pack()
        return self._digest.hexdigest()

    def _pack(self) -> None:
        lines = b"\n".join(self._lines) + b"\n"
        self._digest.update(lines)
        self.pages.append(VisitPage(len(self._lines), zlib.compress(lines, 1)))
        self.count += len(self._lines)
        self._lines.clear()


def unpacked(page: bytes) -> Iterator[VisitRecord]:
    """The records of a page."""
    return map(_decode, zlib.decompress(page).splitlines())


class VisitChange(msgspec.Struct, frozen=True):
    """A visit that counts otherwise than it did: new where there was no `before`, gone where there
    is no `after`.
    """

    before: VisitRecord | None
    after: VisitRecord | None


def changes(before: Iterable[VisitRecord], after: Iterable[VisitRecord]) -> list[VisitChange]:
    """What differs between two lists, each in order; only what differs is held.

    A visit whose offer was moved stands at two places and is one change all the same.
    """
    gone: dict[tuple[str, int], VisitRecord] = {}
    come: dict[tuple[str, int], VisitRecord] = {}
    sides = merge(
        ((one.place, False, one) for one in before),
        ((one.place, True, one) for one in after),
        key=lambda one: one[:2],
    )
    for _, group in groupby(sides, key=lambda one: one[0]):
        known = [(side, record) for _, side, record in group]
        if len(known) == 1 or known[0][1] != known[1][1]:
            for side, record in known:
                (come if side else gone)[record.name] = record
    found = [VisitChange(gone.get(name), come.get(name)) for name in gone.keys() | come.keys()]
    return sorted(found, key=_place_of)


def first_shared(one: Iterable[VisitRecord], other: Iterable[VisitRecord]) -> VisitRecord | None:
    """The first visit that is in both of two lists, each in order; None where none is."""
    rest = iter(other)
    last = next(rest, None)
    for record in one:
        while last is not None and last.place < record.place:
            last = next(rest, None)
        if last is None:
            return None
        if last.place == record.place:
            return record
    return None


def _place_of(change: VisitChange) -> Place:
    known = change.after or change.before
    assert known is not None  # noqa: S101  for the type checker: one of both is there
    return known.place
