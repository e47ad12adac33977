"""The demo as its user meets it: a command, a folder, an origin."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.runtime.embedded.child import free_port

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500)]

PATIENCE = 300
DAY = {"from": "2020-11-11T00:00:00Z", "to": "2020-11-12T00:00:00Z", "interval": "all", "by": "total", "kpi": "offered,answered,asa"}


class Demo:
    """A running `floorpulse demo`."""

    def __init__(self, process: asyncio.subprocess.Process, state: Path, port: int) -> None:
        self.process, self.state = process, state
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)

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
        return (await self.client.get(path, params=asked, headers=self.key())).raise_for_status().json()

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
        return {row["kpi"]: row["value"] for row in (await self.get("/v1/kpis/history", **DAY))["rows"]}

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return await asyncio.wait_for(self.process.wait(), 60)


def story(number: int) -> list[dict[str, object]]:
    """A contact that is offered and answered two seconds later."""
    about = {"source": "pbx", "contact": f"c{number}"}
    at = f"2020-11-11T08:{number % 60:02}:"
    return [
        {**about, "type": "contact.offered", "id": f"o{number}", "at": f"{at}10Z", "queue": "orders"},
        {**about, "type": "contact.answered", "id": f"a{number}", "at": f"{at}12Z", "agent": "ann"},
    ]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "\nState:\tZ" in status.read_text())


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await true():  # noqa: ASYNC110  other processes' progress
            await asyncio.sleep(0.2)


@asynccontextmanager
async def demo(state: Path, port: int) -> AsyncIterator[Demo]:
    words = ["demo", "--no-simulate", "--state-dir", str(state), "--port", str(port)]
    with (state.parent / "demo.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.cli", *words, stdout=said, stderr=said)
    running = Demo(process, state, port)
    try:
        await until(running.ready)
        yield running
    finally:
        await running.client.aclose()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def outcome(*words: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "demo", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_killed_engine_changes_no_figure_and_the_next_demo_goes_on(tmp_path: Path) -> None:
    state, port = tmp_path / "state", free_port()
    async with demo(state, port) as first:
        key = first.key()
        await first.post(range(30))
        (killed,) = first.pids("engine")
        os.kill(killed, signal.SIGKILL)
        await first.post(range(50))
        figures = await first.counted()
        successor = first.pids("engine")
        held = await outcome("--state-dir", str(state), "--port", str(free_port()))
        code = await first.stop()

    async with demo(state, port) as second:
        assert await second.counted() == figures
        await second.post(range(60))
        more = await second.counted()
        same_key = second.key() == key

    assert figures == {"offered": 50, "answered": 50, "asa": 2.0}
    assert more == {"offered": 60, "answered": 60, "asa": 2.0}
    assert len(successor) == 1
    assert successor != [killed]
    assert same_key
    assert code == 0
    assert held[0] == 2
    assert f"another demo (process {first.process.pid}) uses {state}" in held[1]


async def test_a_broker_that_dies_is_replaced_and_no_durable_figure_is_lost(tmp_path: Path) -> None:
    async with demo(tmp_path / "state", free_port()) as running:
        await running.post(range(20))
        before = await running.counted()
        (broker,), (database,) = running.pids("broker"), running.pids("postgres")
        os.kill(broker, signal.SIGKILL)

        async def replaced() -> bool:
            return running.pids("broker") not in ([], [broker]) and bool(running.pids("http")) and await running.ready()

        await until(replaced)
        await running.post(range(25))
        after = await running.counted()
        same_database = running.pids("postgres") == [database]
        everybody = [pid for name in ("http", "engine", "broker", "postgres") for pid in running.pids(name)]
        code = await running.stop()

    assert before["offered"] == 20
    assert after["offered"] == 25
    assert same_database
    assert code == 0
    assert not any(map(alive, everybody))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
async def test_nothing_outlives_a_demo_that_is_killed(tmp_path: Path) -> None:
    async with demo(tmp_path / "state", free_port()) as running:
        everybody = [pid for name in ("http", "engine", "broker", "postgres") for pid in running.pids(name)]
        running.process.kill()
        await running.process.wait()

        async def gone() -> bool:
            return not any(map(alive, everybody))

        await until(gone)

    assert len(everybody) == 4


async def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, said = await outcome("--state-dir", str(tmp_path / "state"), "--port", str(port))

    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}: another program listens there" in said
    assert "--port" in said
    assert not (tmp_path / "state").exists()
