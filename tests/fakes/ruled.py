"""A floor in memory with rules at work, and the API in front of it."""

import asyncio
from collections.abc import Iterable

from floorpulse.alerts.domain.alert import EvaluationBatch, Transition
from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Judgement
from floorpulse.alerts.rules.evaluation import Evaluation
from floorpulse.alerts.rules.floor_rules import FloorRules
from floorpulse.alerts.rules.watched import WatchedAlert
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.definitions import definitions
from tests.fakes.world import World

ABOUT = """
tenant: demo
about:
  - {names: {en: Demo}, zone: UTC}
"""


class RuledFloor:
    """The rules of `demo` on a world's board; `judged` is the last judgement of each alert, unless
    nobody hears of judgements.
    """

    def __init__(
        self, world: World, rules: str = "", *, everything: bool = False, heard: bool = True
    ) -> None:
        self.world = world
        if rules:
            world.definitions = definitions(ABOUT + rules)
        self.states: dict[Subject, AlertState] = {}
        self.rules = FloorRules("demo", world.query.of(LiveFigures), world.turns, self.states)
        self.judged: dict[Subject, Judgement] = {}
        self.looked: list[Subject] = []
        self.told: list[Transition] = []
        self._everything = everything
        self._heard = heard
        self._watched = world.board.watch()

    def evaluate(self) -> Evaluation:
        self.looked.clear()
        told = set(self._watched)
        self._watched.clear()

        async def evaluate() -> Evaluation:
            return await self.rules.evaluate(
                self.world.floors.view("demo"),
                told,
                everything=self._everything,
                seen=self._see if self._heard else None,
            )

        evaluation = asyncio.run(evaluate())
        self.told += evaluation.transitions
        return evaluation

    def after(self, seconds: float) -> Evaluation:
        """Evaluate so much later; the floor goes on telling."""
        self.world.now += round(seconds * 1000)
        self.world.tell()
        return self.evaluate()

    def without_news(self, seconds: float) -> Evaluation:
        """Evaluate so much later; nobody tells anything."""
        self.world.now += round(seconds * 1000)
        return self.evaluate()

    def of(self, rule: str, queue: str = "sales") -> Judgement:
        """The last judgement of a rule."""
        return next(
            judgement
            for subject, judgement in self.judged.items()
            if (subject.rule, subject.queue) == (rule, queue)
        )

    @property
    def story(self) -> list[tuple[str, str, str, str]]:
        return [(one.subject.rule, one.subject.queue, one.kind, one.reason) for one in self.told]

    def _see(self, alert: WatchedAlert, judgement: Judgement, _at: int) -> None:
        self.looked.append(alert.subject)
        self.judged[alert.subject] = judgement


class MemoryIncidents:
    """An `IncidentTaker` and `AlertStates` in memory; `away` makes it fail."""

    def __init__(self) -> None:
        self.away = False
        self.batches: list[EvaluationBatch] = []
        self.states: dict[Subject, AlertState] = {}

    async def take(self, batch: EvaluationBatch) -> None:
        self._answer()
        self.batches.append(batch)
        self.states.update(batch.states)

    async def load(self) -> dict[Subject, AlertState]:
        self._answer()
        return dict(self.states)

    @property
    def transitions(self) -> Iterable[Transition]:
        return [one for batch in self.batches for one in batch.transitions]

    def _answer(self) -> None:
        if self.away:
            message = "the store is away"
            raise StoreUnavailable(message)
