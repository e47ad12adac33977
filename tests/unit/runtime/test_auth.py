"""Who may call a route."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Request, Response

from floorpulse.access.http import COOKIE, OWN_PAGE, open_session, require
from floorpulse.access.keys import Credential
from floorpulse.runtime.http import create_app
from tests.fakes.keys import FixedKeys

LOOPBACK = ("127.0.0.1", 5000)
SUPERVISES = frozenset({"kpi:read", "alerts:read", "alerts:write", "admin"})
OWN = {OWN_PAGE: "alerts"}


@asynccontextmanager
async def nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


class Scene:
    def __init__(
        self,
        *,
        open_tenant: str | None = None,
        secret: str | None = "secret",  # noqa: S107
        client: tuple[str, int] = LOOPBACK,
        open_acts: bool = False,
    ) -> None:
        app = create_app("test", "test", nothing)
        self.keys = FixedKeys(
            {
                "all": Credential("k1", "shop", frozenset({"kpi:read", "events:write"})),
                "writer": Credential("k2", "shop", frozenset({"events:write"})),
                "supervisor": Credential("k3", "shop", SUPERVISES),
            }
        )
        app.state.keys = self.keys
        app.state.open_tenant = open_tenant
        app.state.session_secret = secret
        app.state.open_acts = open_acts

        async def read(caller: Annotated[Credential, Depends(require("kpi:read"))]) -> list[str]:
            return [caller.key_id, caller.tenant, *sorted(caller.scopes)]

        async def write(caller: Annotated[Credential, Depends(require("events:write"))]) -> str:
            return caller.tenant

        async def session(request: Request, response: Response, token: str) -> str:
            return (await open_session(request, response, token)).tenant

        async def act(
            caller: Annotated[Credential, Depends(require("alerts:write"))],
        ) -> list[str]:
            return [caller.key_id, caller.tenant]

        app.add_api_route("/act", act)
        app.add_api_route("/read", read)
        app.add_api_route("/write", write)
        app.add_api_route("/session", session)
        self.transport = httpx.ASGITransport(app, client=client)

    async def get(
        self,
        path: str,
        token: str | None = None,
        host: str = "localhost",
        cookie: str | None = None,
        told: dict[str, str] | None = None,
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= told or {}
        cookies = {COOKIE: cookie} if cookie else {}
        async with httpx.AsyncClient(
            transport=self.transport, base_url=f"http://{host}:8000", cookies=cookies
        ) as client:
            return await client.get(path, headers=headers)

    async def session_of(self, token: str) -> str:
        return (await self.get(f"/session?token={token}")).cookies[COOKIE]


async def test_a_key_gives_its_tenant_and_scopes() -> None:
    assert (await Scene().get("/read", "all")).json() == ["k1", "shop", "events:write", "kpi:read"]


async def test_without_a_key_the_answer_says_how_to_send_one() -> None:
    response = await Scene().get("/read")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="floorpulse"'
    assert "Bearer fp_" in response.json()["detail"]


async def test_a_wrong_key_is_refused_even_where_nobody_needs_one() -> None:
    response = await Scene(open_tenant="demo").get("/read", "wrong")
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_a_missing_scope_is_named() -> None:
    response = await Scene().get("/read", "writer")
    assert (response.status_code, response.json()["scope"]) == (403, "kpi:read")
    assert 'error="insufficient_scope", scope="kpi:read"' in response.headers["www-authenticate"]


async def test_while_keys_cannot_be_read_the_client_is_told_to_come_back() -> None:
    scene = Scene()
    scene.keys.away = True
    responses = [await scene.get("/read", "all"), await scene.get("/session?token=all")]
    assert [(one.status_code, one.headers["retry-after"]) for one in responses] == [
        (503, "2"),
        (503, "2"),
    ]


async def test_an_open_demo_may_be_read_on_loopback() -> None:
    assert (await Scene(open_tenant="demo").get("/read")).json() == [
        "open",
        "demo",
        "alerts:read",
        "contracts:read",
        "kpi:read",
    ]
    assert (await Scene(open_tenant="demo").get("/read", host="127.0.0.1")).status_code == 200


async def test_an_open_demo_is_not_open_for_writing() -> None:
    assert (await Scene(open_tenant="demo").get("/write")).status_code == 403


async def test_an_open_demo_is_closed_to_other_machines() -> None:
    assert (
        await Scene(open_tenant="demo", client=("10.0.0.7", 5000)).get("/read")
    ).status_code == 401


async def test_an_open_demo_is_closed_to_pages_of_other_names_that_resolve_to_loopback() -> None:
    assert (await Scene(open_tenant="demo").get("/read", host="evil.example")).status_code == 401


async def test_a_session_reads_and_nothing_else() -> None:
    scene = Scene()
    cookie = await scene.session_of("all")
    assert (await scene.get("/read", cookie=cookie)).json() == ["k1", "shop", "kpi:read"]
    assert (await scene.get("/write", cookie=cookie)).status_code == 403


async def test_a_session_cookie_is_kept_from_scripts_and_from_other_sites() -> None:
    header = (await Scene().get("/session?token=all")).headers["set-cookie"]
    assert "HttpOnly" in header
    assert "SameSite=strict" in header
    assert "k1" in header


async def test_a_session_ends_with_its_key() -> None:
    scene = Scene()
    cookie = await scene.session_of("all")
    scene.keys.known.clear()
    assert (await scene.get("/read", cookie=cookie)).status_code == 401


async def test_a_forged_cookie_is_no_session() -> None:
    scene = Scene()
    cookie = await scene.session_of("all")
    assert (await scene.get("/read", cookie="k2" + cookie[2:])).status_code == 401


async def test_a_session_needs_a_valid_key_that_may_read() -> None:
    scene = Scene()
    assert (await scene.get("/session?token=wrong")).status_code == 401
    assert (await scene.get("/session?token=writer")).status_code == 403


async def test_without_a_secret_there_are_no_sessions() -> None:
    assert (await Scene(secret=None).get("/session?token=all")).status_code == 503


FOREIGN: tuple[dict[str, str], ...] = (
    {},
    {**OWN, "Origin": "https://evil.example"},
    {**OWN, "Origin": "null"},
    {**OWN, "Sec-Fetch-Site": "cross-site"},
    {**OWN, "Sec-Fetch-Site": "same-site"},
)
OURS = (
    OWN,
    {**OWN, "Origin": "http://localhost:8000"},
    {**OWN, "Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"},
)


@pytest.mark.parametrize("told", FOREIGN)
async def test_a_page_of_another_origin_acts_neither_by_a_session_nor_in_an_open_demo(
    told: dict[str, str],
) -> None:
    scene = Scene(open_tenant="demo", open_acts=True)
    cookie = await scene.session_of("supervisor")

    assert (await scene.get("/act", cookie=cookie, told=told)).status_code == 403
    assert (await scene.get("/act", told=told)).status_code == 403


@pytest.mark.parametrize("told", OURS)
async def test_the_page_of_the_origin_acts_by_the_session_of_a_key_that_may(
    told: dict[str, str],
) -> None:
    scene = Scene()
    may, may_not = [await scene.session_of(key) for key in ("supervisor", "all")]

    assert (await scene.get("/act", cookie=may, told=told)).json() == ["k3", "shop"]
    assert (await scene.get("/act", cookie=may_not, told=told)).status_code == 403


async def test_an_open_demo_acts_only_where_the_operator_set_it_and_only_on_loopback() -> None:
    acting = Scene(open_tenant="demo", open_acts=True)
    reading = Scene(open_tenant="demo")
    elsewhere = Scene(open_tenant="demo", open_acts=True, client=("10.0.0.7", 5000))

    assert (await acting.get("/act", told=OWN)).json() == ["open", "demo"]
    assert (await acting.get("/act", host="evil.example", told=OWN)).status_code == 401
    assert (await reading.get("/act", told=OWN)).status_code == 403
    assert (await elsewhere.get("/act", told=OWN)).status_code == 401


async def test_a_key_acts_without_being_a_page() -> None:
    assert (await Scene().get("/act", "supervisor")).json() == ["k3", "shop"]
