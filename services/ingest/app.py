"""The use case: judge a body's events, append what is accepted and what is refused to the log, tell
which is which.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from floorpulse.contracts.letters import Reason, Refusal, encode_letter
from floorpulse.contracts.topics import CONTACT_EVENTS, DEAD_LETTERS
from floorpulse.ingest.domain import letters
from floorpulse.ingest.domain.bodies import BodyForm, split
from floorpulse.ingest.domain.gate import Gate
from floorpulse.ingest.domain.judge import CanonicalEvent, EventLimits, Judge, Unwrap
from floorpulse.ingest.domain.pseudonyms import Pseudonyms
from floorpulse.ingest.metrics import IngestMetrics
from floorpulse.ingest.ports import Log, Record


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
class IngestReceipt:
    """The fate of a request's events: all accepted ones are in the log, all refused ones are
    dead letters.
    """

    accepted: int
    rejected: tuple[RejectedEvent, ...]


class Ingest:
    """The use cases of ingest; `now` gives wall clock in epoch milliseconds."""

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
            return await self._deliver(tenant, now, [], [RejectedEvent(0, None, texts, body)])
        with self._events.hold(len(texts)):
            records, rejected = self._judged(
                Judge(tenant, now, self._limits, self._pseudonyms), texts, unwrap
            )
            return await self._deliver(tenant, now, records, rejected)

    async def keep(
        self, tenant: str, told: Sequence[tuple[int, bytes]], refused: Sequence[RejectedEvent]
    ) -> IngestReceipt:
        """Keep what a source told, events with the index of their record, and what it refused.

        Returns and raises as `take` does; an event that the judge refuses has its record's index.
        """
        self.metrics.bytes.inc(sum(len(event) for _, event in told))
        now = self._now()
        with self._events.hold(len(told)):
            records, rejected = self._judged(
                Judge(tenant, now, self._limits, self._pseudonyms),
                [event for _, event in told],
                _as_told,
            )
            placed = [replace(one, index=told[one.index][0]) for one in rejected]
            return await self._deliver(tenant, now, records, [*refused, *placed])

    async def unready(self) -> str | None:
        """Why events cannot be accepted now; None when they can."""
        return await self._log.unready()

    @staticmethod
    def _judged(
        judge: Judge, texts: list[bytes], unwrap: Unwrap
    ) -> tuple[list[Record], list[RejectedEvent]]:
        records: list[Record] = []
        rejected: list[RejectedEvent] = []
        for index, text in enumerate(texts):
            match judge.judge(text, unwrap):
                case CanonicalEvent(key, value):
                    records.append((key, value))
                case Refusal() as refusal:
                    rejected.append(RejectedEvent(index, letters.event_id(text), refusal, text))
        return records, rejected

    async def _deliver(
        self, tenant: str, now: int, records: list[Record], rejected: list[RejectedEvent]
    ) -> IngestReceipt:
        dead = [
            letters.letter(one.refusal, one.text, tenant, now, self._pseudonyms) for one in rejected
        ]
        batches = {
            CONTACT_EVENTS.name: records,
            DEAD_LETTERS.name: [(letters.KEY, encode_letter(one)) for one in dead],
        }
        await self._log.append({topic: batch for topic, batch in batches.items() if batch})
        self.metrics.events.inc(len(records))
        for one in rejected:
            self.metrics.rejected.labels(Reason(one.refusal.reason).value).inc()
        return IngestReceipt(len(records), tuple(rejected))


def _as_told(text: bytes) -> bytes:
    return text
