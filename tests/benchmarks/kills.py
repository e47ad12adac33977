"""Every system killed three times while the log comes in at a pace that all of them can keep, and
what of its figures is wrong afterwards.

    start ── ready ── a quarter of the log ── kill -9, start ── a quarter ── kill -9, start ── …
    … ── the last quarter ── last record done ── answer

A kill hits a system at work: it has made a part of its quarter durable, and not all of what it has
read. What a system does about that is its own: none is asked for more than it promises.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psutil
from aiokafka.errors import KafkaError

from tests.benchmarks import session
from tests.benchmarks.oracle import Answer, Verdict
from tests.benchmarks.programs import Program
from tests.benchmarks.rig import Rig
from tests.benchmarks.trial import (
    DONE_WITHIN,
    READY_WITHIN,
    Failed,
    Make,
    answered,
    running,
    until,
)
from tests.benchmarks.workload import Record

KILLS = 3
SAID = 1_500
IMPATIENT = {
    session.NAME: str(session.KILLED),
    "FLOORPULSE_ENGINE__SESSION_SECONDS": str(session.KILLED),
}
"""Settings of those that are killed: a group must not wait for the dead"""


@dataclass(frozen=True)
class Killed:
    """What one system's figures were worth after its kills."""

    name: str
    title: str
    events: int
    verdict: Verdict

    @property
    def wrong_percent(self) -> float:
        """How many of a hundred figures are wrong."""
        return 100 * self.verdict.wrong / self.verdict.cells if self.verdict.cells else 0.0


async def killed(rig: Rig, make: Make, records: Sequence[Record], name: str, rate: float) -> Answer:
    """What a system answers that was killed three times. Raises Failed."""
    await rig.renew()
    folder = Path(mkdtemp(prefix=f"{name}-killed-", dir=rig.folder))
    program = make(rig, folder)
    program.environment |= IMPATIENT
    try:
        return await _lived(rig, program, folder / "log", records, rate)
    except (TimeoutError, psutil.NoSuchProcess, KafkaError) as late:
        said = (folder / "log").read_text(errors="replace")[-SAID:]
        message = f"{name}, killed: {type(late).__name__}; it said last: {said}"
        raise Failed(message) from late


async def _lived(
    rig: Rig, program: Program, log: Path, records: Sequence[Record], rate: float
) -> Answer:
    sent = 0
    for number, quarter in enumerate(lives(records)):
        async with running(program, log):
            if not number:
                await until(program.ready, READY_WITHIN)
            await rig.fill(quarter, rate)
            await until(Beyond(program, sent + 1), DONE_WITHIN)
            sent += len(quarter)
            if number == KILLS:
                await until(Beyond(program, sent), DONE_WITHIN)
                return await answered(program)
    message = "no life was the last"
    raise AssertionError(message)


@dataclass(frozen=True)
class Beyond:
    """Whether a system has made durable so many records."""

    program: Program
    records: int

    async def __call__(self) -> bool:
        return await self.program.reached() >= self.records


def lives(records: Sequence[Record]) -> list[Sequence[Record]]:
    """The log in as many parts as there are lives."""
    size = -(-len(records) // (KILLS + 1))
    return [records[first : first + size] for first in range(0, len(records), size)]
