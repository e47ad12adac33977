"""Every panel of the dashboards, asked of a real Prometheus that scrapes a running demo: its
origin, and an engine and an alerts service beside its own that show their metrics.
"""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorpulse.demo.embedded.child import free_port
from grafana.boards import BOARDS
from grafana.expressions import MET, MISSED, NEARLY, STALE, TARGET, UNDEFINED
from grafana.panels import Panel, Rows
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
FILLED_WITHIN = 60
"""Seconds until the floor had a contact, an answer, a flush, a request of each kind"""
OF_TARGET = (MET, NEARLY, MISSED, UNDEFINED, STALE)


@asynccontextmanager
async def running(*words: str, log: Path, **settings: str) -> AsyncIterator[None]:
    """A process with these settings and no others, ended at the end."""
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *words, env=settings, stdout=said, stderr=said
        )
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


def filled(text: str) -> str:
    """With the variables' values."""
    for name, value in CHOSEN.items():
        text = text.replace(name, value)
    return text


async def series(client: httpx.AsyncClient, expr: str, **at: str) -> list[Any]:
    found = await asked(client, "/query", query=filled(expr), **at)
    return found["result"] if found else []


async def options(client: httpx.AsyncClient, query: str) -> list[str]:
    """What a variable offers: `label_values(SERIES, LABEL)`."""
    match = re.fullmatch(r"label_values\((.+), (\w+)\)", filled(query))
    assert match
    found: list[str] = await asked(client, f"/label/{match[2]}/values", **{"match[]": match[1]})
    return found


def is_shown(panel: Panel, answers: list[list[Any]]) -> bool:
    """Whether a panel shows anything; a table shows all its columns."""
    return all(answers) if isinstance(panel.form, Rows) else any(answers)


async def empty(client: httpx.AsyncClient) -> list[str]:
    return [
        f"{board.slug}: {panel.title.en}"
        for board in BOARDS
        for panel in board.panels
        if not is_shown(panel, [await series(client, query.expr) for query in panel.asked])
    ]


def which(found: list[Any]) -> list[tuple[str, str]]:
    """The queues and channels of series."""
    return [(one["metric"]["queue"], one["metric"]["channel"]) for one in found]


async def test_no_panel_is_empty_and_each_queue_has_one_colour(tmp_path: Path) -> None:
    missing: list[str] = []

    async def full() -> bool:
        missing[:] = await empty(client)
        return not missing

    async with scraped_demo(tmp_path) as client:
        with suppress(TimeoutError):
            await asyncio.wait_for(until(full), FILLED_WITHIN)
        assert missing == []

        (now, _) = (await asked(client, "/query", query="time()"))["result"]
        told = [await series(client, expr, time=str(now)) for expr in OF_TARGET]
        promised = await series(client, TARGET, time=str(now))
        assert sorted(one for found in told for one in which(found)) == sorted(which(promised))
        for name, query in QUERIES.items():
            assert await options(client, query), name


def test_promtool_can_read_every_expression(tmp_path: Path) -> None:
    exprs = {
        filled(query.expr) for board in BOARDS for panel in board.panels for query in panel.asked
    }
    rules = [
        {"record": f"asked:{number}", "expr": expr} for number, expr in enumerate(sorted(exprs))
    ]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboards", "rules": rules}]}))
    ran = subprocess.run(
        ["promtool", "check", "rules", "--lint=none", file],  # noqa: S607  as on the path
        check=False,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    assert f"{len(exprs)} rules found" in ran.stdout
