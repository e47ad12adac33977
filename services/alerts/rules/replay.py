"""Rules replayed over stored history: when they would have fired and resolved, with which figures,
and what kept them from firing.

tables ─► feed ─► floor of the past ─► rules, as they are evaluated live ─► alerts, followed
                  begin ├──┼──┼──┼──┼──┼──┤ end     a look every so many seconds
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo

from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Judgement
from floorpulse.alerts.domain.replayed import ReplayedAlert
from floorpulse.alerts.rules.before import MORE_DAYS, Before
from floorpulse.alerts.rules.floor_rules import FloorRules
from floorpulse.alerts.rules.past_feed import PastFeed, TooMuchHistoryError
from floorpulse.alerts.rules.past_floor import PastFloor
from floorpulse.alerts.rules.past_tables import (
    DAY,
    ForecastsByThen,
    NoPositions,
    PastTables,
    forecasts_by_then,
    known_since,
)
from floorpulse.alerts.rules.replay_answer import (
    AlertRow,
    ReplayAnswer,
    ShownRule,
    alert_row,
    by_weight,
)
from floorpulse.alerts.rules.table_rules import TableRules
from floorpulse.alerts.rules.under_test import UnderTest
from floorpulse.alerts.rules.watched import WatchedAlert
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import HOUR, Span, Window
from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.calendars import Calendar, is_open
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.figures.at.readers import AgentsUntil, VisitsUntil
from floorpulse.figures.history.coverage import NotKeptError
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.timestamps import text
from floorpulse.figures.turns import Turns
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.units import Group

BEFORE = 2 * HOUR
"""What windows, half hours and paces look back at most, where none is of the day"""
TABLES_EVERY = 60_000
"""Milliseconds between two looks at days and weeks, as live"""
LATER = (Group.SATISFACTION, Group.QUALITY, Group.COMPLAINTS)
"""KPIs of what is said of contacts long after they came"""

Progress = Callable[[float], None]
"""Hears how far a replay has come, 0 to 1"""


def unheard(_: float) -> None:
    """The progress that nobody hears of."""


@dataclass(frozen=True)
class ReplayQuery:
    """Which span, with a look every `every` milliseconds; only one `queue`, as if the floor had no
    other.
    """

    span: Span
    every: int
    queue: str | None = None


@dataclass(frozen=True)
class ReplayLimits:
    """How much a replay does at most: contacts that it reads, looks times alerts."""

    visits: int = 500_000
    looks: int = 250_000


class RuleReplay:
    """Replays rules over `tables`, on a floor with these `rules` of reading."""

    def __init__(
        self, tables: PastTables, rules: Rules, turns: Turns, limits: ReplayLimits | None = None
    ) -> None:
        self._tables = tables
        self._rules = rules
        self._turns = turns
        self._limits = limits or ReplayLimits()

    async def replay(
        self, tried: UnderTest, asked: ReplayQuery, progress: Progress = unheard
    ) -> ReplayAnswer:
        """What the rules under test would have told. TooMuchHistoryError where the span holds too
        much, NotKeptError where some of it was deleted, StoreUnavailable where the tables are away.
        """
        bodies = list(_bodies(tried))
        zone = tried.definitions.of(tried.tenant).zone or self._rules.zone
        since = _since(bodies, asked.span.begin, zone)
        kept = await self._tables.visits.visits_since()
        if since < kept:
            raise NotKeptError(kept)
        floor = PastFloor(self._rules, tried.tenant, since)
        selection = Selection(tried.tenant, _queues(bodies, asked.queue))
        feed = PastFeed(floor, self._tables, self._turns, selection, self._limits.visits)
        back = Span(min(since, asked.span.begin - _looked_back(bodies)), since)
        await feed.begin(
            Span(since, asked.span.end),
            feedback=any(map(_of_feedback, bodies)),
            known=await known_since(self._tables.panes, selection, back),
        )
        forecasts = await forecasts_by_then(self._tables.forecasts, tried.tenant, asked.span)
        figures = self._figures(floor, tried, forecasts)
        watch = _Watch(floor, figures, tried, self._turns, zone)
        judgements = await self._walk(feed, watch, asked, progress)
        return _answer(watch, bodies, asked, judgements)

    def _figures(
        self, floor: PastFloor, tried: UnderTest, forecasts: ForecastsByThen
    ) -> tuple[LiveFigures, Before]:
        """The figures of the floor by its own clock; and the days and weeks before, of which
        history tells what is known now.
        """

        def now() -> int:
            return floor.now

        visits = VisitsUntil(self._tables.visits, now)
        agents = AgentsUntil(self._tables.agents, now)
        lookup = Lookup(visits, agents, lambda: floor.now / 1000)
        floors = Floors(floor.board, now, lambda: tried.definitions)
        live = LiveFigures(floors, lookup, self._turns, lambda: forecasts.at(floor.now))
        tables = Tables(self._tables.panes, visits, agents, NoPositions())
        return live, Before(live, PastFigures(floors, self._turns, tables), visits)

    async def _walk(
        self, feed: PastFeed, watch: "_Watch", asked: ReplayQuery, progress: Progress
    ) -> int:
        """Look again and again; how many judgements that made."""
        looks = range(asked.span.begin, asked.span.end + 1, asked.every)
        judged = 0
        for number, at in enumerate(looks, start=1):
            await feed.reach(at)
            judged += await watch.look(at)
            self._bound(len(watch.alerts), len(looks))
            progress(number / len(looks))
            await self._turns.next()
        watch.end(asked.span.end)
        return judged

    def _bound(self, alerts: int, looks: int) -> None:
        most = self._limits.looks
        if alerts * looks > most:
            message = (
                f"{alerts:,} alerts looked at {looks:,} times are {alerts * looks:,} looks, more "
                f"than {most:,}: test a shorter span, fewer rules or one queue, or look less often"
            )
            raise TooMuchHistoryError(message)


class _Watch:
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


def _answer(
    watch: _Watch, bodies: Sequence[RuleBody], asked: ReplayQuery, judgements: int
) -> ReplayAnswer:
    severities = {body.id: body.severity for body in bodies}
    rows: list[AlertRow] = []
    for subject, alert in watch.alerts.items():
        rule = ShownRule(subject.rule, watch.versions[subject], severities[subject.rule])
        rows.append(alert_row(alert, rule, asked.span, watch.zone))
    return ReplayAnswer(
        watch.tenant,
        text(asked.span.begin, watch.zone),
        text(asked.span.end, watch.zone),
        asked.every // 1000,
        judgements,
        by_weight(rows),
        list(_notes(bodies)),
    )


# ------------------------------------------------------------- what must be read


def _bodies(tried: UnderTest) -> Iterator[RuleBody]:
    """Every version of the rules under test."""
    for one in tried.definitions.of(tried.tenant).versions:
        if one.kind is Kind.RULE and isinstance(one.body, RuleBody):
            yield one.body


def _since(bodies: Iterable[RuleBody], begin: int, zone: ZoneInfo) -> int:
    """From when on the floor must be known: the day's begin where a window is of the day."""
    windows = {_window(body) for body in bodies}
    if Window.TODAY not in windows:
        return begin - BEFORE
    return min(begin - BEFORE, first_instant(local_day(begin, zone), zone))


def _looked_back(bodies: Iterable[RuleBody]) -> int:
    """How far before the span days and weeks are asked for at most, milliseconds."""
    streaks = [2 * one.streak.days + MORE_DAYS for one in bodies if one.streak is not None]
    spikes = [7 * one.spike.weeks + 1 for one in bodies if one.spike is not None]
    return DAY * max([*streaks, *spikes], default=0)


def _window(body: RuleBody) -> Window | None:
    for condition in (body.threshold, body.spike, body.concentration):
        if condition is not None:
            return Window(condition.window)
    return None


def _queues(bodies: Sequence[RuleBody], queue: str | None) -> tuple[str, ...]:
    """The queues whose contacts are read; none: all."""
    if queue is not None:
        return (queue,)
    named = [body.scope.queues for body in bodies]
    return tuple(sorted({one for some in named for one in some})) if all(named) else ()


def _of_feedback(body: RuleBody) -> bool:
    """Whether a rule looks at what is said of contacts long after they came."""
    return body.concentration is not None or not _groups(body).isdisjoint(LATER)


def _groups(body: RuleBody) -> set[Group]:
    """What the KPIs of a rule tell of."""
    conditions = (body.threshold, body.spike)
    return {ASKED[one.kpi].group for one in conditions if one is not None}


def _notes(bodies: Iterable[RuleBody]) -> Iterator[str]:
    """What history cannot tell."""
    for body in bodies:
        if Group.WHOLE_CONTACTS in _groups(body):
            yield (
                f"{body.id}: history is told stay by stay here, so a contact that went through "
                "several queues counts once for each of them"
            )
        if body.tier is not None:
            yield (
                f"{body.id}: what was expected of a contract's window then is not known any more; "
                "this rule cannot be tested"
            )
        if body.staleness is not None:
            yield (
                f"{body.id}: history does not hold when each event came, so nothing of the past is "
                "old; this rule cannot be tested"
            )
