"""A real Prometheus on a free port, and its promtool."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from floorpulse.demo.embedded.child import free_port
from tests.integration.shipped_program import shipped_program

DEPLOYED = Path(__file__).parents[2] / "deploy" / "prometheus"


def program(name: str) -> str:
    """Path of `prometheus` or `promtool`; the test is skipped where there is none."""
    return shipped_program(DEPLOYED / "prometheus.sh", "TESTS_REQUIRE_PROMETHEUS", name)


def beside_a_demo(state: Path, seconds: int = 1) -> dict[str, Any]:
    """The shipped settings of a Prometheus beside a demo, for one with this state folder, looking
    and judging every so many seconds.
    """
    settings: dict[str, Any] = yaml.safe_load((DEPLOYED / "demo.yml").read_text("utf-8"))
    often = {"scrape_interval": f"{seconds}s", "evaluation_interval": f"{seconds}s"}
    (job,) = settings["scrape_configs"]
    (found,) = job["file_sd_configs"]
    targets = [str(state / Path(file).name) for file in found["files"]]
    return {
        "global": settings["global"] | often,
        "rule_files": [str(DEPLOYED / file) for file in settings["rule_files"]],
        "scrape_configs": [job | {"file_sd_configs": [found | {"files": targets}]}],
    }


class RealPrometheus:
    """One Prometheus that answers."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ready(self) -> bool:
        """Whether it has read its settings."""
        try:
            return (await self._client.get("/-/ready")).is_success
        except httpx.TransportError:
            return False

    async def series(self, expr: str, at: float | None = None) -> list[Any]:
        """What an expression is now, or at an instant (epoch seconds): its series, each with
        `metric` and `value`.
        """
        when = {} if at is None else {"time": str(at)}
        found: list[Any] = (await self._asked("query", query=expr, **when))["result"]
        return found

    async def values(self, label: str, match: str) -> list[str]:
        """Which values a label has among the series that match."""
        found: list[str] = await self._asked(f"label/{label}/values", **{"match[]": match})
        return found

    async def rules(self, kind: str) -> list[dict[str, Any]]:
        """The rules of a kind (`alert` or `record`), each with its health, and alerts' state."""
        groups = (await self._asked("rules", type=kind))["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def _asked(self, path: str, **query: str) -> Any:
        told = (await self._client.get(f"/api/v1/{path}", params=query)).json()
        assert told["status"] == "success", told
        return told["data"]


@asynccontextmanager
async def prometheus(folder: Path, settings: Mapping[str, Any]) -> AsyncIterator[RealPrometheus]:
    """A ready Prometheus with its data in `folder`; killed at the end."""
    port = free_port()
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(dict(settings)), encoding="utf-8")
    words = (
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    with (folder / "prometheus.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            program("prometheus"), *words, stdout=said, stderr=said
        )
    try:
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
            running = RealPrometheus(client)
            async with asyncio.timeout(60):
                while not await running.ready():  # noqa: ASYNC110  another process's progress
                    await asyncio.sleep(0.1)
            yield running
    finally:
        process.kill()
        await process.wait()
