"""The lease: of several replicas one acts.

    holder    renew renew renew ✗ dies, or is frozen
              ├──── 5 s ────┤── 5 s ──┤
    another                           ● sees that it has run out … still so 1.5 s later: takes it
    asks still_ours()  yes …     no from here: 1 s before the lease ends, by a clock nobody sets

A row, not an advisory lock: a process that is stopped keeps its locks for ever. Instants of the row
are PostgreSQL's; what a holder may still do it measures itself, from before it asked. A holder that
could not reach PostgreSQL goes on with its old lease where nobody has taken it: it knows what it
had sent, and another would only guess, so those who wait look twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.incidents.ports import LeaseRow, LeaseStore
from floorpulse.alerts.metrics import LeaseMetrics
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

SPAN = 5.0
EVERY = 1.0
MARGIN = 1.0
LOOK_EVERY = 0.5
OBSERVED = 1.5
"""Seconds that a lease which has run out is looked at before it is taken"""
ANSWER_WITHIN = 2.0


@dataclass
class Term:
    """A time in which this replica acts; `until` is when it must stop to send, by its own clock."""

    epoch: int
    until: float
    ended: bool = False


class Lease:
    """Whether this replica acts: `term` while it does."""

    def __init__(
        self,
        store: LeaseStore,
        holder: str,
        monotonic: Callable[[], float],
        metrics: LeaseMetrics,
    ) -> None:
        self.term: Term | None = None
        self._store = store
        self._holder = holder
        self._monotonic = monotonic
        self._metrics = metrics
        self._expired: tuple[int, int] | None = None
        self._expired_at = 0.0
        self._changed = asyncio.Event()

    @property
    def epoch(self) -> int | None:
        """The epoch under which this replica acts; None where it does not."""
        return None if self.term is None else self.term.epoch

    def still_ours(self, term: Term) -> bool:
        """Whether something may be sent now in this term."""
        return not term.ended and self._monotonic() < term.until

    async def run(self) -> None:
        """Hold the lease, or wait for it, until cancelled."""
        while True:
            pause = EVERY
            try:
                async with asyncio.timeout(ANSWER_WITHIN):
                    await self.beat()
            except (StoreUnavailable, TimeoutError) as away:
                log.warning("lease_not_asked", error=str(away) or "no answer in time")
                pause = LOOK_EVERY
            await asyncio.sleep(LOOK_EVERY if self.term is None else pause)

    async def beat(self) -> None:
        """Renew it, or look whether it can be taken. Raises StoreUnavailable."""
        asked_at = self._monotonic()
        if self.term is None:
            await self._look(asked_at)
        elif await self._store.renew(self._holder, self.term.epoch, _ms(SPAN)):
            self.term.until = asked_at + SPAN - MARGIN
        else:
            self._lost(self.term)

    async def _look(self, asked_at: float) -> None:
        seen = await self._store.look()
        if seen.holder == self._holder and seen.epoch:
            if await self._store.renew(self._holder, seen.epoch, _ms(SPAN)):
                self._begin(seen.epoch, asked_at)
        elif self._free(seen):
            epoch = await self._store.take(self._holder, seen, _ms(SPAN))
            if epoch is not None:
                self._begin(epoch, asked_at)

    def _free(self, seen: LeaseRow) -> bool:
        """Whether it was given up, or has been seen run out for long enough."""
        if seen.until > seen.now:
            self._expired = None
            return False
        if seen.until == 0:
            return True
        if self._expired != (seen.epoch, seen.until):
            self._expired = seen.epoch, seen.until
            self._expired_at = self._monotonic()
        return self._monotonic() >= self._expired_at + OBSERVED

    def _begin(self, epoch: int, asked_at: float) -> None:
        self.term = Term(epoch, asked_at + SPAN - MARGIN)
        log.info("lease_held", epoch=epoch)
        self._tell()

    def _lost(self, term: Term) -> None:
        term.ended = True
        self.term = None
        log.warning("lease_lost", epoch=term.epoch)
        self._tell()

    def _tell(self) -> None:
        self._metrics.held.set(int(self.term is not None))
        self._metrics.epoch.set(0 if self.term is None else self.term.epoch)
        self._changed.set()
        self._changed = asyncio.Event()

    async def give_up(self) -> None:
        """Let another act at once; without PostgreSQL it waits until the lease has run out."""
        if self.term is None:
            return
        term = self.term
        self._lost(term)
        with suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._store.release(self._holder, term.epoch)

    async def while_acting(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` anew in each term, until cancelled; it is cancelled where a term ends."""
        while True:
            changed = self._changed
            if self.term is None:
                await changed.wait()
                continue
            running = asyncio.ensure_future(work())
            ending = asyncio.ensure_future(changed.wait())
            try:
                await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
                if running.done():
                    await running
                    await ending
            finally:
                ending.cancel()
                running.cancel()
                await asyncio.wait({running})


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
