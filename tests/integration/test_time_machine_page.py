"""The wall at a past moment in a real Chromium: it shows what the API says of that moment, plays on
from it, and cannot be taken for live.
"""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from floorpulse.figures.timestamps import text
from floorpulse.runtime.clock import now_ms
from tests.integration.test_wallboard import CHROMIUM, playwright
from tests.integration.wall_floor import ZONE, WallFloor, served_wall, troubled

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path"),
    pytest.mark.timeout(900),
    pytest.mark.no_cover,  # a page is not Python
]

MINUTE = 60_000
SECOND = 1000


@pytest.fixture
async def wall() -> AsyncIterator[WallFloor]:
    async with served_wall() as wall:
        await troubled(wall.alerts)
        yield wall


def card(name: str) -> str:
    """The card of that name."""
    return f".card:has([data-n=name]:text-is('{name}'))"


def local(at: int, zone: ZoneInfo = ZONE) -> str:
    """An instant on the floor's clocks, to the second, as the address has it."""
    return text(at - at % SECOND, zone)[:19]


async def shown_at(wall: WallFloor) -> str:
    """The moment that the address says is shown."""
    return moment_of(wall.page.url)


def moment_of(url: str) -> str:
    """The moment that an address names."""
    found = re.search(r"at=([^&]+)", url)
    assert found is not None, url
    return found[1].replace("%3A", ":")


async def figures_at(wall: WallFloor, at: str, queue: str) -> dict[str, Any]:
    """What the API says of a queue at a moment."""
    asked = f"kpi=offered,answered,waiting,service_level&queue={queue}&window=15m&at={at}"
    answer = await wall.page.request.get(f"{wall.url}/v1/kpis?{asked}")
    return {row["kpi"]: row for row in (await answer.json())["rows"]}


async def test_the_wall_shows_the_moment_that_its_address_names_and_says_that_it_is_past(
    wall: WallFloor,
) -> None:
    moment = local(now_ms() - 100 * MINUTE)
    await wall.open(f"?lang=en&at={moment}&speed=1")
    await wall.becomes("link", "past")
    await wall.shows("#then", "not live")
    await wall.shows("#link-word", "Past")
    await wall.page.keyboard.press("Space")
    await playwright.expect(wall.page.locator("#play")).to_have_text("▶")
    await wall.page.wait_for_timeout(2_500)

    at = await shown_at(wall)
    assert moment <= at <= local(now_ms() - 99 * MINUTE)
    for queue, name in (("sales", "Sales"), ("help", "Help")):
        rows = await figures_at(wall, at, queue)
        whole = f"{rows['answered']['value']} / {rows['offered']['value']}"
        await wall.shows(f"{card(name)} [data-n=answered]", whole)
        await wall.shows(f"{card(name)} [data-n=waiting]", str(rows["waiting"]["value"]))
    await wall.shows(f"{card('Sales')} figure.levels figcaption", "half hours met")
    assert wall.told == []


async def test_it_plays_on_as_fast_as_wished_and_one_key_leads_back_to_now(
    wall: WallFloor,
) -> None:
    asked: list[str] = []
    wall.page.on(
        "request", lambda request: asked.append(request.url) if "/v1/" in request.url else None
    )
    opened = now_ms()
    start = now_ms() - 100 * MINUTE
    await wall.open(f"?lang=en&at={local(start)}&speed=30")
    await playwright.expect(wall.page.locator("#speed")).to_have_text("30×")
    await wall.page.wait_for_url(after(local(start + MINUTE)))
    seconds = (now_ms() - opened) / SECOND
    assert len(asked) <= 2 * seconds + 2
    await wall.page.keyboard.press("ArrowUp")
    await playwright.expect(wall.page.locator("#speed")).to_have_text("60×")
    reached = await shown_at(wall)
    await wall.page.keyboard.press("Space")
    await wall.page.keyboard.press("PageUp")
    await wall.page.wait_for_url(before(reached))

    await wall.page.keyboard.press("Escape")
    await wall.becomes("link", "live")
    assert "at=" not in wall.page.url
    assert wall.told == []


def before(reached: str) -> Callable[[str], bool]:
    """Whether an address is of a moment before."""
    return lambda url: moment_of(url) < reached


def after(moment: str) -> Callable[[str], bool]:
    """Whether an address is of a moment after."""
    return lambda url: moment_of(url) > moment


async def test_the_line_of_the_day_leads_to_its_incidents_and_the_wall_shows_those_open_then(
    wall: WallFloor,
) -> None:
    await wall.page.set_viewport_size({"width": 1920, "height": 1080})
    await wall.open(f"?lang=zh&at={local(now_ms() - 5 * MINUTE)}")
    await wall.shows("#then", "非实时")
    mark = wall.page.locator("#marks .incident a").first
    await playwright.expect(mark).to_have_attribute("href", re.compile("alerts.incident="))
    await playwright.expect(wall.page.locator("#marks .notice a").first).to_be_attached()
    await playwright.expect(wall.page.locator("#incidents li")).to_have_count(0)


async def test_what_cannot_be_shown_is_said_and_the_way_back_stays_open(wall: WallFloor) -> None:
    await wall.open(f"?lang=en&at={local(now_ms() - 86_400_000)}")
    await wall.shows("#banner", "is before the first contact")
    await wall.page.locator("#to-live").click()
    await wall.becomes("link", "live")
    await wall.page.keyboard.press("p")
    await wall.becomes("link", "past")
