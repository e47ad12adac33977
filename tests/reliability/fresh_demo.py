"""A fresh demo that is sent very many visits at once while somebody scrapes it each second.

demo starts ─► ready ─┬─► replay of 30,000 visits ─────────────────────► all counted
    scraped at once:  └─► GET /metrics each second, each answered in time ──────────────► and a
    while longer
    scraped late:                                                           └─► GET /metrics …

PostgreSQL keeps the plans of who asked while the tables were empty; who asks first when they are
full has others.
"""

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from floorpulse.demo.embedded.child import free_port
from floorpulse.runtime.clock import monotonic, now_ms
from tests.integration.running_demo import Demo, demo
from tests.integration.stored import text

WITHIN = 2.0
"""Seconds in which each page must be there"""
EVERY = 1.0
GIVEN_UP = 30.0
COUNTED_WITHIN = 300.0
HOUR = 3_600_000
BURST = HOUR // 6


@dataclass
class Scraped:
    """Seconds that each page took (one that did not come counts as long as it was waited for), and
    what pages told.
    """

    took: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    counted: float = 0.0
    repeated: int = 0
    """Pages that told repeat contacts"""

    @property
    def late(self) -> int:
        """Pages that were not there in time."""
        return sum(seconds > WITHIN for seconds in self.took)


def story(visits: int, now: int, seed: int) -> Iterator[dict[str, object]]:
    """Visits of the last ten minutes, one after the other; each customer comes three times."""
    dice = random.Random(seed)
    for number in range(visits):
        about = {"source": "burst", "contact": f"burst{number}"}
        at = now - BURST + number * BURST // visits
        customer = f"+49 30 {dice.randrange(visits // 3):07}"
        queue = dice.choice(["burst1", "burst2", "burst3"])
        yield {
            **about,
            "type": "contact.offered",
            "id": f"o{number}",
            "at": at,
            "queue": queue,
            "customer": customer,
        }
        yield {
            **about,
            "type": "contact.answered",
            "id": f"a{number}",
            "at": at + 4000,
            "agent": f"a{number % 50}",
        }
        yield {**about, "type": "contact.ended", "id": f"e{number}", "at": at + 9000}


async def scraped(
    folder: Path, visits: int, watched: float, seed: int = 1, *, late: bool = False
) -> Scraped:
    """A demo in `folder`, which is new: its pages until `watched` seconds after all visits were
    counted.

    They are asked for from its first answer on, or (`late`) from when all are counted.
    """
    file = folder / "burst.ndjson"
    seen = Scraped()
    file.write_text("\n".join(map(json.dumps, story(visits, now_ms(), seed))), "utf-8")
    async with demo(folder / "state", free_port()) as running:
        over = asyncio.Event()
        counted = asyncio.Event()
        scraping = asyncio.create_task(_scrape(running, seen, counted if late else None, over))
        began = monotonic()
        await _replay(running, file)
        await _counted(running, visits)
        seen.counted = monotonic() - began
        counted.set()
        await asyncio.sleep(watched)
        over.set()
        await scraping
        await running.stop()
    return seen


async def _scrape(
    running: Demo, seen: Scraped, after: asyncio.Event | None, over: asyncio.Event
) -> None:
    if after is not None:
        await after.wait()
    async with httpx.AsyncClient(
        base_url=running.client.base_url, timeout=GIVEN_UP, trust_env=False
    ) as client:
        while not over.is_set():
            began = monotonic()
            try:
                answer = await client.get("/metrics")
            except httpx.TransportError as failed:
                seen.refused.append(f"{type(failed).__name__}: {failed}")
            else:
                seen.refused += [] if answer.is_success else [answer.text]
                seen.repeated += (
                    'contactcenter_kpi_sample_size{tenant="demo",kpi="repeat_rate"' in answer.text
                )
            seen.took.append(monotonic() - began)
            await asyncio.sleep(max(0.0, EVERY - seen.took[-1]))


async def _replay(running: Demo, file: Path) -> None:
    words = [
        "replay",
        str(file),
        "--to",
        str(running.client.base_url),
        "--key-file",
        str(running.state / "api-key"),
    ]
    with (running.state.parent / "replay.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "floorpulse.cli.app", *words, stdout=said, stderr=said
        )
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert code == 0, (running.state.parent / "replay.log").read_text("utf-8")


async def _counted(running: Demo, visits: int) -> None:
    """Until all visits of the burst are in the figures of the day."""
    asked = {"kpi": "offered", "queue": "burst1,burst2,burst3", "by": "total", "interval": "all"}
    hour = now_ms() // HOUR * HOUR
    span = {"from": text(hour - 3 * HOUR), "to": text(hour + HOUR)}
    async with asyncio.timeout(COUNTED_WITHIN):
        while True:
            answer = await running.client.get(
                "/v1/kpis/history", params={**asked, **span}, headers=running.key()
            )
            if answer.is_success and answer.json()["rows"][0]["value"] == visits:
                return
            await asyncio.sleep(0.5)
