"""Streaks over business days, spikes against the weeks before, concentration of complaints."""

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry

from floorpulse.alerts.domain.alert import Transition
from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.metrics import RuleMetrics
from floorpulse.alerts.rules.before import Before, weeks_before
from floorpulse.alerts.rules.evaluation import Evaluation
from floorpulse.alerts.rules.evaluator import Evaluator
from floorpulse.alerts.rules.table_rules import TableRules
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.visits import Visit
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.live.figures import LiveFigures
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, answered
from tests.fakes.ruled import ABOUT, MemoryIncidents
from tests.fakes.world import NOW, World

DAY = 24 * 60 * MINUTE
NAMES = "names: {en: Rule}"
"""Wednesday, 2026-11-11, 12:07:20"""
STREAK = f"""
calendars:
  - {{id: week, hours: {{monday: ["08:00-20:00"], tuesday: ["08:00-20:00"],
     wednesday: ["08:00-20:00"], thursday: ["08:00-20:00"], friday: ["08:00-20:00"]}}}}
queues:
  - {{id: sales, names: {{en: Sales}}, channels: [voice], calendar: week}}
rules:
  - {{id: streak, {NAMES}, streak: {{kpi: service_level, days: 3, fire_below: 0.8}}}}
"""
SPIKE = f"""
rules:
  - {{id: spike, {NAMES}, spike: {{kpi: complaints, window: 60m, weeks: 2}}}}
"""
AGENT = f"""
rules:
  - {{id: agent, {NAMES}, concentration: {{by: agent, window: 60m}}}}
"""


class Tables:
    """A world with rules that ask its tables."""

    def __init__(self, rules: str, *visits: Visit) -> None:
        self.world = World()
        self.world.floor.put(answered(NOW - 40 * DAY, 1), answered(NOW - MINUTE, 1), *visits)
        self.world.tell()
        self.world.board.take_queue_channels(asyncio.run(self.world.floor.queue_channels()))
        self.world.definitions = definitions(ABOUT + rules)
        self.states: dict[Subject, AlertState] = {}
        self.before = Before(
            self.world.query.of(LiveFigures),
            self.world.query.of(PastFigures),
            self.world.history,
        )
        self.rules = TableRules("demo", self.before, self.world.turns, self.states)
        self.told: list[Transition] = []

    def evaluate(self, later: int = 0) -> Evaluation:
        self.world.now += later
        if later:
            self.world.tell()
        evaluation = asyncio.run(self.rules.evaluate(self.world.floors.view("demo")))
        self.told += evaluation.transitions
        return evaluation

    @property
    def story(self) -> list[tuple[str, str, str, str]]:
        return [(one.subject.queue, one.subject.key, one.kind, one.reason) for one in self.told]


def day(ago: int, late: int, of: int = 20) -> list[Visit]:
    """A day of so many contacts, some of them answered late."""
    return [answered(NOW - ago * DAY + one * 1000, 90 if one < late else 1) for one in range(of)]


def complaint(at: int, **named: Any) -> Visit:
    """A contact of ann's that somebody complained of at an instant."""
    said = Complaint((Statement(at, severity="normal", **named),))
    return answered(at - 10 * MINUTE, 1, complaints={"k": said})


# ------------------------------------------------------------- streaks


def test_three_business_days_below_the_bound_are_a_streak() -> None:
    # Friday, Monday, Tuesday; the week-end is none
    tables = Tables(STREAK, *day(5, 10), *day(2, 10), *day(1, 10), *day(3, 0))

    tables.evaluate()

    assert tables.story == [("sales", "", "fire", "breached")]
    figure = tables.told[0].figure
    assert figure is not None
    assert [one["begin"][:10] for one in figure.details["days"]] == [
        "2026-11-06",
        "2026-11-09",
        "2026-11-10",
    ]


def test_a_good_day_ends_the_streak() -> None:
    tables = Tables(STREAK, *day(5, 10), *day(2, 0), *day(1, 10))

    tables.evaluate()

    assert tables.story == []


def test_days_are_read_again_after_a_while() -> None:
    tables = Tables(STREAK, *day(5, 10), *day(2, 10))
    tables.evaluate()
    tables.world.floor.put(*day(1, 10))

    tables.evaluate(9 * MINUTE)
    assert tables.story == []

    tables.evaluate(2 * MINUTE)
    assert tables.story == [("sales", "", "fire", "breached")]


def test_days_that_retention_deleted_make_no_streak_and_those_that_are_kept_do() -> None:
    tables = Tables(STREAK, *day(5, 10), *day(2, 10), *day(1, 10))
    tables.world.history.rollups_since = NOW - 4 * DAY
    assert [one.reason for one in tables.evaluate().judgements] == [Reason.NOT_FILLED]

    kept = Tables(STREAK, *day(5, 10), *day(2, 10), *day(1, 10))
    kept.world.history.rollups_since = NOW - 7 * DAY
    kept.evaluate()
    assert kept.story == [("sales", "", "fire", "breached")]


def test_days_before_the_floor_was_known_make_no_streak() -> None:
    tables = Tables(STREAK, *day(2, 10), *day(1, 10))
    tables.world.board.first_seen = {("demo", "sales", "voice"): NOW - 3 * DAY}

    evaluation = tables.evaluate()

    assert [one.reason for one in evaluation.judgements] == [Reason.NOT_FILLED]


def test_stale_figures_decide_nothing() -> None:
    tables = Tables(STREAK, *day(5, 10), *day(2, 10), *day(1, 10))
    tables.evaluate()
    tables.world.now += 60_000
    view = tables.world.floors.view("demo")

    evaluation = asyncio.run(tables.rules.evaluate(view))

    assert [one.reason for one in evaluation.judgements] == [Reason.STALE]
    assert tables.states[Subject("demo", "streak", "sales")].phase == "firing"


def test_a_queue_that_is_watched_no_longer_resolves() -> None:
    tables = Tables(STREAK, *day(5, 10), *day(2, 10), *day(1, 10))
    tables.evaluate()
    scoped = STREAK.replace("id: streak,", "id: streak, scope: {channels: [chat]},")
    tables.world.definitions = definitions(
        ABOUT + STREAK, ABOUT + scoped.replace("[voice]", "[voice, chat]")
    )

    tables.evaluate()

    assert tables.story[1:] == [("sales", "", "resolve", "rule_changed")]


# ------------------------------------------------------------- the evaluator


def evaluator_of(tables: Tables) -> Evaluator:
    """An evaluator of the world's rules that asks the tables, too."""
    world = tables.world
    return Evaluator(
        world.floors,
        world.query.of(LiveFigures),
        world.turns,
        RuleMetrics(CollectorRegistry()),
        lambda: True,
        lambda: world.now / 1000,
    ).with_tables(tables.before)


async def test_the_evaluator_asks_the_tables_beside() -> None:
    tables = await asyncio.to_thread(Tables, STREAK, *day(5, 10), *day(2, 10), *day(1, 10))
    incidents = MemoryIncidents()
    evaluator = evaluator_of(tables)

    for _ in range(100):
        await evaluator.evaluate(incidents)
        await asyncio.sleep(0)

    assert [one.subject.rule for one in incidents.transitions] == ["streak"]


async def test_tables_that_are_away_are_asked_again_a_minute_later() -> None:
    tables = await asyncio.to_thread(Tables, STREAK, *day(5, 10), *day(2, 10), *day(1, 10))
    world = tables.world
    incidents = MemoryIncidents()
    evaluator = evaluator_of(tables)
    world.floor.away = True
    for _ in range(20):
        await evaluator.evaluate(incidents)
        await asyncio.sleep(0)
    world.floor.away = False

    for later in (59_000, 1_000):
        assert list(incidents.transitions) == []
        world.now += later
        world.tell()
        for _ in range(100):
            await evaluator.evaluate(incidents)
            await asyncio.sleep(0)

    assert [one.subject.rule for one in incidents.transitions] == ["streak"]


# ------------------------------------------------------------- weeks


@pytest.mark.parametrize(
    ("zone", "begin", "expected"),
    [
        ("UTC", "2026-11-11T11:07:00Z", "2026-11-04T11:00:00Z"),
        ("Europe/Berlin", "2026-10-28T08:00:00Z", "2026-10-21T07:00:00Z"),  # clocks went back
    ],
)
def test_a_week_before_is_by_the_wall_clock(zone: str, begin: str, expected: str) -> None:
    at = instant(begin)

    found = weeks_before(Span(at, at + 60 * MINUTE), 1, ZoneInfo(zone))

    assert found == Span(instant(expected), instant(expected) + 60 * MINUTE)


def instant(words: str) -> int:
    return round(datetime.fromisoformat(words).timestamp()) * 1000


def complaints(*at: int) -> list[Visit]:
    return [complaint(one) for one in at]


def test_a_spike_is_held_against_the_same_hour_of_the_weeks_before() -> None:
    week = 7 * DAY
    tables = Tables(
        SPIKE,
        *complaints(*[NOW - 30 * MINUTE + one for one in range(6)]),
        *complaints(*[NOW - week - 30 * MINUTE + one for one in range(3)]),
        *complaints(*[NOW - 2 * week - 30 * MINUTE + one for one in range(2)]),
    )

    tables.evaluate()

    assert tables.story == [("sales", "", "fire", "breached")]
    figure = tables.told[0].figure
    assert figure is not None
    assert (figure.kpi, figure.value, figure.window, figure.bound) == ("complaints", 6, "60m", 5.0)
    assert figure.details == {"usual": 2.5, "before": [3.0, 2.0]}


def test_what_is_usual_is_no_spike() -> None:
    tables = Tables(
        SPIKE,
        *complaints(*[NOW - 30 * MINUTE + one for one in range(6)]),
        *complaints(*[NOW - 7 * DAY - 30 * MINUTE + one for one in range(5)]),
        *complaints(*[NOW - 14 * DAY - 30 * MINUTE + one for one in range(5)]),
    )

    tables.evaluate()

    assert tables.story == []


def test_a_week_that_retention_deleted_is_no_week_rather_than_one_without_contacts() -> None:
    tables = Tables(SPIKE, *complaints(*[NOW - 30 * MINUTE + one for one in range(6)]))
    tables.world.history.rollups_since = NOW - 3 * DAY

    evaluation = tables.evaluate()

    assert [one.reason for one in evaluation.judgements] == [Reason.NOT_FILLED]


def test_a_week_before_the_floor_was_known_is_no_week() -> None:
    tables = Tables(SPIKE, *complaints(*[NOW - 30 * MINUTE + one for one in range(6)]))
    tables.world.board.first_seen = {("demo", "sales", "voice"): NOW - 3 * DAY}

    evaluation = tables.evaluate()

    assert [one.reason for one in evaluation.judgements] == [Reason.NOT_FILLED]


def test_a_floor_that_nobody_knows_has_no_weeks() -> None:
    tables = Tables(SPIKE)
    tables.world.board.first_seen = {}

    evaluation = tables.evaluate()

    assert [one.reason for one in evaluation.judgements] == [Reason.NOT_FILLED]


# ------------------------------------------------------------- complaints


def test_an_agent_whom_most_complaints_name_stands_out() -> None:
    recent = [NOW - 20 * MINUTE + one for one in range(6)]
    tables = Tables(
        AGENT, *[complaint(at, agent="bob" if at == recent[0] else "cem") for at in recent]
    )

    tables.evaluate()

    assert tables.story == [("sales", "cem", "fire", "breached")]
    figure = tables.told[0].figure
    assert figure is not None
    assert (figure.numerator, figure.denominator, figure.bound) == (5, 6, 0.5)
    assert figure.details == {"agent": "cem"}


def test_one_who_stood_out_is_clear_once_nobody_complains() -> None:
    recent = [NOW - 20 * MINUTE + one for one in range(6)]
    tables = Tables(AGENT, *[complaint(at, agent="cem") for at in recent])
    tables.evaluate()

    tables.evaluate(60 * MINUTE)

    assert tables.story[1:] == [("sales", "cem", "resolve", "cleared")]


def test_a_reason_stands_out_alike_over_all_queues() -> None:
    reason = AGENT.replace("by: agent", "by: reason").replace(
        "id: agent,", "id: agent, scope: {total: true},"
    )
    recent = [NOW - 20 * MINUTE + one for one in range(6)]
    tables = Tables(reason, *[complaint(at, category="refund") for at in recent])

    tables.evaluate()

    assert tables.story == [("", "refund", "fire", "breached")]


def test_without_rules_the_tables_are_not_asked() -> None:
    tables = Tables("")
    tables.world.floor.away = True

    assert tables.evaluate().judged == 0
