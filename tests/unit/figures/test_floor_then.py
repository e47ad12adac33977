"""The floor at a past instant is the floor that live figures showed: the laws of the time machine,
over hours of the model contact centre.

Both sides know every event; `then` heard of each the instant it happened, `later` looks back.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from floorpulse.board.domain.windows import MINUTE, Span, Window
from floorpulse.contracts.visits import Visit
from floorpulse.figures.at.figures import PastFloors
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.intervals import Interval
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.queues import QueueNow, Queues
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import HistoryRow, LiveRow, Question
from floorpulse.figures.selection import By, Selection
from floorpulse.kpis.catalogue import ASKED, Kpi, MomentKpi
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.units import Group
from floorpulse.simulator.domain.scenarios import DOUBLE_ELEVEN
from tests.fakes.past_day import PastDay

pytestmark = [pytest.mark.timeout(600), pytest.mark.no_cover]  # hours, which tracing makes long

INSTANTS = 200
COUNTING = (Need.NOTHING, Need.THROUGHPUT)
FEEDBACK = (Group.SATISFACTION, Group.QUALITY, Group.COMPLAINTS)
STAY: tuple[Kpi, ...] = tuple(
    kpi for kpi in ASKED.values() if kpi.group not in FEEDBACK and Need.RETURNS not in kpi.needs
)
"""What is told of stays, plans and agents, to the instant; customers who came back: see below"""
COUNTED: tuple[Kpi, ...] = tuple(kpi for kpi in STAY if kpi.needs in COUNTING)
"""What panes and visits alone tell"""
FEEDBACK_KPIS: tuple[Kpi, ...] = tuple(
    kpi
    for kpi in ASKED.values()
    if kpi.group in (Group.SATISFACTION, Group.QUALITY) and not kpi.id.endswith(":contact")
)
"""Feedback by its own time, which counts once its minute is over"""


@pytest.fixture(scope="module")
def day() -> PastDay:
    """The busiest hours of the year."""
    return PastDay(DOUBLE_ELEVEN, seed=3, opens=18.5, closes=20)


def instants(day: PastDay, step: int, number: int) -> Iterator[int]:
    """Random instants in ascending order, each a multiple of `step`."""
    rng = random.Random(11)
    known = sorted(rng.randrange(day.begin + MINUTE, day.end) for _ in range(number))
    yield from (at - at % step for at in known)


def question(number: int, kpis: tuple[Kpi, ...]) -> LiveQuery:
    """A question of many: every window, and every kind of row."""
    windows, kinds = list(Window), list(By)
    return LiveQuery(
        Selection("demo", by=kinds[number % len(kinds)]),
        windows[number % len(windows)],
        Question(kpis, AS_IN_FORCE),
    )


async def then_rows(day: PastDay, query: LiveQuery) -> list[LiveRow]:
    return await day.then.query.of(LiveFigures).rows(query)


async def past_rows(day: PastDay, query: LiveQuery, at: int) -> list[LiveRow]:
    past = await day.later.query.of(PastFloors).figures(query, at)
    return await past.rows(query)


def said(rows: list[Any]) -> dict[tuple[object, ...], tuple[object, ...]]:
    """What rows say, by what they are about."""
    return {
        (one.queue, one.channel, one.team, one.site, one.kpi): (
            one.value,
            one.numerator,
            one.denominator,
            one.low,
            one.high,
            one.definition,
        )
        for one in rows
    }


def test_at_any_instant_the_floor_is_what_live_figures_showed_at_it(day: PastDay) -> None:
    for number, at in enumerate(instants(day, 1, INSTANTS)):
        day.reach(at)
        query = question(number, STAY)
        shown = asyncio.run(then_rows(day, query))
        told = asyncio.run(past_rows(day, query, at))

        assert said(told) == said(shown), at
        assert [(one.time, one.end, one.as_of) for one in told] == [
            (one.time, one.end, one.as_of) for one in shown
        ]


async def history_rows(day: PastDay, kpis: tuple[Kpi, ...], span: Span) -> list[HistoryRow]:
    view = day.later.floors.view("demo")
    query = HistoryQuery(
        Selection("demo", by=By.QUEUE_AND_CHANNEL),
        span,
        Interval.ALL,
        view.zone,
        Question(kpis, AS_IN_FORCE),
    )
    rows, _ = await day.later.query.of(PastFigures).page(query, None, 1 << 30)
    return rows


def unsettled(day: PastDay, span: Span) -> set[str]:
    """The queues of contacts of a span that went on after it."""
    return {
        str(visit.queue)
        for visit in day.later.floor.visits_of.values()
        if any(at in span for at in steps(visit)) and max(steps(visit)) >= span.end
    }


def steps(visit: Visit) -> list[int]:
    """All instants of a stay."""
    known = (
        visit.offered_at,
        visit.answered_at,
        visit.ended_at,
        visit.wrapped_at,
        visit.abandoned_at,
        visit.left_at,
        visit.transferred_at,
    )
    return [at for at in known if at is not None]


def test_at_a_whole_minute_history_and_the_visits_themselves_tell_the_same(day: PastDay) -> None:
    gauges = tuple(ASKED[name] for name in ("waiting", "longest_wait", "in_progress"))
    counted = tuple(kpi for kpi in COUNTED if not isinstance(kpi, MomentKpi))
    compared = 0
    for at in range(day.begin + 5 * MINUTE, day.end, MINUTE):
        question = Question(gauges + counted, AS_IN_FORCE)
        query = LiveQuery(Selection("demo", by=By.QUEUE_AND_CHANNEL), Window.M5, question)
        rows = said(asyncio.run(past_rows(day, query, at)))
        span, moment = Span(at - 5 * MINUTE, at), Span(at, at + MINUTE)
        history = said(asyncio.run(history_rows(day, counted, span)))
        there = said(asyncio.run(history_rows(day, gauges, moment)))
        offers, going_on = waiting_at(day, at), unsettled(day, span)
        for key, one in rows.items():
            queue, kpi = str(key[0]), key[4]
            assert agrees(day, at, key, one, there.get(key, one)), (at, key)
            if kpi == "waiting":
                assert one[0] == len(offers[queue]), (at, key)
            elif kpi == "longest_wait":
                assert one[0] == max((at - offer for offer in offers[queue]), default=0) / 1000
            elif kpi == "in_progress":
                assert one[0] == talking_at(day, at, queue), (at, key)
            elif key in history and queue not in going_on:
                assert one == history[key], (at, key)
                compared += 1
    assert compared > INSTANTS


def waiting_at(day: PastDay, at: int) -> dict[str, list[int]]:
    """The offers of those who waited, by queue, counted from the visits."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for visit in day.later.floor.visits_of.values():
        ends = [one for one in (visit.answered_at, visit.abandoned_at, visit.left_at) if one]
        if visit.offered_at and visit.offered_at <= at < min(ends, default=at + 1):
            found[str(visit.queue)].append(visit.offered_at)
    return found


def agrees(
    day: PastDay, at: int, key: tuple[Any, ...], one: tuple[Any, ...], history: tuple[Any, ...]
) -> bool:
    """Whether history tells what the visits tell: the same, but for wrap-ups in progress."""
    if key[4] != "in_progress" or history == one:
        return history == one
    return bool(history[0] == talking_at(day, at, str(key[0]), wrapping=True))


def talking_at(day: PastDay, at: int, queue: str, *, wrapping: bool = False) -> int:
    """How many of a queue were in progress, counted from the visits: `wrapping`, too, in a wrap-up
    that was told when it was over.
    """
    return sum(
        visit.answered_at
        <= at
        < max(visit.ended_at or at + 1, (visit.wrapped_at or 0) if wrapping else 0)
        for visit in day.later.floor.visits_of.values()
        if visit.queue == queue and visit.answered_at
    )


def test_the_listing_of_queues_and_feedback_by_minutes_are_what_was_shown() -> None:
    day = PastDay(DOUBLE_ELEVEN, seed=4, opens=19, closes=19.5)
    for number, at in enumerate(instants(day, MINUTE, 10)):
        day.reach(at)
        query = question(number, FEEDBACK_KPIS)

        assert asyncio.run(past_queues(day, at)) == asyncio.run(shown_queues(day)), at
        told, shown = asyncio.run(past_rows(day, query, at)), asyncio.run(then_rows(day, query))
        assert said(told) == said(shown), at


async def past_queues(day: PastDay, at: int) -> list[QueueNow]:
    past = await day.later.query.of(PastFloors).queues(Selection("demo"), at)
    return (await past.page(Selection("demo"), None, 100))[0]


async def shown_queues(day: PastDay) -> list[QueueNow]:
    return (await day.then.query.of(Queues).page(Selection("demo"), None, 100))[0]
