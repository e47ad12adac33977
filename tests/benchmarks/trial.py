"""One run of one system: it joins while the log is empty, is frozen while the log fills, and is watched from thaw to the last record.

    start ── ready ── freeze ── fill ── thaw ═══════════ measured ═══════════ last record done ── answer ── kill
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import psutil
from aiokafka.errors import KafkaError

from services.runtime.clock import monotonic
from tests.benchmarks.machine import cores, cpu
from tests.benchmarks.oracle import Answer
from tests.benchmarks.programs import Program
from tests.benchmarks.rig import Rig
from tests.benchmarks.workload import Record

READY_WITHIN = 300.0
DONE_WITHIN = 600.0
ANSWER_WITHIN = 60.0
LOOK_AGAIN_AFTER = 0.2

Make = Callable[[Rig, Path], Program]


class Failed(Exception):  # noqa: N818  it says what happened
    """The system ended or did not get there in time; the message says what it said last."""


@dataclass(frozen=True)
class Trial:
    """What one run took. CPU is µs an event; `steady` counts from the first look after half of the records."""

    events: int
    cpu: float
    steady: float
    beside: dict[str, float]
    rate: float
    answer: Answer


@dataclass(frozen=True)
class Look:
    """CPU seconds so far, the system's first, and how many records were done."""

    at: float
    cpu: list[float]
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
        message = f"{name}: {type(late).__name__}; it said last: {(folder / 'log').read_text(errors='replace')[-1500:]}"
        raise Failed(message) from late


async def _measured(rig: Rig, program: Program, process: psutil.Process, records: Sequence[Record]) -> Trial:
    await until(program.ready, READY_WITHIN)
    process.send_signal(signal.SIGSTOP)
    await rig.fill(records)
    watched = [process, *rig.bystanders.values()]
    looks = [Look(monotonic(), [cpu(one) for one in watched], 0)]
    process.send_signal(signal.SIGCONT)

    async def done() -> bool:
        reached = await program.reached()  # first, so that what brought it there is in the other two
        looks.append(Look(monotonic(), [cpu(one) for one in watched], reached))
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            raise psutil.NoSuchProcess(process.pid)
        return looks[-1].reached >= len(records)

    await until(done, DONE_WITHIN)
    return reckoned(looks, list(rig.bystanders), await _answer(program))


def reckoned(looks: Sequence[Look], beside: Sequence[str], answer: Answer) -> Trial:
    """The figures of a run from looks at it; the last one saw everything done."""
    first, last = looks[0], looks[-1]
    half = next(one for one in looks if one.reached * 2 >= last.reached)
    half = half if half.reached < last.reached else first
    spent = [(after - before) * 1e6 / last.reached for before, after in zip(first.cpu, last.cpu, strict=True)]
    steady = (last.cpu[0] - half.cpu[0]) * 1e6 / (last.reached - half.reached)
    rate = last.reached / (last.at - first.at)
    return Trial(last.reached, spent[0], steady, dict(zip(beside, spent[1:], strict=True)), rate, answer)


async def _answer(program: Program) -> Answer:
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
async def running(program: Program, log: Path) -> AsyncIterator[psutil.Process]:
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
        process.kill()
        await process.wait()
