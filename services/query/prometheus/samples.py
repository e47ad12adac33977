"""Samples of the floor by family, as text in either format that Prometheus reads.

They are written directly: the client library's families cost ten times as much at 10,000 series.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum

from floorpulse.query.prometheus.metric_names import FLOOR_FAMILIES
from floorpulse.runtime.metric_families import MetricFamily, MetricKind


class TextFormat(StrEnum):
    """A text format, by its media type."""

    PROMETHEUS = "text/plain"
    OPENMETRICS = "application/openmetrics-text"


@dataclass(eq=False)
class Samples:
    """Lines of samples, collected by family."""

    families: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def put(self, name: str, labels: str, value: float | None, family: str | None = None) -> None:
        """Add a sample; None is NaN: undefined, never 0."""
        self.families[family or name].append(
            f"{name}{{{labels}}} {'NaN' if value is None else value}\n"
        )

    def text(self, form: TextFormat = TextFormat.PROMETHEUS) -> str:
        """All of them, each family behind its head; OpenMetrics' last line is left to whoever
        writes it.
        """
        return "".join(
            line
            for name, lines in self.families.items()
            for line in (_head(FLOOR_FAMILIES[name], form), *lines)
        )


def _head(family: MetricFamily, form: TextFormat) -> str:
    """OpenMetrics calls a family of counters without the ending of its samples."""
    name = family.name
    if form is TextFormat.OPENMETRICS and family.kind is MetricKind.COUNTER:
        name = name.removesuffix("_total")
    return f"# HELP {name} {family.meaning}\n# TYPE {name} {family.kind}\n"


def escaped(value: str) -> str:
    """A label's value as both formats write it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def owner(tenant: str) -> str:
    """The label of a tenant's own series."""
    return f'tenant="{escaped(tenant)}"'


def labelled(tenant: str, queue: str, channel: str) -> str:
    """The labels of a queue and channel."""
    return f'{owner(tenant)},queue="{escaped(queue)}",channel="{escaped(channel)}"'
