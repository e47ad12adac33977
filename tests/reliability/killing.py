"""The kill loop: two workers under load, one of them disturbed each round, and how long every
partition takes to be fresh again.

    kill     one is killed -9 ─► another is hired ─► fresh?
    freeze   one is stopped for longer than its session ─► fresh? ─► it wakes as a zombie
    roll     one after the other is asked to stop, and replaced ─► fresh?

Fresh: events sent to each partition right after the disturbance are included in the database.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from statistics import median

from floorpulse.runtime.clock import monotonic
from tests.reliability.load import Load
from tests.reliability.rig import Rig
from tests.reliability.workers import Worker

FRESH_WITHIN = 180.0


@dataclass(frozen=True)
class Round:
    """One disturbance, and the seconds until all partitions were fresh."""

    kind: str
    fresh: float


class KillLoop:
    """Two workers that never have a quiet life; `session` is their Kafka session in seconds."""

    def __init__(self, rig: Rig, load: Load, session: float, seed: int) -> None:
        self._rig = rig
        self._load = load
        self._session = session
        self._dice = Random(seed)
        self._deck: list[str] = []
        self._workers: list[Worker] = []
        self.rounds: list[Round] = []

    async def begin(self) -> None:
        """Hire both and wait until they work."""
        self._workers = [self._hire(), self._hire()]
        await self._fresh()

    async def disturb(self) -> Round:
        """One round; kinds come in random order, each as often as the others."""
        kinds: dict[str, Callable[[], Awaitable[float]]] = {
            "kill": self._kill,
            "freeze": self._freeze,
            "roll": self._roll,
        }
        if not self._deck:
            self._deck = self._dice.sample(sorted(kinds), len(kinds))
        kind = self._deck.pop()
        done = Round(kind, await kinds[kind]())
        self.rounds.append(done)
        return done

    async def end(self) -> list[int]:
        """Stop both in good order; their exit codes."""
        return [await worker.stop() for worker in self._workers]

    def _hire(self) -> Worker:
        return self._rig.hire(ENGINE__SESSION_SECONDS=self._session)

    async def _fresh(self) -> float:
        """Mark every partition and wait for the marks; AssertionError after `FRESH_WITHIN`
        seconds.
        """
        began = monotonic()
        await self._rig.reached(await self._load.mark(), FRESH_WITHIN)
        return monotonic() - began

    async def _kill(self) -> float:
        number = self._dice.randrange(2)
        self._workers[number].kill()
        replacement = self._hire()
        fresh = await self._fresh()
        await self._workers[number].ended()
        self._workers[number] = replacement
        return fresh

    async def _freeze(self) -> float:
        frozen = self._dice.choice(self._workers)
        began = monotonic()
        frozen.freeze()
        fresh = await self._fresh()
        await asyncio.sleep(
            max(0.0, self._session + self._dice.uniform(1, 3) - (monotonic() - began))
        )
        frozen.thaw()
        return fresh

    async def _roll(self) -> float:
        freshest = []
        for number in range(2):
            code = await self._workers[number].stop()
            assert code == 0, (
                f"a worker that was asked to stop ended with {code}; {self._rig.last_words()}"
            )
            self._workers[number] = self._hire()
            freshest.append(await self._fresh())
        return max(freshest)


def summary(rounds: list[Round]) -> str:
    """Rounds and freshness by kind, as a table in Markdown."""
    lines = [
        "| disturbance | rounds | fresh after, median | 95 % | longest |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for kind in (*sorted({one.kind for one in rounds}), "all"):
        spans = sorted(one.fresh for one in rounds if kind in {one.kind, "all"})
        p95 = spans[max(0, -(-95 * len(spans) // 100) - 1)]
        lines.append(
            f"| {kind} | {len(spans)} | {median(spans):.1f} s | {p95:.1f} s | {spans[-1]:.1f} s |"
        )
    return "\n".join(lines)
