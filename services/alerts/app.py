"""The running service: its parts side by side, and whether they are well."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.incidents.auditor import Auditor
from floorpulse.alerts.incidents.lease import Lease
from floorpulse.alerts.incidents.ports import LeaseLost
from floorpulse.alerts.incidents.sending import Sender
from floorpulse.alerts.incidents.timers import Timers
from floorpulse.alerts.ports import AlertStates, IncidentTaker
from floorpulse.alerts.rules.evaluator import Evaluator

log: BoundLogger = structlog.get_logger(__name__)

OLDEST = 30.0
"""Seconds: an evaluation or a look of the timers that is older is not well"""

Part = Callable[[], Awaitable[None]]


@dataclass
class Evaluation:
    """The evaluator of each term: it begins where alerts stood when somebody evaluated last."""

    make: Callable[[], Evaluator]
    stored: AlertStates
    taker: IncidentTaker
    news: asyncio.Event
    current: Evaluator | None = field(default=None, init=False)

    async def run(self) -> None:
        """Evaluate until cancelled; whoever has lost the lease waits for the end of the term."""
        self.current = self.make()
        try:
            await self.current.run(self.stored, self.taker, self.news)
        except LeaseLost as lost:
            log.warning("evaluation_ends", error=str(lost))
            await asyncio.Event().wait()
        finally:
            self.current = None

    @property
    def age(self) -> float:
        """Seconds since all was evaluated and stored; 0 where this replica does not act."""
        return 0.0 if self.current is None else self.current.age()


@dataclass(frozen=True)
class AlertsService:
    """The parts that act; `others` are bridges and the heartbeat."""

    lease: Lease
    evaluation: Evaluation
    timers: Timers
    sender: Sender
    auditor: Auditor
    others: Sequence[Part] = ()

    async def run(self) -> None:
        """Run all parts until cancelled; a defect in one ends them all, and another replica acts.

        At the end what is under way is finished, and the lease given up.
        """
        parts: tuple[Part, ...] = (
            self.lease.run,
            self.timers.run,
            self.sender.run,
            self.auditor.run,
            lambda: self.lease.while_acting(self.evaluation.run),
            *self.others,
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in parts:
                    tasks.create_task(_running(part))
        finally:
            await self._end()

    async def _end(self) -> None:
        """What is under way holds its claims until it is stored: only then may another begin."""
        await self.sender.drain()
        await self.lease.give_up()

    def unwell(self) -> str | None:
        """Why no heartbeat may go out; None where all is well. A replica that waits is well."""
        if self.lease.term is None:
            return None
        if not self.lease.still_ours(self.lease.term):
            return "the lease could not be renewed"
        if self.evaluation.age > OLDEST:
            return f"rules were not evaluated for {self.evaluation.age:.0f} s"
        if self.timers.age > OLDEST:
            return f"timers were not looked at for {self.timers.age:.0f} s"
        return (
            None if self.auditor.well else "the auditor found incidents that nobody would hear of"
        )


async def _running(part: Part) -> None:
    await part()
