"""A floor with a day behind it, incidents and rotas, served to a real Chromium: what tests and
pictures of the wall look at.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from floorpulse.alerts.domain.acknowledging import Acknowledge
from floorpulse.alerts.domain.figures import Figure
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.events import AgentState
from floorpulse.contracts.updates import Update
from floorpulse.contracts.visits import Visit
from floorpulse.kpis.plan import Slot
from floorpulse.runtime.clock import now_ms
from tests.fakes.alert_world import ON_CALL, AlertWorld
from tests.fakes.floor import PARTITIONS, abandoned, answered, waiting
from tests.fakes.world import World
from tests.integration.test_wallboard import browsing, listening, playwright

if TYPE_CHECKING:
    from playwright.async_api import Page

ZONE = ZoneInfo("Asia/Shanghai")
HALF_HOUR = 1_800_000
LONG_WAIT = Figure(kpi="longest_wait", value=95, bound=60, definition="default@1")
SECOND = 1000
ALL_KINDS: tuple[AgentState, ...] = ("available", "busy", "busy", "busy", "wrap_up", "break")
TEAMS = """
sites:
  - {id: hangzhou, names: {en: Hangzhou, zh: 杭州}}
teams:
  - {id: orders-east, names: {en: Orders east, zh: 订单东区}, site: hangzhou}
  - {id: service, names: {en: Service, zh: 服务}, site: hangzhou}
clients:
  - {id: acme, names: {en: Acme, zh: 顶点}}
  - {id: bolt, names: {en: Bolt, zh: 闪电}}
"""
CLIENTS = {"orders-east": "acme", "service": "bolt"}
NAMES = {
    "sales": ("Sales", "销售", "orders-east", "voice"),
    "orders": ("Orders", "订单", "orders-east", "voice"),
    "help": ("Help", "支持", "service", "voice"),
    "returns": ("Returns", "退换货", "service", "voice"),
    "chat": ("Chat", "在线客服", "service", "chat"),
    "vip": ("Key accounts", "大客户", "orders-east", "voice"),
}


def defined(queues: int) -> str:
    """Definitions of so many queues: the six that have names, and others."""
    lines = [line for line in ON_CALL.splitlines() if not line.startswith("  - {id: sales")]
    lines = [line for line in lines if not line.startswith("  - {id: help")]
    mine = [
        f"  - {{id: {one}, names: {{en: {en}, zh: {zh}}}, channels: [{channel}], team: {team},"
        f" client: {CLIENTS[team]}}}"
        for one, (en, zh, team, channel) in named(queues)
    ]
    at = lines.index("queues:") + 1
    return TEAMS + "\n".join([*lines[:at], *mine, *lines[at:]]) + "\n"


def named(queues: int) -> list[tuple[str, tuple[str, str, str, str]]]:
    """So many queues and how they are called."""
    more = {
        f"line-{n:02}": (f"Line {n:02}", f"专线 {n:02}", ("service", "orders-east")[n % 2], "voice")
        for n in range(1, queues - len(NAMES) + 1)
    }
    return list((NAMES | more).items())[:queues]


def half_hours(until: int, number: int = 20) -> Iterator[int]:
    """The begins of the last half hours before an instant, the running one last."""
    last = until // HALF_HOUR * HALF_HOUR
    return iter(range(last - (number - 1) * HALF_HOUR, last + 1, HALF_HOUR))


def visits_of(queue: str, place: int, now: int, hours: int = 20) -> Iterator[Visit]:
    """A queue's day: about a dozen contacts each half hour, some half hours bad, the last one of
    every third queue too.
    """
    channel = NAMES[queue][3] if queue in NAMES else "voice"
    for number, begin in enumerate(half_hours(now, hours)):
        bad = (number + place) % 7 == 3 or (place % 3 == 2 and now - begin < HALF_HOUR * 2)
        for n in range(10 + (number * 7 + place * 5) % 9):
            at = begin + (n * 97 + place * 13) % 1700 * SECOND
            if at > now - 40 * SECOND:
                continue
            if bad and n % 5 == 1:
                yield abandoned(at, 35, queue, channel=channel)
            else:
                wait = 20 + n * 3 if bad and n % 2 else 3 + n
                yield answered(at, wait, 15 + n, queue, channel=channel)
    for n in range(place % 4):
        yield waiting(now - (20 + 17 * n) * SECOND, queue)


@dataclass
class WallFloor:
    """A served wall and a browser tab; `told` is everything the page complained of."""

    alerts: AlertWorld
    app: FastAPI
    url: str
    page: "Page"
    speaking: bool = True
    told: list[str] = field(default_factory=list)

    async def open(self, query: str = "") -> None:
        await self.page.goto(f"{self.url}/wallboard{query}")

    async def shows(self, selector: str, text: str) -> None:
        """Wait until `text` is in the part of the page."""
        await playwright.expect(self.page.locator(selector).first).to_contain_text(text)

    async def becomes(self, name: str, value: str) -> None:
        """Wait until the page's attribute `data-name` has the value."""
        await playwright.expect(self.page.locator("html")).to_have_attribute(f"data-{name}", value)

    async def speak(self) -> None:
        """Publish like an engine, for ever; fall silent while `speaking` is False."""
        world = self.alerts.world
        while True:
            world.now = now_ms()
            for number in range(PARTITIONS) if self.speaking else ():
                world.board.take(still_there(world, number), world.now)
            world.pulse.beat()
            await asyncio.sleep(0.5)


def still_there(world: World, partition: int) -> Update:
    """What an engine says when no figure changed."""
    floor = world.floor
    return Update(
        partition=partition,
        log_id=floor.log_id,
        generation=floor.generation,
        epoch=floor.epoch,
        next_offset=floor.offset,
        published_at=world.now,
        lag=0,
        applied=floor.offset,
        dead=0,
        watermark=world.now - 15 * SECOND,
        rows=[],
        gauges=floor.gauges(partition),
    )


async def peopled(alerts: AlertWorld, queues: int) -> None:
    """Fill the floor: the day of each queue, its agents, a forecast; and two incidents."""
    world = alerts.world
    world.now = now_ms()
    slots = []
    for place, (queue, (_, _, team, _)) in enumerate(named(queues)):
        world.floor.put(*visits_of(queue, place, world.now, 20 if queues <= len(NAMES) else 6))
        begins = half_hours(world.now + 2 * HALF_HOUR)
        slots += [Slot(queue, "", begin, begin + HALF_HOUR, 12 + place % 3, 60) for begin in begins]
        for number, state in enumerate(ALL_KINDS[: 3 + place % 4]):
            name = f"agent-{place}-{number}"
            begun = Entered(world.now - 600 * SECOND, state, (queue,), "", team, "hangzhou")
            world.floor.enter(name, begun)
    world.floor.watermark = world.now - 15 * SECOND
    world.tell()
    await world.forecasts.put("demo", slots, "planner", "")


async def troubled(alerts: AlertWorld) -> None:
    """Two incidents, of which somebody has one."""
    await alerts.fire("level", "help")
    other = await alerts.fire("waits", "sales", LONG_WAIT)
    await alerts.send()
    await alerts.desk.act("demo", other.id, Acknowledge(), "li")


@asynccontextmanager
async def served_wall(queues: int = 6, most_rows: int = 20_000) -> AsyncIterator[WallFloor]:
    """The wall of an open demo on the floor of so many queues, in a tab of full HD; an answer holds
    `most_rows` at most.
    """
    alerts = AlertWorld(defined(queues), World(ZONE.key, streams=100, most_rows=most_rows))
    await peopled(alerts, queues)
    told = list[str]()
    app = alerts.whole
    app.state.open_tenant = "demo"
    async with listening(app) as server, browsing(told) as page:
        port = server.servers[0].sockets[0].getsockname()[1]
        wall = WallFloor(alerts, app, f"http://127.0.0.1:{port}", page, told=told)
        speaking = asyncio.create_task(wall.speak())
        try:
            yield wall
        finally:
            speaking.cancel()
