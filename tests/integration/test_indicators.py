"""Management by indicators on real tables: every figure against a reckoning of its own, contact by
contact, that shares no code with the product.
"""

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import httpx
import pytest

from floorpulse.access.keys import KeyRing
from floorpulse.board import wiring as board_wiring
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.feedback import Evaluation, Survey
from floorpulse.contracts.topics import TOPICS
from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.demo.embedded import Broker
from floorpulse.query import wiring as query_wiring
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import answered
from tests.integration import stored
from tests.integration.stored import Floor, floor_on, rows, served, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 9, 28)
TODAY = date(2026, 11, 11)
TRAINED, UNTRAINED = ("a5", "a6", "a7"), ("a8", "a9", "a10")
TRAINED_ON = date(2026, 10, 26)
AGENTS = [f"a{number}" for number in range(11)]
PLACES = {
    "orders": ("voice", "orchard"),
    "chats": ("chat", "orchard"),
    "claims": ("voice", "harbour"),
}
TEXT = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: Asia/Shanghai, csat: pleased}
csat:
  - {id: pleased, satisfied: 0.75}
sites:
  - {id: hangzhou, names: {en: Hangzhou, zh: 杭州}, vendor: alpha}
  - {id: chengdu, names: {en: Chengdu, zh: 成都}, vendor: beta}
teams:
  - {id: east, names: {en: East, zh: 东}, site: hangzhou}
  - {id: west, names: {en: West, zh: 西}, site: chengdu}
clients:
  - {id: orchard, names: {en: Orchard, zh: 果园}}
  - {id: harbour, names: {en: Harbour, zh: 海港}}
queues:
  - {id: orders, names: {en: Orders, zh: 订单}, channels: [voice], team: east, client: orchard}
  - {id: chats, names: {en: Chats, zh: 在线}, channels: [chat], team: west, client: orchard}
  - {id: claims, names: {en: Claims, zh: 理赔}, channels: [voice], team: west, client: harbour}
agent_targets:
  - {id: contacts, metric: handled, comparison: at_least, value: 25, window: week, team: east,
     hours: 45}
  - {id: pleased-west, metric: csat, comparison: at_least, value: 0.7, window: month, team: west,
     of: team}
bindings:
  - {id: li-east, role: leader, person: Li, team: east, since: 2026-09-28, until: 2026-10-20}
  - {id: wang-east, role: leader, person: Wang, team: east, since: 2026-10-21}
  - {id: zhao, role: trainer, person: Zhao, team: west, agents: [a0, a9], since: 2026-10-01}
trainings:
  - {id: refunds, names: {en: Refunds, zh: 退款}, day: 2026-10-26, agents: [a5, a6, a7],
     metrics: [qa_mean, aht], before: 14, after: 14}
"""


class Told(NamedTuple):
    """A contact as the test made it up; `at` is local time, spans are seconds."""

    at: datetime
    queue: str
    agent: str
    talk: int
    csat: int | None
    qa: int | None

    @property
    def ended(self) -> datetime:
        return self.at + timedelta(seconds=self.talk)


def team(agent: str, day: date) -> str:
    """The roster: a4 comes from west to east on a Monday."""
    number = int(agent[1:])
    return "east" if number < 4 or (number == 4 and day >= date(2026, 10, 19)) else "west"


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def days() -> Iterable[date]:
    return (FIRST + timedelta(days=one) for one in range((TODAY - FIRST).days))


def made_up(dice: random.Random) -> list[Told]:
    """Some contacts a day of each agent; those who are trained do better afterwards."""
    return [
        Told(
            datetime(day.year, day.month, day.day, 9, tzinfo=ZONE)
            + timedelta(seconds=dice.randrange(8 * 3600)),
            dice.choice([*PLACES]),
            agent,
            dice.randrange(60, 600) - (40 if agent in TRAINED and day > TRAINED_ON else 0),
            dice.choice([None, 1, 2, 3, 4, 5]),
            dice.choice([None, *range(60, 100)]),
        )
        for day in days()
        for agent in AGENTS
        for _ in range(dice.randrange(2, 7))
    ]  # fmt: skip


TOLD = made_up(random.Random(17))
NOW = ms(datetime(2026, 11, 11, 0, 7, tzinfo=ZONE))


@pytest.fixture
async def client(
    broker: Broker, database: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """Six weeks of eleven agents, asked by a leader at a minute that stands still."""
    for module in (board_wiring, query_wiring, stored):
        monkeypatch.setattr(module, "now_ms", lambda: NOW)
    (tmp_path / "demo.yaml").write_text(TEXT, encoding="utf-8")
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    await ensure_topics(kafka, TOPICS)
    async with floor_on(kafka, database) as floor:
        floor.settings = floor.settings.model_copy(
            update={"definitions": DefinitionsSettings(dir=tmp_path)}
        )
        fill(floor)
        await floor.store()
        async with as_leader(floor, database) as client:
            yield client


def fill(floor: Floor) -> None:
    for one in TOLD:
        visit = answered(ms(one.at), 0, one.talk, one.queue, channel=PLACES[one.queue][0])
        visit.agent = one.agent
        if one.csat is not None:
            visit.surveys = {"s": Survey("csat", None, None, ms(one.ended), one.csat, 5, 1)}
        if one.qa is not None:
            visit.evaluations = {"e": Evaluation(ms(one.ended), score=one.qa)}
        floor.memory.put(visit)
    for agent in AGENTS:
        for day in days():
            morning = ms(datetime(day.year, day.month, day.day, 8, 30, tzinfo=ZONE))
            on = Entered(morning, "available", tuple(PLACES), team=team(agent, day))
            off = Entered(morning + 10 * 3_600_000, "offline", team=team(agent, day))
            floor.memory.enter(agent, on, off)
    floor.memory.watermark = NOW - 15_000


@asynccontextmanager
async def as_leader(floor: Floor, database: DatabaseSettings) -> AsyncIterator[httpx.AsyncClient]:
    engine = async_engine(database, 30)
    try:
        key = await KeyRing(engine).create("demo", "leader", ["kpi:read", "agents:read"])
    finally:
        await engine.dispose()
    async with served(floor) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        await floor.publish()
        await until(lambda: told(client))
        yield client


async def told(client: httpx.AsyncClient) -> bool:
    """Whether figures speak of now."""
    [first, *_] = await rows(client, "/v1/queues")
    return bool(first["as_of"] > "2026-11-11")


def between(begin: datetime, end: datetime) -> list[Told]:
    return [one for one in TOLD if begin <= one.ended < end]


def reckoned(told: list[Told], kpi: str) -> tuple[float, int | None]:
    """Numerator and denominator, from the contacts alone."""
    match kpi:
        case "handled":
            return len(told), None
        case "aht":
            return sum(one.talk for one in told), len(told)
        case "csat":
            scores = [one.csat for one in told if one.csat is not None]
            return sum(score >= 4 for score in scores), len(scores)
        case _:
            points = [one.qa for one in told if one.qa is not None]
            return sum(points), len(points)


KPIS = ("handled", "aht", "csat", "qa_mean")
SPAN = {"from": "2026-09-28", "to": "2026-11-10", "kpi": ",".join(KPIS)}


def parts(row: dict[str, Any]) -> tuple[float, float | None]:
    return row["numerator"], row["denominator"]


async def bindings_are_right(
    client: httpx.AsyncClient,
) -> None:
    """Those who answer for others have the figures of these, of the days bound."""
    found = await rows(client, "/v1/indicators", **SPAN, interval="1M")

    def li(one: Told) -> bool:
        return team(one.agent, one.at.date()) == "east" and one.at.date() <= date(2026, 10, 20)

    def wang(one: Told) -> bool:
        return team(one.agent, one.at.date()) == "east" and one.at.date() >= date(2026, 10, 21)

    def zhao(one: Told) -> bool:
        bound = team(one.agent, one.at.date()) == "west" or one.agent in ("a0", "a9")
        return bound and one.at.date() >= date(2026, 10, 1)

    expected = {
        (who, month, kpi): reckoned(
            [one for one in TOLD if one.at.month == month and bound(one)], kpi
        )
        for who, bound in (("Li", li), ("Wang", wang), ("Zhao", zhao))
        for month in (9, 10, 11)
        for kpi in KPIS
    }  # fmt: skip
    told = {(row["person"], int(row["time"][5:7]), row["kpi"]): row for row in found}
    assert {key: parts(row) for key, row in told.items()} == {
        key: pytest.approx(value) if value[1] else value
        for key, value in expected.items()
        if key in told
    }
    assert {key[:2] for key in told} == {
        ("Li", 9), ("Li", 10), ("Wang", 10), ("Wang", 11), ("Zhao", 10), ("Zhao", 11),
    }  # fmt: skip
    assert told["Li", 10, "handled"]["days"] == 20
    assert told["Li", 10, "handled"]["agents"] == 5
    assert told["Zhao", 10, "handled"]["role"] == "trainer"


async def targets_are_right(
    client: httpx.AsyncClient,
) -> None:
    """A target of agents stands on their contacts and the schedule."""
    found = await rows(client, "/v1/agents/targets", **{"from": "2026-09-28", "to": "2026-11-10"})

    weeks = [row for row in found if row["target"] == "contacts@1"]
    assert len(weeks) == 3 * 4 + 4 * 5
    for row in weeks:
        begin = datetime.fromisoformat(row["time"])
        week = between(begin, begin + timedelta(days=7))
        mine = [one for one in week if one.agent == row["agent"]]
        assert row["value"] == len(mine)
        assert team(row["agent"], begin.date()) == "east"
        hours = 10.0 * len(
            {one for one in days() if begin.date() <= one < begin.date() + timedelta(7)}
        )
        if begin.date() == date(2026, 11, 9):
            assert [row["basis"], row["hours_left"]] == ["schedule", 45 - hours]
            assert row["projected"] == pytest.approx(len(mine) * 45 / hours)
            assert row["needed"] == pytest.approx(max(0, 25 - len(mine)) / (45 - hours))
        else:
            assert row["standing"] == ("met" if len(mine) >= 25 else "missed")
    months = {row["time"][:7]: row for row in found if row["target"] == "pleased-west@1"}
    for month in (9, 11):
        theirs = [
            one
            for one in TOLD
            if one.at.month == month and team(one.agent, one.at.date()) == "west"
        ]
        assert parts(months[f"2026-{month:02}"]) == reckoned(theirs, "csat")
    assert months["2026-10"]["agent"] is None


async def growth_are_right(
    client: httpx.AsyncClient,
) -> None:
    """A growth record is the agent's weeks beside its team's."""
    answer = await client.get("/v1/agents/a4/growth", params=SPAN | {"interval": "1w"})
    record = answer.json()

    assert answer.status_code == 200, answer.text
    for row in record["rows"]:
        begin = datetime.fromisoformat(row["time"])
        end = datetime.fromisoformat(row["end"])
        week = between(begin, end)
        mine = [one for one in week if one.agent == "a4"]
        ours = [one for one in week if team(one.agent, begin.date()) == team("a4", begin.date())]
        assert parts(row) == pytest.approx(reckoned(mine, row["kpi"]), nan_ok=True)
        assert row["team"] == team("a4", begin.date())
        assert [row["team_numerator"], row["team_denominator"]] == pytest.approx(
            list(reckoned(ours, row["kpi"]))
        )
        whole = (
            row["kpi"] == "handled" and row["team"] == "east" and begin.date() < date(2026, 11, 9)
        )
        assert (row["target"] == "contacts@1") is whole
    scored = [one for one in record["events"] if one["kind"] == "evaluation"]
    assert sorted(one["score"] for one in scored) == sorted(
        one.qa for one in TOLD if one.agent == "a4" and one.qa is not None
    )


async def benchmark_are_right(
    client: httpx.AsyncClient,
) -> None:
    """Agents are compared with those who do the same work."""
    asked = {**SPAN, "handled": 1, "answers": 1}
    found = await rows(client, "/v1/agents/benchmark", **asked)

    groups: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in found:
        groups[row["client"], row["team"], row["channel"]].add(row["agent"])
        if row["kpi"] in KPIS:
            place = row["agent"], (row["channel"], row["client"])
            mine = [one for one in TOLD if (one.agent, PLACES[one.queue]) == place]
            assert parts(row) == pytest.approx(reckoned(mine, row["kpi"]))
    assert set(groups) == {
        (client, side, channel) for channel, client in PLACES.values() for side in ("east", "west")
    }
    assert groups["orchard", "east", "chat"] == {"a0", "a1", "a2", "a3", "a4"}
    for row in found:
        if row["kpi"] == "aht" and row["standing"] != "benchmark":
            best = {
                one["agent"]
                for one in found
                if one["standing"] == "benchmark"
                and all(one[name] == row[name] for name in ("client", "team", "channel"))
            }
            alike = [one for one in TOLD if PLACES[one.queue] == (row["channel"], row["client"])]
            ours = [one.talk for one in alike if one.agent == row["agent"]]
            theirs = [one.talk for one in alike if one.agent in best]
            low, high = welch(ours, theirs)
            assert [row["distance_low"], row["distance_high"]] == pytest.approx(
                [low, high], rel=1e-3
            )
            assert row["certain"] == (not low <= 0 <= high)


def welch(ours: list[int], theirs: list[int]) -> tuple[float, float]:
    """By the book, with t of the normal and Fisher's first two corrections: enough from 30 on."""
    (m, v, n), (q, w, k) = moments(ours), moments(theirs)
    freedom = (v / n + w / k) ** 2 / ((v / n) ** 2 / (n - 1) + (w / k) ** 2 / (k - 1))
    z = 1.959964
    t = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    half = t * sqrt(v / n + w / k)
    return m - q - half, m - q + half


def moments(values: list[int]) -> tuple[float, float, int]:
    middle = sum(values) / len(values)
    return middle, sum((one - middle) ** 2 for one in values) / (len(values) - 1), len(values)


async def training_are_right(
    client: httpx.AsyncClient,
) -> None:
    """A training is told by agents trained and not, before and after."""
    answer = await client.get("/v1/trainings/refunds")
    told = answer.json()

    assert answer.status_code == 200, answer.text
    assert told["before"] == "2026-10-12T00:00:00+08:00"
    assert told["after"] == "2026-11-10T00:00:00+08:00"
    for row in told["rows"]:
        field = {"qa_mean": "qa", "aht": "talk"}[row["kpi"]]
        ours = [change(agent, field) for agent in TRAINED]
        theirs = [change(agent, field) for agent in UNTRAINED]
        (d, v), (e, w) = together(ours), together(theirs)
        assert row["trained"]["change"] == pytest.approx(d)
        assert row["untrained"]["change"] == pytest.approx(e)
        assert row["effect"] == pytest.approx(d - e)
        half = (row["high"] - row["low"]) / 2
        assert 1.96 * sqrt(v + w) < half < 4.31 * sqrt(v + w)
        assert row["trained"]["agents"] == 3
        assert "no_control" not in row["cautions"]


def change(agent: str, field: str) -> tuple[float, float]:
    """An agent's mean change over queues, by b·a / (b + a), and the sum of these weights."""
    total = weights = 0.0
    for queue in PLACES:
        mine = [
            one for one in TOLD
            if (one.agent, one.queue) == (agent, queue) and getattr(one, field) is not None
        ]  # fmt: skip
        before = [
            getattr(one, field)
            for one in mine
            if date(2026, 10, 12) <= one.ended.date() < date(2026, 10, 26)
        ]
        after = [
            getattr(one, field)
            for one in mine
            if date(2026, 10, 27) <= one.ended.date() < date(2026, 11, 10)
        ]
        weight = len(before) * len(after) / (len(before) + len(after))
        weights += weight
        total += weight * (sum(after) / len(after) - sum(before) / len(before))
    return total / weights, weights


def together(changes: list[tuple[float, float]]) -> tuple[float, float]:
    """The mean change and its variance between agents."""
    weights = sum(weight for _, weight in changes)
    middle = sum(one * weight for one, weight in changes) / weights
    squares = sum((weight * (one - middle)) ** 2 for one, weight in changes)
    return middle, len(changes) / (len(changes) - 1) * squares / weights**2


async def vendors_are_right(
    client: httpx.AsyncClient,
) -> None:
    """Vendors of a client are judged by the same and shown with their mix."""
    asked = {**SPAN, "client": "orchard", "kpi": "offered,aht,service_level", "by": "vendor"}
    found = await rows(client, "/v1/vendors", **asked)

    told = {(row["name"], row["kpi"]): row for row in found}
    for name, queue in (("alpha", "orders"), ("beta", "chats")):
        mine = [one for one in TOLD if one.queue == queue]
        assert parts(told[name, "aht"]) == pytest.approx(reckoned(mine, "aht"))
        assert told[name, "offered"]["value"] == len(mine)
        assert told[name, "aht"]["mix"] == {PLACES[queue][0]: 1}
        assert told[name, "aht"]["like_for_like"] is None
        assert told[name, "service_level"]["one_definition"]
    assert sum(told[name, "aht"]["share"] for name in ("alpha", "beta")) == pytest.approx(1)


async def test_every_figure_is_what_its_contacts_say_one_by_one(client: httpx.AsyncClient) -> None:
    await bindings_are_right(client)
    await targets_are_right(client)
    await growth_are_right(client)
    await benchmark_are_right(client)
    await training_are_right(client)
    await vendors_are_right(client)
