"""The supervisor's page in a real Chromium at the size of a phone, over the routes of alerts and a
floor in memory.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from floorpulse.access.keys import Credential
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.links import LinkAction, LinkClaims, make_link
from floorpulse.runtime.clock import now_ms
from tests.fakes.alert_world import LINK_SECRET, AlertWorld
from tests.fakes.floor import answered
from tests.fakes.world import World
from tests.integration.test_wallboard import CHROMIUM, browsing, listening, playwright

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path"),
    pytest.mark.timeout(900),
    pytest.mark.no_cover,  # a page is not Python
]

PHONE = (390, 844)
DESK = (1440, 900)
LONG_WAIT = Figure(kpi="longest_wait", value=95, bound=60, definition="default@1")
CLOCKED = 0.2
"""Seconds between two looks of the stream"""


@dataclass
class Desk:
    """A served page and a browser tab; `told` is everything the page complained of."""

    alerts: AlertWorld
    clock: "Clock"
    app: FastAPI
    server: uvicorn.Server
    url: str
    page: "Page"
    told: list[str] = field(default_factory=list)

    async def open(self, query: str = "") -> None:
        await self.page.goto(f"{self.url}/alerts{query}")

    async def open_live(self) -> None:
        """Open the page and wait until its stream is heard: before, its head changes its height,
        and a click meant for what has just moved reaches something else.
        """
        await self.open()
        await self.becomes("link", "live")

    async def follow(self, link: str, path: str) -> None:
        """Click a link of a page that is live and wait for the page behind it to be so."""
        await self.page.get_by_role("link", name=link, exact=True).click()
        await self.page.wait_for_url(f"**{path}")
        await self.becomes("link", "live")

    async def shows(self, selector: str, text: str) -> None:
        """Wait until `text` is in the part of the page."""
        await playwright.expect(self.page.locator(selector).first).to_contain_text(text)

    async def becomes(self, name: str, value: str) -> None:
        """Wait until the page's attribute `data-name` has the value."""
        await playwright.expect(self.page.locator("html")).to_have_attribute(f"data-{name}", value)

    def card(self, rule: str) -> "Locator":
        return self.page.locator(f".incident:has-text('{rule}')")

    def stored(self, incident: Incident) -> Incident:
        return self.alerts.store.tables.incidents[incident.id]


def floor_now() -> World:
    """An hour of sales up to this minute, worse in its second half."""
    world = World()
    world.now = now_ms()
    for minute in range(60):
        wait = 5 if minute > 30 or minute % 3 else 50
        at = world.now - minute * 60_000 - 1000
        world.floor.put(answered(at, wait, 30), answered(at - 20_000, 9, 30))
    world.tell()
    return world


@dataclass
class Clock:
    """The floor's clock: it follows ours, `ahead` by so many milliseconds."""

    world: World
    ahead: int = 0

    async def pass_a_moment(self) -> None:
        await asyncio.sleep(CLOCKED)
        self.world.now = now_ms() + self.ahead


@asynccontextmanager
async def served_desk() -> AsyncIterator[Desk]:
    """The page of an open demo in a tab the size of a phone."""
    world = floor_now()
    clock = Clock(world)
    alerts = AlertWorld(world=world, rest=clock.pass_a_moment)
    alerts.keys.known["viewer"] = Credential("v", "demo", frozenset({"kpi:read"}))
    told = list[str]()
    app = alerts.whole
    app.state.open_tenant = "demo"
    app.state.open_acts = True
    async with listening(app) as server, browsing(told) as page:
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Desk(alerts, clock, app, server, f"http://127.0.0.1:{port}", page, told)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with served_desk() as served:
        yield served


async def test_an_incident_opens_on_the_page_while_it_is_watched_the_worst_first(
    desk: Desk,
) -> None:
    await desk.open()
    await desk.shows("#calm", "Nothing needs anybody now")
    await desk.becomes("link", "live")

    await desk.alerts.fire("waits", "help", LONG_WAIT)
    await desk.shows("#open", "Long waits")
    await desk.alerts.fire()
    await desk.alerts.send()

    first = desk.page.locator("#open .incident").first
    await playwright.expect(first).to_contain_text("Service level is low")
    await playwright.expect(first).to_contain_text("62.0%")
    await playwright.expect(first).to_contain_text("threshold 75.0%")
    await playwright.expect(first).to_contain_text("step 1 of 2 told")
    await playwright.expect(desk.card("Long waits")).to_contain_text("1:35")
    await desk.shows("#news", "New: Critical: Service level is low, Sales 62.0%")
    await desk.shows("#rotas", "Zhang Wei")
    await desk.shows("#messages", "Critical: Service level is low, Sales: 62.0%")
    assert desk.told == []


async def test_one_tap_acknowledges_and_the_page_says_who_has_it(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    await desk.open_live()

    await desk.card("Service level").locator("button").click()

    await desk.shows("#open", "open has it")
    assert desk.stored(incident).state is IncidentState.ACKNOWLEDGED
    assert desk.told == []


async def test_the_whole_of_it_by_keyboard_alone(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    await desk.open()
    await desk.shows("#open", "Service level is low")

    await tab_to(desk, "Service level is low")
    await desk.page.keyboard.press("Enter")
    await playwright.expect(desk.page.locator("#detail-title")).to_be_focused()
    await tab_to(desk, "by")
    await desk.page.keyboard.type("Zhou")
    await tab_to(desk, "I have it")
    await desk.page.keyboard.press("Space")
    await desk.shows("#detail .chip", "Zhou has it")
    await desk.page.keyboard.press("Escape")

    await playwright.expect(desk.page.locator(".incident a").first).to_be_focused()
    assert desk.stored(incident).owner == "Zhou"
    assert desk.told == []


async def tab_to(desk: Desk, what: str) -> None:
    """Press Tab until the focused element has this text or id."""
    focused = "[document.activeElement.id, document.activeElement.textContent].join(' ')"
    for _ in range(40):
        await desk.page.keyboard.press("Tab")
        if what in await desk.page.evaluate(focused):
            return
    pytest.fail(f"no way to {what} by Tab")


async def test_the_timeline_tells_why_and_the_trend_shows_the_figure(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    await desk.alerts.send()
    await desk.open(f"?incident={incident.id}")

    await desk.shows("#timeline", "beyond the threshold for long enough")
    await desk.shows("#timeline", "told · to Zhang Wei")
    await desk.shows("#notices", "sent")
    await desk.shows("#detail .value", "62.0%")
    await desk.shows("#detail", "31 of 50 · last 15m · default@1")
    line = desk.page.locator("#trend .line")
    await playwright.expect(line).to_have_attribute("d", re.compile(r"^M.+L.+L"))
    assert desk.told == []


async def test_comments_snoozes_and_hand_overs_are_told_in_the_timeline(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    await desk.open(f"?incident={incident.id}")
    await desk.shows("#timeline", "told")

    await desk.page.fill("#text", "Two agents come from chat")
    await desk.page.click("button[value=comment]")
    await desk.shows("#timeline q", "Two agents come from chat")
    await desk.page.click("button[value=snooze]")
    await desk.shows("#detail .chip", "snoozed until")
    await desk.page.select_option("#to", "li")
    await desk.page.click("button[value=reassign]")
    await desk.shows("#timeline", "handed over · to Li Na")
    await desk.page.click("button[value=resolve]")

    await desk.shows("#detail .chip", "over since")
    await playwright.expect(desk.page.locator("button[value=ack]")).to_be_hidden()
    assert desk.told == []


async def test_a_refusal_is_said_beside_the_buttons(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    await desk.open(f"?incident={incident.id}")
    await desk.shows("#timeline", "told")
    desk.app.state.open_acts = False

    await desk.page.click("button[value=ack]")

    await desk.shows("#refusal", "alerts:write")
    assert desk.stored(incident).state is IncidentState.FIRING


async def test_the_way_back_of_the_browser_leads_to_the_list(desk: Desk) -> None:
    await desk.alerts.fire()
    await desk.open_live()
    await desk.card("Service level").locator("a").click()
    await playwright.expect(desk.page.locator("#detail")).to_be_visible()
    await playwright.expect(desk.page.locator("#open")).to_be_hidden()

    await desk.page.go_back()

    await playwright.expect(desk.page.locator("#detail")).to_be_hidden()
    await playwright.expect(desk.page.locator("#open")).to_be_visible()


async def test_the_page_speaks_chinese_and_times_are_those_of_the_floor(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    await desk.open(f"?lang=zh&incident={incident.id}")

    await desk.shows("#detail-title", "服务水平低 · 销售")
    await desk.shows("#timeline", "超出阈值已达规定时长")
    [row] = (await desk.page.evaluate("fetch('v1/alerts').then(answer => answer.json())"))["rows"]
    assert row["opened_at"].endswith("+08:00")
    await desk.shows("#timeline time", row["opened_at"][11:16])
    await desk.page.click("#lang")
    await desk.shows("#detail-title", "Service level is low · Sales")


async def test_a_server_that_is_gone_is_told_and_come_back_to(desk: Desk) -> None:
    await desk.alerts.fire()
    gate = Gate()
    desk.app.middleware("http")(gate)
    await desk.open_live()

    gate.closed = True
    desk.alerts.reading.away = True
    await desk.becomes("link", "lost")
    await desk.shows("#banner", "No news since")
    gate.closed = False
    desk.alerts.reading.away = False

    await desk.becomes("link", "live")
    await playwright.expect(desk.page.locator("#banner")).to_be_hidden()


async def test_where_streams_are_held_up_polls_bring_what_is_new(desk: Desk) -> None:
    gate = Gate(paths=("/v1/alerts/stream",), closed=True)
    desk.app.middleware("http")(gate)
    await desk.open()
    await desk.shows("#calm", "Nothing")

    await desk.alerts.fire()

    await desk.shows("#open", "Service level is low")
    await desk.becomes("link", "connecting")


@dataclass
class Gate:
    """Refuses requests below some paths while it is closed."""

    paths: tuple[str, ...] = ("/v1/",)
    closed: bool = False

    async def __call__(
        self, request: Request, go_on: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        if self.closed and request.url.path.startswith(self.paths):
            return Response(status_code=503, headers={"Retry-After": "1"})
        return await go_on(request)


async def test_without_an_open_demo_a_key_is_asked_for_once_and_stands_nowhere(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    desk.app.state.open_tenant = None
    await desk.open()
    await desk.becomes("view", "login")
    await desk.page.fill("#key", "viewer")
    await desk.page.click("#login button")
    await desk.shows("#login-refusal", "alerts:read")

    await desk.page.fill("#key", "supervisor")
    await desk.page.click("#login button")
    await desk.card("Service level").locator("button").click()

    await desk.shows("#open", "Zhang Wei has it")
    assert desk.stored(incident).owner == "zhang"
    kept = "document.cookie + JSON.stringify({...localStorage, ...sessionStorage})"
    assert "supervisor" not in await desk.page.evaluate(kept) + desk.page.url


async def test_old_figures_are_told(desk: Desk) -> None:
    await desk.alerts.fire()
    await desk.open()
    await desk.shows("#open", "Service level is low")

    desk.clock.ahead = 60_000

    await desk.shows("#open", "figures old")


async def test_wall_and_alerts_lead_to_one_another(desk: Desk) -> None:
    await desk.open_live()
    await desk.follow("Wall", "/wallboard")
    await desk.follow("Alerts", "/alerts")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", [PHONE, (320, 640), DESK])
async def test_nothing_is_cut_off_or_too_small_to_be_tapped(
    desk: Desk, lang: str, size: tuple[int, int]
) -> None:
    await desk.page.set_viewport_size({"width": size[0], "height": size[1]})
    incident = await desk.alerts.fire()
    await desk.alerts.fire("waits", "help", LONG_WAIT)
    await desk.alerts.send()
    for query in (f"?lang={lang}", f"?lang={lang}&incident={incident.id}"):
        await desk.open(query)
        await desk.becomes("link", "live")
        await playwright.expect(desk.page.locator("#messages li")).to_have_count(1)
        width = await desk.page.evaluate("document.documentElement.scrollWidth")
        small = await desk.page.eval_on_selector_all("button, .button, select, input", TOO_SMALL)
        assert (width, small) == (size[0], [])


TOO_SMALL = """all => all.filter(one => one.offsetParent && one.getBoundingClientRect().height < 38)
  .map(one => one.outerHTML.slice(0, 80))"""


async def test_every_control_has_a_name_and_every_colour_enough_contrast(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    await desk.alerts.send()
    await desk.open(f"?incident={incident.id}")
    await desk.shows("#notices", "sent")

    nameless = await desk.page.eval_on_selector_all("button, a, input, select, textarea", NAMELESS)
    dim = await desk.page.evaluate(DIM)

    assert nameless == []
    assert dim == []


NAMELESS = """all => all.filter(one => one.offsetParent && !(one.ariaLabel || one.textContent.trim()
  || one.labels?.length)).map(one => one.outerHTML.slice(0, 80))"""
DIM = """() => {
  const parts = text => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (let one = node; one; one = one.parentElement) {
      const colour = parts(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const contrast = node => {
    const [one, other] = [light(parts(getComputedStyle(node).color)), light(ground(node))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const texts = [...document.querySelectorAll('body *')].filter(node => node.offsetParent
    && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
  return texts.filter(node => contrast(node) < 4.5)
    .map(node => `${contrast(node).toFixed(2)} ${node.outerHTML.slice(0, 80)}`);
}"""


async def test_whoever_wants_no_motion_sees_none(desk: Desk) -> None:
    await desk.page.emulate_media(reduced_motion="reduce")
    await desk.open_live()

    moving = "document.getAnimations().filter(one => one.playState === 'running').length"
    assert await desk.page.evaluate(moving) == 0


async def test_a_messages_link_asks_for_one_tap(desk: Desk) -> None:
    incident = await desk.alerts.fire()
    await desk.page.goto(desk.url + link(incident.id))
    before = desk.stored(incident).state

    await desk.page.click("button")

    await desk.shows("h1", "Acknowledged")
    await desk.page.click("text=All incidents")
    await desk.shows("#open", "Zhang Wei has it")
    assert before is IncidentState.FIRING
    assert desk.told == []


def link(incident: str) -> str:
    claims = LinkClaims(
        id="0123",
        tenant="demo",
        incident=incident,
        receiver="zhang",
        action=LinkAction.ACKNOWLEDGE,
        expires_at=now_ms() + 60_000,
    )
    return f"/alerts/act/{make_link(LINK_SECRET, claims)}"
