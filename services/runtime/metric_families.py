"""What a family of metrics is, whoever writes it: its name, type, labels and meaning."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client.metrics import MetricWrapperBase


class MetricKind(StrEnum):
    """The types of families, as Prometheus calls them."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class MetricFamily:
    """One family; `name` is the one that is asked for, so that of a counter ends in `_total`.

    `meaning` is one sentence with its full stop, in the family's help text and on the page of all
    metrics. `labels` are those of every series, without a histogram's `le`.
    """

    name: str
    kind: MetricKind
    labels: tuple[str, ...]
    meaning: str

    @property
    def samples(self) -> tuple[str, ...]:
        """The names of its samples: one, or those of a histogram."""
        if self.kind is MetricKind.HISTOGRAM:
            return tuple(f"{self.name}_{part}" for part in ("bucket", "sum", "count"))
        return (self.name,)


def declared(collectors: object) -> Iterator[MetricFamily]:
    """The families of an object that holds a process's collectors as attributes."""
    for one in vars(collectors).values():
        if isinstance(one, MetricWrapperBase):
            yield _family(one)


def _family(collector: MetricWrapperBase) -> MetricFamily:
    (described,) = collector.describe()
    kind = MetricKind(described.type)
    return MetricFamily(
        described.name + ("_total" if kind is MetricKind.COUNTER else ""),
        kind,
        tuple(collector._labelnames),  # noqa: SLF001  the library tells labels in no other way
        described.documentation.removesuffix(".") + ".",
    )
