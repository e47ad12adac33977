"""One run of one system: it joins while the log is empty, is frozen while the log fills, and is
watched from thaw to the last record.

start ── ready ── freeze ── fill ── thaw ═══════════ measured ═══════════ last record done ── answer
── kill
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import psutil
from aiokafka.errors import KafkaError

from floorpulse.runtime.clock import monotonic
from tests.benchmarks.machine import cores, cpu, faults
from tests.benchmarks.oracle import Answer
from tests.benchmarks.programs import Program, Started
from tests.benchmarks.rig import Rig
from tests.benchmarks.workload import Record

READY_WITHIN = 300.0
DONE_WITHIN = 600.0
ANSWER_WITHIN = 60.0
LOOK_AGAIN_AFTER = 0.2
PARTS = 10

Make = Callable[[Rig, Path], Program]


class Failed(Exception):  # noqa: N818  it says what happened
    """The system ended or did not get there in time; the message says what it said last."""


@dataclass(frozen=True)
class Trial:
    """What one run took. CPU is µs an event, in `parts` of each part of the log (a tenth or more);
    `pages` of fresh memory an event.
    """

    events: int
    cpu: float
    parts: list[float]
    pages: float
    beside: dict[str, float]
    rate: float
    answer: Answer


@dataclass(frozen=True)
class Look:
    """CPU seconds so far, the system's first, how many pages it was given, and how many records
    were done.
    """

    at: float
    cpu: list[float]
    pages: int
    reached: int


async def trial(rig: Rig, make: Make, records: Sequence[Record], name: str) -> Trial:
    """Run a system on an empty rig. Raises Failed."""
    await rig.renew()
    folder = Path(mkdtemp(prefix=f"{name}-", dir=rig.folder))
    program = make(rig, folder)
    try:
        async with running(program, folder / "log") as process:
            return await _measured(rig, program, process, records)
    except (TimeoutError, psutil.NoSuchProcess, KafkaError) as late:
        message = (
            f"{name}: {type(late).__name__}; it said last: "
            f"{(folder / 'log').read_text(errors='replace')[-1500:]}"
        )
        raise Failed(message) from late


async def _measured(
    rig: Rig, program: Program, process: psutil.Process, records: Sequence[Record]
) -> Trial:
    await until(program.ready, READY_WITHIN)
    process.send_signal(signal.SIGSTOP)
    await rig.fill(records)
    watched = [process, *rig.bystanders.values()]
    looks = [Look(monotonic(), [cpu(one) for one in watched], faults(process), 0)]
    process.send_signal(signal.SIGCONT)

    async def done() -> bool:
        reached = (
            await program.reached()
        )  # first, so that what brought it there is in the other two
        looks.append(Look(monotonic(), [cpu(one) for one in watched], faults(process), reached))
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            raise psutil.NoSuchProcess(process.pid)
        return looks[-1].reached >= len(records)

    await until(done, DONE_WITHIN)
    return reckoned(looks, list(rig.bystanders), await answered(program))


def reckoned(looks: Sequence[Look], beside: Sequence[str], answer: Answer) -> Trial:
    """The figures of a run from looks at it; the last one saw everything done."""
    first = looks[0]
    last = looks[-1]
    spent = [
        (after - before) * 1e6 / last.reached
        for before, after in zip(first.cpu, last.cpu, strict=True)
    ]
    rate = last.reached / (last.at - first.at)
    pages = (last.pages - first.pages) / last.reached
    return Trial(
        last.reached,
        spent[0],
        parts(looks),
        pages,
        dict(zip(beside, spent[1:], strict=True)),
        rate,
        answer,
    )


def parts(looks: Sequence[Look]) -> list[float]:
    """The system's CPU µs an event in parts of at least a tenth of the log each."""
    share = looks[-1].reached / PARTS
    cuts = [looks[0]]
    for look in looks:
        if look.reached - cuts[-1].reached >= share:
            cuts.append(look)
    return [
        (after.cpu[0] - before.cpu[0]) * 1e6 / (after.reached - before.reached)
        for before, after in pairwise(cuts)
    ]


async def answered(program: Program) -> Answer:
    """What it counted; TimeoutError where it does not say."""
    given: list[Answer] = []

    async def here() -> bool:
        answer = await program.answer()
        given.extend([] if answer is None else [answer])
        return answer is not None

    await until(here, ANSWER_WITHIN)
    return given[0]


async def until(true: Callable[[], Awaitable[bool]], within: float) -> None:
    """Return once it is true; TimeoutError after `within` seconds."""
    async with asyncio.timeout(within):
        while not await true():  # noqa: ASYNC110  another process's progress
            await asyncio.sleep(LOOK_AGAIN_AFTER)


@asynccontextmanager
async def running(program: Started, log: Path) -> AsyncIterator[psutil.Process]:
    """The system in a process of its own, on its own core."""
    mine, _ = cores()
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            env={**os.environ, **program.environment},  # noqa: TID251  PATH
            stdout=said,
            stderr=said,
            preexec_fn=partial(os.sched_setaffinity, 0, mine),
        )
    try:
        yield psutil.Process(process.pid)
    finally:
        with suppress(ProcessLookupError):  # it ended by itself
            process.kill()
        await process.wait()
