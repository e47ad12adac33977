"""What is wrong with the events of sources: mistakes, by what was tallied of all processes, and how
long after their instants events come.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Protocol

from floorpulse.contracts.tallies import MOST_EXAMPLES, Example, Missing, What
from floorpulse.counting.histograms import signed_seconds
from floorpulse.figures.sources.deliveries import SourceTally, TallyReader


@dataclass(frozen=True)
class OrphanCount:
    """Events of a source, as one owner of a partition counted them, that stayed without the one
    before; instants of the events are epoch milliseconds.
    """

    source: str
    missing: Missing
    count: int
    first_at: int
    last_at: int
    examples: Sequence[Example]


@dataclass(frozen=True)
class DelayCount:
    """How many of a source's events came in so long after their instants (a signed bucket)."""

    source: str
    bucket: int
    count: int


class FeedReader(TallyReader, Protocol):
    """Where tallies, orphans and delays are. May raise `StoreUnavailable`."""

    async def orphans(self, tenant: str) -> Sequence[OrphanCount]:
        """Those of a tenant, by source, what is missing, partition and its owners."""
        ...

    async def delays(self, tenant: str, since: int) -> Sequence[DelayCount]:
        """Those of a tenant that came in since an instant, epoch milliseconds."""
        ...


class MistakeKind(StrEnum):
    """Accepted events of which something seems wrong, refused ones, and those without the event
    that must have come before.
    """

    WARNED = "warned"
    REFUSED = "refused"
    ORPHAN = "orphan"


@dataclass(frozen=True)
class Mistake:
    """One kind of mistake of a source: how often, first and last (epoch milliseconds: of arrivals,
    of orphans their own instants), and its latest events.
    """

    kind: MistakeKind
    code: str
    count: int
    first_at: int
    last_at: int
    examples: Sequence[Example]


@dataclass(frozen=True)
class Skew:
    """From the instants of a source's events to their arrival in the last hour, seconds: median,
    and where the tenth and the ninetieth of a hundred lie. Below 0: told for later.
    """

    median: float
    low: float
    high: float
    events: int


def joined(
    tallies: Sequence[SourceTally], orphans: Sequence[OrphanCount]
) -> dict[str, list[Mistake]]:
    """The mistakes by source, the most frequent first; those of several partitions together."""
    known: defaultdict[str, dict[tuple[MistakeKind, str], Mistake]] = defaultdict(dict)
    kinds = {What.WARNED: MistakeKind.WARNED, What.REFUSED: MistakeKind.REFUSED}
    found = [
        (one.source, Mistake(kinds[one.what], one.kind, *_counted(one)))
        for one in tallies
        if one.what in kinds
    ]
    found += [
        (one.source, Mistake(MistakeKind.ORPHAN, one.missing.value, *_counted(one)))
        for one in orphans
    ]
    for source, one in found:
        place = one.kind, one.code
        before = known[source].get(place)
        known[source][place] = one if before is None else _together(before, one)
    return {
        source: sorted(theirs.values(), key=lambda one: (-one.count, one.kind, one.code))
        for source, theirs in known.items()
    }


def _counted(one: SourceTally | OrphanCount) -> tuple[int, int, int, Sequence[Example]]:
    return one.count, one.first_at, one.last_at, one.examples


def _together(one: Mistake, other: Mistake) -> Mistake:
    examples = sorted((*one.examples, *other.examples), key=lambda each: -(each.at or 0))
    return Mistake(
        one.kind,
        one.code,
        one.count + other.count,
        min(one.first_at, other.first_at),
        max(one.last_at, other.last_at),
        examples[:MOST_EXAMPLES],
    )


def skews_of(delays: Sequence[DelayCount]) -> dict[str, Skew]:
    """The skew of each source that has any."""
    known: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in delays:
        known[one.source].append((one.bucket, one.count))
    return {source: _skew(sorted(counts)) for source, counts in known.items()}


def _skew(counts: Sequence[tuple[int, int]]) -> Skew:
    sums = list(accumulate(count for _, count in counts))
    total = sums[-1]

    def seconds(percent: int) -> float:
        rank = -(-total * percent // 100)
        return next(
            signed_seconds(bucket)
            for (bucket, _), reached in zip(counts, sums, strict=True)
            if reached >= rank
        )

    return Skew(seconds(50), seconds(10), seconds(90), total)
