"""Live and history tell the same of the same span: every KPI and variant of the catalogue, every
window, by queue, in groups of queues with different policies and in total.
"""

import random
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from floorpulse.board import wiring as board_wiring
from floorpulse.board.domain.windows import HOUR, MINUTE, Span, Window, span_of
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import LEFT, Cells, add
from floorpulse.contracts.events import AgentState
from floorpulse.contracts.feedback import Complaint, Evaluation, Statement, Survey
from floorpulse.contracts.topics import TOPICS
from floorpulse.contracts.visits import Miss, Visit
from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.demo.embedded import Broker
from floorpulse.figures.agents.performance import Performance
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.forecasts.keeper import Said
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.ports import AgentHistory
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.figures.sums import PaneTally
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.kpis.catalogue import ASKED, CATALOGUE, OVER_SPANS, VARIANTS
from floorpulse.kpis.plan import Slot
from floorpulse.query import wiring as query_wiring
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import MemoryHistory, abandoned, answered, left, waiting
from tests.integration import stored
from tests.integration.stored import Floor, floor_on, rows, served, text, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

# 2026-11-11T12:07:00Z, where a pane begins: gauges of history are those of such instants
NOW = 1_794_398_820_000
DAY = 24 * HOUR
QUEUES = ("sales", "help")
AGENT_STATES: tuple[AgentState, ...] = get_args(AgentState)
CUSTOMERS = (None, "k1:ann", "k1:bob", "k1:cem", "k1:dee")

SPANNED = (
    "time",
    "end",
    "queue",
    "channel",
    "kpi",
    "value",
    "numerator",
    "denominator",
    "low",
    "high",
    "definition",
)
GROUPS = "team", "site", "client"
"""Columns of rows by them"""
AT_A_MOMENT = "queue", "channel", "kpi", "value", "numerator", "denominator", "definition"

DEFINED = """
tenant: demo
about:
  - names: {en: Demo}
sites: [{id: east, names: {en: East}}]
teams: [{id: sellers, names: {en: Sellers}, site: east}, {id: helpers, names: {en: Helpers}}]
clients: [{id: acme, names: {en: Acme}}]
queues:
  - {id: sales, names: {en: Sales}, channels: [voice, chat], team: sellers, client: acme,
     service_level: fast, csat: strict}
  - {id: help, names: {en: Help}, channels: [voice, chat], team: helpers, client: acme,
     service_level: office, service_level_of: {chat: slow}, calendar: odd}
service_levels:
  - {id: fast, formula: V3, threshold: 10, target: 0.9}
  - {id: slow, formula: V2, threshold: 60, short: 5, target: 0.7}
  - {id: office, formula: V5, threshold: 20, short: 2, clock: calendar}
calendars:
  - {id: odd, hours: {tuesday: ["00:00-23:00"], wednesday: ["00:30-11:50", "11:55-24:00"]}}
csat: [{id: strict, satisfied: 1}]
"""
NARROWED = (
    {"client": "acme", "by": "queue"},
    {"team": "sellers", "by": "channel"},
    {"site": "east", "by": "total"},
    {"unknown": "only", "by": "total"},
)
DIFFER = {
    "service_level_projected": "live: at the end of the interval in progress; history: at the end "
    "of the row, see tests of forecasts",
    "agents_required:rest": "as service_level_projected",
    "unresolved": "live: visits older than the longest wait now; history: visits offered in the "
    "interval that have no outcome",
}
"""KPIs that mean something else live than in history, and what; everything else must agree."""
UNSAID: dict[str, str] = {}
"""KPIs that this floor has no figure of, and why; everything else must have one in some window."""
SPANS = {"kpi": ",".join(name for name in (*CATALOGUE, *VARIANTS) if name not in DIFFER)}
GAUGES = {"kpi": ",".join(name for name in ASKED if name not in OVER_SPANS and name not in DIFFER)}


@pytest.fixture
async def floor(broker: Broker, database: DatabaseSettings) -> AsyncIterator[Floor]:
    """On the embedded broker only: what is shown here lies behind the log."""
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    await ensure_topics(kafka, TOPICS)
    async with floor_on(kafka, database) as floor:
        yield floor


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the API and of whoever tells it stands still at `NOW`."""
    for module in (board_wiring, query_wiring, stored):
        monkeypatch.setattr(module, "now_ms", lambda: NOW)


def opinions(dice: random.Random, visit: Visit, at: int) -> Visit:
    """The visit with what may be said of it, some of it only days later."""
    if dice.random() < 0.3:
        kind, best = dice.choice([("csat", 5), ("nps", 10), ("fcr", 1), ("ces", 7)])
        answered = at + dice.choice([5, 900]) * 1000
        score = dice.randrange(best + 1)
        said = Survey(kind, None, at, answered, score, best, 0)  # type: ignore[arg-type]
        visit.surveys = {"s": said, "asked": Survey("csat", None, at)}
    if dice.random() < 0.3:
        passed = dice.choice([None, True, False])
        fatal = dice.random() < 0.2
        calibration = dice.random() < 0.2
        visit.evaluations = {
            "e": Evaluation(
                at + 60_000,
                score=dice.randrange(101),
                fatal=fatal,
                calibration=calibration,
                passed=passed,
            )
        }
    if dice.random() < 0.3:
        severity = dice.choice(["low", "normal", "high", "critical"])
        liable = dice.choice([None, True, False])
        statements = [Statement(at + 1000, severity=severity, liable=liable)]  # type: ignore[arg-type]
        if dice.random() < 0.5:
            statements.append(Statement(at + dice.choice([2000, 3 * HOUR, 8 * DAY]), closing=True))
        visit.complaints = {"k": Complaint(tuple(said for said in statements if said.at < NOW))}
    return visit


def stays(dice: random.Random, at: int, queue: str) -> Visit:
    """One visit of any kind, offered at `at`."""
    more: dict[str, Any] = {
        "customer": dice.choice(CUSTOMERS),
        "channel": dice.choice(["voice", "chat"]),
    }
    match dice.randrange(6):
        case 0:
            return abandoned(at, dice.choice([1, 5, 20, 33.5]), queue, **more)
        case 1:
            visit = left(at, 9, queue)
        case 2:
            visit = answered(
                at,
                dice.choice([0, 20, 20.001]),
                0,
                queue,
                hold=15_000,
                transferred_at=at + 30_000,
                **more,
            )
        case _:
            visit = answered(
                at,
                dice.randrange(60),
                dice.choice([30, 400]),
                queue,
                wrapped_at=at + 500_000,
                **more,
            )
    return opinions(dice, visit, at + 500_000)


def a_week_and_today(dice: random.Random) -> Iterator[Visit]:
    """Visits of the last eight days, most of them lately, all over before now but for some that
    wait or talk.
    """
    spans = [
        (9 * DAY, DAY, 60),
        (DAY, HOUR, 60),
        (HOUR, 25 * MINUTE, 40),
        (25 * MINUTE, 10 * MINUTE, 40),
    ]
    for begin, end, number in spans:
        for _ in range(number):
            visit = stays(dice, NOW - dice.randrange(end, begin), dice.choice(QUEUES))
            if dice.random() < 0.2:
                visit.missed = (Miss((visit.offered_at or 0) + 500, "agent2"),)
            yield visit
    for number, reason in enumerate(LEFT):
        visit = left(NOW - (100 + 30 * number) * 1000, 9, dice.choice(QUEUES))
        visit.left_reason = reason
        yield visit
    for ago in (1, 20, 300, 700):
        yield waiting(NOW - ago * 1000, dice.choice(QUEUES))
        yield Visit(
            offered_at=NOW - ago * 1000 - 5000,
            queue=dice.choice(QUEUES),
            answered_at=NOW - ago * 1000,
            agent="ann",
        )


def going_on(
    dice: random.Random, known: Iterable[tuple[str, Visit]]
) -> Iterator[tuple[str, Visit]]:
    """Further stays of some contacts, in another queue or the same, some by callback."""
    for contact, visit in known:
        over = max(visit.ended_at or 0, visit.left_at or 0)
        if over and over < NOW - 4 * MINUTE and dice.random() < 0.5:
            channel = "callback" if visit.left_reason == "callback" else visit.channel
            more: dict[str, Any] = {"channel": channel}
            at = over + dice.randrange(0, 60_000)
            wait = dice.randrange(60)
            queue = dice.choice(QUEUES)
            further = (
                abandoned(at, wait, queue, **more)
                if dice.random() < 0.3 and visit.left_reason != "callback"
                else answered(at, wait, 30, queue, **more)
            )
            yield f"{contact}#2", further


def shift(dice: random.Random, now: AgentState) -> Iterator[Entered]:
    """The states of an agent since yesterday, the last of them `now`."""
    skills = dice.choice([("sales",), ("help",), ("help", "sales")])
    instants = sorted(
        NOW - dice.randrange(1, dice.choice([2 * DAY, HOUR, 10 * MINUTE])) for _ in range(40)
    )
    for at in instants[:-1]:
        yield Entered(at, dice.choice(AGENT_STATES), skills)
    yield Entered(instants[-1], now, skills)


async def filled(floor: Floor, seed: int) -> None:
    floor.memory.put(*a_week_and_today(random.Random(seed)))
    visits = floor.memory.visits_of
    named = [(contact, visit) for (_, contact), visit in visits.items()]
    for contact, visit in going_on(random.Random(seed), named):
        visits["demo", contact] = visit
    for one, other in (QUEUES, QUEUES[::-1]):
        first = left(NOW - 300_000, 9, one)
        first.left_reason = "callback"
        visits["demo", f"of {one}"] = first
        visits["demo", f"of {one}#2"] = answered(NOW - 200_000, 3, 30, other, channel="callback")
    floor.memory.watermark = NOW - 15_000
    for number in range(12):
        floor.memory.enter(
            f"agent{number}",
            *shift(random.Random(seed + number), AGENT_STATES[number % len(AGENT_STATES)]),
        )
    await floor.store()
    await PostgresForecasts(floor.pool).save(
        "demo", list(forecast(random.Random(seed))), Said("planner", "", NOW)
    )


def forecast(dice: random.Random) -> Iterator[Slot]:
    """Quarters and half hours around now, of one queue by channel, of the other as a whole; some
    with planned agents.
    """
    for begin in range(NOW - 7 * MINUTE - DAY, NOW + 2 * HOUR, 30 * MINUTE):
        for channel in ("voice", "chat"):
            yield Slot(
                "sales",
                channel,
                begin,
                begin + 30 * MINUTE,
                dice.randrange(20),
                180,
                dice.randrange(9),
            )
        for half in (begin, begin + 15 * MINUTE):
            yield Slot(
                "help",
                "",
                half,
                half + 15 * MINUTE,
                dice.randrange(99) / 10,
                200,
                dice.randrange(9),
            )


async def settled(client: httpx.AsyncClient) -> bool:
    return [row["value"] for row in await rows(client, "/v1/kpis", kpi="waiting", by="total")] == [
        4
    ]


@pytest.mark.usefixtures("frozen")
async def test_every_kpi_of_every_window_is_the_same_live_and_in_history(floor: Floor) -> None:
    await filled(floor, 1)
    spoken: set[str] = set()
    async with served(floor) as client:
        await floor.publish()
        await until(lambda: settled(client))
        for by in map(str, By):
            spoken |= await agreed(client, Window, by=by)

    assert set(SPANS["kpi"].split(",")) - spoken == set(UNSAID)


@pytest.mark.usefixtures("frozen")
async def test_groups_of_queues_with_their_own_policies_are_the_same_live_and_in_history(
    floor: Floor, tmp_path: Path
) -> None:
    (tmp_path / "demo.yaml").write_text(DEFINED, encoding="utf-8")
    settings = DefinitionsSettings(dir=tmp_path)
    floor.settings = floor.settings.model_copy(update={"definitions": settings})
    await filled(floor, 1)
    async with served(floor) as client:
        await floor.publish()
        await until(lambda: settled(client))
        for asked in (*({"by": str(by)} for by in By), *NARROWED):
            await agreed(client, [Window.M30, Window.TODAY], **asked)
        counts = {"kpi": "offered,answered,abandoned,handled,waiting", "window": "today"}
        of_client = await rows(client, "/v1/kpis", by="client", **counts)
        of_queues = await rows(client, "/v1/kpis", by="queue", **counts)

    assert {row["client"] for row in of_client} == {"acme"}
    for whole in of_client:
        parts = [row["value"] for row in of_queues if row["kpi"] == whole["kpi"]]
        assert (len(parts), whole["value"]) == (2, sum(parts)), whole


async def agreed(api: httpx.AsyncClient, windows: Iterable[Window], /, **asked: str) -> set[str]:
    """Live and history tell the same over each of the windows; the KPIs with a figure."""
    spoken: set[str] = set()
    now = {
        "from": text(NOW),
        "to": text(NOW + MINUTE),
        "interval": "all",
        "queue": ",".join(QUEUES),
        "channel": "voice,chat,callback",
    }
    moment = await rows(api, "/v1/kpis/history", **GAUGES, **asked, **now)
    for window in windows:
        live = await rows(api, "/v1/kpis", **SPANS, **asked, window=window.value)
        span = {"from": live[0]["time"], "to": live[0]["end"], "interval": "all"}
        past = await rows(api, "/v1/kpis/history", **SPANS, **asked, **span)
        assert told(live, SPANNED, gauges=False) == told(past, SPANNED, gauges=False), asked
        assert told(live, AT_A_MOMENT, gauges=True) == told(moment, AT_A_MOMENT, gauges=True), asked
        spoken |= {row["kpi"] for row in live if row["numerator"]}
    return spoken


def told(answer: list[dict[str, Any]], parts: tuple[str, ...], *, gauges: bool) -> list[list[Any]]:
    return [
        [*(row[part] for part in parts), *(row.get(part) for part in GROUPS)]
        for row in answer
        if (row["kpi"] not in OVER_SPANS) is gauges
    ]


async def test_returning_customers_and_complaints_are_found_as_a_reader_of_all_visits_finds_them(
    floor: Floor,
) -> None:
    await filled(floor, 2)
    tables = PostgresVisits(floor.pool)
    known = MemoryHistory(floor.memory)
    today = span_of(Window.TODAY, NOW, MINUTE, ZoneInfo("UTC"))
    spans = [Span(today.begin - 2 * DAY, today.begin), today]
    for by in By:
        selections = (
            Selection("demo", by=by),
            Selection("demo", ("sales",), ("chat",), by),
            Selection("nobody", by=by),
        )
        for selection in selections:
            assert sums(await tables.returns(selection, spans)) == sums(
                await known.returns(selection, spans)
            )
    for span in (Span(NOW, NOW + 1), Span(NOW - 4 * DAY, NOW), Span(0, NOW)):
        assert sorted(await tables.complaints("demo", span), key=str) == sorted(
            await known.complaints("demo", span), key=str
        )


def sums(tallies: Any) -> dict[tuple[int, RowKey], Cells]:
    found: dict[tuple[int, RowKey], Cells] = {}
    tally: PaneTally
    for tally in tallies:
        for cells in tally.panes:
            add(found.setdefault((tally.interval, tally.row_key), {}), cells)
    return found


def of_five_agents(dice: random.Random, visit: Visit) -> None:
    """Give the visit to one of five; some take days by email, evaluations come days later and may
    name another.
    """
    if visit.answered_at is None:
        return
    visit.agent = f"agent{dice.randrange(5)}"
    if dice.random() < 0.2:
        visit.channel, visit.ended_at, visit.wrapped_at = (
            "email",
            visit.answered_at + dice.randrange(5 * DAY),
            None,
        )
    for name, one in (visit.evaluations or {}).items():
        about = dice.choice([None, "agent1", "agent9"])
        visit.evaluations = {
            name: msgspec.structs.replace(one, at=one.at + dice.randrange(6 * DAY), agent=about)
        }


async def work(history: AgentHistory, selection: Selection, span: Span) -> dict[str, Any]:
    performance = Performance([selection], (), [span])
    async for visits in history.handled(selection, span):
        performance.handle(visits)
    return {agent: dict(one.counted) for agent, _, one in performance.of(0) if one.counted}


async def test_what_agents_did_is_found_as_a_reader_of_all_visits_finds_it(floor: Floor) -> None:
    dice = random.Random(3)
    floor.memory.put(*a_week_and_today(dice), *a_week_and_today(dice))
    for visit in floor.memory.visits_of.values():
        of_five_agents(dice, visit)
    floor.memory.put(
        Visit(queue="sales", evaluations={"e": Evaluation(NOW - HOUR, score=70, agent="agent9")})
    )
    await floor.store()
    tables = PostgresAgents(floor.pool)
    known = MemoryHistory(floor.memory)

    for span in (
        *(Span(NOW - day * DAY, NOW - (day - 1) * DAY) for day in range(1, 9)),
        Span(NOW - HOUR, NOW),
        Span(NOW - 9 * DAY, NOW),
    ):
        for selection in (Selection("demo"), Selection("demo", ("sales",)), Selection("nobody")):
            found = await work(tables, selection, span)
            assert found == await work(known, selection, span), span
            assert bool(found) == (selection.tenant == "demo")
