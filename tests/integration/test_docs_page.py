"""`/docs` in a real Chromium: it shows every operation, asks nobody but this server, and a pasted
key stays in it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI

from floorpulse.origin.app import install_routes
from floorpulse.runtime.http import create_app
from tests.integration.test_wallboard import CHROMIUM, browsing, listening, playwright

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path"),
    pytest.mark.timeout(300),
]
KEY = "fp_0123456789abcdef_secret"


@dataclass
class Opened:
    """A page of the API, everything that it complained of, and every address that it asked for."""

    app: FastAPI
    url: str
    page: "Page"
    told: list[str]
    asked: list[str] = field(default_factory=list)

    @property
    def elsewhere(self) -> list[str]:
        return [
            address
            for address in self.asked
            if not address.startswith((f"{self.url}/", "data:", "blob:"))
        ]


@pytest.fixture
async def docs() -> AsyncIterator[Opened]:
    app = create_app("Floorpulse", "Test")
    told = list[str]()
    install_routes(app)
    async with listening(app) as server, browsing(told) as page:
        opened = Opened(
            app, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", page, told
        )
        page.on("request", lambda request: opened.asked.append(request.url))
        await page.goto(f"{opened.url}/docs")
        yield opened


async def test_every_operation_is_shown_and_no_other_host_is_asked(docs: Opened) -> None:
    operations = [path for path, ways in docs.app.openapi()["paths"].items() for _ in ways]

    await playwright.expect(docs.page.locator(".opblock")).to_have_count(len(operations))
    await docs.page.click("#operations-forecasts-put_forecast .opblock-summary-control")
    await playwright.expect(
        docs.page.locator("#operations-forecasts-put_forecast .opblock-body")
    ).to_contain_text("aht")

    assert docs.elsewhere == []
    assert docs.told == []
    assert await docs.page.locator(".errors-wrapper").count() == 0


async def test_a_pasted_key_goes_to_this_server_and_is_kept_nowhere(docs: Opened) -> None:
    sent: list[str] = []
    docs.page.on("request", lambda request: sent.append(request.headers.get("authorization", "")))
    await docs.page.click(".btn.authorize")
    await docs.page.fill(".auth-container input", KEY)
    await docs.page.click(".auth-btn-wrapper .authorize")
    await docs.page.click(".auth-btn-wrapper .btn-done")
    await docs.page.click("#operations-wallboard-wallboard .opblock-summary-control")
    await docs.page.click("#operations-figures-queues .opblock-summary-control")
    await docs.page.click("#operations-figures-queues .try-out__btn")
    await docs.page.click("#operations-figures-queues .execute")
    await playwright.expect(
        docs.page.locator("#operations-figures-queues .live-responses-table")
    ).to_be_visible()

    assert f"Bearer {KEY}" in sent
    assert not any("Content Security Policy" in text for text in docs.told)
    assert docs.elsewhere == []
    assert (
        await docs.page.evaluate(
            "document.cookie + JSON.stringify({...localStorage, ...sessionStorage})"
        )
        == "{}"
    )


async def test_the_browser_refuses_what_other_hosts_would_send_and_what_stands_between_the_lines(
    docs: Opened,
) -> None:
    tried = """() => Promise.all([
      fetch("http://127.0.0.2:9/x").then(() => "went", () => "refused"),
      new Promise(done => { const one = document.createElement("script"); one.src = "http://127.0.0.2:9/x.js";
        one.onload = () => done("went"); one.onerror = () => done("refused");
        document.head.append(one); }),
      new Promise(done => { globalThis.ran = "refused";
        const one = document.createElement("script");
        one.textContent = "globalThis.ran = 'went'"; document.head.append(one);
        done(globalThis.ran); }),
    ])"""

    assert await docs.page.evaluate(tried) == ["refused"] * 3
    assert sum("Content Security Policy" in text for text in docs.told) >= 3
