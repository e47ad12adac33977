"""A client reads the settlements of its own contract once they are issued, and signs nothing."""

import httpx
import pytest
from fastapi import FastAPI

from floorpulse.access.keys import Credential
from floorpulse.figures.history.figures import Tables
from floorpulse.figures.tenant_view import Floors
from floorpulse.reports.api.routes import router
from floorpulse.reports.app import ReportParts, ReportSurface
from floorpulse.reports.domain.settlement_states import SettlementAct
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.http import create_app
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.keys import FixedKeys
from tests.fakes.world import World
from tests.integration.test_settlements import QUERY, ZHANG, Settling, settling

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]

READS = frozenset({"contracts:read", "kpi:read"})
KEYS = {
    "vendor": Credential("1", "demo", READS | {"settlements:write"}),
    "client": Credential("2", "demo", READS, "acme-care"),
    "stranger": Credential("3", "demo", READS, "another"),
}
ADDRESS = "/v1/settlements/"


def app_of(floor: Settling, database: DatabaseSettings) -> FastAPI:
    """The routes of reports over a desk."""
    world = World()
    surface = ReportSurface(
        engine=async_engine(database),
        pool=floor.pool,
        floors=Floors(world.board, lambda: ZHANG.at, lambda: world.definitions),
        turns=world.turns,
        tables=Tables(world.history, world.history, world.history, world.floor),
        forecasts=world.forecasts.store,
        loaded=lambda: True,
    )
    app = create_app("test", "test")
    app.include_router(router())
    app.state.keys = FixedKeys(KEYS)
    app.state.reports = ReportParts(surface, floor.desk)
    return app


async def ask(app: FastAPI, who: str, path: str, method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        body = {"contract": "acme-care", "month": "2026-10"} if method == "POST" else None
        headers = {"Authorization": f"Bearer {who}"}
        return await client.request(method, path, json=body, headers=headers)


async def test_a_client_reads_what_was_issued_of_its_contract_and_nothing_else(
    database: DatabaseSettings,
) -> None:
    async with settling(database) as floor:
        app = app_of(floor, database)
        draft = (await floor.desk.settle(QUERY, ZHANG)).stored
        paths = [ADDRESS + draft.id + part for part in ("", "/file", "/visits")]

        listed = [await ask(app, who, ADDRESS[:-1]) for who in ("vendor", "client")]
        assert [len(one.json()["rows"]) for one in listed] == [1, 0]
        assert [(await ask(app, "client", path)).status_code for path in paths] == [404] * 3

        await floor.desk.act("demo", draft.id, SettlementAct.ISSUE, ZHANG)
        [row] = (await ask(app, "client", ADDRESS[:-1])).json()["rows"]
        assert (row["settlement"], row["state"]) == (draft.id, "issued")
        answers = [await ask(app, "client", path) for path in paths]
        assert [one.status_code for one in answers] == [200] * 3
        assert len(answers[2].json()["rows"]) == 10
        assert all('"ann"' not in one.text and "other" not in one.text for one in answers)

        assert (await ask(app, "stranger", ADDRESS[:-1])).json()["rows"] == []
        assert (await ask(app, "stranger", "/v1/settlements?contract=acme-care")).json()[
            "rows"
        ] == []
        assert [(await ask(app, "stranger", path)).status_code for path in paths] == [404] * 3
        for path in (ADDRESS[:-1], f"{ADDRESS}{draft.id}/agree"):
            assert (await ask(app, "client", path, "POST")).status_code == 403
