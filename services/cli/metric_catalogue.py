"""All metrics of all processes in one place: every family with its type, labels and meaning, who
exports it, and when to act on it.

Whoever writes a rule or a dashboard checks its names here: `names()` are those of all series.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from prometheus_client import CollectorRegistry

import floorpulse.cli
from floorpulse.alerts.metrics import (
    AlertRouteMetrics,
    AuditMetrics,
    BridgeMetrics,
    IncidentMetrics,
    LeaseMetrics,
    LookupMetrics,
    NoticeMetrics,
    RuleMetrics,
    WatchMetrics,
)
from floorpulse.board.metrics import BoardMetrics
from floorpulse.definitions.metrics import DefinitionMetrics
from floorpulse.ingest.metrics import FeedMetrics, IngestMetrics, SourceMetrics
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.query.metrics import QueryMetrics
from floorpulse.query.prometheus.metric_names import FLOOR_FAMILIES
from floorpulse.reports.live.gauges import ContractGauges
from floorpulse.runtime.metric_families import MetricFamily, declared
from floorpulse.runtime.process_metrics import COLLECTED, BuildMetrics

HTTP = "http"
API = "api"
ALERTS = "alerts"
INGEST = "ingest"
ENGINE = "engine"
EVERY_PROCESS = (API, INGEST, ENGINE, ALERTS)
NOTHING = "–"
"""The advice on a family that wants nothing by itself"""

Collectors = Callable[[CollectorRegistry], object]
EXPORTED: tuple[tuple[tuple[str, ...], tuple[Collectors, ...]], ...] = (
    ((API,), (QueryMetrics,)),
    ((API, ALERTS), (BoardMetrics,)),
    ((API, ALERTS, INGEST), (DefinitionMetrics,)),
    ((INGEST,), (FeedMetrics, IngestMetrics, SourceMetrics)),
    ((ENGINE,), (EngineMetrics,)),
    (
        (ALERTS,),
        (
            IncidentMetrics,
            NoticeMetrics,
            LeaseMetrics,
            AuditMetrics,
            BridgeMetrics,
            RuleMetrics,
            LookupMetrics,
            WatchMetrics,
            AlertRouteMetrics,
        ),
    ),
    ((HTTP,), (ContractGauges,)),
    (EVERY_PROCESS, (BuildMetrics,)),
)
"""Which processes have which collectors; `floorpulse http` is ingest, API and the routes of alerts
in one.
"""


@dataclass(frozen=True)
class CataloguedMetric:
    """A family, the processes that export it, and when to act on it (Markdown, from the folder of
    pages).
    """

    family: MetricFamily
    processes: tuple[str, ...]
    advice: str


@cache
def catalogue() -> tuple[CataloguedMetric, ...]:
    """Every metric of every process, those of the floor first."""
    advice = _advice()
    return tuple(
        CataloguedMetric(family, processes, advice[family.name])
        for processes, family in _families()
    )


@cache
def names() -> frozenset[str]:
    """The names of all series, so as queries ask for them: histograms by their parts."""
    return frozenset(name for one in catalogue() for name in one.family.samples)


def _families() -> Iterator[tuple[tuple[str, ...], MetricFamily]]:
    for family in FLOOR_FAMILIES.values():
        yield (API,), family
    for processes, kinds in EXPORTED:
        for collectors in kinds:
            for family in declared(collectors(CollectorRegistry())):
                yield processes, family
    for family in COLLECTED:
        yield EVERY_PROCESS, family


def _advice() -> Mapping[str, str]:
    text = (files(floorpulse.cli) / "metric_advice.yaml").read_text(encoding="utf-8")
    advice: Mapping[str, str] = yaml.safe_load(text)
    return advice
