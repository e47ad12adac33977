"""What a start of the demo costs: CPU seconds of all its processes from the command until it is
ready and a little longer, so that whoever is not asked is there too; those of broker and database,
and of what they need once, apart.

python -m tests.benchmarks.startup [FOLDER …]       prints JSON by folder

Each FOLDER holds a source tree, the one of this process unless given; it is run by the Python of
its own `.venv`, where it has one, with the bytecode that is there. They take turns, so that what
else the machine does meets all of them alike. Compare ratios, not seconds.

Where PYTHONDONTWRITEBYTECODE is set, what an install did not compile is compiled by each process.
With PYTHONPYCACHEPREFIX, a folder, the start that is not counted writes bytecode there for all.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import psutil

from floorpulse.demo.embedded.child import free_port
from floorpulse.runtime.clock import monotonic
from tests.benchmarks.machine import cpu
from tests.benchmarks.trial import READY_WITHIN, until

ROUNDS = 5
SETTLED = 6.0
"""Seconds after which every process is there"""
HERE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Start:
    """CPU seconds of one start: of our processes, of the servers, and how long it took."""

    ours: float
    servers: float
    wall: float


async def start(tree: Path) -> Start:
    """Start a demo of a source tree over a new folder, and stop it once it is ready."""
    with TemporaryDirectory() as folder:
        port = free_port()
        began = monotonic()
        async with running(tree, Path(folder), port) as process:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                await until(lambda: ready(client), READY_WITHIN)
            wall = monotonic() - began
            await asyncio.sleep(SETTLED)
            return _spent(psutil.Process(process.pid), wall)


def _spent(demo: psutil.Process, wall: float) -> Start:
    ours = [one for one in (demo, *demo.children(recursive=True)) if _ours(one)]
    spent = sum(sum(one.cpu_times()[:2]) for one in ours)
    return Start(spent, cpu(demo) - spent, wall)


def _ours(process: psutil.Process) -> bool:
    return process.name().startswith("python")


async def ready(client: httpx.AsyncClient) -> bool:
    """Whether the demo answers."""
    try:
        return (await client.get("/readyz")).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def running(tree: Path, folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A demo without a floor."""
    package = "floorpulse.cli.app" if (tree / "floorpulse").exists() else "services.cli"
    own = tree / ".venv" / "bin" / "python"
    python = own if own.exists() else Path(sys.executable)
    words = ["demo", "--no-simulate", "--state-dir", str(folder / "state"), "--port", str(port)]
    with (folder / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            python, "-m", package, *words, cwd=tree, stdout=said, stderr=said,
            env={**os.environ, "PYTHONPATH": str(tree)},  # noqa: TID251  what children inherit
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def main(trees: list[Path]) -> dict[str, object]:
    """All starts, the trees in turn, after one of each that is not counted."""
    found: dict[str, list[Start]] = {str(tree): [] for tree in trees}
    for number in range(ROUNDS + 1):
        for tree in trees:
            one = await start(tree)
            found[str(tree)] += [one] if number else []
    return {
        tree: {
            "ours": median(one.ours for one in starts),
            "all": median(one.ours + one.servers for one in starts),
            "starts": [asdict(one) for one in starts],
        }
        for tree, starts in found.items()
    }


if __name__ == "__main__":
    said = asyncio.run(main([Path(one).absolute() for one in sys.argv[1:]] or [HERE]))
    sys.stdout.write(json.dumps(said, indent=1) + "\n")
