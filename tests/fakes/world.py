"""A floor in memory and the API in front of it: what tests of the routes ask."""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from floorpulse.access.keys import Credential
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.events import AgentState
from floorpulse.definitions.app import Reload
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.agents.figures import AgentFigures
from floorpulse.figures.agents.reading import AgentReading
from floorpulse.figures.at.figures import MomentTables, PastFloors
from floorpulse.figures.corrections.figures import Corrections
from floorpulse.figures.feed_report import FeedReport
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.indicators.use_cases import indicators
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.queues import Queues
from floorpulse.figures.lookup.folded import FoldedAgents, FoldedVisits
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.sources.deliveries import Deliveries
from floorpulse.figures.sources.watch import Retirement
from floorpulse.figures.staffing.figures import Staffing
from floorpulse.figures.targets.figures import Targets
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.drilldown import Drilldown
from floorpulse.query.api.routes import install
from floorpulse.query.app import Answering, Health, RowLimits, UseCases
from floorpulse.query.metrics import QueryMetrics
from floorpulse.query.pipeline.lag import LogRange
from floorpulse.query.pipeline.letters import LetterBox, LetterCounts
from floorpulse.query.pipeline.pipeline import Pipeline
from floorpulse.query.prometheus.every_kpi import WholeFloors
from floorpulse.query.prometheus.exposition import Exposition
from floorpulse.query.prometheus.page import FloorSamples, Scrape
from floorpulse.query.prometheus.progress import PipelineProgress
from floorpulse.query.stream.streams import Pulse, Streams
from floorpulse.runtime.http import create_app
from tests.fakes.floor import (
    PARTITIONS,
    FixedLog,
    MemoryFloor,
    MemoryHistory,
    abandoned,
    answered,
    left,
    waiting,
)
from tests.fakes.forecasts import MemoryForecasts
from tests.fakes.keys import FixedKeys
from tests.fakes.letters import MemoryLetters
from tests.fakes.tallies import MemoryTallies

NOW = 1_794_398_840_000  # 2026-11-11T12:07:20Z
SPAN = {"from": "2026-11-11T11:00:00Z", "to": "2026-11-11T12:08:00Z"}
READER = {"Authorization": "Bearer reader"}
LEADER = {"Authorization": "Bearer leader"}
READS = frozenset({"kpi:read"})


@cache
def shared_app() -> FastAPI:
    """The routes of the KPI API, without a world."""
    app = create_app("test", "test")
    install(app)
    return app


class Client:
    """Asks an app one question at a time and keeps its cookies."""

    def __init__(self, app: FastAPI, headers: dict[str, str] | None = None) -> None:
        self._app = app
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._headers = headers or {}
        self._cookies = httpx.Cookies()

    def get(
        self, path: str, params: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return self._ask("GET", path, params=params, headers={**self._headers, **(headers or {})})

    def post(self, path: str, json: object) -> httpx.Response:
        return self._ask("POST", path, json=json, headers=self._headers)

    def post_nothing(self, path: str) -> httpx.Response:
        """As a form without fields does."""
        return self._ask("POST", path, headers=self._headers)

    def delete(self, path: str) -> httpx.Response:
        return self._ask("DELETE", path, headers=self._headers)

    def with_headers(self, headers: dict[str, str]) -> "Client":
        """The same client, which sends these headers too."""
        other = Client(self._app, {**self._headers, **headers})
        other._cookies = self._cookies
        return other

    def put(self, path: str, content: str, kind: str = "text/csv") -> httpx.Response:
        return self._ask(
            "PUT", path, content=content.encode(), headers={**self._headers, "Content-Type": kind}
        )

    def _ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://api.test", cookies=self._cookies
            ) as client:
                answer = await client.request(method, path, **how)
                self._cookies.update(client.cookies)
                return answer

        return asyncio.run(ask())


class World:
    """A floor and the API in front of it; `make` gives its board, by the clock it is handed."""

    def __init__(
        self,
        zone: str = "UTC",
        make: Callable[[Callable[[], int]], Board] | None = None,
        **limits: int,
    ) -> None:
        self.floor = self.stored()
        self.history = MemoryHistory(self.floor)
        self.now = NOW
        self.letters = MemoryLetters()
        self.letter_counts = LetterCounts()
        self.log = FixedLog({number: LogRange(0, 0) for number in range(PARTITIONS)})
        self.board = (
            make(lambda: self.now) if make else Board(Rules(ZoneInfo(zone)), lambda: self.now)
        )
        self.pulse = Pulse()
        self.loaded = True
        self.definitions = NOTHING
        self.reload = Reload()
        self.alive = True
        self.delivered = MemoryTallies()
        self.forecasts = ForecastKeeper(MemoryForecasts(), lambda: self.now)
        self.query = self._query(
            RowLimits(
                **{
                    "rows": 5000,
                    "most_rows": 20_000,
                    "visits": 200,
                    "most_visits": 2000,
                    "streams": 2,
                    **limits,
                }
            )
        )
        self.keys = FixedKeys(
            {
                "reader": Credential("1", "demo", READS),
                "stranger": Credential("2", "other", READS),
                "leader": Credential("3", "demo", READS | {"agents:read", "metrics:read"}),
                "agent": Credential("4", "demo", frozenset()),
                "planner": Credential("5", "demo", READS | {"admin"}),
            }
        )

    def stored(self) -> MemoryFloor:
        """The floor that it begins with."""
        return MemoryFloor(watermark=NOW - 15_000)

    def _query(self, limits: RowLimits) -> UseCases:
        history = self.history
        metrics = QueryMetrics(CollectorRegistry())
        visits = FoldedVisits(history, self.board.names)
        agents = FoldedAgents(history, self.board.names)
        lookup = Lookup(visits, agents, lambda: self.now / 1000, unanswered=metrics.went_without)
        planned = self.forecasts.queues
        floors = Floors(self.board, lambda: self.now, lambda: self.definitions, planned)
        turns = Turns()
        live = LiveFigures(floors, lookup, turns, lambda: self.forecasts.current)
        pipeline = Pipeline(self.board, self.log, self.floor, lambda: self.now)
        self.samples = FloorSamples(
            Exposition(floors, 10_000),
            WholeFloors(live),
            PipelineProgress(pipeline, self.board, lambda: self.now / 1000, metrics.went_without),
        )
        tables = Tables(history, history, history, self.floor, self.forecasts.store)
        moments = MomentTables(history, history, history, self.forecasts.store)
        health = Health(
            loaded=lambda: self.loaded,
            unready=self._unready,
            alive=lambda: self.alive,
            reload=lambda: self.reload,
        )
        return UseCases(
            Answering(floors, turns, limits, metrics, health),
            live,
            PastFigures(floors, turns, tables),
            PastFloors(floors, turns, moments, lambda: self.now / 1000),
            AgentFigures(floors, turns, history, self.floor),
            *indicators(
                floors,
                AgentReading(floors, turns, history),
                PastFigures(floors, turns, tables),
            ),
            Drilldown(floors, turns, history),
            Targets(floors, turns, history, history, self.floor),
            Corrections(floors, turns, history),
            Queues(floors, live, turns),
            self.forecasts,
            Staffing(floors, live),
            pipeline,
            LetterBox(self.letters, self.letter_counts),
            Retirement(self.floor, self._heed),
            Deliveries(self.delivered, lambda: self.now, floors.definitions),
            FeedReport(floors, self.delivered),
            Streams(live, turns, self.pulse, limits.most_rows, "b00t"),
            Scrape(
                self.samples,
                health.loaded,
                metrics,
                lambda: self.now,
                lambda: self.now / 1000,
            ),
        )

    @property
    def floors(self) -> Floors:
        return self.query.answering.floors

    @property
    def turns(self) -> Turns:
        return self.query.answering.turns

    async def _heed(self) -> None:
        retired = await self.floor.retired()
        self.board.sources.retire({source: self.now - age for source, age in retired.items()})

    async def _unready(self) -> str | None:
        return None if self.loaded else "the live figures are being loaded"

    @property
    def app(self) -> FastAPI:
        """The application, shared by all worlds, on this one: building it takes longer than most
        tests.
        """
        app = shared_app()
        app.state.query = self.query
        app.state.keys = self.keys
        app.state.open_tenant = None
        app.state.metrics_open = False
        app.state.session_secret = "secret"  # noqa: S105
        app.state.stopping = lambda: False
        return app

    def tell(self) -> None:
        for update in self.floor.updates(self.now):
            self.board.take(update, self.now)

    def client(self) -> Client:
        return Client(self.app, READER)


SHIFT: tuple[tuple[int, AgentState], ...] = ((60, "available"), (20, "busy"))
"""Minutes before noon"""


def busy_world() -> World:
    """An hour of two queues: one in three minutes a call for help, the others for sales; now one
    waits.
    """
    world = World()
    noon = NOW - 440_000
    world.floor.put(
        *(
            answered(noon - minute * 60_000, minute % 40, 50, "sales" if minute % 3 else "help")
            for minute in range(60)
        )
    )
    world.floor.put(
        abandoned(noon - 30_000, 2),
        abandoned(noon - 30_000, 50),
        left(noon - 30_000, 5),
        waiting(NOW - 30_000),
    )
    world.floor.enter(
        "ann",
        *(
            Entered(noon - ago * 60_000, state, ("sales",), "", "east", "hangzhou")
            for ago, state in SHIFT
        ),
    )
    world.tell()
    return world
