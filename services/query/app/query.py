"""Everything the API's routes need, in one bundle."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.definitions.app import Reload
from services.query.app.agents import AgentFigures
from services.query.app.corrections import Corrections
from services.query.app.forecasts import ForecastKeeper
from services.query.app.history import PastFigures
from services.query.app.live import LiveFigures
from services.query.app.pipeline import Pipeline
from services.query.app.queues import Queues
from services.query.app.scrape import Scrape
from services.query.app.sources import Retirement
from services.query.app.stream import Streams
from services.query.app.targets import Targets
from services.query.app.visits import Drilldown
from services.query.metrics import QueryMetrics


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

    `unready` says why the API cannot answer now, None when it can; `alive` is False after a defect that only a restart heals.
    `boot` names this process in event ids.
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
