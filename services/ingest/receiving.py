"""The use case of `POST /v1/sources/{name}`: who sends, what it tells, and what is kept of it.

name ─► configured sources of that name ─► whose secret does the sender know? ─► its tenant
body ─► records ─► adapter ─► events ─► judge ─► Kafka        ignored kinds and refusals counted
                         └─► refusal ─► dead letter
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.tallies import Example, What
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.ingest.app import Ingest, IngestReceipt, RejectedEvent
from floorpulse.ingest.configured import ConfiguredSource, Secrets, configured
from floorpulse.ingest.domain import letters
from floorpulse.ingest.domain.deliveries import records_of
from floorpulse.ingest.metrics import SourceMetrics
from floorpulse.ingest.sources.delivery import Delivery, Receiver, Reply
from floorpulse.ingest.sources.registry import RECEIVERS, SOURCES
from floorpulse.ingest.sources.source import Source, SourceFactory, SourceRecord
from floorpulse.ingest.tallies import Tallies, TallyKey

log: BoundLogger = structlog.get_logger(__name__)


class NotLoaded(Exception):  # noqa: N818  it names the state
    """The definitions were not read yet: nobody knows which sources there are."""


class UnknownSource(Exception):  # noqa: N818  as above
    """No source of this name takes anything over HTTP."""


class NotAuthentic(Exception):  # noqa: N818  as above
    """The sender does not know the secret of a source of this name."""


class Ambiguous(Exception):  # noqa: N818  as above
    """Sources of several tenants have this name and this secret."""


@dataclass(frozen=True)
class Vendors:
    """The platforms that are understood, and how those that send over HTTP do it."""

    sources: Mapping[str, SourceFactory] = field(default_factory=lambda: SOURCES)
    receivers: Mapping[str, Receiver] = field(default_factory=lambda: RECEIVERS)


@dataclass(frozen=True)
class Taken:
    """What became of a delivery: the receipt, what made no event by kind, and what the platform
    wants to hear.
    """

    receipt: IngestReceipt
    ignored: Mapping[str, int]
    reply: Reply


@dataclass
class _Told:
    """What the records of a delivery say: events with the index of their record, and refusals."""

    events: list[tuple[int, bytes]] = field(default_factory=list)
    refused: list[RejectedEvent] = field(default_factory=list)
    ignored: dict[str, int] = field(default_factory=dict)


class Receiving:
    """Takes what platforms send; `current` gives the definitions in force, None until they were
    read.
    """

    def __init__(  # noqa: PLR0913  the parts of one use case, each from the wiring
        self,
        ingest: Ingest,
        current: Callable[[], Definitions | None],
        secrets: Secrets,
        tallies: Tallies,
        metrics: SourceMetrics,
        vendors: Vendors,
        *,
        now: Callable[[], int],
    ) -> None:
        self.ingest = ingest
        self._current = current
        self._secrets = secrets
        self._tallies = tallies
        self._metrics = metrics
        self._vendors = vendors
        self._now = now
        self._secretless: set[tuple[str, str]] = set()

    def candidates(self, name: str) -> list[ConfiguredSource]:
        """The sources of this name that take deliveries. Raises `NotLoaded`, `UnknownSource`."""
        definitions = self._current()
        if definitions is None:
            raise NotLoaded
        known = [
            one
            for one in configured(definitions, name, self._now())
            if one.vendor in self._vendors.receivers
        ]
        if not known:
            raise UnknownSource
        return known

    async def take(self, name: str, delivery: Delivery) -> Taken:
        """Take a delivery; returns when Kafka has acknowledged all of it.

        Raises what `candidates` and `Ingest.keep` raise, `NotAuthentic`, `Ambiguous` and
        `TooManyElements`.
        """
        source = self._sender(self.candidates(name), delivery)
        told = self._told(source, delivery)
        receipt = await self.ingest.keep(source.tenant, told.events, told.refused)
        self._count(source, receipt, told.ignored)
        return Taken(receipt, told.ignored, self._vendors.receivers[source.vendor].reply)

    def _sender(self, candidates: list[ConfiguredSource], delivery: Delivery) -> ConfiguredSource:
        """The one whose secret the sender knows."""
        known = [one for one in candidates if self._is_authentic(one, delivery)]
        if not known:
            raise NotAuthentic
        if len(known) > 1:
            raise Ambiguous
        return known[0]

    def _is_authentic(self, source: ConfiguredSource, delivery: Delivery) -> bool:
        secret = None if source.secret is None else self._secrets(source.secret)
        if not secret:
            self._complain(source)
            return False
        authentic = self._vendors.receivers[source.vendor].authentic
        return authentic(delivery, secret, source.settings)

    def _complain(self, source: ConfiguredSource) -> None:
        """Say that a source has no secret, once."""
        who = source.tenant, source.settings.name
        if who not in self._secretless:
            self._secretless.add(who)
            log.warning(
                "source_without_secret", tenant=who[0], source=who[1], reference=source.secret
            )

    def _told(self, source: ConfiguredSource, delivery: Delivery) -> _Told:
        limit = self.ingest.bounds.events
        records = records_of(delivery.headers, delivery.body, limit)
        told = _Told()
        if isinstance(records, Refusal):
            told.refused.append(RejectedEvent(0, None, records, delivery.body))
            return told
        opened = self._vendors.sources[source.vendor](source.settings)
        for index, content in enumerate(records):
            _tell(told, opened, index, content)
        told.events += [(len(records), event) for event in opened.finish()]
        told.ignored = opened.unknown.counted()
        return told

    def _count(
        self, source: ConfiguredSource, receipt: IngestReceipt, ignored: Mapping[str, int]
    ) -> None:
        self._tally(source, What.HEARD, "", 1)
        self._tally(source, What.EVENTS, "", receipt.accepted)
        for kind, times in ignored.items():
            self._tally(source, What.IGNORED, kind, times)
        for one in receipt.rejected:
            example = letters.example_of(one.refusal, one.id, one.text)
            self._tally(source, What.REFUSED, one.refusal.reason.value, 1, example)
        self._metrics.heard.labels(source.vendor).set(self._now() / 1000)

    def _tally(
        self,
        source: ConfiguredSource,
        what: What,
        kind: str,
        times: int,
        example: Example | None = None,
    ) -> None:
        if not times:
            return
        key = TallyKey(source.tenant, source.settings.name, what, kind)
        counted = self._tallies.count(key, times, example)
        self._metrics.count(what, source.vendor, counted, times)


def _tell(told: _Told, source: Source, index: int, content: bytes) -> None:
    said = source.take(SourceRecord(index, content))
    if isinstance(said, Refusal):
        told.refused.append(RejectedEvent(index, None, said, content))
    else:
        told.events += [(index, event) for event in said]
