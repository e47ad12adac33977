"""Running contracts: figures, exposure and outlook against figures worked out on paper."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, generate_latest

from floorpulse.access.keys import Credential
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.instants import parse_instant
from floorpulse.figures.contracts.counting import ContractCounts
from floorpulse.figures.contracts.expecting import ExpectedRest
from floorpulse.figures.staff.attendance import AgentEntered
from floorpulse.kpis.plan import Slot
from floorpulse.reports.api.contracts import router
from floorpulse.reports.live.contracts import LiveContracts
from floorpulse.reports.live.evidence import LiveEvidence
from floorpulse.reports.live.gauges import ContractGauges
from floorpulse.reports.live.seats import LiveSeats
from floorpulse.runtime.http import create_app
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, MemoryHistory, abandoned, answered
from tests.fakes.keys import FixedKeys
from tests.fakes.world import NOW, Client, World

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEXT = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: Asia/Shanghai}
clients:
  - {id: acme, names: {en: Acme, zh: 顶峰}}
  - {id: other, names: {en: Other, zh: 其他}}
queues:
  - {id: sales, names: {en: Sales, zh: 销售}, channels: [voice], client: acme}
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice], client: other}
contracts:
  - id: acme-2026
    names: {en: Acme hotline, zh: 顶峰热线}
    client: acme
    vendor: {en: Vendor, zh: 服务商}
    currency: CNY
    valid_from: 2026-01-01
    metrics:
      - id: in-time
        names: {en: Answered within 10 s, zh: 10 秒内接听率}
        kpi: service_level
        formula: V3
        threshold: 10
        comparison: at_least
        target: "0.80"
        window: month
        penalties:
          - {at_least: "0.50", below: "0.80", amount: "2.00"}
          - {below: "0.50", amount: "4.00"}
    billing:
      - {id: contacts, names: {en: Contacts, zh: 话务}, per: contact, rate: "2.00",
         billable: {contacts: answered}}
    caps: {penalties: {percent: "50"}}
  - id: other-2026
    names: {en: Other hotline, zh: 其他热线}
    client: other
    vendor: {en: Vendor, zh: 服务商}
    currency: EUR
    valid_from: 2027-01-01
    billing:
      - {id: fee, names: {en: Fee, zh: 固定费}, per: month, rate: "100.00"}
"""


def world_of() -> World:
    """At 20:07:20 in Shanghai: 2 of 4 in time; a week before, 3 of 4 at 20:35."""
    world = World()
    world.floor.put(
        answered(NOW - 5 * MINUTE, 5),
        answered(NOW - 5 * MINUTE, 20),
        abandoned(NOW - 5 * MINUTE, 8),
        answered(NOW - MINUTE, 3),
        answered(NOW - MINUTE, 3, queue="help"),
    )
    week_before = at("2026-11-04T20:35:00+08:00")
    world.floor.put(
        answered(week_before, 1),
        answered(week_before + 1000, 2),
        answered(week_before + 2000, 10),
        answered(week_before + 3000, 11),
    )
    world.tell()
    world.definitions = definitions(TEXT)
    return world


def at(text: str) -> int:
    return parse_instant(text)


class Parts:
    """What the routes read of the running parts."""

    def __init__(self, live: LiveContracts) -> None:
        self.live = live
        self.surface = self

    def loaded(self) -> bool:
        return True

    def of(self, kind: type[LiveContracts]) -> LiveContracts:
        assert isinstance(self.live, kind)
        return self.live


def live_of(world: World) -> LiveContracts:
    counts = ContractCounts(world.turns, world.history, world.history)
    expected = ExpectedRest(counts, world.forecasts.store, world.turns)
    seats = LiveSeats(world.history, world.turns)
    return LiveContracts(world.floors, LiveEvidence(expected, seats))


def client_of(world: World, contract: str | None = None) -> Client:
    app: FastAPI = create_app("test", "test")
    app.include_router(router)
    app.state.reports = Parts(live_of(world))
    reads = frozenset({"contracts:read"})
    credential = Credential("1", "demo", reads, contract=contract)
    app.state.keys = FixedKeys(
        {"reader": credential, "agent": Credential("2", "demo", frozenset())}
    )
    app.state.open_tenant = None
    app.state.session_secret = None
    return Client(app, {"Authorization": "Bearer reader"})


def answer(world: World) -> dict[str, Any]:
    found: dict[str, Any] = client_of(world).get("/v1/contracts/acme-2026").json()
    return found


def test_a_running_month_is_told_as_worked_out_on_paper() -> None:
    """V3 within 10 s: 2 of 4 today, 3 of 4 a week ago: 5 of 8 = 62.5 %, in tier 1 (2.00); 7
    answered contacts at 2.00 are 14.00, half of which caps the penalties: 2 of 7.00 are burned.

    (5 + k) / (8 + k) ≥ 0.8 from k = 7 on; 5 / (8 + m) < 0.5 from m = 3 on.
    """
    row = answer(world_of())
    assert (row["terms"], row["phase"], row["currency"]) == ("acme-2026@1", "operation", "CNY")
    assert (row["time"], row["end"]) == ("2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00")
    [metric] = row["metrics"]
    window = metric["window"]
    assert (window["numerator"], window["denominator"], window["value"]) == ("5", "8", "0.625")
    assert metric["contacts_to_recover"] == 7
    assert metric["next_tier"] == {
        "tier": 2,
        "bound": "0.50",
        "distance": "0.125",
        "contacts": 3,
    }
    assert metric["closed_now"]["tier"] == 1
    money = row["closed_now"]
    assert {name: Decimal(money[name]) for name in ("billed", "exposure", "budget")} == {
        "billed": Decimal(14),
        "exposure": Decimal(2),
        "budget": Decimal(7),
    }
    assert money["burned"] == "0.2857142857"
    assert (row["contacts"], row["cost_per_contact"]) == (7, "2")


def test_without_a_forecast_the_rest_goes_as_the_weeks_before() -> None:
    """Four Wednesdays at 20:30 had one contact on average, 0.75 of it in time: three are to come.

    (5 + 3 × 0.75) / (8 + 3) = 7.25 / 11
    """
    [metric] = answer(world_of())["metrics"]
    expected = metric["expected"]
    assert (expected["numerator"], expected["denominator"]) == ("7.25", "11")
    assert expected["value"] == "0.6590909091"


def test_a_forecast_says_how_many_contacts_come() -> None:
    """40 of today at 20:30 go as those of a week ago: 30 of 40; the other two Wednesdays as usual.

    (5 + 30 + 2 × 0.75) / (8 + 40 + 2) = 36.5 / 50
    """
    world = world_of()
    begin = at("2026-11-11T20:30:00+08:00")
    slots = [
        Slot("sales", "voice", begin, begin + 30 * MINUTE, 40.0, 180.0, None),
        Slot("help", "voice", begin, begin + 30 * MINUTE, 900.0, 180.0, None),
    ]
    asyncio.run(world.forecasts.put("demo", slots, "planner", ""))
    [metric] = answer(world)["metrics"]
    assert (metric["expected"]["numerator"], metric["expected"]["value"]) == ("36.5", "0.73")


def test_contacts_that_come_are_told_once_the_answer_is_old() -> None:
    world = world_of()
    live = live_of(world)
    contract = live.contracts("demo")[0]
    before = asyncio.run(live.standing("demo", contract))
    world.floor.put(answered(NOW - 30_000, 1))
    world.tell()
    kept = asyncio.run(live.standing("demo", contract))
    world.now = NOW + 10_000
    world.tell()
    after = asyncio.run(live.standing("demo", contract))
    assert before is kept
    assert after is not None
    [metric] = after.metrics
    assert metric.window is not None
    assert (metric.window.numerator, metric.window.denominator) == (Decimal(6), Decimal(9))


def test_only_contracts_in_force_are_listed() -> None:
    client = client_of(world_of())
    rows = client.get("/v1/contracts").json()["rows"]
    assert [row["contract"] for row in rows] == ["acme-2026"]
    answer = client.get("/v1/contracts/other-2026")
    assert (answer.status_code, answer.json()["title"]) == (404, "Not in force")


def test_the_key_of_a_contract_sees_no_other() -> None:
    client = client_of(world_of(), contract="other-2026")
    assert client.get("/v1/contracts").json() == {"rows": []}
    assert client.get("/v1/contracts/acme-2026").json()["title"] == "Unknown contract"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/contracts", {"Authorization": "Bearer agent"}, 403),
        ("/v1/contracts/none", {}, 404),
        ("/v1/contracts?window=15m", {}, 422),
    ],
)
def test_what_cannot_be_answered_is_refused(
    path: str, headers: dict[str, str], status: int
) -> None:
    assert client_of(world_of()).get(path, headers=headers).status_code == status


def test_prometheus_is_told_of_contracts_in_force_alone() -> None:
    world = world_of()
    registry = CollectorRegistry()
    gauges = ContractGauges(registry)
    standings = asyncio.run(live_of(world).running("demo"))
    gauges.tell([("demo", one) for one in standings])
    page = generate_latest(registry).decode()
    metric = 'contract="acme-2026",metric="in-time",tenant="demo"'
    money = 'contract="acme-2026",currency="CNY",outlook="now",tenant="demo"'
    for sample in (
        f"floorpulse_contract_attainment{{{metric}}} 0.625",
        f"floorpulse_contract_target{{{metric}}} 0.8",
        f"floorpulse_contract_contacts_to_recover{{{metric}}} 7.0",
        f"floorpulse_contract_next_tier_distance{{{metric}}} 0.125",
        f"floorpulse_contract_exposure{{{money}}} 2.0",
        f"floorpulse_contract_billed{{{money}}} 14.0",
    ):
        assert sample in page
    gauges.tell([])
    assert "acme-2026" not in generate_latest(registry).decode()


PHASES = """    phases:
      - {id: onboarding, kind: onboarding, first_day: 2026-01-01, last_day: 2026-11-10}
      - {id: running, kind: operation, first_day: 2026-11-11}
    metrics:
"""


def test_only_the_phase_that_runs_is_told_and_without_contacts_none_has_a_cost() -> None:
    world = World()
    world.floor.put(answered(NOW - MINUTE, 3, queue="help"))
    world.tell()
    world.definitions = definitions(TEXT.replace("    metrics:\n", PHASES, 1))
    row = answer(world)
    assert row["phase"] == "running"
    assert [one["metric"] for one in row["metrics"]] == ["in-time"]
    assert (row["contacts"], row["cost_per_contact"]) == (0, None)


BY_SEAT = """         billable: {contacts: answered}}
      - {id: seats, names: {en: Seats, zh: 坐席}, per: seat_hour, rate: "30.00", seats: %s}
"""


def seated(seats: str) -> World:
    """bea serves acme and has been there for two hours, with a break; cem serves another client.
    Planned are three agents from 19:00 to 20:00 and four from 20:30 to 21:00.
    """
    world = World()
    world.floor.put(answered(NOW - MINUTE, 3, queue="help"))
    seen = TEXT.replace("         billable: {contacts: answered}}\n", BY_SEAT % seats)
    world.definitions = definitions(seen)
    since = NOW - 120 * MINUTE
    on_break = Entered(NOW - 30 * MINUTE, "break", ("sales",))
    world.floor.enter("bea", Entered(since, "available", ("sales",)), on_break)
    world.floor.enter("cem", Entered(since, "available", ("help",)))
    begin = at("2026-11-11T19:00:00+08:00")
    slots = [
        Slot("sales", "voice", begin, begin + 60 * MINUTE, 0.0, 180.0, 3),
        Slot("sales", "voice", begin + 90 * MINUTE, begin + 120 * MINUTE, 0.0, 180.0, 4),
    ]
    asyncio.run(world.forecasts.put("demo", slots, "planner", ""))
    world.tell()
    return world


@pytest.mark.parametrize(
    ("seats", "now", "later"), [("present", "60.00", "120.00"), ("scheduled", "90.00", "150.00")]
)
def test_seat_hours_are_billed_as_far_as_they_have_come(seats: str, now: str, later: str) -> None:
    """Two hours were there, three planned: 60.00 or 90.00. Two more are planned for the rest of the
    day: 60.00.
    """
    row = answer(seated(seats))

    assert (row["closed_now"]["billed"], row["forecast"]["billed"]) == (now, later)
    assert row["approximate"] == []


TWO_DESKS = """
      - {id: voice-desk, names: {en: Voice}, per: seat_hour, rate: "1.00", scope: {queues: [sales]}}
      - {id: chat-desk, names: {en: Chat}, per: seat_hour, rate: "10.00", scope: {queues: [chat]}}
    caps:"""


def test_each_rule_bills_the_seats_of_its_own_queues() -> None:
    """bea's two hours in sales at 1.00, ann's half an hour in the chat at 10.00."""
    world = seated("present")
    text = TEXT.replace("\n    caps:", TWO_DESKS, 1).replace(
        "  - {id: help,",
        "  - {id: chat, names: {en: Chat}, channels: [chat], client: acme}\n  - {id: help,",
    )
    world.definitions = definitions(text)
    world.floor.enter("ann", Entered(NOW - 30 * MINUTE, "available", ("chat",)))
    world.tell()

    assert answer(world)["closed_now"]["billed"] == "7.00"


def test_who_is_there_now_is_counted_again_after_five_minutes() -> None:
    world = seated("present")
    live = live_of(world)
    told = []
    for minutes in (0, 4, 5):
        world.now = NOW + minutes * MINUTE
        world.tell()
        standing = asyncio.run(live.standing("demo", live.contracts("demo")[0]))
        assert standing is not None
        told.append(standing.closed_now.fees)

    assert told == [Decimal("60.00"), Decimal("60.00"), Decimal("62.50")]


class Asked(MemoryHistory):
    """Counts how often states are asked for: once for two days that follow one another."""

    times = 0

    async def last_states(self, tenant: str, before: int) -> Sequence[AgentEntered]:
        self.times += 1
        return await super().last_states(tenant, before)


def test_of_the_days_of_a_month_only_those_are_read_again_that_have_grown_old() -> None:
    """Eleven days are read by twos. The 10th ended 20 h ago and is old after 50 minutes, the 9th
    after 110: the 10th was read again meanwhile, so the 9th and the 11th are asked for apart.
    """
    world = seated("present")
    asked = world.history = Asked(world.floor)
    live = live_of(world)
    told = []
    for minutes in (0, 4, 5, 51, 104, 111):
        world.now = NOW + minutes * MINUTE
        world.tell()
        asyncio.run(live.standing("demo", live.contracts("demo")[0]))
        told.append(asked.times)

    assert told == [6, 6, 7, 8, 9, 11]
