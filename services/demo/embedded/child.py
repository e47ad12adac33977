"""Child servers: tethered to this process, deaf to its terminal, watched until they answer, stopped
step by step.
"""

import asyncio
import importlib
import importlib.util
import os
import shutil
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, Signals
from types import ModuleType
from typing import IO, NamedTuple, Protocol, Self

LOOPBACK = "127.0.0.1"
LOOK_AGAIN_AFTER = 0.05
STARTS = 8
START_AGAIN_AFTER = 0.5
LOG_TAIL_BYTES = 2000
ENVIRONMENT = {"LC_ALL": "C", "NO_COLOR": "1"}


class StopStep(NamedTuple):
    """One step of stopping: a signal, and the seconds to wait for the end after it."""

    sign: Signals
    grace: float


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot run here."""


class EmbeddedExtraMissingError(EmbeddedServerError):
    """The wheels that carry the servers are not installed."""

    def __init__(self) -> None:
        super().__init__("the embedded servers need the extra: pip install 'floorpulse[embedded]'")


class ServerExitedError(EmbeddedServerError):
    """A server ended before it answered; the message ends with the last lines of its log."""


def wheel(name: str) -> ModuleType:
    """A module of the `embedded` extra."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as absent:
        raise EmbeddedExtraMissingError from absent


def wheel_folder(name: str) -> Path:
    """Where a package of the extra lies, without running its code: importing PostgreSQL's warns and
    looks for lock folders.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedExtraMissingError
    return Path(spec.origin).parent


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def tether(when_parent_dies: Signals, *privileges: str) -> list[str]:
    """The words before a command that send it a signal when this process dies, and change its
    privileges.

    To Linux a parent is the thread that starts the child: here the one of the event loop, so let it
    live as long as the server should. `setpriv` is Linux's; elsewhere children of a killed parent
    live on, and only privileges as they are can be had.
    """
    setpriv = shutil.which("setpriv")
    if setpriv:
        return [setpriv, f"--pdeathsig={when_parent_dies.name}", *privileges, "--"]
    if privileges:
        message = (
            "PostgreSQL refuses to run as root, and there is no setpriv to drop root's "
            "rights: run as another user"
        )
        raise EmbeddedServerError(message)
    return []


class RunningProcess(Protocol):
    """A process, as asyncio tells it: `returncode` is None while it lives, negative for a
    signal.
    """

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    @property
    def returncode(self) -> int | None:
        """Its exit code."""
        ...

    async def wait(self) -> int:
        """Until it ends; its exit code."""
        ...

    def send_signal(self, signal: int, /) -> None:
        """Raises ProcessLookupError where it ended just now."""
        ...


class Child:
    """A running server process of ours; what it says is appended to `log`."""

    def __init__(self, process: RunningProcess, log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    async def spawn(
        cls, command: Sequence[str | Path], log: Path, env: Mapping[str, str] = ENVIRONMENT
    ) -> Self:
        """Start `command` (full paths) in a session of its own; unless given, no variable of our
        environment reaches it.
        """
        with _appending(log) as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=env,
                start_new_session=True,
            )
        return cls(process, log)

    @property
    def pid(self) -> int:
        """Its process id; `setpriv` becomes the server, so this is the server's own."""
        return self._process.pid

    async def wait(self) -> int:
        """Until it ends; its exit code, negative for a signal."""
        return await self._process.wait()

    async def until(self, ready: Callable[[], Awaitable[bool]], patience: float) -> None:
        """Until `ready`, looking every few milliseconds; ends the child where that does not come
        true.

        Raises ServerExitedError when it ends first, EmbeddedServerError when `patience` seconds
        were not enough.
        """
        try:
            async with asyncio.timeout(patience):
                while not await ready():
                    self._expect_alive()
                    await asyncio.sleep(LOOK_AGAIN_AFTER)
            self._expect_alive()  # else it was someone else on the same port who answered
        except TimeoutError as late:
            await self.stop()
            message = f"no answer within {patience:g} s; {self._last_words()}"
            raise EmbeddedServerError(message) from late
        except BaseException:
            await self.stop()
            raise

    async def stop(self, *steps: StopStep) -> None:
        """Send each signal and wait that many seconds for the end; after the last, kill it and what
        it started.
        """
        for sign, grace in steps:
            if self._process.returncode is None:
                with suppress(ProcessLookupError):  # ended just now
                    self._process.send_signal(sign)
            with suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await self.wait()
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, SIGKILL)
        await self.wait()

    def _expect_alive(self) -> None:
        if self._process.returncode is not None:
            message = f"ended with exit code {self._process.returncode}; {self._last_words()}"
            raise ServerExitedError(message)

    def _last_words(self) -> str:
        tail = self._log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
        return f"{self._log} ends with:\n{tail}"


def _appending(log: Path) -> IO[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open("ab")


async def insist(launch: Callable[[], Awaitable[Child]]) -> Child:
    """The child of the first launch that succeeds.

    A launch may fail for reasons that pass: the free port was taken meanwhile, or sessions of a
    PostgreSQL that was killed are still leaving. Raises the last ServerExitedError when none of a
    few succeeds.
    """
    for _ in range(STARTS - 1):
        with suppress(ServerExitedError):
            return await launch()
        await asyncio.sleep(START_AGAIN_AFTER)
    return await launch()
