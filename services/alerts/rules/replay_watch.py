"""The rules under test on a floor of the past, and what becomes of their alerts."""

from itertools import chain
from zoneinfo import ZoneInfo

from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Judgement
from floorpulse.alerts.domain.replayed import ReplayedAlert
from floorpulse.alerts.rules.before import Before
from floorpulse.alerts.rules.floor_rules import FloorRules
from floorpulse.alerts.rules.past_floor import PastFloor
from floorpulse.alerts.rules.table_rules import TableRules
from floorpulse.alerts.rules.under_test import UnderTest
from floorpulse.alerts.rules.watched import WatchedAlert
from floorpulse.definitions.domain.calendars import Calendar, is_open
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.turns import Turns

TABLES_EVERY = 60_000
"""Milliseconds between two looks at days and weeks, as live"""


class ReplayWatch:
    """The rules under test on a floor of the past, and what becomes of their alerts."""

    def __init__(
        self,
        floor: PastFloor,
        figures: tuple[LiveFigures, Before],
        tried: UnderTest,
        turns: Turns,
        zone: ZoneInfo,
    ) -> None:
        live, before = figures
        self.tenant = tried.tenant
        self.zone = zone
        self.alerts: dict[Subject, ReplayedAlert] = {}
        self.versions: dict[Subject, str] = {}
        self._floor = floor
        self._floors = live.floors
        self._states: dict[Subject, AlertState] = {}
        self._rules = FloorRules(tried.tenant, live, turns, self._states)
        self._table_rules = TableRules(tried.tenant, before, turns, self._states)
        self._tables_from = floor.now
        self._judged: list[tuple[WatchedAlert, Judgement]] = []
        self._open: dict[int, bool] = {}

    async def look(self, at: int) -> int:
        """Look at what changed by an instant; how many judgements that made."""
        told = self._floor.advance(at)
        self._judged.clear()
        self._open.clear()
        view = self._floors.view(self.tenant)
        evaluations = [await self._rules.evaluate(view, told, seen=self._see)]
        if at >= self._tables_from:
            self._tables_from = at + TABLES_EVERY
            evaluations.append(await self._table_rules.evaluate(view, self._see))
        for alert, _ in self._judged:
            self._followed(alert.subject, at).reach(at)
            self.versions[alert.subject] = alert.rule.version
        for transition in chain.from_iterable(one.transitions for one in evaluations):
            self._followed(transition.subject, at).told(transition)
        for alert, judgement in self._judged:
            state = self._states.get(alert.subject, INACTIVE)
            self.alerts[alert.subject].look(judgement, state, is_open=self._is_open(alert, at))
        return len(self._judged)

    def _see(self, alert: WatchedAlert, judgement: Judgement, _: int) -> None:
        self._judged.append((alert, judgement))

    def _followed(self, subject: Subject, at: int) -> ReplayedAlert:
        known = self.alerts.get(subject)
        if known is None:
            known = self.alerts[subject] = ReplayedAlert(subject, at)
        return known

    def _is_open(self, alert: WatchedAlert, at: int) -> bool:
        calendar: Calendar | None = alert.calendar
        if calendar is None:
            return True
        known = self._open.get(id(calendar))
        if known is None:
            known = self._open[id(calendar)] = is_open(calendar, at, self.zone)
        return known

    def end(self, at: int) -> None:
        """The span is over."""
        for alert in self.alerts.values():
            alert.reach(at)
