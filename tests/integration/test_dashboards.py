"""Every panel of the dashboards, asked of a real Prometheus that scrapes a running demo: its origin,
and an engine and an alerts service beside its own that show their metrics.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorpulse.demo.embedded.child import free_port
from grafana.boards import BOARDS
from grafana.expressions import MET, MISSED, NEARLY, STALE, TARGET, UNDEFINED
from grafana.panels import Board
from grafana.variables import QUERIES
from tests.integration.running_demo import demo, until

PROMETHEUS = shutil.which("prometheus")
pytestmark = [
    pytest.mark.skipif(PROMETHEUS is None, reason="no Prometheus on the path"),
    pytest.mark.embedded,
    pytest.mark.timeout(900),
]

CHOSEN = {
    "$tenant": "demo",
    "$queue": ".*",
    "$channel": ".*",
    "$window": "15m",
    "$__rate_interval": "1m",
}
"""What Grafana puts for the variables"""


@asynccontextmanager
async def running(*words: str, log: Path, **settings: str) -> AsyncIterator[None]:
    """A process, ended at the end."""
    env = {**os.environ, **settings}
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(*words, env=env, stdout=said, stderr=said)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def prometheus(folder: Path, jobs: Mapping[str, int]) -> AsyncIterator[httpx.AsyncClient]:
    """A Prometheus that asks each port every second."""
    port = free_port()
    settings = folder / "prometheus.yml"
    scrapes = [
        {
            "job_name": job,
            "scrape_interval": "1s",
            "static_configs": [{"targets": [f"127.0.0.1:{scraped}"]}],
        }
        for job, scraped in jobs.items()
    ]
    settings.write_text(json.dumps({"scrape_configs": scrapes}))
    words = (
        str(PROMETHEUS),
        f"--config.file={settings}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    async with (
        running(*words, log=folder / "prometheus.log"),
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}/api/v1", timeout=60, trust_env=False
        ) as client,
    ):
        yield client


@asynccontextmanager
async def scraped_demo(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A demo with all its processes scraped."""
    ports = {job: free_port() for job in ("api", "engine", "alerts")}
    floorpulse = (sys.executable, "-m", "floorpulse.cli.app")
    async with AsyncExitStack() as stack:
        started = await stack.enter_async_context(demo(folder / "state", ports["api"]))
        settings = json.loads((started.state / "running.json").read_text())["settings"]
        settings |= {
            "FLOORPULSE_ENGINE__METRICS_PORT": str(ports["engine"]),
            "FLOORPULSE_ALERTS__PORT": str(ports["alerts"]),
        }
        for word in ("engine", "alerts"):
            beside = running(*floorpulse, word, log=folder / f"{word}.log", **settings)
            await stack.enter_async_context(beside)
        jobs = {f"floorpulse-{job}": port for job, port in ports.items()}
        yield await stack.enter_async_context(prometheus(folder, jobs))


async def asked(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    try:
        answer = await client.get(path, params=query)
    except httpx.TransportError:
        return []
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:  # it starts
        return []
    told = answer.json()
    assert told["status"] == "success", told
    return told["data"]


async def series(client: httpx.AsyncClient, expr: str) -> list[Any]:
    for name, value in CHOSEN.items():
        expr = expr.replace(name, value)
    found = await asked(client, "/query", query=expr)
    return found["result"] if found else []


async def empty_panels(client: httpx.AsyncClient, board: Board) -> list[str]:
    return [
        f"{board.slug}: {panel.title.en}"
        for panel in board.panels
        if not any([await series(client, query.expr) for query in panel.asked])
    ]


async def test_no_panel_is_empty(tmp_path: Path) -> None:
    async with scraped_demo(tmp_path) as client:
        empty: list[str] = []

        async def full() -> bool:
            empty[:] = [one for board in BOARDS for one in await empty_panels(client, board)]
            print(len(empty), empty)
            return not empty

        try:
            await asyncio.wait_for(until(full), 60)
        except TimeoutError:
            assert empty == []
