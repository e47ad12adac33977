"""Settlements over HTTP, on real tables."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from floorpulse.access.keys import Credential
from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.history.figures import Tables
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.reports import wiring as reports
from floorpulse.reports.app import ReportSurface
from floorpulse.reports.domain.verifying import findings
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.http import create_app
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.contracts import SHANGHAI, at
from tests.fakes.keys import FixedKeys
from tests.integration.test_settlements import LATE, Settling, settling

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

NOW = at("11-03 10:00")
SCOPES = frozenset({"contracts:read", "settlements:write"})
KEYS = {
    "vendor": Credential("k1", "demo", SCOPES),
    "reader": Credential("k2", "demo", frozenset({"contracts:read"})),
    "client": Credential("k3", "demo", frozenset({"contracts:read"}), contract="acme-care"),
    "stranger": Credential("k4", "demo", frozenset({"contracts:read"}), contract="zeta-care"),
    "other": Credential("k5", "other", SCOPES),
}
OCTOBER = {"contract": "acme-care", "month": "2026-10"}


class Asked:
    """A client with any of the keys."""

    def __init__(self, client: httpx.AsyncClient, floor: Settling) -> None:
        self._client = client
        self.floor = floor

    async def __call__(
        self, key: str, method: str, path: str, status: int = 200, **how: Any
    ) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        answer = await self._client.request(method, path, headers=headers, **how)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def file(self, key: str, path: str) -> bytes:
        """What a key is handed as a file."""
        answer = await self._client.get(path, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.text
        return answer.content

    async def settled(self) -> str:
        """The id of October, drafted."""
        drafted = await self("vendor", "POST", "/v1/settlements", 201, json=OCTOBER)
        return str(drafted["settlement"]["settlement"])


@asynccontextmanager
async def asking(
    database: DatabaseSettings, known: Callable[[], Definitions] = lambda: NOTHING
) -> AsyncIterator[Asked]:
    """The routes over a settled floor; `known` are the definitions of their process."""
    engine = async_engine(database)
    async with settling(database) as floor:
        pool = floor.pool
        board = Board(Rules(SHANGHAI), lambda: NOW)
        app = create_app("test", "test")
        app.state.keys = FixedKeys(KEYS)
        reports.include(app)
        surface = ReportSurface(
            engine=engine,
            pool=pool,
            floors=Floors(board, lambda: NOW, known),
            turns=Turns(),
            tables=Tables(
                PostgresPanes(pool), PostgresVisits(pool), PostgresAgents(pool), PostgresRows(pool)
            ),
            forecasts=PostgresForecasts(pool),
            loaded=lambda: True,
        )
        reports.install(app, surface)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            yield Asked(client, floor)
    await engine.dispose()


async def test_a_period_is_settled_issued_disputed_corrected_and_agreed_over_http(
    database: DatabaseSettings,
) -> None:
    async with asking(database) as ask:
        id_ = await ask.settled()
        again = await ask("vendor", "POST", "/v1/settlements", 200, json=OCTOBER)
        issued = await ask("vendor", "POST", f"/v1/settlements/{id_}/issue", json={"by": "Li"})
        refused = await ask("vendor", "POST", f"/v1/settlements/{id_}/issue", 409, json={})
        why = {"reason": "two calls are missing"}
        disputed = await ask("vendor", "POST", f"/v1/settlements/{id_}/dispute", json=why)
        await ask("vendor", "POST", f"/v1/settlements/{id_}/credit-notes", 200, json={})
        await ask.floor.store(*LATE)
        note = await ask("vendor", "POST", f"/v1/settlements/{id_}/credit-notes", 201, json=why)
        agreed = await ask("vendor", "POST", f"/v1/settlements/{id_}/agree", json={})

        assert again["outcome"] == "same_draft"
        assert issued["settlement"]["state"] == "issued"
        assert "it can take dispute or agree" in refused["detail"]
        assert disputed["events"][-1]["reason"] == "two calls are missing"
        assert [one["by"] for one in disputed["events"]] == ["k1", "Li", "k1"]
        assert note["settlement"]["kind"] == "credit_note"
        assert note["document"]["credit_note"]["difference"] == "4.27"
        assert agreed["settlement"]["state"] == "agreed"
        assert agreed["document"] == issued["document"]
        assert agreed["frozen"]["offsets"][0]["log"] == "log"


async def test_the_file_verifies_and_visits_are_told_page_by_page(
    database: DatabaseSettings,
) -> None:
    async with asking(database) as ask:
        id_ = await ask.settled()
        file = await ask.file("reader", f"/v1/settlements/{id_}/file")
        path = f"/v1/settlements/{id_}/visits"
        first = await ask("reader", "GET", path, params={"limit": 6})
        rest = await ask("reader", "GET", path, params={"limit": 6, "cursor": first["next"]})

        assert findings(file)[1] == []
        rows = [*first["rows"], *rest["rows"]]
        assert [len(first["rows"]), len(rest["rows"]), rest["next"]] == [6, 4, None]
        assert [one["offered_at"] for one in rows] == sorted(one["offered_at"] for one in rows)
        assert (rows[0]["wait"], rows[0]["talk"], rows[0]["outcome"]) == (10.0, 60.0, "answered")


async def test_settlements_are_listed_page_by_page_and_a_client_sees_what_was_issued_to_it(
    database: DatabaseSettings,
) -> None:
    async with asking(database) as ask:
        id_ = await ask.settled()
        await ask("client", "GET", f"/v1/settlements/{id_}", 404)
        hidden = await ask("client", "GET", "/v1/settlements")
        await ask("vendor", "POST", f"/v1/settlements/{id_}/issue", json={})
        await ask.floor.store(*LATE)
        await ask("vendor", "POST", "/v1/settlements", 201, json=OCTOBER)
        shown = await ask("client", "GET", "/v1/settlements")
        first = await ask("reader", "GET", "/v1/settlements", params={"limit": 1})
        rest = await ask(
            "reader", "GET", "/v1/settlements", params={"limit": 1, "cursor": first["next"]}
        )

        assert hidden["rows"] == []
        assert [one["settlement"] for one in shown["rows"]] == [id_]
        assert {one["rows"][0]["number"] for one in (first, rest)} == {0, 1}
        assert rest["next"] is None
        await ask("client", "GET", f"/v1/settlements/{id_}")
        await ask("stranger", "GET", f"/v1/settlements/{id_}", 404)
        await ask("other", "GET", f"/v1/settlements/{id_}", 404)
        assert (await ask("stranger", "GET", "/v1/settlements"))["rows"] == []


async def test_what_cannot_be_done_is_a_problem_that_says_why(database: DatabaseSettings) -> None:
    async with asking(database) as ask:
        path = "/v1/settlements"
        unknown = await ask("vendor", "POST", path, 404, json={**OCTOBER, "contract": "x"})
        early = {"contract": "acme-care", "month": "2026-12"}
        not_over = await ask("vendor", "POST", path, 409, json=early)
        week = await ask("vendor", "POST", path, 422, json={"contract": "acme-care", "week": "1"})
        day = {"contract": "acme-care", "day": "2026-10-05"}
        other_kind = await ask("vendor", "POST", path, 422, json=day)
        draft = await ask("vendor", "POST", path, 201, json={**early, "draft": True})
        id_ = draft["settlement"]["settlement"]
        not_final = await ask("vendor", "POST", f"{path}/{id_}/issue", 409, json={})
        no_note = await ask("vendor", "POST", f"{path}/{id_}/credit-notes", 409, json={})
        await ask("vendor", "POST", f"{path}/none/agree", 404, json={})
        await ask("reader", "POST", path, 403, json=OCTOBER)

        assert "known are: acme-care" in unknown["detail"]
        assert "settle it later, or ask for a draft" in not_over["detail"]
        assert "write it as 2026-W41" in week["detail"]
        assert "settled by the month" in other_kind["detail"]
        assert "settle the period again" in not_final["detail"]
        assert "needs no credit note" in no_note["detail"]
