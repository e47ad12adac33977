"""Evaluation: the rules of all tenants, with every news of the board but not more often than four
times a second, and at least every second.

news ─► what may have changed ─► transitions and states ─► whoever keeps incidents
                                     ▲                        │ does not answer
                                     └── given again ─────────┘
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.domain.alert import EvaluationBatch, Transition
from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.metrics import RuleMetrics
from floorpulse.alerts.ports import AlertStates, IncidentTaker
from floorpulse.alerts.rules.before import Before
from floorpulse.alerts.rules.evaluation import Evaluation
from floorpulse.alerts.rules.floor_rules import FloorRules
from floorpulse.alerts.rules.table_rules import TableRules
from floorpulse.alerts.rules.tables_in_turn import TablesInTurn
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.runtime.unavailable import StoreUnavailable

NOT_BEFORE = 0.25
NOT_AFTER = 1.0
RETRY = 1.0
"""Seconds: between two evaluations at least and at most, and before states are read again"""

log: BoundLogger = structlog.get_logger(__name__)


class Evaluator:
    """Evaluates rules while this replica acts; make a new one whenever it begins to.

    `ready`: board and definitions are loaded; nothing is judged before.
    """

    def __init__(
        self,
        floors: Floors,
        live: LiveFigures,
        turns: Turns,
        metrics: RuleMetrics,
        ready: Callable[[], bool],
        monotonic: Callable[[], float],
    ) -> None:
        self._floors = floors
        self._live = live
        self._turns = turns
        self._metrics = metrics
        self._ready = ready
        self._monotonic = monotonic
        self._told = floors.board.watch()
        self._rules: dict[str, FloorRules] = {}
        self._defined: tuple[Definitions, set[str]] = (NOTHING, set())
        self.states: dict[Subject, AlertState] = {}
        self._transitions: list[Transition] = []
        self._changed: dict[Subject, AlertState] = {}
        self._tables: TablesInTurn | None = None
        self._evaluated_at = monotonic()
        metrics.age.set_function(self.age)

    def with_tables(self, before: Before) -> Self:
        """The same, with rules that ask the tables."""
        self._tables = TablesInTurn(
            lambda tenant: TableRules(tenant, before, self._turns, self.states), self._monotonic
        )
        return self

    def age(self) -> float:
        """Seconds since all rules were last evaluated and all that came of it was stored."""
        return self._monotonic() - self._evaluated_at

    async def run(self, stored: AlertStates, taker: IncidentTaker, news: asyncio.Event) -> None:
        """Evaluate until cancelled. Raises what `taker` raises, but that it is away."""
        try:
            await self._load(stored)
            await self._run(taker, news)
        finally:
            self._floors.board.unwatch(self._told)
            if self._tables is not None:
                await self._tables.stop()

    async def _run(self, taker: IncidentTaker, news: asyncio.Event) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(NOT_AFTER):
                    await news.wait()
            news.clear()
            if self._ready():
                await self.evaluate(taker)
            await asyncio.sleep(NOT_BEFORE)

    async def _load(self, stored: AlertStates) -> None:
        """Begin where alerts stood when somebody evaluated last."""
        while True:
            try:
                self.states.update(await stored.load())
            except StoreUnavailable as away:
                log.warning("alert_states_not_read", error=str(away))
                await asyncio.sleep(RETRY)
            else:
                return

    async def evaluate(self, taker: IncidentTaker) -> None:
        """Evaluate the rules of every tenant once, and hand over what changed."""
        began = self._monotonic()
        told = set(self._told)
        self._told.clear()
        for tenant in self._tenants():
            rules = self._rules.get(tenant)
            if rules is None:
                rules = self._rules[tenant] = FloorRules(
                    tenant, self._live, self._turns, self.states
                )
            self.note(await rules.evaluate(self._floors.view(tenant), told))
        if self._tables is not None:
            for found in self._tables.turn(self._floors.view, self._tenants()):
                self.note(found)
        self._metrics.seconds.observe(self._monotonic() - began)
        if await self.hand_over(taker):
            self._evaluated_at = self._monotonic()

    def _tenants(self) -> Sequence[str]:
        """Tenants with rules or with alerts of rules that they had."""
        definitions = self._floors.definitions()
        if definitions is not self._defined[0]:
            tenants = {one.tenant for one in definitions.versions if one.kind is Kind.RULE}
            self._defined = definitions, tenants
        return sorted(self._defined[1] | {subject.tenant for subject in self.states})

    def note(self, evaluation: Evaluation) -> None:
        """Take in what an evaluation changed; it is handed over with the next."""
        if evaluation.states:
            self._metrics.stand(self.states)
        self._transitions += evaluation.transitions
        self._changed.update(evaluation.states)
        self._metrics.judged(evaluation.reasons)

    async def hand_over(self, taker: IncidentTaker) -> bool:
        """Give what changed to whoever keeps incidents; False where it must be given again."""
        if not self._transitions and not self._changed:
            return True
        batch = EvaluationBatch(tuple(self._transitions), dict(self._changed))
        try:
            await taker.take(batch)
        except StoreUnavailable as away:
            log.warning("transitions_not_stored", waiting=len(batch.transitions), error=str(away))
            return False
        del self._transitions[: len(batch.transitions)]
        for subject, state in batch.states.items():
            if self._changed.get(subject) is state:
                del self._changed[subject]
        return True
