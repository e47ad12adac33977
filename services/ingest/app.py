"""The use case: judge a body's events, append what is accepted and what is refused to the log, tell
which is which.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from floorpulse.contracts.letters import Reason, Refusal, encode_letter
from floorpulse.contracts.tallies import Example, example_of
from floorpulse.contracts.topics import CONTACT_EVENTS, DEAD_LETTERS
from floorpulse.ingest.domain import letters
from floorpulse.ingest.domain.bodies import BodyForm, split
from floorpulse.ingest.domain.gate import Gate
from floorpulse.ingest.domain.judge import CanonicalEvent, EventLimits, Judge, Unwrap
from floorpulse.ingest.domain.pseudonyms import Pseudonyms
from floorpulse.ingest.domain.recent_ids import RecentIds
from floorpulse.ingest.domain.warnings import (
    NOTHING_KNOWN,
    EventWarning,
    KnownFloor,
    contradiction,
)
from floorpulse.ingest.metrics import IngestMetrics
from floorpulse.ingest.ports import Log, Record

NEVER = -(1 << 62)


@dataclass(frozen=True)
class RequestBounds:
    """The bounds of one request, and of all requests under way together."""

    events: int
    body_bytes: int
    body_seconds: float
    events_under_way: int
    bytes_under_way: int


@dataclass(frozen=True)
class RejectedEvent:
    """One refused event: its index in the request, its id where that could be read, its text and
    why.
    """

    index: int
    id: str | None
    refusal: Refusal
    text: bytes


@dataclass(frozen=True)
class WarnedEvent:
    """One accepted event of which something seems wrong: its index in the request, its source, and
    what is shown of it.
    """

    index: int
    source: str
    warning: EventWarning
    example: Example

    @property
    def id(self) -> str:
        """The event's id."""
        return self.example.event


class IngestReceipt(NamedTuple):
    """The fate of a request's events: all accepted ones are in the log, all refused ones are
    dead letters; what seems wrong of accepted ones.
    """

    accepted: int
    rejected: tuple[RejectedEvent, ...]
    warnings: tuple[WarnedEvent, ...] = ()


@dataclass
class _Judged:
    """What became of a request's events; `newest` are the last instants that its sources told,
    epoch milliseconds.
    """

    records: list[Record] = field(default_factory=list)
    rejected: list[RejectedEvent] = field(default_factory=list)
    warnings: list[WarnedEvent] = field(default_factory=list)
    newest: dict[str, int] = field(default_factory=dict)

    def refuse(self, index: int, text: bytes, refusal: Refusal) -> None:
        self.rejected.append(RejectedEvent(index, letters.event_id(text), refusal, text))

    def take(self, index: int, accepted: CanonicalEvent, recent: RecentIds) -> None:
        event = accepted.event
        source = event.source
        self.records.append((accepted.key, accepted.value))
        if self.newest.get(source, NEVER) < accepted.at:
            self.newest[source] = accepted.at
        for warning in accepted.warnings:
            self._warn(index, accepted, warning)
        if recent.contradicts(event.tenant or "", source, event.id, accepted.value):
            self._warn(index, accepted, contradiction(event))

    def _warn(self, index: int, accepted: CanonicalEvent, warning: EventWarning) -> None:
        event = accepted.event
        self.warnings.append(
            WarnedEvent(index, event.source, warning, example_of(event, accepted.at))
        )


class Feeds(Protocol):
    """What is known of tenants' feeds."""

    def floor(self, tenant: str) -> KnownFloor:
        """What is known of a tenant's floor now."""
        ...

    def warned(self, tenant: str, one: WarnedEvent) -> None:
        """Something seems wrong of an event that is in the log."""
        ...

    def refused(self, tenant: str, one: RejectedEvent) -> None:
        """A text is a dead letter that a source sent by itself."""
        ...

    def heard(self, tenant: str, newest: Mapping[str, int], at: int) -> None:
        """Sources told of these instants `at` (epoch milliseconds); the newest of a request."""
        ...


class NoFeeds:
    """Nothing is known of any feed, and nobody keeps what seems wrong."""

    def floor(self, tenant: str) -> KnownFloor:  # noqa: ARG002  a `Feeds`
        """See `Feeds.floor`."""
        return NOTHING_KNOWN

    def warned(self, tenant: str, one: WarnedEvent) -> None:
        """See `Feeds.warned`."""

    def refused(self, tenant: str, one: RejectedEvent) -> None:
        """See `Feeds.refused`."""

    def heard(self, tenant: str, newest: Mapping[str, int], at: int) -> None:
        """See `Feeds.heard`."""


class Ingest:
    """The use cases of ingest; `now` gives wall clock in epoch milliseconds. `feeds` may be told
    after the start.
    """

    def __init__(
        self,
        log: Log,
        bounds: RequestBounds,
        limits: EventLimits,
        pseudonyms: Pseudonyms,
        metrics: IngestMetrics,
        *,
        now: Callable[[], int],
    ) -> None:
        self.bounds = bounds
        self.metrics = metrics
        self._log = log
        self._limits = limits
        self._pseudonyms = pseudonyms
        self._now = now
        self.feeds: Feeds = NoFeeds()
        self._recent = RecentIds()
        self._events = Gate("events", bounds.events_under_way)
        self._bytes = Gate("bytes", bounds.bytes_under_way)
        metrics.in_flight.set_function(lambda: self._events.under_way)

    def room(self, size: int) -> AbstractContextManager[None]:
        """Room in memory for a body of `size` bytes, for the length of the block; `Overloaded` when
        there is none.
        """
        return self._bytes.hold(size)

    async def take(self, tenant: str, form: BodyForm, body: bytes, unwrap: Unwrap) -> IngestReceipt:
        """Take a body's events for `tenant`; returns when Kafka has acknowledged all accepted ones
        and all dead letters.

        Raises `TooManyElements`, `Overloaded`, or `LogUnavailable`, after which sending the same
        again is safe.
        """
        self.metrics.bytes.inc(len(body))
        texts = split(form, body, self.bounds.events)
        now = self._now()
        if isinstance(texts, Refusal):
            refused = _Judged(rejected=[RejectedEvent(0, None, texts, body)])
            receipt = await self._deliver(tenant, now, refused)
        else:
            with self._events.hold(len(texts)):
                judged = self._judged(tenant, now, texts, unwrap)
                receipt = await self._deliver(tenant, now, judged)
        for one in receipt.rejected:
            self.feeds.refused(tenant, one)
        return receipt

    async def keep(
        self, tenant: str, told: Sequence[tuple[int, bytes]], refused: Sequence[RejectedEvent]
    ) -> IngestReceipt:
        """Keep what a source told, events with the index of their record, and what it refused.

        Returns and raises as `take` does; an event that the judge refuses has its record's index.
        """
        self.metrics.bytes.inc(sum(len(event) for _, event in told))
        now = self._now()
        with self._events.hold(len(told)):
            judged = self._judged(tenant, now, [event for _, event in told], _as_told)
            placed = [replace(one, index=told[one.index][0]) for one in judged.rejected]
            warned = [replace(one, index=told[one.index][0]) for one in judged.warnings]
            judged = replace(judged, rejected=[*refused, *placed], warnings=warned)
            return await self._deliver(tenant, now, judged)

    def _judge(self, tenant: str, now: int) -> Judge:
        floor = self.feeds.floor(tenant)
        return Judge(tenant, now, self._limits, self._pseudonyms, floor)

    async def unready(self) -> str | None:
        """Why events cannot be accepted now; None when they can."""
        return await self._log.unready()

    def _judged(self, tenant: str, now: int, texts: list[bytes], unwrap: Unwrap) -> _Judged:
        judge = self._judge(tenant, now)
        judged = _Judged()
        for index, text in enumerate(texts):
            verdict = judge.judge(text, unwrap)
            if isinstance(verdict, Refusal):
                judged.refuse(index, text, verdict)
            else:
                judged.take(index, verdict, self._recent)
        return judged

    async def _deliver(self, tenant: str, now: int, judged: _Judged) -> IngestReceipt:
        dead = [
            letters.letter(one.refusal, one.text, tenant, now, self._pseudonyms)
            for one in judged.rejected
        ]
        batches = {
            CONTACT_EVENTS.name: judged.records,
            DEAD_LETTERS.name: [(letters.KEY, encode_letter(one)) for one in dead],
        }
        await self._log.append({topic: batch for topic, batch in batches.items() if batch})
        self.metrics.events.inc(len(judged.records))
        for one in judged.rejected:
            self.metrics.rejected.labels(Reason(one.refusal.reason).value).inc()
        for warned in judged.warnings:
            self.metrics.warnings.labels(warned.warning.code.value).inc()
            self.feeds.warned(tenant, warned)
        self.feeds.heard(tenant, judged.newest, now)
        return IngestReceipt(len(judged.records), tuple(judged.rejected), tuple(judged.warnings))


def _as_told(text: bytes) -> bytes:
    return text
