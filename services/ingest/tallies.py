"""Tallies of sources: how often a configured one was heard, what it told, what was ignored and
refused; of which events of any source something seems wrong, and how long after their instants
events came; since when.

    every delivery ─► Tallies in memory ─► every other second added to the tables

Every ingest process adds its own, so those of several sum; what a process that dies had not written
yet is missing, two seconds of it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.contracts.tallies import MOST_EXAMPLES, Example, What, delay_slot
from floorpulse.counting.histograms import signed_bucket
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

MOST_KINDS = 100
"""Kinds of a source that are told apart by a process; noise must not fill the table"""
OTHER = "other kinds"
MOST_SOURCES = 1_000
"""Sources of a tenant that are told apart by a process; so many may be told by one key"""
OTHER_SOURCES = "other sources"


@dataclass(frozen=True, order=True)
class TallyKey:
    """What is counted of which source; `kind` is empty where there are none."""

    tenant: str
    source: str
    what: What
    kind: str = ""


@dataclass(frozen=True)
class Tally:
    """How often, first and last (epoch milliseconds), and the latest events as examples, the newest
    first.
    """

    count: int
    first_at: int
    last_at: int
    examples: tuple[Example, ...] = ()

    def joined(self, later: "Tally") -> "Tally":
        """Both together."""
        first = min(self.first_at, later.first_at)
        last = max(self.last_at, later.last_at)
        examples = (later.examples + self.examples)[:MOST_EXAMPLES]
        return Tally(self.count + later.count, first, last, examples)


class DelayKey(NamedTuple):
    """Arrivals that are counted together: those of a source within a slot (its begin, epoch
    milliseconds), by the signed bucket of the span from an event's instant to its arrival.
    """

    tenant: str
    source: str
    slot: int
    bucket: int


class TallyStore(Protocol):
    """Where tallies of all processes are summed. May raise `StoreUnavailable`."""

    async def add(
        self,
        tallies: Sequence[tuple[TallyKey, Tally]],
        delays: Sequence[tuple[DelayKey, int]],
    ) -> None:
        """Add to what is there, all or nothing; both come sorted."""
        ...


class Tallies:
    """The tallies of one process that are not in the store yet."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._open: dict[TallyKey, Tally] = {}
        self._delays: Counter[DelayKey] = Counter()
        self._kinds: dict[tuple[str, str], set[str]] = {}
        self._sources: dict[str, set[str]] = {}

    def count(self, key: TallyKey, times: int = 1, example: Example | None = None) -> str:
        """Count something; the kind under which it is counted, which is another where a source has
        too many.
        """
        key = replace(key, source=self._known(key.tenant, key.source))
        known = self._kinds.setdefault((key.tenant, key.source), set())
        if key.kind not in known and len(known) >= MOST_KINDS:
            key = replace(key, kind=OTHER)
        known.add(key.kind)
        now = self._now()
        self._join({key: Tally(times, now, now, () if example is None else (example,))})
        return key.kind

    def delay(self, tenant: str, source: str, arrived: int, delay: int) -> None:
        """A source's event `arrived` (epoch milliseconds) so many milliseconds after its instant,
        before it where negative.
        """
        slot = delay_slot(arrived)
        self._delays[DelayKey(tenant, self._known(tenant, source), slot, signed_bucket(delay))] += 1

    def _known(self, tenant: str, source: str) -> str:
        """The name under which a source is counted."""
        known = self._sources.setdefault(tenant, set())
        if source in known or len(known) < MOST_SOURCES:
            known.add(source)
            return source
        return OTHER_SOURCES

    async def write(self, store: TallyStore) -> None:
        """Move what is open into the store; where that is away it stays open."""
        taken = self._open
        self._open = {}
        delays = self._delays
        self._delays = Counter()
        if not taken and not delays:
            return
        try:
            await store.add(sorted(taken.items(), key=lambda item: item[0]), sorted(delays.items()))
        except BaseException:
            self._join(taken)
            self._delays.update(delays)
            raise

    def _join(self, others: Mapping[TallyKey, Tally]) -> None:
        for key, other in others.items():
            known = self._open.get(key)
            self._open[key] = other if known is None else known.joined(other)


async def keep_writing(tallies: Tallies, store: TallyStore, every: float) -> None:
    """Write every so many seconds until cancelled, and then once more; a store that is away is said
    once.
    """
    away = False
    try:
        while True:
            await asyncio.sleep(every)
            try:
                await tallies.write(store)
                away = False
            except StoreUnavailable as wrong:
                if not away:
                    log.warning("source_tallies_not_written", error=str(wrong))
                away = True
    finally:
        with suppress(StoreUnavailable):
            await tallies.write(store)
