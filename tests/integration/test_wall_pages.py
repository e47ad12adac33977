"""The finished wall in a real Chromium: its day, its layouts and pages, what is around it, and what
a screen that hangs for days needs.
"""

import random
import re
from collections.abc import AsyncIterator
from datetime import datetime
from fractions import Fraction

import pytest

from floorpulse.runtime.clock import now_ms
from tests.fakes.alert_world import FIGURE
from tests.fakes.floor import answered
from tests.integration.test_alerts_page import DIM, NAMELESS
from tests.integration.test_wallboard import CHROMIUM, playwright
from tests.integration.wall_floor import ZONE, WallFloor, served_wall, troubled

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path"),
    pytest.mark.timeout(900),
    pytest.mark.no_cover,  # a page is not Python
]
CURVES_FROM = 3
"""The floor's hour from which its day is long enough to be drawn"""
SIZES = ((1920, 1080), (1366, 768), (1280, 800), (1024, 768))


@pytest.fixture
def queues() -> int:
    return 6


@pytest.fixture
def most_rows() -> int:
    return 20_000


@pytest.fixture
async def wall(queues: int, most_rows: int) -> AsyncIterator[WallFloor]:
    async with served_wall(queues, most_rows) as served:
        yield served


def card(name: str) -> str:
    return f".card:has([data-n=name]:text-is('{name}'))"


async def titles(wall: WallFloor) -> list[str]:
    return await wall.page.locator(".card [data-n=name]").all_text_contents()


# ---------------------------------------------------------------- what the address names


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "Nothing here is called so"), ("zh", "没有符合的队列")]
)
async def test_a_wall_whose_address_names_nobody_says_so(
    wall: WallFloor, lang: str, told: str
) -> None:
    """It would wait for the first contacts for ever, on a floor that has many."""
    await wall.open(f"?client=nope&lang={lang}")

    await wall.shows("#empty-title", told)


# ---------------------------------------------------------------- figures


def half_up(numerator: int, denominator: int) -> str:
    """Percent to a tenth, half away from zero, by exact fractions."""
    tenths = int(Fraction(numerator, denominator) * 1000 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}%"


async def test_every_page_rounds_half_away_from_zero_by_exact_fractions(wall: WallFloor) -> None:
    chance = random.Random(15)
    pairs = [(8, 12), (1333, 2000), (1, 2000), (3, 2000), (1999, 2000), (7, 7), (0, 3)]
    for _ in range(3000):
        below = chance.randint(1, 4000)
        pairs.append((chance.randint(0, below), below))
    rows = [{"value": a / b, "numerator": a, "denominator": b} for a, b in pairs]
    await wall.open()

    written = await wall.page.evaluate(
        "rows => import('/wallboard/numbers.js').then(({ percent }) => rows.map(percent))", rows
    )

    assert written[0] == "66.7%"
    assert written == [half_up(a, b) for a, b in pairs]


async def test_the_clock_is_the_floors_and_not_the_screens(wall: WallFloor) -> None:
    await wall.open()
    await wall.becomes("link", "live")

    shown = await wall.page.locator("#clock").text_content()

    assert shown is not None
    here = await wall.page.evaluate("new Date().getTimezoneOffset()")
    hours = (now_ms() // 3_600_000 + 8) % 24
    assert here != -480, "the screen of this test stands in the floor's zone: it proves nothing"
    assert int(shown[:2]) in {hours, (hours - 1) % 24}
    assert ZONE.key == "Asia/Shanghai"


@pytest.mark.parametrize("most_rows", [200])
async def test_a_card_shows_the_day_against_target_and_forecast_and_who_waited(
    wall: WallFloor,
) -> None:
    """The day is longer than a page of its answer."""
    if datetime.fromtimestamp(now_ms() / 1000, ZONE).hour < CURVES_FROM:
        pytest.skip("the floor's day has hardly begun: there is no curve of it yet")
    await wall.open()
    help_ = card("Help")
    await playwright.expect(wall.page.locator(f"{help_} .ok")).to_have_attribute(
        "d", re.compile("^M")
    )
    for part in (".bad", ".came", ".forecast", ".waits .line"):
        await playwright.expect(wall.page.locator(f"{help_} {part}")).to_have_attribute(
            "d", re.compile("^M")
        )

    answer = await wall.page.evaluate(
        """() => fetch('v1/kpis?window=today&queue=help&kpi=offered,forecast_variance')
        .then(answer => answer.json())"""
    )
    came, variance = answer["rows"]
    text = await wall.page.locator(f"{help_} [data-n=load]").text_content()
    assert text == f"{came['value']:.0f} came, {variance['denominator']:.0f} forecast"
    await wall.shows(f"{help_} [data-n=staff]", "Free 1 · Busy 3 · Wrap-up 1")
    await wall.shows(f"{help_} [data-n=levels]", "half hours met")
    assert wall.told == []


# ---------------------------------------------------------------- around


async def test_the_wall_tells_open_incidents_who_has_them_and_who_is_on_call(
    wall: WallFloor,
) -> None:
    await troubled(wall.alerts)
    await wall.open()

    await wall.shows("#incidents", "Critical: Service level is low · Help 62.0%")
    await wall.shows("#incidents li", "nobody has it yet")
    await wall.shows("#incidents", "Li Na has it")
    await wall.shows("#on-call", "On call, Floor leads")
    await wall.shows(f"{card('Help')} .flag", "1 incident")
    await playwright.expect(wall.page.locator(f"{card('Chat')} .flag")).to_be_hidden()
    assert wall.told == []


async def test_without_a_service_of_alerts_nothing_is_asked_or_said_of_them(
    wall: WallFloor,
) -> None:
    await wall.alerts.fire(figure=FIGURE)
    del wall.app.state.alerts
    asked = list[str]()
    wall.page.on("request", lambda request: asked.append(request.url))
    await wall.open()
    await wall.becomes("link", "live")
    await playwright.expect(wall.page.locator(".card")).to_have_count(6)

    await playwright.expect(wall.page.locator("#around")).to_be_hidden()
    assert not [url for url in asked if "/v1/alerts" in url or "/v1/oncall" in url]
    assert wall.told == []


# ---------------------------------------------------------------- cards, layouts, pages


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("team", ["orders-east", "service"]),
        ("site", ["hangzhou"]),
        ("client", ["acme", "bolt"]),
        ("channel", ["Chat", "Voice"]),
        ("total", ["All queues"]),
    ],
)
async def test_cards_stand_for_teams_sites_channels_clients_or_everything(
    wall: WallFloor, by: str, expected: list[str]
) -> None:
    await wall.open(f"?by={by}")
    await playwright.expect(wall.page.locator(".card")).to_have_count(len(expected))

    assert await titles(wall) == expected
    await playwright.expect(wall.page.locator("#totals [data-n=offered]")).to_have_text(
        re.compile(r"\d")
    )
    total = await wall.page.locator("#totals [data-n=offered]").text_content()
    assert total is not None
    await playwright.expect(wall.page.locator(".card .came").first).to_have_attribute(
        "d", re.compile("^M")
    )
    offered = await wall.page.locator(".card [data-n=load]").all_text_contents()
    parts = [int(one.split(" came")[0].replace(",", "")) for one in offered]
    assert sum(parts) == int(total.replace(",", ""))


async def test_an_address_brings_a_screen_back_as_it_was(wall: WallFloor) -> None:
    await wall.open("?lang=en")
    await wall.becomes("link", "live")
    await wall.page.select_option("#by", "channel")
    await playwright.expect(wall.page.locator(".card")).to_have_count(2)
    await wall.page.select_option("#layout", "one")
    await wall.page.click("#windows button[value='60m']")
    await wall.page.keyboard.press("Escape")
    await wall.page.locator("#link-word").click()
    await wall.page.keyboard.press("ArrowRight")
    await wall.page.keyboard.press("Space")
    shown = await titles(wall)

    await wall.page.reload()
    await wall.becomes("link", "live")

    await playwright.expect(wall.page.locator(".card")).to_have_count(1)
    assert await titles(wall) == shown == ["Voice"]
    await playwright.expect(wall.page.locator("#by")).to_have_value("channel")
    await playwright.expect(wall.page.locator("#page")).to_have_text("2 / 2")
    for part in ("by=channel", "layout=one", "window=60m", "page=2", "rotate=0"):
        assert part in wall.page.url


async def test_pages_turn_by_themselves_until_somebody_holds_one(wall: WallFloor) -> None:
    await wall.open("?layout=one&rotate=2")
    shown = wall.page.locator(".card [data-n=name]")
    for name in ("Chat", "Help", "Key accounts"):
        await playwright.expect(shown).to_have_text(name)

    await wall.page.click("#hold")
    held = await wall.page.locator("#page").text_content()
    await wall.page.wait_for_timeout(3500)

    assert await wall.page.locator("#page").text_content() == held


async def test_a_page_for_each_team_holds_its_queues(wall: WallFloor) -> None:
    await wall.open("?pages=team&rotate=0")

    await wall.shows("#page-title", "orders-east")
    assert await titles(wall) == ["Key accounts", "Orders", "Sales"]
    await wall.page.locator("#link-word").click()
    await wall.page.keyboard.press("ArrowRight")
    await wall.shows("#page-title", "service")
    assert await titles(wall) == ["Chat", "Help", "Returns"]


async def test_only_the_queues_of_a_team_where_the_address_names_one(wall: WallFloor) -> None:
    asked = list[str]()
    wall.page.on("request", lambda request: asked.append(request.url))
    await wall.open("?team=service")

    await playwright.expect(wall.page.locator(".card")).to_have_count(3)
    assert await titles(wall) == ["Chat", "Help", "Returns"]
    await playwright.expect(wall.page.locator(f"{card('Chat')} .came")).to_have_attribute(
        "d", re.compile("^M")
    )
    days = [url for url in asked if "interval=30m" in url]
    assert days
    assert all("queue=chat%2Chelp%2Creturns" in url for url in days)


async def test_a_queue_that_nobody_defined_stands_apart_and_counts_in_the_total(
    wall: WallFloor,
) -> None:
    world = wall.alerts.world
    world.floor.put(*(answered(now_ms() - 60_000, 5, 20, "ordrs") for _ in range(3)))
    world.tell()
    await wall.open()
    await wall.becomes("link", "live")

    await wall.shows("#strangers", "Queue nobody defined: ordrs (3 offered)")
    assert "ordrs" not in await titles(wall)
    await playwright.expect(wall.page.locator(".card")).to_have_count(6)


SWIPE = """across => {
  const cards = document.querySelector('#cards');
  const at = x => [new Touch({ identifier: 1, target: cards, clientX: x, clientY: 300 })];
  const tell = (kind, x) => cards.dispatchEvent(new TouchEvent(kind, { changedTouches: at(x) }));
  tell('touchstart', 500);
  tell('touchend', 500 + across);
}"""


async def test_a_swipe_turns_the_page(wall: WallFloor) -> None:
    await wall.open("?layout=one&rotate=0")
    await playwright.expect(wall.page.locator("#page")).to_have_text("1 / 6")

    await wall.page.evaluate(SWIPE, -200)
    await playwright.expect(wall.page.locator("#page")).to_have_text("2 / 6")
    await wall.page.evaluate(SWIPE, 200)
    await playwright.expect(wall.page.locator("#page")).to_have_text("1 / 6")


OVERFLOWS = """all => all.filter(e => e.scrollWidth > e.clientWidth + 1
  || e.scrollHeight > e.clientHeight + 1).map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize(
    ("queues", "query"), [(6, ""), (6, "?layout=one"), (40, ""), (6, "?lang=zh")]
)
async def test_every_layout_fits_its_screen(wall: WallFloor, query: str, queues: int) -> None:
    await troubled(wall.alerts)
    await wall.open(query)
    expected = 1 if "one" in query else queues
    await playwright.expect(wall.page.locator(".card")).to_have_count(expected)
    await wall.shows("#incidents", "62.0%")

    for width, height in SIZES:
        await wall.page.set_viewport_size({"width": width, "height": height})
        found = await wall.page.eval_on_selector_all(
            ".card article, .more, .cards, .totals, .around, html", OVERFLOWS
        )
        assert found == [], (width, height)
    await wall.page.set_viewport_size({"width": 390, "height": 844})
    assert await wall.page.evaluate("document.documentElement.scrollWidth") == 390


# ---------------------------------------------------------------- for everybody


@pytest.mark.parametrize("speaking", [True, False])
@pytest.mark.parametrize("query", ["?rotate=0", "?rotate=0&layout=one"])
async def test_every_control_has_a_name_and_every_colour_enough_contrast(
    wall: WallFloor, query: str, *, speaking: bool
) -> None:
    await troubled(wall.alerts)
    await wall.open(query)
    await wall.becomes("link", "live")
    await wall.shows("#incidents", "62.0%")
    wall.speaking = speaking
    await wall.becomes("link", "live" if speaking else "lost")

    assert await wall.page.eval_on_selector_all("button, a, input, select", NAMELESS) == []
    assert await wall.page.evaluate(DIM) == []


async def test_whoever_wants_no_motion_sees_none_and_pages_stay(wall: WallFloor) -> None:
    await wall.page.emulate_media(reduced_motion="reduce")
    await wall.open("?layout=one")
    await wall.becomes("link", "live")

    moving = "document.getAnimations().filter(one => one.playState === 'running').length"
    assert await wall.page.evaluate(moving) == 0
    await playwright.expect(wall.page.locator("#hold")).to_have_attribute(
        "aria-label", "Turn pages"
    )


async def test_stale_figures_are_told_by_word_frame_title_and_age(wall: WallFloor) -> None:
    await wall.open()
    await wall.becomes("link", "live")
    wall.speaking = False
    await wall.becomes("link", "lost")

    await playwright.expect(wall.page).to_have_title(re.compile("^⚠ No live data"))
    await wall.shows("#banner", "No fresh data since")
    await wall.shows(f"{card('Help')} .chip", "Stale")
    await wall.shows(f"{card('Help')} [data-n=sample]", "as of ")
    frame = await wall.page.evaluate("getComputedStyle(document.body).boxShadow")
    assert "inset" in frame
