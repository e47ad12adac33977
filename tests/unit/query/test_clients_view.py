"""The client's view: a key of one contract sees what the contract covers, and nothing else. Every
route that such a key may ask stands here, and no other lets it in.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from floorpulse.access.http import Requirement
from floorpulse.access.keys import Credential
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.visits import Visit
from floorpulse.figures.ports import StoredCorrection
from floorpulse.origin.app import install_routes
from floorpulse.runtime.http import create_app
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, abandoned, answered, waiting
from tests.fakes.world import LEADER, NOW, SPAN, Client, World

TEXT = """
tenant: demo
about:
  - {names: {en: Demo}, zone: UTC}
sites:
  - {id: hangzhou, names: {en: Hangzhou}}
teams:
  - {id: sellers, names: {en: Sellers}, site: hangzhou}
  - {id: secret-team, names: {en: Secret}, site: hangzhou}
clients:
  - {id: acme, names: {en: Acme, zh: 顶点}}
  - {id: bolt, names: {en: Bolt, zh: 闪电}}
queues:
  - {id: sales, names: {en: Sales}, channels: [voice, chat], team: sellers, client: acme,
     service_level: fast}
  - {id: help, names: {en: Help}, channels: [voice], team: secret-team, client: bolt,
     service_level: bolt-level}
  - {id: help, valid_from: 2026-11-11, names: {en: Help}, channels: [voice], team: sellers,
     client: acme}
  - {id: bolt-vip, names: {en: Bolt VIP}, channels: [voice], team: secret-team, client: bolt,
     service_level: bolt-level}
service_levels:
  - {id: fast, formula: V3, threshold: 10, target: 0.9}
  - {id: bolt-level, formula: V1, threshold: 10, target: 0.9}
targets:
  - {id: sales-level, metric: service_level, comparison: at_least, value: 0.8,
     scope: {queue: sales, channels: [voice]}}
  - {id: bolt-promise, metric: service_level, comparison: at_least, value: 0.8,
     scope: {client: bolt}}
contracts:
  - {id: acme-calls, names: {en: Acme calls}, client: acme, vendor: {en: Demo}, currency: CNY,
     scope: {channels: [voice]},
     billing: [{id: calls, names: {en: Calls}, per: contact, rate: "1.00",
                scope: {channels: [voice]}}]}
  - {id: bolt-calls, names: {en: Bolt calls}, client: bolt, vendor: {en: Demo}, currency: CNY,
     scope: {queues: [bolt-vip]},
     billing: [{id: calls, names: {en: Calls}, per: contact, rate: "1.00",
                scope: {queues: [bolt-vip]}}]}
"""
WITHIN_MONTHS = "value: 0.8, window: month,\n     scope: {queue: sales"
ROOT = Path(__file__).parents[3]
CLIENT = {"Authorization": "Bearer client"}
FOREIGN = ("bolt", "secret", "Bolt", "闪电", '"ann"')
"""What the client must never read: another client's queues, teams, policies and contracts, and
agents"""
BEFORE = NOW - 24 * 60 * MINUTE
DAYS = {"from": "2026-11-10", "to": "2026-11-11"}
ALL = {**SPAN, "interval": "all"}

ASKED = [
    ("/v1/queues", {}),
    ("/v1/queues", {"at": "2026-11-11T12:05:00Z"}),
    *(("/v1/kpis", {"by": by, "kpi": "offered,agents,left"}) for by in (
        "queue", "channel", "queue,channel", "total", "team", "site", "client")),
    ("/v1/kpis", {"at": "2026-11-11T12:05:00Z", "kpi": "offered"}),
    *(("/v1/kpis/history", {**ALL, "by": by, "kpi": "offered,aht"}) for by in (
        "queue", "channel", "queue,channel", "total", "team", "site", "client")),
    ("/v1/kpis/history", {**DAYS, "interval": "1d", "kpi": "offered,complaints_open"}),
    ("/v1/visits", DAYS),
    ("/v1/visits", {**DAYS, "missed": "true"}),
    ("/v1/corrections", DAYS),
    ("/v1/targets", {}),
    ("/v1/definitions", {}),
    ("/v1/definitions/contract/acme-calls", {}),
    ("/v1/definitions/queue/sales", {"version": "1"}),
]  # fmt: skip
"""Questions of a client that are answered"""
LIMITED = {
    "/v1/queues",
    "/v1/kpis",
    "/v1/kpis/history",
    "/v1/visits",
    "/v1/contacts/{contact:path}",
    "/v1/journey",
    "/v1/corrections",
    "/v1/targets",
    "/v1/definitions",
    "/v1/definitions/{kind}/{name:path}",
    "/v1/stream",
}
"""The routes that answer a key of a contract; each is asked in this file"""
SETTLEMENTS = "tests/integration/test_settlements_of_a_client.py"
CONTRACTS = "tests/unit/reports/test_live_contracts.py"
REPORTS = "tests/integration/test_reports.py"
SETTLED = {
    "/v1/contracts": CONTRACTS,
    "/v1/contracts/{contract}": CONTRACTS,
    "/v1/reports": REPORTS,
    "/v1/settlements": SETTLEMENTS,
    "/v1/settlements/{settlement}": SETTLEMENTS,
    "/v1/settlements/{settlement}/file": SETTLEMENTS,
    "/v1/settlements/{settlement}/visits": SETTLEMENTS,
}
"""Routes that answer a key of a contract from tables of their own, and where they are asked"""
KEYLESS = {
    "/wallboard": "a page without figures",
    "/wallboard/session": "takes a key",
    "/wallboard/{name}": "a file of a page",
    "/desk": "a page without figures",
    "/desk/session": "takes a key",
    "/desk/{name}": "a file of a page",
    "/alerts": "a page without figures",
    "/alerts/session": "takes a key",
    "/alerts/act/{token}": "asks for a signed link",
    "/docs": "a page without figures",
    "/docs/{name}": "a file of a page",
    "/v1/sources/{name:path}": "asks for what its source proves itself by, or events:write",
    "/v1/tasks/{tenant}/{receiver}": "asks for what its tracker proves itself by",
    "/alerts/{name}": "a file of a page",
    "/livez": "says one word",
    "/readyz": "says one word",
    "/metrics": "asks for metrics:read itself, unless the operator opened it",
}
"""The routes that ask for no key, and why they may"""

CONTRACT_KEY = Credential("c", "demo", frozenset({"kpi:read", "contracts:read"}), "acme-calls")


@pytest.fixture
def world() -> World:
    """Acme's contract covers calls of sales, and since today those of help."""
    world = World()
    at = NOW - 5 * MINUTE
    world.floor.put(answered(at, 5), answered(at, 20), abandoned(at, 8))
    world.floor.put(answered(at, 50, 240, channel="chat"))
    world.floor.put(answered(at, 15, 60, "help"), answered(BEFORE, 9, 60, "help"))
    world.floor.put(answered(at, 3, 60, "bolt-vip"), waiting(NOW - 30_000, "bolt-vip"))
    world.floor.enter("ann", Entered(at, "available", ("sales", "bolt-vip"), "", "secret-team"))
    world.tell()
    for queue, channel in (("sales", "voice"), ("sales", "chat"), ("bolt-vip", "voice")):
        world.history.corrected.append(corrected(queue, channel))
    world.definitions = definitions(TEXT)
    world.keys.known["client"] = CONTRACT_KEY
    return world


def corrected(queue: str, channel: str) -> StoredCorrection:
    begin = NOW - NOW % (15 * MINUTE) - 15 * MINUTE
    return StoredCorrection(
        id=1, queue=queue, channel=channel, start=begin, until=begin + 15 * MINUTE,
        old={Cell.OFFERED: 1}, new={Cell.OFFERED: 2}, source="pbx", event="e", type="t",
        reason=None, recorded_at=NOW,
    )  # fmt: skip


def waiting_chat(at: int) -> Visit:
    return Visit(offered_at=at, queue="sales", channel="chat")


def client(world: World) -> Client:
    return Client(world.app, CLIENT)


def rows(world: World, path: str, asked: dict[str, str]) -> list[dict[str, Any]]:
    answer = client(world).get(path, asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def values(world: World, path: str, **asked: str) -> dict[str, Any]:
    return {row["queue"]: row["value"] for row in rows(world, path, asked)}


@pytest.mark.parametrize(("path", "asked"), ASKED)
def test_no_answer_to_a_client_speaks_of_anybody_else(
    world: World, path: str, asked: dict[str, str]
) -> None:
    answer = client(world).get(path, asked)

    assert answer.status_code == 200, answer.text
    assert [word for word in FOREIGN if word in answer.text] == [], answer.text


def test_figures_count_the_contracts_queues_and_channels_only(world: World) -> None:
    live = {"window": "15m", "kpi": "offered"}

    assert values(world, "/v1/kpis", **live) == {"sales": 3, "help": 1}
    assert values(world, "/v1/kpis", **live, by="total") == {None: 4}
    assert values(world, "/v1/kpis/history", **ALL, kpi="offered") == {"sales": 3, "help": 1}
    assert values(world, "/v1/kpis/history", **ALL, kpi="offered", by="total") == {None: 4}
    everything = Client(world.app, LEADER).get("/v1/kpis", {**live, "by": "total"}).json()
    assert everything["rows"][0]["value"] == 7


def test_who_waits_on_a_channel_beyond_the_contract_is_not_told(world: World) -> None:
    world.floor.put(waiting(NOW - 20_000), waiting_chat(NOW - 30_000))
    world.tell()
    mine = {one["queue"]: one for one in rows(world, "/v1/queues", {})}
    whole = Client(world.app, LEADER).get("/v1/queues").json()["rows"]

    assert (mine["sales"]["waiting"], mine["sales"]["longest_wait"]) == (1, 20.0)
    assert [one["waiting"] for one in whole if one["queue"] == "sales"] == [2]


def test_when_the_first_contact_of_the_whole_floor_came_is_not_told(world: World) -> None:
    asked = {"at": "2020-01-01T00:00:00Z"}

    for path in ("/v1/kpis", "/v1/queues"):
        assert "came at" not in client(world).get(path, asked).json()["detail"]
        assert "came at" in Client(world.app, LEADER).get(path, asked).json()["detail"]


def test_a_queue_is_the_clients_only_from_when_it_came_to_it(world: World) -> None:
    asked = {"from": "2026-11-10", "to": "2026-11-10", "interval": "all", "kpi": "offered"}

    assert values(world, "/v1/kpis/history", **asked, queue="help", by="total") == {"help": 0}
    assert rows(world, "/v1/visits", {"from": "2026-11-10", "to": "2026-11-10"}) == []


def test_visits_are_the_contracts_and_name_no_agent(world: World) -> None:
    found = rows(world, "/v1/visits", DAYS)

    assert [(one["queue"], one["channel"]) for one in found] == [
        ("sales", "voice"), ("sales", "voice"), ("sales", "voice"), ("help", "voice"),
    ]  # fmt: skip
    assert all("agent" not in one for one in found)
    assert client(world).get("/v1/visits", {**DAYS, "agent": "ann"}).status_code == 403


def test_a_contact_is_told_as_far_as_it_was_the_contracts(world: World) -> None:
    everyone = Client(world.app, LEADER).get("/v1/visits", DAYS).json()["rows"]
    mine = next(one for one in everyone if (one["queue"], one["channel"]) == ("sales", "voice"))
    other = next(one for one in everyone if one["queue"] == "bolt-vip")
    chat = next(one for one in everyone if one["channel"] == "chat")

    assert client(world).get(f"/v1/contacts/{mine['contact']}").json()["queue"] == "sales"
    assert client(world).get("/v1/journey", {"contact": mine["contact"]}).status_code == 200
    for one in (other, chat):
        assert client(world).get(f"/v1/contacts/{one['contact']}").status_code == 404
        assert rows(world, "/v1/visits", {**DAYS, "contact": one["contact"]}) == []


def test_corrections_and_targets_are_the_contracts(world: World) -> None:
    changed = rows(world, "/v1/corrections", {**DAYS, "kpi": "offered"})

    assert [(one["queue"], one["channel"]) for one in changed] == [("sales", "voice")]
    assert [one["target"] for one in rows(world, "/v1/targets", {})] == ["sales-level@1"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/kpis", {"queue": "bolt-vip"}),
        ("/v1/kpis", {"queue": "bolt-vipp"}),
        ("/v1/kpis", {"queue": "(other)"}),
        ("/v1/kpis", {"channel": "email"}),
        ("/v1/kpis", {"client": "zenith"}),
        ("/v1/kpis", {"team": "helpers"}),
        ("/v1/kpis", {"definition": "unheard"}),
        ("/v1/kpis/history", {**ALL, "queue": "vip"}),
        ("/v1/visits", {**DAYS, "target": "unheard"}),
        ("/v1/targets", {"target": "unheard"}),
        ("/v1/stream", {"queue": "vip"}),
    ],
)
def test_a_refusal_names_what_the_client_may_ask_for_and_nothing_else(
    world: World, path: str, asked: dict[str, str]
) -> None:
    answer = client(world).get(path, asked)
    said = str(answer.json().get("known", "")) + answer.json()["detail"].partition("known are")[2]

    assert answer.status_code == 422, answer.text
    assert [word for word in FOREIGN if word in said] == [], answer.text


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/kpis", {"queue": "bolt-vip"}),
        ("/v1/kpis", {"client": "bolt"}),
        ("/v1/kpis", {"team": "secret-team"}),
        ("/v1/kpis", {"channel": "chat"}),
        ("/v1/kpis", {"definition": "bolt-level"}),
        ("/v1/visits", {**DAYS, "target": "bolt-promise"}),
        ("/v1/targets", {"target": "bolt-promise"}),
    ],
)
def test_what_is_anothers_is_as_unknown_as_what_is_not_there(
    world: World, path: str, asked: dict[str, str]
) -> None:
    """The refusal is that of a name nobody has: it does not tell that there is such a one."""
    answer = client(world).get(path, asked)
    name, value = list(asked.items())[-1]
    unheard = client(world).get(path, {**asked, name: "unheard"})

    assert answer.status_code == 422
    assert answer.text.replace(value, "unheard") == unheard.text


@pytest.mark.parametrize(
    "path", ["/v1/definitions/queue/bolt-vip", "/v1/definitions/contract/bolt-calls"]
)
def test_the_text_of_anothers_definition_is_not_found(world: World, path: str) -> None:
    assert client(world).get(path).status_code == 404
    assert Client(world.app, LEADER).get(path).status_code == 200


def test_a_definition_of_any_version_can_be_read_again(world: World) -> None:
    whole = Client(world.app, LEADER)
    world.definitions = definitions(
        TEXT, TEXT.replace("threshold: 10, target", "threshold: 15, target")
    )

    assert [
        whole.get("/v1/definitions/service_level/fast", asked).json()["says"]["threshold"]
        for asked in ({"version": "1"}, {"version": "2"}, {})
    ] == [10, 15, 15]
    gone = whole.get("/v1/definitions/service_level/fast", {"version": "3"})
    assert (gone.status_code, "versions 1 to 2" in gone.json()["detail"]) == (404, True)
    assert "there is none" in whole.get("/v1/definitions/service_level/slow").json()["detail"]


def test_a_key_of_a_contract_that_is_not_defined_sees_nothing(world: World) -> None:
    world.keys.known["client"] = Credential("c", "demo", frozenset({"kpi:read"}), "no-such")

    for path, asked in ASKED:
        answer = client(world).get(path, asked)
        assert (answer.status_code, answer.json()["title"]) == (403, "No contract in force"), path


def test_a_contract_that_is_over_is_seen_up_to_its_last_day(world: World) -> None:
    world.definitions = definitions(
        TEXT.replace("{id: acme-calls,", "{id: acme-calls, last_day: 2026-11-10,")
    )
    before = {"from": "2026-11-10", "to": "2026-11-10"}

    assert client(world).get("/v1/kpis").status_code == 403
    assert client(world).get("/v1/queues").status_code == 403
    assert client(world).get("/v1/stream").status_code == 403
    assert client(world).get("/v1/targets").status_code == 403
    for path in ("/v1/kpis/history", "/v1/visits", "/v1/corrections", "/v1/targets"):
        assert client(world).get(path, before).status_code == 200, path
        refused = client(world).get(path, DAYS)
        assert refused.status_code == 403, path
        assert "ends at 2026-11-11T00:00:00+00:00" in refused.json()["detail"]
    assert rows(world, "/v1/visits", {"contact": "sales-1"}) == []


MOVED = TEXT.replace(
    "service_level: fast}\n",
    "service_level: fast}\n"
    "  - {id: sales, valid_from: 2026-11-11, names: {en: Sales}, channels: [voice, chat],\n"
    "     team: secret-team, client: bolt, service_level: fast}\n",
    1,
)


@pytest.mark.parametrize("interval", ["all", "1w", "1M"])
def test_no_row_goes_on_behind_the_day_on_which_a_queue_went_to_another_client(
    world: World, interval: str
) -> None:
    """Sales is the client's up to the 10th, help from the 11th on; both had contacts on both."""
    world.floor.put(answered(BEFORE, 9, 60))
    world.tell()
    world.definitions = definitions(MOVED)
    asked = {**DAYS, "interval": interval, "kpi": "offered"}
    told = rows(world, "/v1/kpis/history", {**asked, "by": "queue"})
    total = rows(world, "/v1/kpis/history", {**asked, "by": "total"})

    assert [(row["time"][:10], row["queue"], row["value"]) for row in told if row["value"]] == [
        ("2026-11-10", "sales", 1),
        ("2026-11-11", "help", 1),
    ]
    assert [(row["time"][:10], row["end"][:10], row["value"]) for row in total] == [
        ("2026-11-10", "2026-11-11", 1),
        ("2026-11-11", "2026-11-12", 1),
    ]
    [page] = [client(world).get("/v1/kpis/history", {**asked, "by": "total", "limit": "1"}).json()]
    last = rows(world, "/v1/kpis/history", {**asked, "by": "total", "cursor": page["next"]})
    assert last == total[1:]


def test_a_live_window_of_a_client_tells_nothing_of_a_queue_once_it_went_to_another() -> None:
    midnight = parse_instant("2026-11-11T00:00:00Z")
    world = World()
    world.now = world.floor.watermark = midnight + 10 * MINUTE
    world.floor.put(answered(midnight + MINUTE, 9, 60), answered(midnight - MINUTE, 9, 60))
    world.tell()
    world.definitions = definitions(MOVED)
    world.keys.known["client"] = CONTRACT_KEY

    [told] = rows(world, "/v1/kpis", {"window": "30m", "kpi": "offered", "by": "total"})

    assert (told["time"], told["value"]) == ("2026-11-11T00:00:00+00:00", 0)


def test_a_target_of_a_queue_that_went_to_another_client_is_not_told(world: World) -> None:
    """The month of which it had ten days goes on."""
    by_month = MOVED.replace("value: 0.8,\n     scope: {queue: sales", WITHIN_MONTHS)
    world.definitions = definitions(by_month)

    assert rows(world, "/v1/targets", {}) == []


def test_a_target_that_goes_on_behind_the_end_of_a_contract_is_not_told(world: World) -> None:
    """Of its month only days up to the 10th were the client's."""
    by_month = TEXT.replace("value: 0.8,\n     scope: {queue: sales", WITHIN_MONTHS)
    before = {"from": "2026-11-10", "to": "2026-11-10"}
    world.definitions = definitions(by_month)

    assert [one["window"] for one in rows(world, "/v1/targets", before)] == ["month"]

    world.definitions = definitions(
        by_month.replace("{id: acme-calls,", "{id: acme-calls, last_day: 2026-11-10,")
    )
    assert rows(world, "/v1/targets", before) == []


def test_the_wall_of_a_client_has_no_way_to_what_it_may_not_see(world: World) -> None:
    whole, mine = Client(world.app, LEADER), Client(world.app)

    assert mine.post("/wallboard/session", {"key": "client"}).status_code == 204
    assert mine.get("/v1/queues").status_code == 200
    assert [word for word in FOREIGN if word in mine.get("/v1/queues").text] == []
    assert (
        'id="desk" href="desk" data-t="desk" data-with="desk" hidden' in mine.get("/wallboard").text
    )
    assert 'data-with="desk" hidden' not in whole.get("/wallboard").text
    assert 'data-with="desk" hidden' not in Client(world.app).get("/wallboard").text


async def test_a_stream_tells_the_contracts_queues_and_ends_when_they_change(
    world: World,
) -> None:
    sent: list[bytes] = []
    asked = asyncio.create_task(followed(world, sent))
    while b"event: rows" not in b"".join(sent):  # noqa: ASYNC110  what is sent has no event
        await asyncio.sleep(0)
    text = b"".join(sent).decode()
    world.definitions = definitions(TEXT.replace("client: acme}", "client: bolt}"))
    world.pulse.beat()
    async with asyncio.timeout(5):
        await asked

    assert '"sales"' in text
    assert [word for word in FOREIGN if word in text] == []


async def followed(world: World, sent: list[bytes]) -> None:
    """A stream as it is sent; httpx would wait for its end."""
    scope = {
        "type": "http", "method": "GET", "path": "/v1/stream", "raw_path": b"/v1/stream",
        "query_string": b"kpi=offered", "root_path": "",
        "headers": [(b"authorization", b"Bearer client")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "scheme": "http", "http_version": "1.1",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip
    forever: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    async def receive() -> dict[str, Any]:
        return await forever

    await world.app(scope, receive, send)


# ---------------------------------------------------------------- every route there is


def test_every_route_is_limited_to_the_contract_or_refuses_its_key() -> None:
    limited = {path for path, asks in routes() if any(one.limited for one in asks)}

    assert limited == LIMITED | SETTLED.keys(), "ask the new route, then name it in LIMITED"
    for path, file in SETTLED.items():
        assert path.partition("{")[0] in (ROOT / file).read_text("utf-8"), path


def test_every_route_asks_for_a_key_or_says_why_it_need_not() -> None:
    keyless = {path for path, asks in routes() if not asks}

    assert keyless == KEYLESS.keys()


def routes() -> Iterator[tuple[str, list[Requirement]]]:
    """All routes of `floorpulse http` with what they ask of their callers."""
    app = create_app("test", "test")
    install_routes(app)
    for route in every(app.router):
        yield route.path, list(requirements(route.dependant))


def every(router: APIRouter) -> Iterator[APIRoute]:
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if isinstance(included, APIRouter):
            yield from every(included)
        if isinstance(route, APIRoute):
            yield route


def requirements(dependant: Dependant) -> Iterator[Requirement]:
    for one in dependant.dependencies:
        if isinstance(one.call, Requirement):
            yield one.call
        yield from requirements(one)


def test_a_route_that_is_not_limited_refuses_a_key_of_a_contract(world: World) -> None:
    for path in ("/v1/pipeline", "/v1/sources", "/v1/forecasts", "/v1/staffing/what-if"):
        answer = client(world).get(path)
        assert (answer.status_code, answer.json()["title"]) == (403, "Beyond the contract"), path
