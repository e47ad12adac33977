"""Slices of consecutive records: what is in them, and what they tell besides the steps of visits.

values ─► decoded | refused, by their indices
      └─► told: how far event time came, which sources were heard, what queues they feed
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from floorpulse.contracts.events import AnyEvent, ContactOffered
from floorpulse.contracts.letters import Refusal
from floorpulse.kpi_engine.fold.decode import beyond_retention, decode
from floorpulse.kpi_engine.fold.partition import Numbered
from floorpulse.kpi_engine.fold.watermark import FUTURE

HISTORY = 3_600_000
"""Milliseconds before its arrival at which an event is history: its source may be silent now"""

SourceKey = tuple[str, str]
"""(tenant, source)"""
Feed = tuple[str, str, str]
"""(tenant, source, queue)"""


class ReadInstants(NamedTuple):
    """By which records are judged, epoch milliseconds: what happened before `kept_since` is
    refused, what happens after `plausible` does not move the watermark, and who told of something
    since `young` is live.
    """

    kept_since: int
    plausible: int
    young: int

    @classmethod
    def of(cls, kept_since: int, appended_at: int) -> "ReadInstants":
        """Those of records that the broker appended by `appended_at`."""
        return cls(kept_since, appended_at + FUTURE, appended_at - HISTORY)


@dataclass(eq=False)
class Told:
    """What so many `events` tell: `latest` is the latest instant that may move the watermark,
    `future` the number of those too far ahead for that; `pairs` say of each source whether it is
    live, `feeds` what queues got contacts.
    """

    events: int = 0
    latest: int | None = None
    future: int = 0
    pairs: dict[SourceKey, bool] = field(default_factory=dict)
    feeds: set[Feed] = field(default_factory=set)

    def hear(self, events: Iterable[AnyEvent], instants: ReadInstants) -> None:
        """These were told, too; they are decoded: their instants are epoch milliseconds, and they
        name their tenants.
        """
        pairs = self.pairs
        for event in events:
            self.events += 1
            at: int = event.at  # type: ignore[assignment]  # see above
            if at > instants.plausible:
                self.future += 1
            elif self.latest is None or at > self.latest:
                self.latest = at
            key: SourceKey = event.tenant, event.source  # type: ignore[assignment]  # see above
            pairs[key] = pairs.get(key, False) or at >= instants.young
            if type(event) is ContactOffered:
                self.feeds.add((*key, event.queue))


@dataclass(eq=False)
class ReadSlice:
    """Consecutive records: `values[i]` stands at `offsets[i]`. By their indices `decoded` has the
    events that Python decoded, `refused` why others are no events.
    """

    values: Sequence[bytes | None]
    offsets: Sequence[int]
    told: Told = field(default_factory=Told)
    decoded: dict[int, AnyEvent] = field(default_factory=dict)
    refused: dict[int, Refusal] = field(default_factory=dict)

    def decode(self, indices: Iterable[int], instants: ReadInstants) -> None:
        """Decode these records, and hear what they tell."""
        kept_since = instants.kept_since
        values = self.values
        for index in indices:
            event = decode(values[index])
            if not isinstance(event, Refusal) and event.at < kept_since:  # type: ignore[operator]  # decoded: milliseconds
                event = beyond_retention(kept_since)
            if isinstance(event, Refusal):
                self.refused[index] = event
            else:
                self.decoded[index] = event
        self.told.hear(self.decoded.values(), instants)


class PlainSlices:
    """Reads and gives slices that Python folds whole."""

    def read(
        self, values: Sequence[bytes | None], offsets: Sequence[int], instants: ReadInstants
    ) -> ReadSlice:
        """Read records: `values[i]` stands at `offsets[i]`."""
        read = ReadSlice(values, offsets)
        read.decode(range(len(values)), instants)
        return read

    def folded(self, read: ReadSlice) -> Iterator[Numbered]:
        """All its events, numbered by their offsets."""
        offsets = read.offsets
        return ((offsets[index], event) for index, event in read.decoded.items())
