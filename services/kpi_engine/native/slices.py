"""Slices of one partition folded by the core, and by Python at the places that the core leaves to
it.

    read   ─► plain records in the core | others by their indices, for Python to decode or refuse
    folded ─► steps of the core ─► one event for Python ─► steps of the core ─► …

Python folds what it is given at its place in the order, on the same records, so that everything is
as if it had folded all.
"""

# The core works on the inside of the fold, as the fold itself does.
# ruff: noqa: SLF001

import ctypes
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from floorpulse.contracts.events import AnyEvent, ContactOffered
from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.updates import JOIN_BITS, revision
from floorpulse.kpi_engine.fold.decode import beyond_retention, decode
from floorpulse.kpi_engine.fold.orphans import MOST as MOST_DOUBTS
from floorpulse.kpi_engine.fold.partition import Numbered, Partition
from floorpulse.kpi_engine.native.core import Bound, Core

NOT_TOLD = -(1 << 63)
MOST_GENERATIONS = 1 << 15
"""Of a log; the revisions of so many fit into 64 bits"""

SourceKey = tuple[str, str]
"""(tenant, source)"""
Feed = tuple[str, str, str]
"""(tenant, source, queue)"""


class ReadInstants(NamedTuple):
    """By which the core judges what it reads, epoch milliseconds: what happened before `kept_since`
    is left to Python, what happens after `plausible` does not move the watermark, and who told of
    something since `young` is live.
    """

    kept_since: int
    plausible: int
    young: int


@dataclass(eq=False)
class ReadSlice:
    """Consecutive records: the core has the events of most of them, `decoded` has by their indices
    those that Python had to decode, `refused` why others are no events.

    `latest` is the latest instant that may move the watermark, `future` the number of those too far
    ahead for that; `pairs` say of each source whether it is live, `feeds` what queues got contacts.
    """

    values: list[bytes | None]
    offsets: Sequence[int]
    latest: int | None
    future: int
    pairs: dict[SourceKey, bool]
    feeds: set[Feed]
    decoded: dict[int, AnyEvent] = field(default_factory=dict)
    refused: dict[int, Refusal] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """How many are no refusals."""
        return len(self.values) - len(self.refused)

    def decode(self, index: int, instants: ReadInstants) -> None:
        """Decode a record that the core left to Python."""
        event = decode(self.values[index])
        if isinstance(event, Refusal):
            self.refused[index] = event
            return
        at: int = event.at  # type: ignore[assignment]  # decoded events carry epoch milliseconds
        if at < instants.kept_since:
            self.refused[index] = beyond_retention(instants.kept_since)
            return
        self.decoded[index] = event
        self._note(event, at, instants)

    def _note(self, event: AnyEvent, at: int, instants: ReadInstants) -> None:
        if at > instants.plausible:
            self.future += 1
        elif self.latest is None or at > self.latest:
            self.latest = at
        key = event.tenant or "", event.source
        self.pairs[key] = self.pairs.get(key, False) or at >= instants.young
        if type(event) is ContactOffered:
            self.feeds.add((*key, event.queue))


def fits(partition: Partition) -> bool:
    """Whether the core can count this partition's revisions."""
    return partition.generation < MOST_GENERATIONS


class NativePartition:
    """The core's state beside one partition; slices are read and folded one after the other."""

    def __init__(self, core: Core, partition: Partition) -> None:
        """Begin beside `partition`, whatever it holds."""
        self.partition = partition
        self._core = core
        self._state = core.new()
        weakref.finalize(self, core.free, self._state)

    def read(
        self, values: Sequence[bytes | None], offsets: Sequence[int], instants: ReadInstants
    ) -> ReadSlice:
        """Read records: `values[i]` stands at `offsets[i]`."""
        records = list(values)
        back = (ctypes.c_int32 * len(records))()
        summary = (ctypes.c_int64 * 2)()
        pairs: list[tuple[str, str, bool]] = []
        feeds: list[Feed] = []
        dense = isinstance(offsets, range)
        handed = self._core.read(
            self._state,
            records,
            None if dense else list(offsets),
            offsets[0] if dense and records else 0,
            len(records),
            *instants,
            back,
            summary,
            pairs,
            feeds,
        )
        read = ReadSlice(
            records,
            offsets,
            None if summary[0] == NOT_TOLD else summary[0],
            summary[1],
            {(tenant, source): live for tenant, source, live in pairs},
            set(feeds),
        )
        for index in back[:handed]:
            read.decode(index, instants)
        return read

    def folded(self, read: ReadSlice) -> Iterator[Numbered]:
        """Fold what was read last; the events that Python must fold, in between, each at its
        place.
        """
        for index in read.refused:
            self._core.refuse(self._state, index)
        bound = self._bound()
        number = len(read.values)
        index = self._core.fold(self._state, bound, 0, number)
        while index < number:
            yield read.offsets[index], read.decoded.get(index) or _event(read.values[index])
            index = self._core.fold(self._state, bound, index + 1, number)

    def _bound(self) -> Bound:
        partition = self.partition
        visits = partition.visits
        presence = visits.presence
        panes = partition.panes
        return Bound(
            visits.rows,
            presence.absent,
            visits.parked,
            visits.dirty,
            visits.contacts.known,
            visits.contacts.of,
            visits.chains.numbers,
            visits.chains.unsure,
            presence._queues,
            presence._queue,
            presence.since,
            presence._begun,
            presence._over,
            panes.rows,
            panes.dirty,
            panes._unpublished,
            visits.orphans._fresh,
            visits.orphans._doubts,
            MOST_DOUBTS,
            visits.since,
            panes.since,
            panes.kept_since,
            panes.length,
            partition._passed(),
            revision(partition.generation, 0),
            1 << JOIN_BITS,
        )


def _event(value: bytes | None) -> AnyEvent:
    decoded = decode(value)
    if isinstance(decoded, Refusal):
        message = f"the core read a record that is refused ({decoded.detail}): {value!r:.300}"
        raise TypeError(message)
    return decoded
