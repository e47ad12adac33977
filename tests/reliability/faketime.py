"""Processes of the command line whose wall clock is set by hand, by libfaketime; their monotonic
clock goes on as it is.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
"""Debian's package `libfaketime`"""
LOOKS_EVERY = 1
"""Seconds after which a process sees that its clock was set"""


class SetClock:
    """The wall clock of some processes, so many seconds ahead of ours."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.set(0)

    def set(self, ahead: float) -> None:
        """From now on (within a second) it is `ahead` seconds ahead."""
        whole = self._path.with_suffix(".new")
        whole.write_text(f"{ahead:+g}s\n")
        whole.replace(self._path)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to live by it."""
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_CACHE_DURATION": str(LOOKS_EVERY),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }


@asynccontextmanager
async def running(
    command: str, settings: Mapping[str, object], log: Path, clock: SetClock
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`floorpulse COMMAND` by that clock; killed at the end where it still runs."""
    chosen = {f"FLOORPULSE_{name}": str(value) for name, value in settings.items()}
    words = [sys.executable, "-m", "floorpulse.cli.app", command]
    with log.open("ab") as said:
        environment = {**os.environ, **clock.environment, **chosen}  # noqa: TID251  what `env NAME=VALUE floorpulse …` does
        process = await asyncio.create_subprocess_exec(
            *words, env=environment, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
