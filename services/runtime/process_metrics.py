"""What a process tells Prometheus about itself, whatever it does."""

from platform import python_version

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from floorpulse.runtime.build import installed_version
from floorpulse.runtime.metric_families import MetricFamily, MetricKind

GENERATION = ("generation",)
COLLECTED = (
    MetricFamily(
        "process_virtual_memory_bytes", MetricKind.GAUGE, (), "Virtual memory of the process."
    ),
    MetricFamily(
        "process_resident_memory_bytes", MetricKind.GAUGE, (), "Resident memory of the process."
    ),
    MetricFamily(
        "process_start_time_seconds", MetricKind.GAUGE, (), "When the process started, epoch."
    ),
    MetricFamily("process_cpu_seconds_total", MetricKind.COUNTER, (), "CPU of the process."),
    MetricFamily("process_open_fds", MetricKind.GAUGE, (), "Open file descriptors."),
    MetricFamily("process_max_fds", MetricKind.GAUGE, (), "How many may be open."),
    MetricFamily(
        "python_info",
        MetricKind.GAUGE,
        ("version", "implementation", "major", "minor", "patchlevel"),
        "1, labelled with the Python that runs.",
    ),
    MetricFamily(
        "python_gc_objects_collected_total",
        MetricKind.COUNTER,
        GENERATION,
        "Objects that the garbage collector freed.",
    ),
    MetricFamily(
        "python_gc_objects_uncollectable_total",
        MetricKind.COUNTER,
        GENERATION,
        "Objects that it could not free.",
    ),
    MetricFamily(
        "python_gc_collections_total", MetricKind.COUNTER, GENERATION, "How often it looked."
    ),
)
"""What the library's own collectors tell on Linux; elsewhere those of the process are missing"""


class BuildMetrics:
    """Which build a process runs."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.info = Gauge(
            "floorpulse_build_info",
            "1, labelled with the version of Floorpulse and of Python.",
            ["version", "python"],
            registry=registry,
        )
        self.info.labels(installed_version(), python_version()).set(1)


def process_registry() -> CollectorRegistry:
    """A registry with the process's own figures: build, memory, CPU, descriptors.

    Counters are told without the instants at which they were made: these would be as many series
    again, of which Prometheus makes nothing.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # as the library has it
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    BuildMetrics(registry)
    return registry
