"""A real Prometheus counts the first contacts of a queue, and those around a restart of the API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from floorpulse.query.prometheus.births import ONCE
from tests.fakes.floor import answered
from tests.fakes.world import World, busy_world
from tests.integration.prometheus import RealPrometheus, prometheus
from tests.integration.stored import until

SERIES = 'contactcenter_contacts_offered_total{queue="vip"}'


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await task


def settings(target: str) -> dict[str, object]:
    """Scraping every second."""
    return {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{"job_name": "api", "static_configs": [{"targets": [target]}]}],
    }


def counting_world() -> World:
    world = busy_world()
    world.board.counting = True
    return world


def take(world: World, contacts: int) -> None:
    """So many contacts of one queue, and a second."""
    world.floor.put(*(answered(world.now - 9000, 2, queue="vip") for _ in range(contacts)))
    pass_time(world, 1000)


def pass_time(world: World, milliseconds: int) -> None:
    world.now += milliseconds
    world.tell()


async def shows(running: RealPrometheus, expr: str, value: float) -> None:
    """Wait until an expression has one series of this value."""

    async def seen() -> bool:
        return [float(one["value"][1]) for one in await running.series(expr)] == [value]

    await until(seen, 30)


async def test_what_a_queue_counts_first_is_in_the_increase_and_a_restart_loses_nothing(
    tmp_path: Path,
) -> None:
    world = counting_world()
    app = world.app
    app.state.metrics_open = True
    async with (
        listening(app) as target,
        prometheus(tmp_path, settings(target)) as running,
    ):
        await shows(running, 'up{job="api"}', 1)
        take(world, 3)
        await shows(running, SERIES, 0)
        pass_time(world, ONCE)
        await shows(running, SERIES, 3)
        born = await running.series(f"increase({SERIES}[1m])")

        other = counting_world()
        take(other, 4)
        app.state.query = other.query
        await shows(running, SERIES, 0)
        pass_time(other, ONCE)
        await shows(running, SERIES, 4)
        both = await running.series(f"increase({SERIES}[1m])")
        waits = await running.series('contactcenter_wait_seconds_bucket{queue="vip",le="5.0"}')

    assert float(born[0]["value"][1]) >= 3
    assert float(both[0]["value"][1]) >= 7
    assert [one["value"][1] for one in waits] == ["4"]
