"""A real Alertmanager on a free port, and a receiver of its webhook that keeps what it is told."""

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from floorpulse.demo.embedded.child import free_port
from tests.integration.shipped_program import shipped_program

SCRIPT = Path(__file__).parents[2] / "deploy" / "alertmanager" / "alertmanager.sh"
LOOK_AGAIN_AFTER = 0.05

Told = dict[str, Any]


def program(name: str) -> str:
    """Path of `alertmanager` or `amtool`; the test is skipped where there is none."""
    return shipped_program(SCRIPT, "TESTS_REQUIRE_ALERTMANAGER", name)


async def until(condition: Callable[[], bool], within: float) -> None:
    """Wait for something that another process does."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  another process's progress
            await asyncio.sleep(LOOK_AGAIN_AFTER)


class WebhookReceiver:
    """What Alertmanager's webhook told, in order."""

    def __init__(self) -> None:
        self.bodies: list[Told] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def alerts(self, status: str, **labels: str) -> list[Told]:
        """The alerts of that status with these labels, each as often as it was told."""
        return [
            one
            for body in self.bodies
            for one in body["alerts"]
            if one["status"] == status and labels.items() <= one["labels"].items()
        ]

    async def arrives(self, status: str, within: float, **labels: str) -> Told:
        """The first such alert; an error where it does not come in time."""
        await until(lambda: bool(self.alerts(status, **labels)), within)
        return self.alerts(status, **labels)[0]

    async def nothing_else(self, seconds: float) -> None:
        """Nothing more comes for so long."""
        before = len(self.bodies)
        await asyncio.sleep(seconds)
        assert self.bodies[before:] == []

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split("\r\n")[0])
        self.bodies.append(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    """A receiver on loopback."""
    receiver = WebhookReceiver()
    server = await asyncio.start_server(receiver._take, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


class RealAlertmanager:
    """One Alertmanager with its data in `folder`; it can be killed and started again."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._folder = folder
        self._port = free_port()
        self._settings = folder / "alertmanager.yml"
        self._settings.write_text(json.dumps(settings), encoding="utf-8")
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Returns when it is ready."""
        words = (
            f"--config.file={self._settings}",
            f"--storage.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
            "--cluster.listen-address=",
        )
        with (self._folder / "alertmanager.log").open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                SCRIPT, "run", *words, stdout=said, stderr=said
            )
        async with asyncio.timeout(30):
            while not await self._is_ready():  # noqa: ASYNC110  another process's progress
                await asyncio.sleep(LOOK_AGAIN_AFTER)

    async def kill(self) -> None:
        """End it without a word: what it had in memory is gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def amtool(self, *words: str) -> str:
        """What the real amtool says to it."""
        done = await asyncio.create_subprocess_exec(
            program("amtool"), f"--alertmanager.url={self.url}", *words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await done.communicate()
        assert done.returncode == 0, said.decode()
        return said.decode().strip()

    async def _is_ready(self) -> bool:
        try:
            async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
                return (await client.get("/-/ready")).is_success
        except httpx.TransportError:
            return False


@asynccontextmanager
async def alertmanager(
    folder: Path, settings: Mapping[str, Any]
) -> AsyncIterator[RealAlertmanager]:
    """A ready Alertmanager."""
    program("alertmanager")
    folder.mkdir()  # noqa: ASYNC240  one folder of a test
    running = RealAlertmanager(folder, settings)
    try:
        await running.start()
        yield running
    finally:
        await running.kill()
