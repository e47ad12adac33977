"""What the programs of a nursery do and say, as JSON on standard output: run as a process of its
own, because a nursery is a fork of a process without threads.

python -m tests.fakes.forking FOLDER
"""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

from floorpulse.demo.embedded.child import StopStep
from floorpulse.demo.embedded.nursery import fork_nursery
from floorpulse.demo.forked import BY_MODULE, ForkedPrograms
from floorpulse.demo.supervisor import Program

ENV = {"GIVEN": "1", "LC_ALL": "C"}
AT_ONCE = StopStep(signal.SIGTERM, 0.0)
PATIENT = StopStep(signal.SIGTERM, 60.0)


def program(manner: str, folder: Path) -> Program:
    """A small program of such manners."""
    words = (*BY_MODULE, "tests.fakes.small_program", manner)
    return Program(manner, words, ENV, folder / manner / "log")


async def said(one: Program) -> str:
    """What a program says, once it does."""
    while not (one.log.exists() and one.log.read_text().endswith("\n")):  # noqa: ASYNC110  what a program says is no event
        await asyncio.sleep(0.01)
    return one.log.read_text()


def parent_of(pid: int) -> int:
    """The process that started it."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def story(folder: Path, nursery: socket.socket) -> dict[str, object]:
    """Start programs, stop them, and lose the nursery."""
    forked = await ForkedPrograms.of(nursery)
    bows, deaf, fails = (program(one, folder) for one in ("bows", "deaf", "fails"))
    children = [await forked.start(one) for one in (bows, deaf, fails)]
    words = [await said(one) for one in (bows, deaf, fails)]
    parents = {parent_of(one.pid) for one in children[:2]}
    failed = await children[2].wait()
    await children[0].stop(PATIENT)
    await children[1].stop(AT_ONCE)
    codes = [await one.wait() for one in children[:2]]
    [parent] = parents
    last = await forked.start(program("lost", folder))
    os.kill(parent, signal.SIGKILL)
    lost = await last.wait()
    alone = await forked.start(program("alone", folder))
    own = parent_of(alone.pid) == os.getpid()
    await alone.stop(AT_ONCE)
    told = [f"{one.pid} {one.pid}" for one in children]
    return {
        "words": [one.replace(name, "PID") for one, name in zip(words, told, strict=True)],
        "forks": parent != os.getpid(),
        "codes": [*codes, failed, lost],
        "alone": own,
    }


def main() -> None:
    """Tell the story."""
    nursery = fork_nursery(["json"])
    if nursery is None:
        raise SystemExit
    sys.stdout.write(json.dumps(asyncio.run(story(Path(sys.argv[1]), nursery))))


if __name__ == "__main__":
    main()
