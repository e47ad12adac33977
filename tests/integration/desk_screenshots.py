"""Writes the pictures of the desk that the docs show: `python -m
tests.integration.desk_screenshots`.

A day of a floor in memory, a real Chromium.
"""

import asyncio
from math import sin
from pathlib import Path
from random import Random

from floorpulse.contracts.agents import Entered
from floorpulse.contracts.events import AgentState
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.kpis.plan import Slot
from floorpulse.runtime.clock import now_ms
from tests.fakes.floor import abandoned, answered, left
from tests.integration.test_desk import HALF_HOUR, drawn, red_half_hour, served_desk
from tests.integration.test_wallboard import Wall

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZE = (1440, 1180)
HALVES = 16
MORE_TO_COME = 6
STATES: tuple[AgentState, ...] = ("available", "busy", "busy", "wrap_up", "break")


async def main() -> None:
    """Take all pictures."""
    async with served_desk() as wall:
        await wall.page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
        await worked(wall)
        await wall.page.goto(f"{wall.url}/desk?queue=help&lang=en")
        await drawn(wall, "Help · ")
        await taken(wall, "desk-day")
        await red_half_hour(wall).click()
        await drawn(wall, "–")
        await taken(wall, "desk-contacts")
        await wall.page.goto(f"{wall.url}/desk?queue=help&lang=zh")
        await drawn(wall, "支持 · ")
        await taken(wall, "desk-day-zh")


async def worked(wall: Wall) -> None:
    """Eight hours of contacts, worse in the middle; agents; a forecast of the whole day."""
    random = Random(15)
    last = now_ms() - now_ms() % HALF_HOUR
    slots = []
    for number in range(-HALVES, MORE_TO_COME):
        begin = last + number * HALF_HOUR
        expected = 40 + 18 * sin(number / 4)
        slots.append(Slot("help", "", begin, begin + HALF_HOUR, round(expected, 1), 180))
        if begin < last:
            _half_hour(wall, random, begin, expected)
    keeper: ForecastKeeper = wall.app.state.query.of(ForecastKeeper)
    await keeper.put("demo", slots, "planner", "")
    await asyncio.sleep(1)


def _half_hour(wall: Wall, random: Random, begin: int, expected: float) -> None:
    hard = -10 <= (begin // HALF_HOUR) % HALVES - 12 <= 0
    for _ in range(round(expected * random.uniform(0.9, 1.25))):
        at = begin + random.randrange(HALF_HOUR - 120_000)
        wait = random.expovariate(1 / (14 if hard else 7))
        if random.random() < (0.08 if hard else 0.02):
            wall.floor.put(abandoned(at, 4 + wait, "help"))
        elif random.random() < 0.02:
            wall.floor.put(left(at, wait, "help"))
        else:
            wall.floor.put(answered(at, wait, random.uniform(60, 300), "help"))
    for number in range(12):
        state = random.choice(STATES)
        wall.floor.enter(f"agent-{number}", Entered(begin - 1000 * number, state, ("help",)))


async def taken(wall: Wall, name: str) -> None:
    """A picture of what the screen shows, once it is drawn."""
    await wall.becomes("drawn", "yes")
    await wall.page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
