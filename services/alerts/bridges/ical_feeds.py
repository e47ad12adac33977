"""Rotas from iCal feeds: fetched now and then, the last good one holds.

    fetched   ● good       ● away      ● not readable   ● good
    shifts    ├── of the first, also behind its failures ┼── of the last
    metric    the instant of the last good one: its age is what to watch

A feed is read again from its text at each look, for the span that it is asked for moves on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.bridges.ical_in import Asked, FeedError, shifts
from floorpulse.alerts.domain.notices import Delivery
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.alerts.notifiers.answers import by_status
from floorpulse.alerts.notifiers.transport import Call, Transport
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.runtime.unavailable import Unavailable

log: BoundLogger = structlog.get_logger(__name__)

LOOK_EVERY = 2.0
EVERY = 300_000
"""Milliseconds between two fetches of one feed"""
BEFORE = 86_400_000
AHEAD = 32 * 86_400_000
"""Milliseconds around now in which shifts are known"""
HTTP_OK = 200

Fetch = Callable[[str], Awaitable[bytes]]


class FeedAway(Unavailable):
    """A feed's host did not answer, or not with a feed."""


@dataclass(frozen=True)
class FeedName:
    """A rota that is a feed, and where that is."""

    tenant: str
    rota: str
    url: str


@dataclass(frozen=True)
class KeptFeed:
    """What is kept of a feed: its last good text, the shifts of that, when it is due again."""

    due_at: int = 0
    text: bytes | None = None
    spans: Sequence[Span] = ()
    failed: str = ""


@dataclass(frozen=True)
class FeedClock:
    """The wall clock (epoch milliseconds), and the zone of tenants that name none."""

    now: Callable[[], int]
    zone: ZoneInfo


class IcalFeeds:
    """The feeds of all tenants' rotas."""

    def __init__(
        self,
        definitions: Callable[[], Definitions],
        fetch: Fetch,
        metrics: BridgeMetrics,
        clock: FeedClock,
    ) -> None:
        self._definitions = definitions
        self._fetch = fetch
        self._metrics = metrics
        self._clock = clock
        self._kept: dict[FeedName, KeptFeed] = {}

    def of(self, tenant: str) -> Mapping[str, Sequence[Span]]:
        """The shifts of a tenant's feeds by rota; members are receivers, by id or name."""
        known = OnCallInForce(self._definitions().at(tenant, self._clock.now()))
        called = {
            name.casefold(): receiver
            for receiver, version in known.receivers.items()
            for name in (*version.body.names.values(), receiver)
        }
        return {
            name.rota: [
                replace(one, member=called[one.member.casefold()])
                for one in kept.spans
                if one.member.casefold() in called
            ]
            for name, kept in self._kept.items()
            if name.tenant == tenant
        }

    async def run(self) -> None:
        """Look for feeds that are due, for ever."""
        while True:
            await self.refresh()
            await asyncio.sleep(LOOK_EVERY)

    async def refresh(self) -> None:
        """Fetch what is due, one after the other; forget feeds of rotas that went."""
        now = self._clock.now()
        wanted = list(self._wanted(now))
        self._kept = {name: self._kept.get(name, KeptFeed()) for name in wanted}
        for name in wanted:
            if self._kept[name].due_at <= now:
                self._kept[name] = await self._fetched(name, self._kept[name], now)

    def _wanted(self, now: int) -> Iterator[FeedName]:
        known = self._definitions()
        for tenant in sorted({one.tenant for one in known.versions if one.kind is Kind.ROTA}):
            for rota, version in OnCallInForce(known.at(tenant, now)).rotas.items():
                if version.body.ical is not None:
                    yield FeedName(tenant, rota, version.body.ical)

    async def _fetched(self, name: FeedName, kept: KeptFeed, now: int) -> KeptFeed:
        try:
            text = await self._fetch(name.url)
            spans = await self._read(name, text, now)
        except (FeedAway, FeedError) as wrong:
            return await self._failed(name, kept, now, str(wrong))
        self._metrics.feed_at.labels(name.tenant, name.rota).set(now / 1000)
        return KeptFeed(now + EVERY, text, spans)

    async def _failed(self, name: FeedName, kept: KeptFeed, now: int, why: str) -> KeptFeed:
        if why != kept.failed:
            log.warning("ical_feed_fails", tenant=name.tenant, rota=name.rota, error=why)
        spans = await self._read(name, kept.text, now) if kept.text is not None else []
        return replace(kept, due_at=now + EVERY, spans=spans, failed=why)

    async def _read(self, name: FeedName, text: bytes, now: int) -> list[Span]:
        """In a thread: a feed may repeat often, and its author is somebody else."""
        asked = Asked(now - BEFORE, now + AHEAD, self._zone(name, now))
        return await asyncio.to_thread(shifts, text, asked)

    def _zone(self, name: FeedName, now: int) -> ZoneInfo:
        mine = self._definitions().of(name.tenant)
        rota = OnCallInForce(mine.at(now)).rotas[name.rota].body
        return ZoneInfo(rota.zone) if rota.zone else mine.zone or self._clock.zone


def fetching(transport: Transport) -> Fetch:
    """Fetch over the transport of the channels: its guard, its time limits, 64 KiB at most."""

    async def fetch(url: str) -> bytes:
        call = Call(url=url, method="GET", headers={"Accept": "text/calendar"})
        answer = await transport.exchange(call, lambda: True)
        if isinstance(answer, Delivery):
            raise FeedAway(answer.said)
        if answer.status != HTTP_OK:
            raise FeedAway(by_status(answer).said)
        if not answer.whole:
            message = "it is longer than 64 KiB or broke off: use repeating events, leave out old"
            raise FeedAway(message)
        return answer.body

    return fetch
