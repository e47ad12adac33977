"""What the API tells about itself; the floor's own figures are `query/prometheus`."""

from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from floorpulse.figures.lookup.looked_up import LOOKUPS, Unanswered

PIPELINE = "pipeline"
"""What the look-up of the log's ends and the durable positions is called"""


class QueryMetrics:
    """The collectors of one API process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = Histogram(
            "floorpulse_api_request_seconds",
            "Time to the answer (of streams: to its first byte), by route and status.",
            ["method", "route", "status"],
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=registry,
        )
        self.rows = Counter("floorpulse_api_rows", "Rows answered.", ["route"], registry=registry)
        self.streams = Gauge("floorpulse_api_streams", "Open event streams.", registry=registry)
        self.render = Gauge(
            "floorpulse_api_render_seconds",
            "What the last rendering of the floor's metrics took.",
            registry=registry,
        )
        self.unanswered = Counter(
            "floorpulse_api_lookups_unanswered",
            "Look-ups in the tables or the log that live figures or /metrics went out without, "
            "what they tell undefined: late, slow or away.",
            ["lookup", "reason"],
            registry=registry,
        )
        for lookup, reason in product((*LOOKUPS.values(), PIPELINE), Unanswered):
            self.unanswered.labels(lookup, reason)

    def went_without(self, lookup: str, reason: Unanswered) -> None:
        """An answer went out without a look-up."""
        self.unanswered.labels(lookup, reason).inc()
