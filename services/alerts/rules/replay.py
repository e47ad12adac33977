"""Rules replayed over stored history: when they would have fired and resolved, with which figures,
and what kept them from firing.

tables ─► feed ─► floor of the past ─► rules, as they are evaluated live ─► alerts, followed
                  begin ├──┼──┼──┼──┼──┼──┤ end     a look every so many seconds
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from floorpulse.alerts.rules.before import Before
from floorpulse.alerts.rules.past_feed import PastFeed, TooMuchHistoryError
from floorpulse.alerts.rules.past_floor import PastFloor
from floorpulse.alerts.rules.past_tables import (
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
from floorpulse.alerts.rules.replay_needs import (
    bodies_of,
    known_from,
    looked_back,
    of_feedback,
    queues_read,
    untold,
)
from floorpulse.alerts.rules.replay_watch import ReplayWatch
from floorpulse.alerts.rules.under_test import UnderTest
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import Span
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
        bodies = list(bodies_of(tried))
        zone = tried.definitions.of(tried.tenant).zone or self._rules.zone
        since = known_from(bodies, asked.span.begin, zone)
        kept = await self._tables.visits.visits_since()
        if since < kept:
            raise NotKeptError(kept)
        floor = PastFloor(self._rules, tried.tenant, since)
        selection = Selection(tried.tenant, queues_read(bodies, asked.queue))
        feed = PastFeed(floor, self._tables, self._turns, selection, self._limits.visits)
        back = Span(min(since, asked.span.begin - looked_back(bodies)), since)
        await feed.begin(
            Span(since, asked.span.end),
            feedback=any(map(of_feedback, bodies)),
            known=await known_since(self._tables.panes, selection, back),
        )
        forecasts = await forecasts_by_then(self._tables.forecasts, tried.tenant, asked.span)
        figures = self._figures(floor, tried, forecasts)
        watch = ReplayWatch(floor, figures, tried, self._turns, zone)
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
        self, feed: PastFeed, watch: "ReplayWatch", asked: ReplayQuery, progress: Progress
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


def _answer(
    watch: ReplayWatch, bodies: Sequence[RuleBody], asked: ReplayQuery, judgements: int
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
        list(untold(bodies)),
    )


# ------------------------------------------------------------- what must be read
