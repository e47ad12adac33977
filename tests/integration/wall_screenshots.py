"""Writes the pictures of the wall that README and docs show: `python -m
tests.integration.wall_screenshots`.

A floor, its day and its incidents in memory, a real Chromium at the size of a screen and a phone.
"""

import asyncio
import re
from pathlib import Path

from tests.integration.test_wallboard import playwright
from tests.integration.wall_floor import WallFloor, served_wall, troubled

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SCREEN = (1600, 900)
PHONE = (390, 844)
DRAWN = re.compile("^M")
MOMENT = 3_000
"""Milliseconds in which everything that is asked for has come"""


async def main() -> None:
    """Take all pictures."""
    async with served_wall() as wall:
        await troubled(wall.alerts)
        await taken(wall, "wallboard", "?lang=en&window=60m&rotate=0")
        await taken(wall, "wallboard-one", "?lang=en&window=60m&rotate=0&queue=help")
        await taken(wall, "wallboard-zh", "?lang=zh&window=60m&rotate=0")
        await taken(wall, "wallboard-teams", "?lang=en&window=60m&rotate=0&by=team")
        await taken(wall, "wallboard-phone", "?lang=en&window=60m&rotate=0", PHONE)
        await stale(wall)
    async with served_wall(40) as wall:
        await troubled(wall.alerts)
        await taken(wall, "wallboard-forty", "?lang=en&window=60m&rotate=0")


async def taken(
    wall: WallFloor, name: str, query: str, size: tuple[int, int] = SCREEN, link: str = "live"
) -> None:
    """A picture of the wall at `query`, once its day is drawn and its link stands so."""
    await wall.page.set_viewport_size({"width": size[0], "height": size[1]})
    await wall.open(query)
    await drawn(wall, name, link)


async def drawn(wall: WallFloor, name: str, link: str) -> None:
    await wall.becomes("link", link)
    await playwright.expect(wall.page.locator(".card .came").first).to_have_attribute("d", DRAWN)
    await wall.page.wait_for_timeout(MOMENT)
    await wall.page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


async def stale(wall: WallFloor) -> None:
    """An engine that fell silent."""
    await wall.page.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})
    await wall.open("?lang=en&window=60m&rotate=0")
    await wall.becomes("link", "live")
    wall.speaking = False
    await drawn(wall, "wallboard-stale", "lost")


if __name__ == "__main__":
    asyncio.run(main())
