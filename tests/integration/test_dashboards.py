"""Every panel of the dashboards, asked of a real Prometheus that scrapes a running demo."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorpulse.demo.embedded.child import free_port
from tests.integration.running_demo import demo, until

PROMETHEUS = shutil.which("prometheus")
pytestmark = [
    pytest.mark.skipif(PROMETHEUS is None, reason="no Prometheus on the path"),
    pytest.mark.embedded,
    pytest.mark.timeout(900),
]

DASHBOARDS = Path(__file__).parents[2] / "grafana" / "dashboards"


@asynccontextmanager
async def prometheus(folder: Path, scraped: int) -> AsyncIterator[httpx.AsyncClient]:
    """A Prometheus that asks the port each second."""
    port = free_port()
    settings = folder / "prometheus.yml"
    job = {
        "job_name": "floorpulse",
        "scrape_interval": "1s",
        "static_configs": [{"targets": [f"127.0.0.1:{scraped}"]}],
    }
    settings.write_text(json.dumps({"scrape_configs": [job]}))
    words = (
        f"--config.file={settings}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    with (folder / "prometheus.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            str(PROMETHEUS), *words, stdout=said, stderr=said
        )
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}/api/v1", timeout=60, trust_env=False
        ) as client:
            yield client
    finally:
        process.terminate()
        await process.wait()


async def asked(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    try:
        answer = await client.get(path, params=query)
    except httpx.TransportError:
        return []
    told = answer.json()
    assert told["status"] == "success", told
    return told["data"]


async def test_no_panel_is_empty(tmp_path: Path) -> None:
    port = free_port()
    boards = [json.loads(file.read_text(encoding="utf-8")) for file in DASHBOARDS.glob("*.json")]
    panels = [panel for board in boards for panel in board["panels"] if panel["type"] != "row"]
    async with demo(tmp_path / "state", port) as running, prometheus(tmp_path, port) as client:

        async def scraped() -> bool:
            return "demo" in await asked(
                client, "/label/tenant/values", **{"match[]": "contactcenter_kpi"}
            )

        await until(scraped)
        answers = {
            (panel["title"], target["expr"]): (
                await asked(client, "/query", query=target["expr"].replace("$tenant", "demo"))
            )["result"]
            for panel in panels
            for target in panel["targets"]
        }
        code = await running.stop()

    assert panels
    assert [about for about, result in answers.items() if len(result) != 1] == []
    assert code == 0
