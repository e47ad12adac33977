"""Rules over days and weeks, and of complaints' concentration, replayed over stored history."""

import asyncio
from zoneinfo import ZoneInfo

import pytest

from floorpulse.alerts.rules.past_tables import PastTables, known_since
from floorpulse.alerts.rules.replay import ReplayQuery, RuleReplay
from floorpulse.alerts.rules.replay_answer import AlertRow, ReplayAnswer
from floorpulse.alerts.rules.under_test import under_test
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.selection import Selection
from floorpulse.figures.turns import Turns
from tests.fakes.floor import MemoryFloor, MemoryHistory, answered
from tests.fakes.forecasts import MemoryForecasts
from tests.fakes.world import NOW

DAY = 24 * HOUR
NOON = NOW - 440_000
"""Wednesday, 2026-11-11, 12:00"""
STREAK = "streak: {kpi: service_level, days: 3, fire_below: 0.8}"
SPIKE = "spike: {kpi: complaints, window: 60m, weeks: 2}"
AGENT = "concentration: {by: agent, window: 60m}"


def replayed(condition: str, *visits: Visit, span: Span) -> ReplayAnswer:
    """What a rule of that condition would have told, with a look every ten seconds."""
    floor = MemoryFloor()
    floor.put(*visits)
    history = MemoryHistory(floor)
    tables = PastTables(history, history, history, MemoryForecasts())
    replay = RuleReplay(tables, Rules(ZoneInfo("UTC")), Turns())
    rule = f"rules:\n  - {{id: rule, names: {{en: Rule}}, {condition}}}\n"
    queue = "queues:\n  - {id: sales, names: {en: Sales}, channels: [voice]}\n"
    tried = under_test("rules.yaml", queue + rule, NOTHING, "demo")
    return asyncio.run(replay.replay(tried, ReplayQuery(span, 10_000)))


def fired(answer: ReplayAnswer) -> list[tuple[str, str]]:
    return [
        (_shown(alert), one.fired_at[11:19]) for alert in answer.alerts for one in alert.firings
    ]


def _shown(alert: AlertRow) -> str:
    return f"{alert.queue}/{alert.key}" if alert.key else str(alert.queue)


def day(ago: int, late: int, of: int = 20) -> list[Visit]:
    """A day of so many contacts, some of them answered late."""
    return [answered(NOON - ago * DAY + one * 1000, 90 if one < late else 1) for one in range(of)]


def complaint(at: int) -> Visit:
    """A contact of ann's that somebody complained of at an instant."""
    said = Complaint((Statement(at, severity="normal"),))
    return answered(at - 10 * MINUTE, 1, complaints={"k": said})


def test_a_streak_fires_with_the_day_that_follows_its_last() -> None:
    before = [*day(9, 0), *day(3, 10), *day(2, 10), *day(1, 10)]
    midnight = NOON - 12 * HOUR

    answer = replayed(STREAK, *before, span=Span(midnight - 5 * MINUTE, midnight + 5 * MINUTE))

    assert fired(answer) == [("sales", "00:00:00")]
    assert answer.notes == []


def test_a_floor_that_was_not_known_long_enough_has_no_streak() -> None:
    short = [*day(2, 10), *day(1, 10)]

    answer = replayed(STREAK, *short, span=Span(NOON, NOON + 5 * MINUTE))

    assert fired(answer) == []


def test_a_spike_fires_in_the_minute_in_which_it_is_one() -> None:
    calm = [answered(NOON - weeks * 7 * DAY - 30 * MINUTE, 1) for weeks in (1, 2, 3)]
    many = [complaint(NOON + one * 10_000) for one in range(12)]

    answer = replayed(SPIKE, *calm, *many, span=Span(NOON - 10 * MINUTE, NOON + 10 * MINUTE))

    [(queue, at)] = fired(answer)
    assert queue == "sales"
    assert "12:00:00" < at <= "12:02:00"


def test_complaints_of_one_agent_are_a_concentration() -> None:
    many = [complaint(NOON + one * 10_000) for one in range(12)]

    answer = replayed(AGENT, *many, span=Span(NOON - 10 * MINUTE, NOON + 10 * MINUTE))

    [(subject, at)] = fired(answer)
    assert subject == "sales/ann"
    assert "12:00:00" < at <= "12:02:00"


@pytest.mark.parametrize(("ago", "found"), [(30, 30), (12, 12), (1, 1)])
def test_the_floor_is_known_since_its_first_day_with_a_contact(ago: int, found: int) -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON - ago * DAY, 1))
    span = Span(NOON - 31 * DAY - HOUR, NOON)

    since = asyncio.run(known_since(MemoryHistory(floor), Selection("demo"), span))

    assert NOON - (found + 1) * DAY < since <= NOON - found * DAY


def test_a_floor_without_any_contact_is_known_since_the_span_ended() -> None:
    span = Span(NOON - 31 * DAY, NOON)

    assert asyncio.run(known_since(MemoryHistory(MemoryFloor()), Selection("demo"), span)) == NOON
