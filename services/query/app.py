"""Everything the API's routes need, in one bundle."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.definitions.app import Reload
from services.figures.agents.figures import AgentFigures
from services.figures.corrections.figures import Corrections
from services.figures.forecasts.keeper import ForecastKeeper
from services.figures.history.figures import PastFigures
from services.figures.live.figures import LiveFigures
from services.figures.live.queues import Queues
from services.figures.sources.watch import Retirement
from services.figures.targets.figures import Targets
from services.figures.visits.drilldown import Drilldown
from services.query.metrics import QueryMetrics
from services.query.pipeline.pipeline import Pipeline
from services.query.prometheus.page import Scrape
from services.query.stream.streams import Streams


@dataclass(frozen=True)
class Limits:
    """Rows of one answer: unless asked otherwise, and at most."""

    rows: int
    most_rows: int
    visits: int
    most_visits: int
    streams: int


@dataclass(frozen=True)
class Query:
    """The running use cases.

    `unready` says why the API cannot answer now, None when it can; `alive` is False after a defect
    that only a restart heals. `boot` names this process in event ids.
    """

    live: LiveFigures
    past: PastFigures
    agents: AgentFigures
    drilldown: Drilldown
    targets: Targets
    corrections: Corrections
    queues: Queues
    forecasts: ForecastKeeper
    pipeline: Pipeline
    retirement: Retirement
    streams: Streams
    scrape: Scrape
    metrics: QueryMetrics
    limits: Limits
    metrics_open: bool
    boot: str
    reload: Callable[[], Reload]
    loaded: Callable[[], bool]
    unready: Callable[[], Awaitable[str | None]]
    alive: Callable[[], bool]
