"""The wall screen in a real Chromium, over the API's own routes and a floor in memory."""

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry

from floorpulse.access.keys import Credential
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.agents import Entered
from floorpulse.definitions.app import Reload
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from floorpulse.figures.agents.figures import AgentFigures
from floorpulse.figures.agents.reading import AgentReading
from floorpulse.figures.corrections.figures import Corrections
from floorpulse.figures.feed_report import FeedReport
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.indicators.use_cases import indicators
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.queues import Queues
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.sources.deliveries import Deliveries
from floorpulse.figures.sources.watch import Retirement
from floorpulse.figures.targets.figures import Targets
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.drilldown import Drilldown
from floorpulse.kpis.plan import Slot
from floorpulse.query.api.routes import router
from floorpulse.query.app import Answering, Health, RowLimits, UseCases
from floorpulse.query.metrics import QueryMetrics
from floorpulse.query.pipeline.pipeline import Pipeline
from floorpulse.query.prometheus.every_kpi import WholeFloors
from floorpulse.query.prometheus.exposition import Exposition
from floorpulse.query.prometheus.page import FloorSamples, Scrape
from floorpulse.query.prometheus.progress import PipelineProgress
from floorpulse.query.stream.streams import Pulse, Streams
from floorpulse.reports.live.bodies import contract_row
from floorpulse.runtime import problems
from floorpulse.runtime.clock import monotonic, now_ms, steady_ms
from tests.fakes.definitions import definitions
from tests.fakes.floor import FixedLog, MemoryFloor, MemoryHistory, abandoned, answered, waiting
from tests.fakes.forecasts import MemoryForecasts
from tests.fakes.keys import FixedKeys
from tests.fakes.tallies import MemoryTallies
from tests.unit.reports.test_live_contracts import live_of, world_of

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

playwright = pytest.importorskip(
    "playwright.async_api", reason="playwright drives the browser: pip install playwright"
)
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path"),
    pytest.mark.timeout(900),
    pytest.mark.no_cover,  # a page is not Python
]

LONG = {
    "offered": "20,368",
    "variance": "+52.6%",
    "abandonment": "29.0%",
    "waiting": "174",
    "longest": "12:34",
    "answered": "823 / 1,171",
    "agents": "12 / 146",
}
FILL = """long => Object.entries(long).forEach(([name, text]) =>
  document.querySelectorAll(`[data-n=${name}]`).forEach(node => { node.textContent = text }))"""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
GRACE = 3_000
PATIENCE = 60_000
KEY = "fp_wall_key"
STRICT = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: UTC, service_level: strict}
queues:
  - {id: sales, names: {en: sales, zh: 销售}, channels: [voice]}
  - {id: help, names: {en: help, zh: 支持}, channels: [voice], service_level: fair}
service_levels:
  - {id: fair, formula: V3, threshold: 20, target: 0.9}
  - {id: strict, formula: V3, threshold: 20, target: 0.95}
"""


@dataclass
class Wall:
    """A served floor and a browser tab; `told` is everything the page complained of."""

    app: FastAPI
    floor: MemoryFloor
    board: Board
    pulse: Pulse
    server: uvicorn.Server
    url: str
    page: "Page"
    told: list[str]
    speaking: bool = True

    async def open(self, query: str = "") -> None:
        await self.page.goto(f"{self.url}/wallboard{query}")

    async def shows(self, selector: str, text: str) -> None:
        """Wait until `text` is in the part of the page."""
        await playwright.expect(self.page.locator(selector)).to_contain_text(text)

    async def becomes(self, name: str, value: str) -> None:
        """Wait until the page's attribute `data-name` has the value."""
        await playwright.expect(self.page.locator("html")).to_have_attribute(f"data-{name}", value)

    async def speak(self) -> None:
        """Publish like an engine, for ever; fall silent while `speaking` is False."""
        while True:
            for update in self.floor.updates(now_ms()) if self.speaking else ():
                self.board.take(update, steady_ms())
            self.pulse.beat()
            await asyncio.sleep(0.5)


async def heed() -> None:
    return None


async def ready() -> str | None:
    return None


def served(floor: MemoryFloor, board: Board, pulse: Pulse, defined: Definitions) -> FastAPI:
    metrics = QueryMetrics(CollectorRegistry())
    history = MemoryHistory(floor)
    keeper = ForecastKeeper(MemoryForecasts(), now_ms)
    floors = Floors(board, now_ms, lambda: defined)
    turns = Turns()
    lookup = Lookup(history, history, monotonic)
    live = LiveFigures(floors, lookup, turns, lambda: keeper.current)
    pipeline = Pipeline(board, FixedLog({}), floor, now_ms)
    samples = FloorSamples(
        Exposition(floors, 1000),
        WholeFloors(live),
        PipelineProgress(pipeline, board, monotonic, metrics.went_without),
    )
    app = FastAPI()
    problems.install(app)
    app.include_router(router())
    app.state.keys = FixedKeys({KEY: Credential("wall", "demo", frozenset({"kpi:read"}))})
    app.state.open_tenant = "demo"
    app.state.metrics_open = False
    app.state.session_secret = "secret of the test"  # noqa: S105
    past = PastFigures(floors, turns, Tables(history, history, history, floor))
    app.state.query = UseCases(
        Answering(
            floors,
            turns,
            RowLimits(1000, 1000, 1000, 1000, 100),
            metrics,
            Health(lambda: True, ready, lambda: True, Reload),
        ),
        live,
        past,
        AgentFigures(floors, turns, history, floor),
        *indicators(floors, AgentReading(floors, turns, history), past),
        Drilldown(floors, turns, history),
        Targets(floors, turns, history, history, floor),
        Corrections(floors, turns, history),
        Queues(floors, live, turns),
        keeper,
        pipeline,
        Retirement(floor, heed),
        Deliveries(MemoryTallies(), now_ms, floors.definitions),
        FeedReport(floors, MemoryTallies()),
        Streams(live, turns, pulse, boot="boot"),
        Scrape(samples, lambda: True, metrics, now_ms, monotonic),
    )
    return app


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[uvicorn.Server]:
    config = uvicorn.Config(
        app, port=0, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    app.state.stopping = lambda: server.should_exit
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def browsing(told: list[str]) -> "AsyncIterator[Page]":
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=120_000
        )
        page = await browser.new_page(viewport={"width": 1920, "height": 1080}, locale="en-GB")
        page.set_default_timeout(PATIENCE)
        playwright.expect.set_options(timeout=PATIENCE)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("console", lambda message: told.append(message.text))
        try:
            yield page
        finally:
            await browser.close()


@pytest.fixture
def defined() -> Definitions:
    return NOTHING


@pytest.fixture
async def wall(defined: Definitions) -> AsyncIterator[Wall]:
    async with served_wall(defined) as one:
        yield one


@asynccontextmanager
async def served_wall(
    defined: Definitions, keys: Mapping[str, Credential] = MappingProxyType({})
) -> AsyncIterator[Wall]:
    """A floor, its wall and its desk, open to this machine and to `keys`, and a browser."""
    floor = MemoryFloor()
    pulse = Pulse()
    told = list[str]()
    board = Board(Rules(ZoneInfo("UTC"), grace=GRACE), steady_ms)
    app = served(floor, board, pulse, defined)
    app.state.keys.known.update(keys)
    async with listening(app) as server, browsing(told) as page:
        port = server.servers[0].sockets[0].getsockname()[1]
        wall = Wall(app, floor, board, pulse, server, f"http://127.0.0.1:{port}", page, told)
        speaking = asyncio.create_task(wall.speak())
        try:
            yield wall
        finally:
            speaking.cancel()


def busy(floor: MemoryFloor) -> None:
    """Sales keeps its promise: 12 of 12; help does not: 7 of 10 and 2 gave up; chat had 3
    contacts.
    """
    now = now_ms()
    floor.put(
        *(answered(now - 300_000 + n * 1000, 5, 60) for n in range(12)), waiting(now - 65_000)
    )
    floor.put(
        *(answered(now - 300_000 + n * 1000, 50 if n < 3 else 5, 60, "help") for n in range(10))
    )
    floor.put(
        *(abandoned(now - 200_000, 30, "help") for _ in range(2)),
        *(answered(now - 200_000, 5, 9, "chat") for _ in range(3)),
    )


def card(queue: str) -> str:
    return f".card:has([data-n=name]:text-is('{queue}'))"


async def test_the_wall_waits_for_contacts_and_then_shows_every_queue_with_its_verdict(
    wall: Wall,
) -> None:
    await wall.open()
    await wall.becomes("view", "empty")
    busy(wall.floor)

    await wall.shows(
        f"{card('sales')} .level", "92.3%"
    )  # 12 of 13: who waits beyond the threshold counts as missed
    await wall.shows(f"{card('sales')} .chip", "On target")
    await wall.shows(f"{card('sales')} [data-n=waiting]", "1")
    await playwright.expect(wall.page.locator(f"{card('sales')} [data-n=longest]")).to_have_text(
        re.compile(r"^[1-9]:\d\d$")
    )
    await wall.shows(f"{card('help')} .level", "58.3%")
    await wall.shows(f"{card('help')} .chip", "Below target")
    await wall.shows(f"{card('help')} [data-n=abandonment]", "16.7%")
    await wall.shows(f"{card('help')} [data-n=answered]", "10 / 12")
    await wall.shows(f"{card('chat')} .chip", "Few contacts")
    await wall.becomes("link", "live")
    assert wall.told == []


async def test_the_wall_says_who_is_free_and_how_the_day_stands_beside_its_forecast(
    wall: Wall,
) -> None:
    busy(wall.floor)
    now = now_ms()
    wall.floor.enter("ann", Entered(now - 60_000, "available", ("sales",)))
    wall.floor.enter("bob", Entered(now - 60_000, "busy", ("sales", "help")))
    keeper: ForecastKeeper = wall.app.state.query.of(ForecastKeeper)
    await keeper.put("demo", [Slot("sales", "", now - 900_000, now - 1000, 10, 60)], "planner", "")

    await wall.open()

    await wall.shows(f"{card('sales')} [data-n=agents]", "1 / 2")
    await wall.shows(f"{card('help')} [data-n=agents]", "0 / 1")
    await wall.shows("#totals [data-n=variance]", "+30.0%")


@pytest.mark.parametrize("defined", [definitions(STRICT)])
async def test_the_strip_is_judged_by_what_all_targets_ask_for_together(wall: Wall) -> None:
    now = now_ms()
    wall.floor.put(
        *(
            answered(now - 60_000, 5 if n < 17 else 50, 60, queue)
            for n in range(20)
            for queue in ("sales", "help")
        )
    )
    await wall.open()

    await wall.shows("#totals [data-n=whole]", "85")
    await wall.shows("#totals [data-n=verdict]", "Below target")


async def test_a_silent_engine_dims_the_wall_and_says_since_when_until_it_speaks_again(
    wall: Wall,
) -> None:
    busy(wall.floor)
    await wall.open()
    await wall.becomes("link", "live")
    wall.speaking = False

    await wall.becomes("link", "lost")
    await wall.shows("#banner", "No fresh data since")
    await wall.shows(f"{card('sales')} .chip", "Stale")
    wall.speaking = True
    await wall.becomes("link", "live")
    await playwright.expect(wall.page.locator("#banner")).to_be_hidden()


async def test_a_server_that_is_gone_is_noticed(wall: Wall) -> None:
    busy(wall.floor)
    await wall.open()
    await wall.becomes("link", "live")

    wall.server.should_exit = True

    await wall.becomes("link", "lost")
    await wall.shows("#link-word", "No live data")


async def test_without_an_open_demo_a_key_is_asked_for_once_and_stands_nowhere(wall: Wall) -> None:
    busy(wall.floor)
    wall.app.state.open_tenant = None
    await wall.open("?lang=zh")
    await wall.becomes("view", "login")
    await wall.page.fill("#key", "fp_wrong_key")
    await wall.page.click("#login button")
    await wall.shows("#refusal", "kpi:read")

    await wall.page.fill("#key", KEY)
    await wall.page.click("#login button")

    await wall.shows(f"{card('sales')} .chip", "达标")
    assert KEY not in wall.page.url
    assert (
        await wall.page.evaluate(
            "document.cookie + JSON.stringify({...localStorage, ...sessionStorage})"
        )
        == "{}"
    )


async def test_language_and_window_are_chosen_in_place_and_kept_in_the_address(wall: Wall) -> None:
    busy(wall.floor)
    await wall.open()
    await wall.shows(f"{card('sales')} .chip", "On target")

    await wall.page.click("#lang")
    await wall.shows(f"{card('sales')} .chip", "达标")
    await wall.page.click("#windows button[value=today]")

    assert wall.page.url.endswith("?lang=zh&window=today")


async def test_a_contract_that_the_address_names_has_a_line_in_both_languages(wall: Wall) -> None:
    """62.5 % of 80 %, seven to recover; 2.00 of 7.00 are burned."""
    live = live_of(world_of())
    standing = await live.standing("demo", live.contracts("demo")[0])
    assert standing is not None
    body = msgspec.json.encode(contract_row(standing)).decode()
    busy(wall.floor)

    async def answer(route: "Route") -> None:
        await route.fulfill(status=200, content_type="application/json", body=body)

    await wall.page.route("**/v1/contracts/acme-2026", answer)
    await wall.open("?contract=acme-2026&lang=en")

    line = "#contracts li[data-state='bad']"
    await wall.shows(line, "Acme hotline · Answered within 10 s 62.5% / 80.0%, 7 to recover")
    await wall.shows(line, "exposure 2 CNY, forecast 2 CNY · 28.6% of the budget")
    await wall.page.click("#lang")
    await wall.shows(line, "顶峰热线 · 10 秒内接听率")
    await wall.shows(line, "尚需 7 个达标")
    assert wall.told == []


async def test_thirty_queues_fit_a_full_screen_and_a_phone_scrolls_only_downwards(
    wall: Wall,
) -> None:
    now = now_ms()
    for n in range(30):
        wall.floor.put(*(answered(now - 60_000, 5, 30, f"queue-{n:02}") for _ in range(12)))
    await wall.open()
    await playwright.expect(wall.page.locator(".card")).to_have_count(30)

    for width, height in ((1920, 1080), (1366, 768), (1280, 800), (1024, 768)):
        await wall.page.set_viewport_size({"width": width, "height": height})
        await wall.page.evaluate(FILL, LONG)
        assert await overflow(wall, ".card article, .more, .cards, .totals, html") == [], (
            width,
            height,
        )
    await wall.page.set_viewport_size({"width": 390, "height": 844})
    assert await wall.page.evaluate("document.documentElement.scrollWidth") == 390


async def overflow(wall: Wall, selector: str) -> list[str]:
    """The parts of the page whose content is larger than they are."""
    overflows = "e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1"
    script = f"all => all.filter(e => {overflows}).map(e => e.outerHTML.slice(0, 80))"
    found: list[str] = await wall.page.eval_on_selector_all(selector, script)
    return found


# ---------------------------------------------------------------- refusals


@dataclass
class Gate:
    """Refuses `/v1/stream` with a status while it has one, and notes when it was asked (monotonic
    seconds).
    """

    status: int | None = None
    retry_after: str | None = None
    asked: list[float] = field(default_factory=list)

    async def __call__(
        self, request: Request, go_on: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        if request.url.path != "/v1/stream":
            return await go_on(request)
        self.asked.append(monotonic())
        if self.status is None:
            return await go_on(request)
        return Response(
            status_code=self.status,
            headers={"Retry-After": self.retry_after} if self.retry_after else {},
        )


def gated(wall: Wall, gate: Gate) -> Gate:
    wall.app.middleware("http")(gate)
    return gate


@pytest.mark.parametrize("status", [503, 429])
async def test_a_wall_that_is_refused_says_so_waits_as_long_as_it_is_told_and_comes_back(
    wall: Wall, status: int
) -> None:
    busy(wall.floor)
    gate = gated(wall, Gate(status, "3"))
    await wall.open()

    await wall.shows(
        "#banner", f"The server refuses live figures for now ({status}). Trying again in"
    )
    await asyncio.sleep(7)
    refused = list(gate.asked)
    gate.status = None
    await wall.becomes("link", "live")

    await wall.shows(f"{card('sales')} .chip", "On target")
    await playwright.expect(wall.page.locator("#banner")).to_be_hidden()
    assert len(refused) in (4, 6)  # two streams, at 0, 3 and perhaps 6 s
    assert min(later - sooner for sooner, later in zip(refused, refused[2:], strict=False)) > 2.5


async def test_a_wall_that_is_refused_without_a_word_of_when_backs_off(wall: Wall) -> None:
    busy(wall.floor)
    gate = gated(wall, Gate(500))
    await wall.open()
    await wall.shows("#banner", "(500)")
    await asyncio.sleep(8)

    assert 4 < len(gate.asked) <= 14


async def test_a_wall_whose_session_ended_asks_for_a_key(wall: Wall) -> None:
    busy(wall.floor)
    gate = gated(wall, Gate(401))
    await wall.open()

    await wall.becomes("view", "login")
    await asyncio.sleep(2)
    assert len(gate.asked) <= 2


REFUSED = (503, 429, 401, 403, 500, 204)
LISTEN = """([paths, span]) => { const all = paths.map(path => new EventSource(path));
  return new Promise(done => setTimeout(() => {
    done(all.map(one => one.readyState));
    all.forEach(one => one.close()); }, span)); }"""
CONNECTING_OR_OPEN = (0, 1)
CLOSED = 2


async def test_a_browsers_event_source_comes_back_after_a_break_and_never_after_a_refusal() -> None:
    app = FastAPI()
    asked = Counter[str]()

    async def breaks_off() -> AsyncIterator[str]:
        yield "retry: 200\n\ndata: x\n\n"

    async def answer(kind: str) -> Response:
        asked[kind] += 1
        if kind == "broken":
            return StreamingResponse(breaks_off(), media_type="text/event-stream")
        return Response(status_code=int(kind), headers={"Retry-After": "1"})

    app.add_api_route("/as/{kind}", answer, response_class=Response)
    app.add_api_route(
        "/", lambda: Response("a page", media_type="text/html"), response_class=Response
    )
    paths = [f"/as/{kind}" for kind in (*REFUSED, "broken")]
    async with listening(app) as server, browsing([]) as page:
        await page.goto(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/")
        *refused, broken = await page.evaluate(LISTEN, [paths, 6_000])

    assert refused == [CLOSED] * len(REFUSED)
    assert [asked[str(status)] for status in REFUSED] == [1] * len(REFUSED)
    assert broken in CONNECTING_OR_OPEN
    assert asked["broken"] > 3
