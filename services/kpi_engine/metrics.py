"""The Prometheus collectors of an engine worker; lag and figures of the floor are the API's to
export.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from floorpulse.contracts.letters import Reason
from floorpulse.contracts.tallies import Missing


class EngineMetrics:
    """Counters of one worker process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.records = Counter("floorpulse_engine_records", "Records applied", registry=registry)
        self.dead = Counter(
            "floorpulse_engine_dead_letters", "Records refused", ["reason"], registry=registry
        )
        self.future = Counter(
            "floorpulse_engine_future_events",
            "Events ahead of the broker's clock",
            registry=registry,
        )
        self.flush_seconds = Histogram(
            "floorpulse_engine_flush_seconds", "Time of one flush", registry=registry
        )
        self.flush_rows = Counter(
            "floorpulse_engine_flush_rows", "Rows written", ["table"], registry=registry
        )
        self.flush_failures = Counter(
            "floorpulse_engine_flush_failures", "Flushes with unknown outcome", registry=registry
        )
        self.conflicts = Counter(
            "floorpulse_engine_surprises",
            "Flushes repeated because a row taken for new was stored already",
            registry=registry,
        )
        self.fenced = Counter(
            "floorpulse_engine_fenced", "Partitions taken away by a newer owner", registry=registry
        )
        self.gaps = Counter(
            "floorpulse_engine_position_gaps",
            "Batches skipped or sought back to",
            ["way"],
            registry=registry,
        )
        for way in ("behind", "ahead"):
            self.gaps.labels(way)
        self.partitions = Gauge(
            "floorpulse_engine_partitions", "Partitions owned now", registry=registry
        )
        self.fold = Gauge(
            "floorpulse_engine_fold",
            "1 for who makes the usual steps of the fold: native or python",
            ["by"],
            registry=registry,
        )
        self.log_lost = Gauge(
            "floorpulse_engine_log_lost",
            "Partitions stopped because their log lost events",
            registry=registry,
        )
        self.reconciled = Gauge(
            "floorpulse_engine_reconciliation_differences",
            "Panes that differ from their visits, at the last check",
            registry=registry,
        )
        self.rolled = Gauge(
            "floorpulse_engine_rolled_until_timestamp_seconds",
            "Event time up to which the leader rolled figures up",
            registry=registry,
        )
        self.corrections = Counter(
            "floorpulse_engine_corrections",
            "Figures that changed after they were final",
            registry=registry,
        )
        self.orphans = Gauge(
            "floorpulse_engine_orphans",
            "Events of the partitions owned now that stayed without the one before, by what is "
            "missing",
            ["missing"],
            registry=registry,
        )
        for missing in Missing:
            self.orphans.labels(missing.value)
        for reason in Reason:  # at 0 before the first: a rate over it sees the first one too
            self.dead.labels(reason)
