"""The Prometheus collectors of ingest."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from floorpulse.contracts.letters import Reason
from floorpulse.contracts.tallies import What
from floorpulse.ingest.domain.warnings import WarningCode

USUAL = ("202", "400", "401", "403", "413", "429", "503")
"""Statuses that are told from the start, so that the first answer of each is seen as one"""
TOLD_AFTER_SECONDS = (-36000, -3600, -60, -1, 1, 10, 60, 600, 3600, 36000)
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class IngestMetrics:
    """Counters of what came in, in a registry of the caller's; labels never name tenants' contacts
    or agents.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter(
            "floorpulse_ingest_events", "Events acknowledged by Kafka", registry=registry
        )
        self.rejected = Counter(
            "floorpulse_ingest_rejected",
            "Events refused, by reason of the closed list",
            ["reason"],
            registry=registry,
        )
        self.warnings = Counter(
            "floorpulse_ingest_warnings",
            "Accepted events of which something seems wrong, by code of the closed list",
            ["code"],
            registry=registry,
        )
        self.answers = Counter(
            "floorpulse_ingest_answers",
            "Answers to requests, by HTTP status",
            ["status"],
            registry=registry,
        )
        for status in USUAL:
            self.answers.labels(status)
        self.taken = self.answers.labels("202").inc
        """A request was answered with 202"""
        self.requests = Histogram(
            "floorpulse_ingest_requests_seconds",
            "From the request's head to its answer",
            buckets=REQUEST_SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "floorpulse_ingest_in_flight_events",
            "Events awaiting Kafka's acknowledgement",
            registry=registry,
        )
        self.bytes = Counter(
            "floorpulse_ingest_bytes", "Bytes of event bodies, decompressed", registry=registry
        )
        for reason in Reason:  # at 0 before the first: a rate over it sees the first one too
            self.rejected.labels(reason)
        for code in WarningCode:
            self.warnings.labels(code.value)


class FeedMetrics:
    """How long after their instants events of any source come in: clocks and zones that are wrong
    show as a heap of their own.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._told_after = Histogram(
            "floorpulse_ingest_told_after_seconds",
            "From the instant of the newest event of a source in a request to its arrival; below 0 "
            "where it is told for later",
            buckets=TOLD_AFTER_SECONDS,
            registry=registry,
        )

    def told_after(self, delay: int) -> None:
        """Events came so many milliseconds after their instants."""
        self._told_after.observe(delay / 1000)


class SourceMetrics:
    """Counters of what platforms sent to `/v1/sources/{name}`; kinds are bounded by whoever counts
    them.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.heard = Gauge(
            "floorpulse_source_last_heard_timestamp_seconds",
            "When a source of the vendor last delivered something",
            ["vendor"],
            registry=registry,
        )
        self._deliveries = Counter(
            "floorpulse_source_deliveries",
            "Deliveries of sources that showed who they are",
            ["vendor"],
            registry=registry,
        )
        self._events = Counter(
            "floorpulse_source_events",
            "Events that deliveries made, acknowledged by Kafka",
            ["vendor"],
            registry=registry,
        )
        self._ignored = Counter(
            "floorpulse_source_ignored",
            "Payloads that made no event, by kind",
            ["vendor", "kind"],
            registry=registry,
        )
        self._refused = Counter(
            "floorpulse_source_refused",
            "Payloads and events refused, by reason of the closed list",
            ["vendor", "reason"],
            registry=registry,
        )

    def count(self, what: What, vendor: str, kind: str, times: int) -> None:
        """Count something of a vendor."""
        match what:
            case What.HEARD:
                self._deliveries.labels(vendor).inc(times)
            case What.EVENTS:
                self._events.labels(vendor).inc(times)
            case What.IGNORED:
                self._ignored.labels(vendor, kind).inc(times)
            case What.REFUSED:
                self._refused.labels(vendor, kind).inc(times)
            case What.WARNED:  # pragma: no cover  counted for all sources together
                pass
