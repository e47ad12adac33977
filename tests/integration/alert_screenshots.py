"""Writes the pictures of the page of alerts that the docs show: `python -m
tests.integration.alert_screenshots`.

A floor and incidents in memory, a real Chromium at the size of a phone.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from floorpulse.alerts.domain.acknowledging import Acknowledge, Comment
from tests.integration.test_alerts_page import LONG_WAIT, Desk, served_desk
from tests.integration.test_wallboard import playwright

if TYPE_CHECKING:
    from playwright.async_api import Page

IMAGES = Path(__file__).parents[2] / "docs" / "images"


async def main() -> None:
    """Take all pictures."""
    async with served_desk() as desk:
        incident = await desk.alerts.fire()
        other = await desk.alerts.fire("waits", "help", LONG_WAIT)
        await desk.alerts.send()
        await desk.alerts.desk.act("demo", other.id, Acknowledge(), "li")
        await desk.alerts.desk.act("demo", incident.id, Comment("Two agents come from chat"), "li")
        await desk.open("?lang=en")
        await taken(desk, "alerts-list")
        await desk.open(f"?lang=en&incident={incident.id}")
        await taken(desk, "alerts-incident")
        await desk.open(f"?lang=zh&incident={incident.id}")
        await taken(desk, "alerts-incident-zh")


async def taken(desk: Desk, name: str) -> None:
    """A picture of what the phone shows, once it is live."""
    page: Page = desk.page
    await desk.becomes("link", "live")
    await playwright.expect(page.locator("#messages li")).to_have_count(1)
    await page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
