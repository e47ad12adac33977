"""Every application of ours: its document has no loose ends, and its pages name no other host."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from floorpulse.runtime.docs_page import KINDS
from floorpulse.runtime.http import create_app, hoisted, serve
from floorpulse.runtime.unavailable import ServerFailed

ELSEWHERE = re.compile(r"(?:https?:)?//[a-z0-9.-]+", re.IGNORECASE)
LOADING = {"src", "href", "action", "data", "srcset", "poster"}


class Loaded(HTMLParser):
    """What a page loads, and whether it has scripts of its own between its lines."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if name in LOADING and value]
        self.inline += (tag == "script" and "src" not in dict(attrs)) + sum(
            name.startswith("on") for name, _ in attrs
        )


def asked() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app("Test", "Nothing")), base_url="http://test"
    )


async def test_the_page_that_tries_the_api_loads_from_its_own_host_only() -> None:
    async with asked() as client:
        answer = await client.get("/docs")
        page = Loaded()
        page.feed(answer.text)
        loaded = [await client.get(f"/{address}") for address in page.addresses]

    assert not ELSEWHERE.search(answer.text)
    assert page.inline == 0
    assert [one.status_code for one in loaded] == [200] * 4
    policy = dict(
        part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert not any("http" in sources or "*" in sources for sources in policy.values())


async def test_a_file_that_a_browser_has_is_not_sent_again_and_no_other_file_is_served() -> None:
    async with asked() as client:
        tag = (await client.get("/docs/swagger-ui.css")).headers["ETag"]
        again = await client.get("/docs/swagger-ui.css", headers={"If-None-Match": tag})
        wrong = [
            await client.get(f"/docs/{name}")
            for name in ("docs_page.py", "..%2Fhttp.py", "oauth2-redirect")
        ]

    assert (again.status_code, again.content) == (304, b"")
    assert [one.status_code for one in wrong] == [404] * 3
    assert all(one.headers["Content-Type"] == "application/problem+json" for one in wrong)


async def test_no_other_page_of_documentation_is_there() -> None:
    async with asked() as client:
        assert (await client.get("/redoc")).status_code == 404


def shipped(package: str, folder: str) -> Iterator[tuple[str, str]]:
    for file in (files(package) / folder).iterdir():
        if file.name.endswith((".html", ".js", ".css", ".svg")):
            yield file.name, file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("package", "folder"), [("floorpulse.runtime", "docs"), ("floorpulse.query", "wallboard")]
)
def test_no_page_of_ours_names_another_host(package: str, folder: str) -> None:
    names_of_things = {"http://www.w3.org"}
    for name, text in shipped(package, folder):
        assert set(ELSEWHERE.findall(text)) <= names_of_things, name


def test_every_file_of_the_page_is_there() -> None:
    assert set(KINDS) >= {
        "index.html",
        "start.js",
        "swagger-ui-bundle.js",
        "swagger-ui.css",
        "favicon.png",
    }


def test_definitions_within_a_document_become_its_components() -> None:
    inner = {
        "type": "object",
        "$defs": {"Row": {"items": {"$ref": "#/$defs/Cell"}}, "Cell": {"type": "integer"}},
    }
    schemas: dict[str, Any] = {}

    assert hoisted({"schema": [inner | {"items": {"$ref": "#/$defs/Row"}}]}, schemas) == {
        "schema": [{"type": "object", "items": {"$ref": "#/components/schemas/Row"}}]
    }
    assert schemas == {
        "Row": {"items": {"$ref": "#/components/schemas/Cell"}},
        "Cell": {"type": "integer"},
    }


def test_two_definitions_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two different schemas are called Row"):
        hoisted(
            [{"$defs": {"Row": {"type": "integer"}}}, {"$defs": {"Row": {"type": "string"}}}], {}
        )


def test_one_enumeration_may_be_written_by_two_libraries() -> None:
    """Pydantic keeps the order of its values, msgspec sorts them."""
    schemas: dict[str, Any] = {"Side": {"enum": ["right", "left"], "description": "A\nside."}}

    hoisted({"$defs": {"Side": {"enum": ["left", "right"], "description": "A side."}}}, schemas)

    assert schemas["Side"]["enum"] == ["right", "left"]


@asynccontextmanager
async def no_database(_: FastAPI) -> AsyncIterator[None]:
    message = "the database is gone"
    raise OSError(message)
    yield


async def test_an_application_that_does_not_start_is_told_and_does_not_end_the_process() -> None:
    with pytest.raises(ServerFailed, match=r"Test did not start on 127.0.0.1:0; the log says why"):
        await serve(create_app("Test", "Nothing", no_database), "127.0.0.1", 0)
