"""The composition root: settings in, a running KPI API out."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from floorpulse.access.agent_reads import recorded_reads
from floorpulse.access.keys import KeyRing
from floorpulse.board.adapters.rows import AWAY, PostgresRows
from floorpulse.board.app import BoardKeeper
from floorpulse.board.wiring import BoardLimits, kept_board
from floorpulse.definitions.app import DefinitionKeeper
from floorpulse.definitions.wiring import kept_definitions
from floorpulse.figures.agents.figures import AgentFigures
from floorpulse.figures.agents.reading import AgentReading
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.at.figures import MomentTables, PastFloors
from floorpulse.figures.at.store import PostgresMoments
from floorpulse.figures.corrections.figures import Corrections
from floorpulse.figures.corrections.store import PostgresCorrections
from floorpulse.figures.feed_report import FeedReport
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.figures.forecasts.kept import kept_forecasts
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.indicators.use_cases import indicators
from floorpulse.figures.live.ahead import WritesAhead
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.queues import Queues
from floorpulse.figures.lookup.folded import FoldedAgents, FoldedVisits
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.sources.deliveries import Deliveries
from floorpulse.figures.sources.store import PostgresRetiredSources, PostgresSourceTallies
from floorpulse.figures.sources.watch import Retirement
from floorpulse.figures.staffing.figures import Staffing
from floorpulse.figures.targets.figures import Targets
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.drilldown import Drilldown
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.query.api import routes
from floorpulse.query.app import Answering, Health, RowLimits, UseCases
from floorpulse.query.metrics import QueryMetrics
from floorpulse.query.pipeline.event_log import KafkaEventLog
from floorpulse.query.pipeline.letter_log import KafkaLetters, LetterFollower
from floorpulse.query.pipeline.letters import LetterBox, LetterCounts
from floorpulse.query.pipeline.pipeline import Pipeline
from floorpulse.query.prometheus.every_kpi import WholeFloors
from floorpulse.query.prometheus.exposition import Exposition
from floorpulse.query.prometheus.page import FloorSamples, Scrape
from floorpulse.query.prometheus.progress import PipelineProgress
from floorpulse.query.settings import ApiSettings, QuerySettings
from floorpulse.query.stream.streams import Pulse, Streams
from floorpulse.query.unknown_queues import UnknownQueueWatch
from floorpulse.runtime.beside import run_beside
from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.database import async_engine, readers_pool
from floorpulse.runtime.gc_tuning import SHORT_PAUSES, leave_alone_what_is_here
from floorpulse.runtime.http import create_app
from floorpulse.runtime.process_metrics import process_registry

PING_WITHIN = 2.0
NO_ENGINE = (
    "no engine has ever been heard of, so nothing is counted: start `floorpulse engine`; "
    "if one runs, its log says why it does not count"
)


@asynccontextmanager
async def query(
    settings: QuerySettings, registry: CollectorRegistry | None = None
) -> AsyncIterator[UseCases]:
    """The running use cases; they answer once the board is loaded."""
    metrics = QueryMetrics(registry or process_registry())
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(
            await readers_pool(settings.database, settings.api.statement_seconds)
        )
        api = settings.api
        limits = BoardLimits(
            api.stale_seconds, api.silence_seconds, api.most_queues, api.most_agents
        )
        turns = Turns()
        keeper = await stack.enter_async_context(
            kept_board(settings, pool, metrics.registry, limits, turns.give_way)
        )
        log = KafkaEventLog(settings.kafka)
        stack.push_async_callback(log.close)
        pulse = Pulse()
        counts = LetterCounts()
        counting = LetterFollower(settings.kafka, counts)
        run_beside(stack, pulse.run(keeper.changed), _settled(keeper), counting.run())
        definitions = await stack.enter_async_context(
            kept_definitions(settings.definitions, pool, metrics.registry)
        )
        forecasts = await stack.enter_async_context(kept_forecasts(pool, now_ms))
        box = LetterBox(KafkaLetters(settings.kafka), counts)
        running = assembled(
            settings.api,
            pool,
            keeper,
            log,
            Parts(metrics, pulse, definitions, forecasts, turns, box),
        )
        unknown = UnknownQueueWatch(running.answering.floors)
        ahead = WritesAhead(running.of(LiveFigures))
        run_beside(stack, unknown.run(), ahead.run(pulse.wait))
        yield running


async def _settled(keeper: BoardKeeper) -> None:
    """A loaded board stays: a collection that looks at all of it would hold answers up."""
    await keeper.loaded.wait()
    leave_alone_what_is_here(SHORT_PAUSES)


class Parts:
    """What the use cases share beside board, tables and log."""

    def __init__(
        self,
        metrics: QueryMetrics,
        pulse: Pulse,
        definitions: DefinitionKeeper,
        forecasts: ForecastKeeper,
        turns: Turns,
        letters: LetterBox,
    ) -> None:
        self.metrics = metrics
        self.pulse = pulse
        self.definitions = definitions
        self.forecasts = forecasts
        self.turns = turns
        self.letters = letters


def assembled(
    settings: ApiSettings, pool: asyncpg.Pool, keeper: BoardKeeper, log: KafkaEventLog, parts: Parts
) -> UseCases:
    """The use cases over their adapters."""
    metrics = parts.metrics
    kept = parts.definitions
    rows = PostgresRows(pool)
    panes = PostgresPanes(pool)
    visits = PostgresVisits(pool)
    agents = PostgresAgents(pool)
    folded = FoldedVisits(visits, keeper.board.names), FoldedAgents(agents, keeper.board.names)
    lookup = Lookup(*folded, monotonic, settings.lookup_seconds, metrics.went_without)
    planned = parts.forecasts.queues
    floors = Floors(keeper.board, now_ms, lambda: kept.current, planned)
    tables = Tables(panes, visits, agents, rows, parts.forecasts.store)
    moments = MomentTables(PostgresMoments(pool), visits, agents, parts.forecasts.store)
    turns = parts.turns
    live = LiveFigures(floors, lookup, turns, lambda: parts.forecasts.current)
    streams = Streams(live, turns, parts.pulse, settings.most_rows, secrets.token_hex(4))
    metrics.streams.set_function(lambda: streams.open)
    past = PastFigures(floors, turns, tables)
    pipeline = Pipeline(keeper.board, log, rows, now_ms)
    samples = FloorSamples(
        Exposition(floors, settings.most_series),
        WholeFloors(live),
        PipelineProgress(pipeline, keeper.board, monotonic, metrics.went_without),
    )
    health = Health(
        loaded=lambda: keeper.loaded.is_set() and kept.loaded.is_set(),
        unready=_unready(pool, keeper, kept),
        alive=lambda: keeper.alive,
        reload=lambda: kept.reload,
    )
    return UseCases(
        Answering(floors, turns, limits_of(settings), metrics, health),
        live,
        past,
        PastFloors(floors, turns, moments, monotonic),
        tables,
        AgentFigures(floors, turns, agents, rows),
        *indicators(floors, AgentReading(floors, turns, agents), past),
        Drilldown(floors, turns, visits),
        Targets(floors, turns, panes, visits, rows),
        Corrections(floors, turns, PostgresCorrections(pool)),
        Queues(floors, live, turns),
        parts.forecasts,
        Staffing(floors, live),
        pipeline,
        parts.letters,
        Retirement(PostgresRetiredSources(pool), keeper.heed),
        Deliveries(PostgresSourceTallies(pool), now_ms, floors.definitions),
        FeedReport(floors, PostgresSourceTallies(pool)),
        streams,
        Scrape(samples, health.loaded, metrics, now_ms, monotonic, settings.metrics_seconds),
    )


def limits_of(settings: ApiSettings) -> RowLimits:
    """How many rows an answer holds, as the operator set it."""
    return RowLimits(
        settings.page_rows,
        settings.most_rows,
        settings.page_visits,
        settings.most_visits,
        settings.most_streams,
    )


def _unready(
    pool: asyncpg.Pool, keeper: BoardKeeper, kept: DefinitionKeeper
) -> Callable[[], Awaitable[str | None]]:
    async def unready() -> str | None:
        if not keeper.loaded.is_set():
            return "the live figures are being loaded"
        if not kept.loaded.is_set():
            return "the definitions are being loaded"
        if not keeper.board.positions:
            return NO_ENGINE
        try:
            async with asyncio.timeout(PING_WITHIN):
                await pool.fetchval("SELECT 1")
        except AWAY as failed:
            return f"PostgreSQL does not answer ({type(failed).__name__})"
        return None

    return unready


def install_access(app: FastAPI, settings: ApiSettings) -> None:
    """What access asks for beside the keys: the open tenant, whether metrics are open, and the
    secret of sessions.
    """
    app.state.open_tenant = settings.open_tenant
    app.state.metrics_open = settings.metrics_open
    app.state.session_secret = (
        settings.session_secret.get_secret_value() if settings.session_secret else None
    )


def create_query_app(settings: QuerySettings) -> FastAPI:
    """`floorpulse api` as an application."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = async_engine(settings.database, settings.api.statement_seconds)
        try:
            async with query(settings) as running, recorded_reads(engine) as reads:
                app.state.agent_reads = reads
                app.state.query = running
                app.state.keys = KeyRing(engine)
                yield
        finally:
            await engine.dispose()

    app = create_app("Floorpulse", "Live, exact KPIs of contact-centre floors.", lifespan)
    install_access(app, settings.api)
    routes.install(app)
    return app
