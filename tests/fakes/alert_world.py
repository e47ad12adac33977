"""The routes of alerts in front of incidents in memory, beside a floor in memory."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from floorpulse.access.keys import Credential
from floorpulse.alerts.api.answering import AlertsAnswering
from floorpulse.alerts.api.bodies import IncidentRow
from floorpulse.alerts.api.link_use import LinkUse
from floorpulse.alerts.api.routes import router
from floorpulse.alerts.api.stream import rows_to_follow
from floorpulse.alerts.domain.alert import EvaluationBatch, Transition, TransitionKind
from floorpulse.alerts.domain.descriptions import RuleDescriptions
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, Subject
from floorpulse.alerts.domain.notices import NoticeKey, NoticeState
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.incidents.desk import Desk
from floorpulse.alerts.incidents.keeper import IncidentKeeper
from floorpulse.alerts.incidents.surroundings import Surroundings, no_feeds
from floorpulse.alerts.metrics import AlertRouteMetrics, IncidentMetrics
from floorpulse.alerts.reading.feed import TenantFeeds
from floorpulse.alerts.reading.trends import Trends
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.query.api.routes import router as figure_routes
from floorpulse.runtime.http import create_app
from tests.fakes.alert_reading import MemoryReading
from tests.fakes.alert_store import MemoryIncidents
from tests.fakes.definitions import definitions
from tests.fakes.risk_lists import MemoryRiskLists
from tests.fakes.world import Client, World, busy_world

SUPERVISOR = {"Authorization": "Bearer supervisor"}
WATCHER = {"Authorization": "Bearer watcher"}
LINK_SECRET = "secret of links in tests"  # noqa: S105
ON_CALL = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: Asia/Shanghai}
queues:
  - {id: sales, names: {en: Sales, zh: 销售}, channels: [voice]}
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice]}
receivers:
  - {id: zhang, names: {en: Zhang Wei, zh: 张伟}, user: "1a", screen: true}
  - {id: li, names: {en: Li Na, zh: 李娜}, language: zh, screen: true}
  - {id: boss, names: {en: Head of floor, zh: 现场主管}, screen: true}
rotas:
  - {id: leads, names: {en: Floor leads, zh: 现场组长}, starts: 2026-11-09, members: [zhang, li]}
escalations:
  - id: floor
    steps:
      - {targets: [{rota: leads}], wait: 60}
      - {targets: [{receiver: boss}], wait: 60}
    repeat: 0
rules:
  - id: level
    names: {en: Service level is low, zh: 服务水平低}
    severity: critical
    escalation: floor
    runbook: https://example.org/level
    threshold: {kpi: service_level, window: 15m, fire_below: 0.75, clear_above: 0.8}
  - id: waits
    names: {en: Long waits, zh: 等待过长}
    severity: warning
    threshold: {kpi: longest_wait, fire_above: 60}
"""
FIRST_DAY = "starts: 2026-11-09"


def first_on_call(text: str, now: int) -> str:
    """The definitions with a rota whose first member is on call now, whichever week it is."""
    day = datetime.fromtimestamp(now / 1000 - 2 * 86_400, ZoneInfo("Asia/Shanghai")).date()
    return text.replace(FIRST_DAY, f"starts: {day}")


FIGURE = Figure(
    kpi="service_level",
    value=0.62,
    numerator=31,
    denominator=50,
    low=0.48,
    high=0.74,
    definition="default@1",
    window="15m",
    bound=0.75,
)


@cache
def shared_app() -> FastAPI:
    """The routes of alerts, without a world."""
    app = create_app("test", "test")
    app.include_router(router())
    return app


def whole_app() -> FastAPI:
    """The routes of figures and of alerts, without a world: one of its own, for it may get
    middleware.
    """
    app = create_app("test", "test")
    app.include_router(figure_routes())
    app.include_router(router())
    return app


class MemoryLinks:
    """Used links in memory."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    async def used(self, id: str) -> bool:  # noqa: A002
        return id in self.known

    async def use(self, id: str, at: int) -> None:  # noqa: A002
        self.known[id] = at


class AlertWorld:
    """A floor, its definitions, its incidents, and the routes of alerts in front of them."""

    def __init__(
        self,
        text: str = ON_CALL,
        world: World | None = None,
        rest: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.world = world or busy_world()
        self.world.definitions = definitions(first_on_call(text, self.world.now))
        self.store = MemoryIncidents(lambda: self.world.now)
        self.reading = MemoryReading(self.store)
        self.used_links = MemoryLinks()
        self.risk_lists = MemoryRiskLists()
        self.rest = rest or self._a_second_passes
        self.loaded = True
        self.keys = self.world.keys
        self.keys.known["supervisor"] = Credential(
            "1a", "demo", frozenset({"alerts:read", "alerts:write"})
        )
        leader = self.keys.known["leader"]
        self.keys.known["leader"] = replace(leader, scopes=leader.scopes | {"alerts:read"})
        self.keys.known["watcher"] = Credential("2a", "demo", frozenset({"alerts:read"}))
        zone = self.world.board.rules.zone
        around = Surroundings(lambda: self.world.definitions, zone)
        ids = count(1)
        self.desk = Desk(self.store, around, lambda: f"made-{next(ids)}")
        metrics = IncidentMetrics(CollectorRegistry())
        self.keeper = IncidentKeeper(
            self.store,
            around,
            RuleDescriptions(lambda: self.world.definitions),
            lambda: 0,
            metrics,
        )
        self.parts = self._parts()

    def _parts(self) -> AlertsAnswering:
        floors = self.world.floors
        history = self.world.history
        tables = Tables(history, history, history, self.world.floor)
        metrics = AlertRouteMetrics(CollectorRegistry())
        stream = TenantFeeds[IncidentRow](
            rows_to_follow(floors, self.reading), "b00t", lambda: self.world.now / 1000, self.rest
        )
        return AlertsAnswering(
            floors=floors,
            incidents=self.reading,
            timelines=self.reading,
            desk=self.desk,
            trends=Trends(floors, PastFigures(floors, self.world.turns, tables)),
            stream=stream,
            metrics=metrics,
            links=LinkUse(LINK_SECRET, self.used_links, self.desk, lambda: self.world.now),
            feeds=no_feeds,
            loaded=lambda: self.loaded,
            risk_lists=self.risk_lists,
        )

    async def _a_second_passes(self) -> None:
        self.world.now += 1000

    @property
    def app(self) -> FastAPI:
        """The application, shared by all worlds, on this one."""
        return self._on(shared_app())

    @property
    def whole(self) -> FastAPI:
        """The same beside the routes of figures, on one origin."""
        app = self._on(whole_app())
        app.state.query = self.world.query
        app.state.metrics_open = False
        return app

    def _on(self, app: FastAPI) -> FastAPI:
        app.state.alerts = self.parts
        app.state.keys = self.keys
        app.state.open_tenant = None
        app.state.open_acts = False
        app.state.session_secret = "secret"  # noqa: S105
        app.state.stopping = lambda: False
        return app

    def client(self, headers: dict[str, str] | None = None) -> Client:
        """Somebody with a key; a supervisor's unless said otherwise."""
        return Client(self.app, SUPERVISOR if headers is None else headers)

    async def fire(
        self, rule: str = "level", queue: str = "sales", figure: Figure = FIGURE
    ) -> Incident:
        """A rule finds a breach: its incident, open."""
        subject = Subject("demo", rule, queue)
        await self._take(subject, TransitionKind.FIRE, Reason.HELD, figure)
        [found] = [
            one
            for one in self.store.tables.incidents.values()
            if one.subject == subject and one.resolved_at is None
        ]
        return found

    async def clear(self, rule: str = "level", queue: str = "sales") -> None:
        """The breach is over."""
        subject = Subject("demo", rule, queue)
        await self._take(subject, TransitionKind.RESOLVE, Reason.CLEARED, FIGURE)

    async def _take(
        self, subject: Subject, kind: TransitionKind, reason: Reason, figure: Figure
    ) -> None:
        change = Transition(
            subject=subject,
            version=f"{subject.rule}@1",
            kind=kind,
            reason=reason,
            figure=figure,
            at=self.world.now,
        )
        await self.keeper.take(EvaluationBatch([change], {}))

    async def send(self) -> list[NoticeKey]:
        """Every owed notice goes out now."""
        sent = [
            one.key
            for one in self.store.tables.notices.values()
            if one.state is NoticeState.PENDING
        ]
        async with self.store.transaction() as work:
            for claim in await work.claim_notices(0, len(sent), 1000):
                await work.notice_sent(claim, 0, "shown")
        return sent
