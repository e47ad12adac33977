"""Slices of one partition folded by the core, and by Python at the places that the core leaves to
it.

    read   ─► plain records in the core | others by their indices, for Python to decode or refuse
    folded ─► steps of the core ─► one event for Python ─► steps of the core ─► …

Python folds what it is given at its place in the order; a packed visit of its contact is Python's
before, so that everything is as if Python had folded all.
"""

# The core works on the inside of the fold, as the fold itself does.
# ruff: noqa: SLF001

import ctypes
from collections.abc import Iterator, Sequence

from floorpulse.contracts.events import AgentStateChanged
from floorpulse.contracts.updates import JOIN_BITS, revision
from floorpulse.kpi_engine.fold.decode import told_by
from floorpulse.kpi_engine.fold.orphans import MOST as MOST_DOUBTS
from floorpulse.kpi_engine.fold.partition import Numbered, Partition
from floorpulse.kpi_engine.fold.slices import Feed, ReadInstants, ReadSlice, Told
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from floorpulse.kpi_engine.native.core import Bound, Core
from floorpulse.kpi_engine.native.packed import NOT_TOLD, PackedVisits, by_channel

MOST_NAMES = 1 << 18
"""Tenants, queues, agents and sources that a partition's core knows at once"""
MOST_GENERATIONS = 1 << 15
"""Of a log; the revisions of so many fit into 64 bits"""


def fits(partition: Partition) -> bool:
    """Whether the core can count this partition's revisions."""
    return partition.generation < MOST_GENERATIONS


class NativePartition:
    """The core's state beside one partition; slices are read and folded one after the other."""

    def __init__(self, core: Core, partition: Partition) -> None:
        """Begin beside `partition`, whatever it holds."""
        self._partition = partition
        self._core = core
        self._packed = PackedVisits(core, partition.visits)
        self._state = self._packed.state
        partition.pack(self._packed)

    def read(
        self, values: Sequence[bytes | None], offsets: Sequence[int], instants: ReadInstants
    ) -> ReadSlice:
        """Read records: `values[i]` stands at `offsets[i]`."""
        self._packed.forget_more(MOST_NAMES)
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
            Told(
                len(records) - handed,
                None if summary[0] == NOT_TOLD else summary[0],
                summary[1],
                {(tenant, source): live for tenant, source, live in pairs},
                set(feeds),
            ),
        )
        read.decode(back[:handed], instants)
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
            event = read.decoded.get(index) or told_by(read.values[index] or b"")
            if not isinstance(event, AgentStateChanged):
                self._packed.release(visit_key(event)[:2])
            yield read.offsets[index], event
            index = self._core.fold(self._state, bound, index + 1, number)

    def _bound(self) -> Bound:
        partition = self._partition
        visits = partition.visits
        panes = partition.panes
        return Bound(
            visits.presence.absent,
            visits.parked,
            visits.contacts.known,
            visits.chains.numbers,
            visits.chains.unsure,
            panes.rows,
            panes.dirty,
            panes._unpublished,
            visits.orphans._fresh,
            visits.orphans._doubts,
            panes.note_late,
            MOST_DOUBTS,
            visits.since,
            panes.since,
            panes.kept_since,
            panes.length,
            partition._passed(),
            revision(partition.generation, 0),
            1 << JOIN_BITS,
            *by_channel(visits.presence.since),
        )
