"""What a board tells about itself."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class BoardMetrics:
    """The collectors of one board, in a registry of the process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.updates = Counter(
            "floorpulse_board_updates", "Update records merged.", registry=registry
        )
        self.rows = Counter(
            "floorpulse_board_rows", "Pane rows in the merged updates.", registry=registry
        )
        self.loads = Counter(
            "floorpulse_board_loads",
            "Times the live span was loaded from the database.",
            registry=registry,
        )
        self.losses = Counter(
            "floorpulse_board_losses",
            "Times the store or the feed was away.",
            ["what"],
            registry=registry,
        )
        for what in ("feed", "store"):
            self.losses.labels(what)
        self.age = Gauge(
            "floorpulse_board_age_seconds",
            "How old the figures of the partition that is furthest behind are.",
            registry=registry,
        )
        self.skew = Gauge(
            "floorpulse_board_clock_skew_seconds",
            "By how much the clock of the partition's engine is ahead of this process's; nothing "
            "is decided by it.",
            ["partition"],
            registry=registry,
        )
        self.loaded = Gauge(
            "floorpulse_board_loaded", "1 once the live span was loaded.", registry=registry
        )
        self.folded_queues = Gauge(
            "floorpulse_board_folded_queues",
            "Queues of a tenant beyond its bound: live figures count them together in __other__.",
            ["tenant"],
            registry=registry,
        )
        self.folded_agents = Gauge(
            "floorpulse_board_folded_agents",
            "Agents of a tenant beyond its bound: they count, and are not listed by name.",
            ["tenant"],
            registry=registry,
        )
