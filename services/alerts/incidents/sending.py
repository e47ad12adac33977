"""Sending: notices that are due are claimed, written as messages, handed to channels, and what the
channels answered is stored.

    due ─► claimed (epoch, for 7 s) ─► message ─► channel ─► sent
                                                        └──► pending, later │ failed, the next step

A claim outlasts an attempt, so nobody else sends meanwhile; a replica that stopped in between finds
that the lease is not its own any longer before the first byte goes out. What a channel answered is
kept until PostgreSQL has it: a notice goes out twice only where this process ends in between.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.domain.backoff import retry_at
from floorpulse.alerts.domain.escalation import refused
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.ladder import Ladder
from floorpulse.alerts.domain.notices import Delivery, NoticeKind, Verdict
from floorpulse.alerts.domain.task_news import task_told
from floorpulse.alerts.domain.tasks import Task
from floorpulse.alerts.incidents.lease import Lease, Term
from floorpulse.alerts.incidents.ports import (
    Change,
    ClaimedNotice,
    IncidentStore,
    LeaseLost,
    Transaction,
)
from floorpulse.alerts.metrics import NoticeMetrics
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 0.5
CLAIM = 7.0
SPAN = round(CLAIM * 1000)
ATTEMPT = 6.5
"""Seconds of one attempt; less than the claim"""
AT_ONCE = 32
"""Attempts under way"""
AGAIN = 0.5
"""Seconds until an answer that could not be stored is tried to be stored again"""
SAID = 500
"""Characters of an answer that are kept"""
OVERSIGHT = Delivery(Verdict.TRANSIENT, "the channel did not answer in time")


class Channels(Protocol):
    """The ways to all receivers, and what is said on them."""

    async def deliver(self, claim: ClaimedNotice, still_ours: Callable[[], bool]) -> Delivery:
        """Write the message of a notice and send it once, with its key; never raises what the
        network raises.

        `still_ours` is asked immediately before the first byte goes out: where it says no, nothing
        is sent and the verdict is `given_up`.
        """
        ...


@dataclass(frozen=True)
class Sending:
    """What the sender works with; `jitter` gives numbers in [0, 1)."""

    store: IncidentStore
    channels: Channels
    lease: Lease
    jitter: Callable[[], float]
    metrics: NoticeMetrics


class Sender:
    """Sends what is due while this replica acts."""

    def __init__(self, work: Sending, news: asyncio.Event) -> None:
        self._work = work
        self._news = news
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._free = asyncio.Event()
        self._closing = False

    async def run(self) -> None:
        """Claim and send again and again, until cancelled."""
        while not self._closing:
            self._news.clear()
            self._free.clear()
            claimed = await self._claimed()
            if not claimed:
                await self._woken()

    async def _woken(self) -> None:
        """Until there is news or time has passed; where all hands are full, until one is free."""
        waits = self._free if len(self._under_way) >= AT_ONCE else self._news
        try:
            async with asyncio.timeout(EVERY):
                await waits.wait()
        except TimeoutError:
            return

    async def drain(self) -> None:
        """Claim nothing more, and wait until every answer of what is under way is stored."""
        self._closing = True
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=CLAIM)
        for task in self._under_way.values():
            task.cancel()

    async def _claimed(self) -> int:
        term = self._work.lease.term
        room = AT_ONCE - len(self._under_way)
        if term is None or room <= 0 or not self._work.lease.still_ours(term):
            return 0
        try:
            async with self._work.store.transaction(term.epoch) as work:
                claimed = await work.claim_notices(term.epoch, room, SPAN, tuple(self._under_way))
        except (StoreUnavailable, LeaseLost) as away:
            log.warning("sender_waits", error=str(away))
            return 0
        for claim in claimed:
            task = asyncio.create_task(self._attempt(claim, term), name=str(claim.key))
            self._under_way[str(claim.key)] = task
            task.add_done_callback(self._done)
        return len(claimed)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._under_way.pop(task.get_name())
        self._free.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("notice_not_sent", notice=task.get_name(), exc_info=task.exception())

    async def _attempt(self, claim: ClaimedNotice, term: Term) -> None:
        delivery = await self._delivered(claim, term)
        self._work.metrics.answered(claim.key.target, delivery.verdict)
        while True:
            try:
                await self._settle(claim, term, delivery)
            except StoreUnavailable as away:
                log.warning("answer_not_stored", notice=str(claim.key), error=str(away))
                await asyncio.sleep(AGAIN)
            else:
                return

    async def _delivered(self, claim: ClaimedNotice, term: Term) -> Delivery:
        try:
            async with asyncio.timeout(ATTEMPT):
                return await self._work.channels.deliver(
                    claim, lambda: self._work.lease.still_ours(term)
                )
        except TimeoutError:
            return OVERSIGHT

    async def _settle(self, claim: ClaimedNotice, term: Term, delivery: Delivery) -> None:
        """Store what came of it, whoever acts by now: where another has claimed it since, that
        one's answer counts.
        """
        delivery = replace(delivery, said=delivery.said.replace("\0", "")[:SAID])
        async with self._work.store.transaction() as work:
            match delivery.verdict:
                case Verdict.ACCEPTED | Verdict.UNCONFIRMED:
                    await self._sent(work, claim, term, delivery)
                case Verdict.TRANSIENT:
                    await self._again(work, claim, term, delivery)
                case Verdict.PERMANENT:
                    await self._failed(work, claim, term, delivery)
                case Verdict.GIVEN_UP:
                    await work.notice_pending(claim, term.epoch, work.now, delivery.said)

    async def _sent(
        self, work: Transaction, claim: ClaimedNotice, term: Term, delivery: Delivery
    ) -> None:
        if await work.notice_sent(claim, term.epoch, delivery.said):
            if delivery.task is not None:
                await self._opened(work, claim, delivery.task)
            if claim.attempts > 1:
                await work.bring_forward(claim.tenant, claim.key.target)
            self._first(claim, work.now)

    async def _opened(self, work: Transaction, claim: ClaimedNotice, task: Task) -> None:
        """The incident has its task, in the transaction in which the notice is sent."""
        incident = await work.incident(claim.tenant, claim.key.incident)
        news = None if incident is None else task_told(incident, task, work.now)
        if news is not None:
            await work.store([Change(incident, news)])

    def _first(self, claim: ClaimedNotice, now: int) -> None:
        """Time to the first notice, measured at those of the first step."""
        about = claim.about
        first = claim.key.kind is NoticeKind.OPENED and claim.key.step == 1
        if first and isinstance(about, Incident):
            self._work.metrics.first.observe(max(0, now - about.opened_at) / 1000)

    async def _again(
        self, work: Transaction, claim: ClaimedNotice, term: Term, delivery: Delivery
    ) -> None:
        due_at = retry_at(
            claim.claimed_at,
            claim.attempts,
            self._work.jitter(),
            first=await work.first_in_line(claim),
            retry_after=delivery.retry_after,
        )
        due_at = max(due_at, work.now)
        await work.notice_pending(claim, term.epoch, due_at, delivery.said)
        log.warning(
            "notice_not_taken", notice=str(claim.key), said=delivery.said, attempt=claim.attempts
        )

    async def _failed(
        self, work: Transaction, claim: ClaimedNotice, term: Term, delivery: Delivery
    ) -> None:
        if not await work.notice_failed(claim, term.epoch, delivery.said):
            return
        log.error("notice_failed", notice=str(claim.key), said=delivery.said)
        incident = await work.incident(claim.tenant, claim.key.incident)
        if incident is None:
            return
        key = claim.key
        alone = (
            incident.policy is not None
            and key.kind is NoticeKind.OPENED
            and key.step == Ladder(incident.policy).position(incident)
            and not await work.unfailed(key.incident, key.kind, key.step)
        )
        decision = refused(incident, key.target, delivery.said, work.now, alone=alone)
        await work.store([Change(incident, decision)])
