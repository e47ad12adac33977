"""`floorpulse demo` as a process of its own."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 300
DAY = {
    "from": "2020-11-11T00:00:00Z",
    "to": "2020-11-12T00:00:00Z",
    "interval": "all",
    "by": "total",
    "kpi": "offered,answered,asa",
}


class Demo:
    """A running `floorpulse demo`."""

    def __init__(self, process: asyncio.subprocess.Process, state: Path, port: int) -> None:
        self.process = process
        self.state = state
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False
        )

    def pids(self, name: str) -> list[int]:
        found: list[int] = json.loads((self.state / "processes.json").read_text()).get(name, [])
        return found

    async def ready(self) -> bool:
        assert self.process.returncode is None, "the demo ended"
        try:
            return (await self.client.get("/readyz")).is_success
        except httpx.TransportError:
            return False

    async def get(self, path: str, **asked: str) -> Any:
        return (
            (await self.client.get(path, params=asked, headers=self.key()))
            .raise_for_status()
            .json()
        )

    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.state / 'api-key').read_text().strip()}"}

    async def post(self, contacts: range) -> None:
        lines = [json.dumps(event) for number in contacts for event in story(number)]
        headers = {**self.key(), "Content-Type": "application/x-ndjson"}
        answer = await self.client.post("/v1/events", content="\n".join(lines), headers=headers)
        assert answer.status_code == 202, answer.text

    async def counted(self) -> dict[str, float]:
        async def no_lag() -> bool:
            answer = await self.client.get("/v1/pipeline", headers=self.key())
            return answer.is_success and answer.json()["total"]["lag"] == 0

        await until(no_lag)
        return {
            row["kpi"]: row["value"] for row in (await self.get("/v1/kpis/history", **DAY))["rows"]
        }

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return await asyncio.wait_for(self.process.wait(), 60)


def story(number: int) -> list[dict[str, object]]:
    """A contact that is offered and answered two seconds later."""
    about = {"source": "pbx", "contact": f"c{number}"}
    at = f"2020-11-11T08:{number % 60:02}:"
    return [
        {
            **about,
            "type": "contact.offered",
            "id": f"o{number}",
            "at": f"{at}10Z",
            "queue": "orders",
        },
        {**about, "type": "contact.answered", "id": f"a{number}", "at": f"{at}12Z", "agent": "ann"},
    ]


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await true():  # noqa: ASYNC110  other processes' progress
            await asyncio.sleep(0.2)


@asynccontextmanager
async def demo(state: Path, port: int, *options: str) -> AsyncIterator[Demo]:
    """A demo that answers; killed at the end where it still runs."""
    words = ["demo", "--state-dir", str(state), "--port", str(port), *options]
    with (state.parent / "demo.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "floorpulse.cli.app", *words, stdout=said, stderr=said
        )
    running = Demo(process, state, port)
    try:
        await until(running.ready)
        yield running
    finally:
        await running.client.aclose()
        if process.returncode is None:
            process.kill()
            await process.wait()
