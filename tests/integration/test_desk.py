"""The desk in a real Chromium, over the API's own routes and a floor in memory: from a red tile of
the wall to the contact behind it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from floorpulse.access.keys import Credential
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.instants import parse_instant
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.kpis.plan import Slot
from floorpulse.runtime.clock import now_ms, steady_ms
from tests.fakes.definitions import definitions
from tests.fakes.floor import abandoned, answered, left
from tests.integration.test_wallboard import CHROMIUM, KEY, Wall, card, playwright, served_wall

if TYPE_CHECKING:
    from playwright.async_api import Locator, Route

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path"),
    pytest.mark.timeout(900),
    pytest.mark.no_cover,  # a page is not Python
]

HALF_HOUR = 1_800_000
PROMISED = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: ZONE}
queues:
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice], team: east, client: acme}
teams:
  - {id: east, names: {en: East, zh: 东}}
clients:
  - {id: acme, names: {en: Acme, zh: 艾科}}
agent_targets:
  - {id: contacts, metric: handled, comparison: at_least, value: 20, team: east}
bindings:
  - {id: li, role: leader, person: Li Na, team: east, since: 2026-01-01}
trainings:
  - {id: refunds, names: {en: Refunds, zh: 退款}, day: 2026-01-05, team: east, metrics: [aht]}
targets:
  - {id: month, metric: service_level, comparison: at_least, value: 0.8, window: month}
"""
FIGURES = {
    "level": "service_level",
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandoned",
}


def zone_of_now() -> str:
    """A zone in which the last half hour lies in the same day as now."""
    shanghai = "Asia/Shanghai"
    hour = datetime.fromtimestamp(now_ms() / 1000, ZoneInfo(shanghai)).hour
    return shanghai if hour else "Asia/Tokyo"


def morning() -> int:
    """A half hour that is over, on the day that the floor's clocks show, epoch milliseconds."""
    now = now_ms()
    return now - now % HALF_HOUR - HALF_HOUR


def busy(wall: Wall) -> int:
    """Help keeps its promise 8 times of 12, one contact left: the begin of their half hour."""
    begin = morning()
    late = (answered(begin + n * 60_000, 50.25, 60, "help") for n in range(2))
    gave_up = (abandoned(begin + 30_000 + n * 60_000, 30, "help") for n in range(2))
    in_time = (answered(begin + n * 1000, 5, 60, "help") for n in range(8))
    wall.floor.put(*in_time, *late, *gave_up, left(begin + 1000, 4, "help"))
    wall.floor.put(*(answered(begin + n * 1000, 5, 60, "sales") for n in range(12)))
    for update in wall.floor.updates(now_ms()):
        wall.board.take(update, steady_ms())
    return begin


def served_desk() -> AbstractAsyncContextManager[Wall]:
    """A floor, its wall and its desk, open to this machine and to a leader, and a browser."""
    leader = Credential("lead", "demo", frozenset({"kpi:read", "agents:read"}))
    promised = definitions(PROMISED.replace("ZONE", zone_of_now()))
    return served_wall(promised, {"fp_lead_key": leader})


@pytest.fixture
async def wall() -> AsyncIterator[Wall]:
    async with served_desk() as one:
        yield one


async def answer(wall: Wall, path: str, **question: str) -> Any:
    """What the API answers to the page's own browser."""
    told = await wall.page.request.get(f"{wall.url}/v1/{path}?{urlencode(question)}")
    assert told.ok, await told.text()
    return json.loads(await told.text())


def red_half_hour(wall: Wall) -> "Locator":
    return wall.page.locator("tr[data-state=bad] a.row").first


def missed(wall: Wall) -> "Locator":
    return wall.page.locator("section:has(h3:text('Missed')) tbody tr")


async def drawn(wall: Wall, title: str) -> None:
    await playwright.expect(wall.page.locator("#title")).to_contain_text(title)


async def test_three_clicks_lead_from_a_red_tile_to_the_contact_behind_it(wall: Wall) -> None:
    busy(wall)
    await wall.open("?lang=en&window=today")
    await wall.shows(f"{card('Help')} .chip", "Below target")

    await wall.page.click(card("Help"))
    await drawn(wall, "Help · ")
    await red_half_hour(wall).click()
    await playwright.expect(missed(wall)).to_have_count(4)
    await playwright.expect(missed(wall).first).to_contain_text(
        "Answered after 50.3 s, beyond 20 s"
    )
    await playwright.expect(missed(wall).nth(1)).to_contain_text("Gave up after 30 s, beyond 5 s")
    then = await wall.page.get_attribute("a:text-is('The wall of that moment')", "href")
    assert urlsplit(then or "").path == "wallboard"
    assert parse_qs(urlsplit(then or "").query)["at"][0].endswith((":00", ":30"))
    await missed(wall).first.click()

    await drawn(wall, "Contact c")
    await wall.shows(".journey", "Answered after 50.3 s, beyond 20 s")
    await wall.shows(".steps", "Offered")
    assert wall.told == []


async def test_while_an_answer_is_on_its_way_the_page_says_so(wall: Wall) -> None:
    busy(wall)
    come = asyncio.Event()

    async def late(route: "Route") -> None:
        await come.wait()
        await route.continue_()

    await wall.page.route("**/v1/queues*", late)
    await wall.page.goto(f"{wall.url}/desk?lang=zh")
    loading = wall.page.locator("#loading")
    await playwright.expect(loading).to_be_visible()
    await playwright.expect(loading).to_have_text("正在加载…")

    come.set()
    await drawn(wall, "今日全部队列")
    await playwright.expect(loading).to_be_hidden()
    await wall.page.route("**/v1/queues*", lambda route: route.abort())
    await wall.page.reload()
    await playwright.expect(wall.page.locator("#banner")).to_be_visible()
    await playwright.expect(loading).to_be_hidden()


async def test_the_same_by_keyboard_and_back_again(wall: Wall) -> None:
    busy(wall)
    keys = wall.page.keyboard
    await wall.open("?lang=en&window=today")
    await wall.shows(f"{card('Help')} .chip", "Below target")

    await wall.page.locator(f"{card('Help')} .way").focus()
    await keys.press("Enter")
    await drawn(wall, "Help · ")
    day = wall.page.url
    await playwright.expect(wall.page.locator("#title")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await playwright.expect(missed(wall)).to_have_count(4)
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await keys.press("Enter")

    await drawn(wall, "Contact c")
    await wall.shows(".journey", "Gave up after 30 s, beyond 5 s")
    await keys.press("Escape")
    await playwright.expect(missed(wall)).to_have_count(4)
    await keys.press("Escape")
    await drawn(wall, "Help · ")
    assert urlsplit(wall.page.url).path == "/desk"
    for _ in range(4):
        await wall.page.go_back()
    assert wall.page.url == day
    assert wall.told == []


async def test_all_queues_stand_with_their_figures_and_unknown_ones_apart(wall: Wall) -> None:
    busy(wall)
    await wall.page.goto(f"{wall.url}/desk?lang=en")

    known = wall.page.locator("#place > .sheet tbody tr")
    await playwright.expect(known).to_have_count(1)
    await playwright.expect(known).to_contain_text("66.7%")
    await wall.shows("section:has-text('no definition knows')", "sales")
    await known.click()
    await drawn(wall, "Help · ")


async def test_the_figures_are_the_apis_and_are_rounded_by_exact_fractions(wall: Wall) -> None:
    begin = busy(wall)
    keeper: ForecastKeeper = wall.app.state.query.of(ForecastKeeper)
    await keeper.put("demo", [Slot("help", "", begin, begin + HALF_HOUR, 10.5, 60)], "planner", "")
    wall.floor.enter("ann", Entered(begin - 60_000, "available", ("help",)))
    await wall.page.goto(f"{wall.url}/desk?queue=help&lang=en")
    await drawn(wall, "Help · ")
    row = wall.page.locator("tr:has(a.row)").first
    shown = await row.locator("th, td").all_inner_texts()
    asked = parse_qs(urlsplit(await row.locator("a").get_attribute("href") or "").query)
    span = {"from": asked["from"][0], "to": asked["to"][0]}
    told = await answer(
        wall, "kpis/history", **span, queue="help", interval="all", kpi=",".join(FIGURES.values())
    )
    figures = {one["kpi"]: one for one in told["rows"]}

    assert figures["service_level"]["numerator"] / figures["service_level"]["denominator"] == 8 / 12
    offered, got, lost = (
        str(figures[kpi]["value"]) for kpi in ("offered", "answered", "abandoned")
    )
    assert shown[2:9] == ["66.7%", "80.0%", "4", offered, "10.5", got, lost]
    assert (offered, got, lost) == ("13", "10", "2")
    await wall.shows("figure >> nth=0", "Service level of Help by half hour against its target")
    await wall.shows("section:has-text('Outcomes')", "Left: overflow")
    assert wall.told == []


async def test_an_address_holds_its_place_in_both_languages(wall: Wall) -> None:
    begin = busy(wall)
    await wall.page.goto(f"{wall.url}/desk?lang=zh&queue=help")
    await drawn(wall, "支持 · ")
    await wall.shows("tr[data-state=bad]", "未达标")
    await red_half_hour(wall).click()
    await wall.shows("#place", "等待 50.3 秒 后接通，超过 20 秒")

    await wall.page.click("#lang")

    await wall.shows("#place", "Answered after 50.3 s, beyond 20 s")
    asked = parse_qs(urlsplit(wall.page.url).query)
    assert asked["lang"] == ["en"]
    assert asked["queue"] == ["help"]
    assert parse_instant(asked["from"][0]) == begin


async def test_any_figure_is_shown_as_chart_and_table_and_taken_along(wall: Wall) -> None:
    busy(wall)
    await wall.page.goto(f"{wall.url}/desk?view=kpi&lang=en")
    await drawn(wall, "Service level")
    await wall.page.select_option("select[name=kpi]", "offered")
    await wall.page.select_option("select[name=by]", "queue")
    await wall.page.click("form.asked button")

    await drawn(wall, "Offered")
    await playwright.expect(wall.page.locator("svg[role=img]")).to_have_attribute(
        "aria-label", "Offered"
    )
    await wall.shows("thead", "Help")
    async with wall.page.expect_download() as download:
        await wall.page.click(".files a:text-is('Excel')")
    path = await (await download.value).path()
    with ZipFile(BytesIO(path.read_bytes())) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert f"time ({zone_of_now()})" in sheet
    assert "<v>13</v>" in sheet
    assert wall.told == []


async def test_a_running_months_target_is_not_kept_so_far_and_says_what_recovers_it(
    wall: Wall,
) -> None:
    busy(wall)
    await wall.page.goto(f"{wall.url}/desk?view=targets&lang=en")

    await wall.shows("section:has(h3:text('By month')) tbody", "month@1")
    [row] = (await answer(wall, "targets", target="month"))["rows"]
    words = {"behind": "So far not kept", "met": "Kept"}[row["standing"]]
    await wall.shows("section:has(h3:text('By month')) tbody", words)


async def test_agents_are_shown_only_to_a_session_that_was_opened_with_such_a_key(
    wall: Wall,
) -> None:
    begin = busy(wall)
    wall.floor.enter("ann", Entered(begin, "available", ("help",), "", "east", "hangzhou"))
    await wall.page.goto(f"{wall.url}/desk?view=agents&lang=en")
    await wall.becomes("view", "login")
    await wall.shows("#login-hint", "agents:read")
    await wall.page.fill("#key", KEY)
    await wall.page.click("#login button")
    await wall.becomes("view", "login")

    await wall.page.fill("#key", "fp_lead_key")
    await wall.page.click("#login button")

    await wall.shows("table", "ann")
    await wall.shows("tbody tr:has-text('acme')", "10")
    await wall.shows("tbody tr:not(:has-text('acme'))", "12")
    await wall.shows("thead", "Handled")


async def test_management_by_indicators_is_shown_in_both_languages(wall: Wall) -> None:
    begin = busy(wall)
    wall.floor.enter("ann", Entered(begin, "available", ("help",), "", "east", "hangzhou"))
    await wall.page.goto(f"{wall.url}/desk?view=indicators&lang=en")
    await wall.page.fill("#key", "fp_lead_key")
    await wall.page.click("#login button")

    await wall.shows("tbody tr:has-text('ann')", "contacts@1")
    await wall.shows("tbody tr:has-text('ann')", "Reached")
    await wall.page.click("tbody a.row")
    await wall.shows("tbody tr:has-text('+22')", "Handled")
    for part, words in (
        ("charges", ("Li Na", "Leader", "班组长")),
        ("trainings", ("2026-01-05", "Refunds", "退款")),
        ("trainings&training=refunds", ("–", "nobody to compare with", "没有对照组")),
        ("vendors&client=acme&by=team", ("east", "Service level", "服务水平")),
    ):
        for lang, word in zip(("en", "zh"), words[1:], strict=True):
            await wall.page.goto(f"{wall.url}/desk?view=indicators&part={part}&lang={lang}")
            await wall.shows("tbody", words[0])
            await wall.shows("tbody", word)
