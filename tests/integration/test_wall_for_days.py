"""A screen that hangs for days: the wall in a real Chromium whose clock runs fast, over a floor
that the page finds in itself (`kiosk.js`). Its memory must not grow, nor its tree, nor may it
complain.

`WALL_HOURS=24` runs a whole day instead of the half hour that each test run can afford.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_wallboard import CHROMIUM
from tests.integration.wall_floor import WallFloor, served_wall

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path"),
    pytest.mark.timeout(3600),
    pytest.mark.no_cover,  # a page is not Python
]

HOURS = float(os.environ.get("WALL_HOURS", "0.5"))  # noqa: TID251  how long a developer wants it
FLOOR = (Path(__file__).parent / "kiosk.js").read_text("utf-8")
EVENING = "2026-11-11T12:30:00Z"
"""Half past eight on the floor's clocks: a night and a midnight are ahead"""
WARM_UP = 75 if HOURS >= 1 else 10
"""Minutes after which everything that is kept for an hour is full; a short run affords fewer, for
that is little"""
LOOKS = 6 if HOURS >= 1 else 1
"""How often the page's memory is looked at"""
MINUTE = 60_000
GROWTH = 400_000
"""Bytes that a heap may differ by between two moments after a collection"""


@dataclass(frozen=True)
class Load:
    """What the page holds after garbage was collected: bytes of its own objects (not of compiled
    code, which V8 goes on writing for days, nor of what Chromium keeps to draw text), nodes and
    listeners.
    """

    heap: int
    nodes: int
    listeners: int


async def load(wall: WallFloor) -> Load:
    session = await wall.page.context.new_cdp_session(wall.page)
    await session.send("Performance.enable")
    for _ in range(3):
        await session.send("HeapProfiler.collectGarbage")
    told = {
        one["name"]: one["value"]
        for one in (await session.send("Performance.getMetrics"))["metrics"]
    }
    chunks = list[str]()
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: chunks.append(event["chunk"]))
    await session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    await session.detach()
    return Load(own(json.loads("".join(chunks))), int(told["Nodes"]), int(told["JSEventListeners"]))


def own(snapshot: dict[str, Any]) -> int:
    """The bytes of the objects of a heap snapshot that scripts made."""
    meta = snapshot["snapshot"]["meta"]
    fields = meta["node_fields"]
    kinds = meta["node_types"][fields.index("type")]
    nodes = snapshot["nodes"]
    sizes = zip(
        nodes[fields.index("type") :: len(fields)],
        nodes[fields.index("self_size") :: len(fields)],
        strict=True,
    )
    return sum(size for kind, size in sizes if kinds[kind] not in ("code", "native"))


async def pass_minutes(wall: WallFloor, minutes: int) -> None:
    for _ in range(minutes):
        await wall.page.clock.run_for(MINUTE)


async def test_a_wall_that_hangs_for_days_does_not_grow_and_does_not_complain() -> None:
    async with served_wall(3) as wall:
        await wall.page.clock.install(time=EVENING)
        await wall.page.add_init_script(FLOOR)
        await wall.open("?layout=six&rotate=15&lang=en")
        await pass_minutes(wall, WARM_UP)
        loads = [await load(wall)]
        for _ in range(LOOKS):
            await pass_minutes(wall, round(HOURS * 60 / LOOKS))
            loads.append(await load(wall))

        counts = await wall.page.evaluate("window.kiosk")
        cards = await wall.page.locator(".card").count()

    before, after = loads[0], loads[-1]
    print(f"{HOURS} h: {loads}, {counts}")  # noqa: T201  the figures of the long run
    assert wall.told == []
    assert cards == 6
    assert counts["pushed"] > HOURS * 3600 / 5
    assert counts["opened"] > 2 * HOURS * 6
    assert after.heap - before.heap < GROWTH
    assert after.nodes <= before.nodes * 1.1
    assert after.listeners <= before.listeners + 5
