"""What was stored by an instant of the past."""

import asyncio
from zoneinfo import ZoneInfo

from floorpulse.alerts.rules.past_feed import PastFeed
from floorpulse.alerts.rules.past_floor import PastFloor
from floorpulse.alerts.rules.past_tables import PastTables, forecasts_by_then
from floorpulse.alerts.rules.replay import ReplayQuery, RuleReplay
from floorpulse.alerts.rules.replay_answer import ReplayAnswer
from floorpulse.alerts.rules.under_test import under_test
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import HOUR, MINUTE, Span, Window
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.at.readers import AgentsUntil, VisitsUntil
from floorpulse.figures.forecasts.keeper import Said
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.turns import Turns
from floorpulse.kpis.plan import Slot
from tests.fakes.floor import MemoryFloor, MemoryHistory, answered
from tests.fakes.forecasts import MemoryForecasts

TENANT = "demo"
NOON = 1_794_398_400_000  # 2026-11-11T12:00:00Z
RULES = Rules(ZoneInfo("UTC"))
EVERYONE = Selection(TENANT, by=By.QUEUE_AND_CHANNEL)


def tables(floor: MemoryFloor) -> PastTables:
    history = MemoryHistory(floor)
    return PastTables(history, history, history, MemoryForecasts())


def complained(at: int, opened: int, queue: str = "sales") -> Visit:
    """A contact of `at` that was complained about at `opened`."""
    return answered(at, 5, queue=queue, complaints={"k": Complaint((Statement(opened),))})


def slot(volume: float) -> Slot:
    return Slot("sales", "", NOON, NOON + 30 * MINUTE, volume, 200.0)


def test_look_ups_of_the_past_end_at_the_instant() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON, 5, customer="c"), answered(NOON + 50_000, 5, customer="c"))
    floor.put(complained(NOON - HOUR, NOON + 40_000))
    floor.enter("ann", Entered(NOON, "available"), Entered(NOON + 50_000, "busy"))
    history = MemoryHistory(floor)
    visits = VisitsUntil(history, lambda: NOON + 30_000)
    agents = AgentsUntil(history, lambda: NOON + 30_000)
    span = Span(NOON, NOON + MINUTE)

    async def found() -> tuple[int, int, int, int, int]:
        offered = [one async for portion in visits.visits(EVERYONE, span) for one in portion]
        entered = [one async for portion in agents.states(TENANT, span) for one in portion]
        handled = [one async for portion in agents.handled(EVERYONE, span) for one in portion]
        returns = await visits.returns(EVERYONE, [span])
        complaints = await visits.complaints(TENANT, span)
        return len(offered), len(entered), len(handled), len(returns), len(complaints)

    assert asyncio.run(found()) == (1, 1, 3, 1, 0)


def test_a_forecast_counts_from_its_upload_on_and_the_first_ever_since() -> None:
    store = MemoryForecasts()
    span = Span(NOON, NOON + HOUR)

    async def upload(volume: float, at: int) -> None:
        await store.save(TENANT, [slot(volume)], Said("planner", "", at))

    asyncio.run(upload(40.0, NOON + 10 * MINUTE))
    asyncio.run(upload(60.0, NOON + 20 * MINUTE))
    by_then = asyncio.run(forecasts_by_then(store, TENANT, span))

    def volumes(at: int) -> list[float]:
        return [one.volume for one in by_then.at(at)[TENANT]]

    assert volumes(NOON) == [40.0]
    assert volumes(NOON + 20 * MINUTE - 1) == [40.0]
    assert volumes(NOON + 20 * MINUTE) == [60.0]


def test_where_nothing_was_forecast_there_is_nothing() -> None:
    by_then = asyncio.run(forecasts_by_then(MemoryForecasts(), TENANT, Span(NOON, NOON + HOUR)))

    assert by_then.at(NOON) == {}


def test_a_queue_without_contacts_of_late_is_known_all_the_same() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON - 48 * HOUR, 5, queue="rare"))
    past = PastFloor(RULES, TENANT, NOON)
    feed = PastFeed(past, tables(floor), Turns(), Selection(TENANT), 100)

    asyncio.run(feed.begin(Span(NOON, NOON + HOUR), feedback=False))

    assert past.board.queue_channels(TENANT, NOON) == [(TENANT, "rare", "voice")]


def test_what_is_said_of_a_contact_weeks_later_counts_when_it_is_said() -> None:
    floor = MemoryFloor()
    floor.put(*(complained(NOON - 300 * HOUR, NOON + minute * MINUTE) for minute in range(3)))
    floor.put(complained(NOON - HOUR, NOON + 3 * MINUTE))
    past = PastFloor(RULES, TENANT, NOON)
    feed = PastFeed(past, tables(floor), Turns(), Selection(TENANT), 100)
    asyncio.run(feed.begin(Span(NOON, NOON + HOUR), feedback=True))

    past.advance(NOON + 3 * MINUTE)

    counted = past.board.read([(TENANT, "sales", None)], Window.M15, past.now).counted
    assert past.visits == 4
    assert counted.cells == {Cell.COMPLAINTS_NORMAL: 4}


def replayed(floor: MemoryFloor, text: str) -> ReplayAnswer:
    tried = under_test("rules.yaml", text, NOTHING, TENANT)
    replay = RuleReplay(tables(floor), RULES, Turns())
    asked = ReplayQuery(Span(NOON, NOON + HOUR), MINUTE)
    return asyncio.run(replay.replay(tried, asked))


def test_a_rule_over_complaints_of_the_day_sees_those_of_the_morning() -> None:
    floor = MemoryFloor()
    floor.put(*(complained(NOON - 300 * HOUR, NOON - 5 * HOUR) for _ in range(3)))
    floor.put(complained(NOON - 300 * HOUR, NOON + 30 * MINUTE), answered(NOON - 6 * HOUR, 5))

    answer = replayed(
        floor,
        "rules:\n  - id: angry\n    names: {en: Angry}\n"
        "    threshold: {kpi: complaints, window: today, fire_above: 3}\n",
    )

    [alert] = answer.alerts
    [firing] = alert.firings
    assert firing.fired_at == "2026-11-11T12:30:00+00:00"
    assert firing.figure is not None
    assert firing.figure.value == 4


def test_calendars_of_then_close_a_rule() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON - HOUR, 5), Visit(offered_at=NOON - HOUR, queue="sales"))

    answer = replayed(
        floor,
        """
calendars:
  - {id: mornings, hours: {wednesday: ["00:00-12:30"]}}
rules:
  - id: wait
    names: {en: Wait}
    calendar: mornings
    threshold: {kpi: longest_wait, fire_above: 60}
""",
    )

    [alert] = answer.alerts
    assert [firing.resolved_by for firing in alert.firings] == ["closed"]
    assert alert.kept_by == {"closed": 1800.0}
