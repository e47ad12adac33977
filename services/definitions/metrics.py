"""What a process tells about its definitions."""

from prometheus_client import CollectorRegistry, Gauge


class DefinitionMetrics:
    """The collectors of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        wrong = "0 while the files of definitions are wrong: the last good ones hold."
        self.ok = Gauge("floorpulse_definitions_reload_ok", wrong, registry=registry)
        self.good_at = Gauge(
            "floorpulse_definitions_last_good_timestamp_seconds",
            "When definitions were last read and found right.",
            registry=registry,
        )
        self.number = Gauge(
            "floorpulse_definitions_set",
            "Number of the stored set in force; 0: the defaults hold.",
            registry=registry,
        )
        self.calendars_end = Gauge(
            "floorpulse_definitions_calendars_end_timestamp_seconds",
            "When the first calendar with holidays ends; 0: none has any.",
            registry=registry,
        )
        self.ok.set(1)
