"""Processes of the real command line, forked from a warm parent: imports, seconds of CPU, are paid
once and not at every start.

test ── fork server (all of `floorpulse` imported) ─┬─ engine worker
                                                    └─ engine worker      killed, frozen, stopped
                                                    like any other process
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from tests.reliability import faults

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
ENDS_WITHIN = 90.0
LOOK_AGAIN_AFTER = 0.05

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        "floorpulse.cli.app",
        "floorpulse.kpi_engine.wiring",
        "floorpulse.ingest.wiring",
        "tests.reliability.workers",
    ]
)


class Worker:
    """One running process of `floorpulse COMMAND`."""

    def __init__(
        self, command: str, environment: Mapping[str, str], log: Path, changed: tuple[str, ...] = ()
    ) -> None:
        """Start it; `changed` names what of `faults.FAULTS` is built into it."""
        self.log = log
        self._process = _context.Process(
            target=_work, args=(command, dict(environment), log, changed), daemon=True
        )
        self._process.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    def kill(self) -> None:
        """kill -9"""
        self._process.kill()

    def freeze(self) -> None:
        """SIGSTOP: to the others it looks dead, to itself no time passes."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT"""
        self._signal(signal.SIGCONT)

    async def ended(self, within: float = ENDS_WITHIN) -> int:
        """Its exit code, negative for a signal; TimeoutError when it goes on for longer than
        `within` seconds.
        """
        async with asyncio.timeout(within):
            while self._process.is_alive():  # noqa: ASYNC110  another process's end
                await asyncio.sleep(LOOK_AGAIN_AFTER)
        code = self._process.exitcode
        assert code is not None
        return code

    async def stop(self) -> int:
        """An orderly end, by SIGTERM once it listens to that; its exit code."""
        async with asyncio.timeout(ENDS_WITHIN):
            while self._process.is_alive() and not self._heeds(signal.SIGTERM):  # noqa: ASYNC110  another process comes up
                await asyncio.sleep(LOOK_AGAIN_AFTER)
        self._process.terminate()
        return await self.ended()

    def _heeds(self, number: signal.Signals) -> bool:
        """Whether it has a handler for this signal."""
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{self.pid}/status").read_text().splitlines()
        )
        return bool(int(status["SigCgt"], 16) >> (number - 1) & 1)

    async def dismiss(self) -> None:
        """Kill it if it still runs."""
        self._process.kill()
        await self.ended()

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)


def _work(
    command: str, environment: Mapping[str, str], log: Path, changed: tuple[str, ...]
) -> None:
    """The child's whole life."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    with log.open("ab") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    os.environ.update(environment)  # noqa: TID251  what `env NAME=VALUE floorpulse …` does
    from floorpulse.cli.app import app  # noqa: PLC0415  only where the command runs

    for name in changed:
        faults.FAULTS[name]()
    app([command])
