"""Orphans: events that stay without the one that must have come before, by the source that told
them.

    ended ──┬── a minute of event time ──► still no answer: an orphan
            └── answered ──► none: events come in any order

What one owner of a partition counts is absolute, so that a flush of unknown outcome may be
repeated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

import msgspec

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.tallies import MOST_EXAMPLES, Example, Missing, example_of
from floorpulse.contracts.visits import Visit, VisitKey, offer_at, outcome
from floorpulse.kpi_engine.fold.decode import Folded, told_by

PATIENCE = 60_000
"""Milliseconds of event time for which the event before is waited for"""
MOST = 10_000
"""Visits of a partition that are doubted at once; of further ones nobody asks"""


class OrphanKey(NamedTuple):
    """Whose orphans they are, and what is missing."""

    tenant: str
    source: str
    missing: Missing


@dataclass(frozen=True)
class OrphanTally:
    """How many, the first and the last of their instants (epoch milliseconds), and the latest of
    them as examples, the newest first.
    """

    count: int
    first_at: int
    last_at: int
    examples: tuple[Example, ...]


class TakenOrphans(NamedTuple):
    """The tallies of a flush under way."""

    tallies: Mapping[OrphanKey, OrphanTally]


def missing_of(visit: Visit) -> Missing | None:
    """What must have come before what is known of a visit, and is not known; None where nothing is
    missing.
    """
    if visit.wrapped_at is not None and visit.ended_at is None:
        return Missing.END
    ended = outcome(visit)
    if ended is None:
        return None if visit.ended_at is None else Missing.ANSWER
    return Missing.OFFER if offer_at(visit) is None else None


class _Doubt(NamedTuple):
    event: Folded
    since: int


@dataclass(eq=False)
class Orphans:
    """Of one partition under one owner; `dirty` are those whose tallies no flush wrote. Events that
    the core folded are doubted as the records that they are.
    """

    tallies: dict[OrphanKey, OrphanTally] = field(default_factory=dict)
    dirty: set[OrphanKey] = field(default_factory=set)
    _fresh: dict[VisitKey, Folded] = field(default_factory=dict)
    _doubts: dict[VisitKey, _Doubt] = field(default_factory=dict)

    def doubt(self, key: VisitKey, visit: Visit, event: AnyEvent) -> None:
        """Remember the event if it left the visit without what must have come before it."""
        if missing_of(visit) is not None and len(self._fresh) + len(self._doubts) < MOST:
            self._fresh[key] = event

    def judge(self, known: Callable[[VisitKey], Visit | None], watermark: int) -> None:
        """Count those that were waited for long enough; `known` gives the visits in memory."""
        due = takewhile(lambda one: one[1].since <= watermark - PATIENCE, self._doubts.items())
        for key, doubt in list(due):
            del self._doubts[key]
            visit = known(key)
            missing = None if visit is None else missing_of(visit)
            if missing is not None:
                self._count(key[0], told_by(doubt.event), missing)
        for key, event in self._fresh.items():
            self._doubts.setdefault(key, _Doubt(event, watermark))
        self._fresh = {}

    def _count(self, tenant: str, event: AnyEvent, missing: Missing) -> None:
        key = OrphanKey(tenant, event.source, missing)
        at: int = event.at  # type: ignore[assignment]  # decoded events carry epoch milliseconds
        known = self.tallies.get(key, OrphanTally(0, at, at, ()))
        self.tallies[key] = OrphanTally(
            known.count + 1,
            min(known.first_at, at),
            max(known.last_at, at),
            (example_of(event, at), *known.examples)[:MOST_EXAMPLES],
        )
        self.dirty.add(key)

    def take(self) -> TakenOrphans:
        """The tallies to write; from now on they are not dirty."""
        taken = TakenOrphans({key: self.tallies[key] for key in self.dirty})
        self.dirty = set()
        return taken

    def put_back(self, taken: TakenOrphans) -> None:
        """Make the tallies dirty again that `take` gave and no flush wrote."""
        self.dirty |= taken.tallies.keys()


def orphan_rows(partition: int, epoch: int, taken: TakenOrphans) -> list[tuple[object, ...]]:
    """The rows of the table `source_orphan`."""
    return [
        (partition, epoch, *key, one.count, one.first_at, one.last_at, _json(one.examples))
        for key, one in taken.tallies.items()
    ]


def _json(examples: tuple[Example, ...]) -> str:
    return msgspec.json.encode(examples).decode()
