"""A running contract at the end of its month tells what the settlement of that month tells."""

from decimal import Decimal

import pytest

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.agents import Entered
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.contracts.counting import ContractCounts
from floorpulse.figures.contracts.expecting import ExpectedRest
from floorpulse.figures.forecasts.keeper import Said
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.kpis.plan import Slot
from floorpulse.reports.domain.standing import ContractStanding
from floorpulse.reports.live.contracts import LiveContracts
from floorpulse.reports.live.evidence import LiveEvidence
from floorpulse.reports.live.seats import LiveSeats
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.contracts import FLOOR, SHANGHAI, at
from tests.fakes.definitions import entries
from tests.fakes.floor import abandoned, answered
from tests.integration.test_settlements import LATE, QUERY, SEATS, ZHANG, Settling, settling

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

LAST_MINUTE = at("10-31 23:59") + 30_000
BUSY = [answered(at(f"10-{day:02} 14:{day:02}"), day * 2) for day in range(6, 31)]
LOST = [abandoned(at(f"10-{day:02} 15:10"), day) for day in range(6, 31, 3)]


async def standing(floor: Settling, now: int) -> ContractStanding:
    """How the contract stands at an instant, over the same tables."""
    definitions = await PostgresDefinitions(floor.pool).load()
    board = Board(Rules(SHANGHAI), lambda: now)
    board.take_queue_channels(await floor.floor.memory.queue_channels())
    turns = Turns()
    counts = ContractCounts(turns, PostgresPanes(floor.pool), PostgresVisits(floor.pool))
    expected = ExpectedRest(counts, PostgresForecasts(floor.pool), turns)
    floors = Floors(board, lambda: now, lambda: definitions)
    seats = LiveSeats(PostgresAgents(floor.pool), turns)
    live = LiveContracts(floors, LiveEvidence(expected, seats))
    [contract] = live.contracts("demo")
    found = await live.standing("demo", contract)
    assert found is not None
    return found


async def test_at_its_end_a_month_stands_as_it_is_settled(database: DatabaseSettings) -> None:
    async with settling(database) as floor:
        await floor.store(*LATE, *BUSY, *LOST)
        settled = (await floor.desk.settle(QUERY, ZHANG)).document.statement

        found = await standing(floor, LAST_MINUTE)

    assert [(one.so_far.numerator, one.so_far.denominator) for one in found.metrics] == [
        (one.numerator, one.denominator) for one in settled.parts[0].attainments
    ]
    assert [one.so_far.tier for one in found.metrics] == [
        one.tier for one in settled.parts[0].attainments
    ]
    assert found.closed_now.fees == settled.totals.fees
    assert found.closed_now.exposure == settled.totals.penalties - settled.totals.penalties_capped
    assert found.closed_now.total == settled.totals.total
    assert found.forecast.total == found.closed_now.total


PLANNED = """
      - {id: planned, names: {en: Planned seats}, per: seat_hour, rate: "7", seats: scheduled}
    metrics:
"""


async def test_seats_of_a_month_are_billed_as_they_are_settled(database: DatabaseSettings) -> None:
    """Days with a break, over midnight, over the month's ends, of another client's agent; six hours
    of three planned agents. Half a minute of fay's is yet to come, and the last call of September
    is billed live by its end: 2.50 and a minute's 0.35.
    """
    async with settling(database) as floor:
        seen = SEATS.replace("\n    metrics:\n", PLANNED)
        await PostgresDefinitions(floor.pool).save(entries(FLOOR + seen), at("10-01 00:00"))
        for agent, begin, pause, end in (
            ("bea", "10-06 09:00", "10-06 12:00", "10-06 12:30"),
            ("dan", "10-07 22:00", "10-07 23:30", "10-08 03:00"),
            ("eve", "09-30 20:00", "09-30 23:00", "10-01 01:00"),
            ("fay", "10-31 20:00", "10-31 23:00", "11-01 01:00"),
        ):
            enter(floor, agent, "sales", begin, pause, end)
        enter(floor, "cem", "other", "10-06 09:00", "10-06 12:00", "10-06 12:30")
        await floor.floor.store()
        slot = Slot("sales", "voice", at("10-09 09:00"), at("10-09 15:00"), 0.0, 180.0, 3)
        said = Said("planner", "", at("10-01 00:00"))
        await PostgresForecasts(floor.pool).save("demo", [slot], said)
        settled = (await floor.desk.settle(QUERY, ZHANG)).document

        found = await standing(floor, LAST_MINUTE)

    days = {one.rule: one.days for one in settled.evidence.parts[0].billing}
    hours = {day.begin: day.numerator / day.denominator for day in days["seats"]}
    hours.pop(at("10-05 00:00"))  # those who took the calls and told no state
    half_a_minute, by_its_end = Decimal("0.25"), Decimal("2.85")
    assert hours == {
        at("10-01 00:00"): 3610 / 3600,  # with who took the last call of September
        at("10-06 00:00"): 3.5,
        at("10-07 00:00"): 2,
        at("10-08 00:00"): 3,
        at("10-31 00:00"): 4,
    }
    assert [day.numerator / day.denominator for day in days["planned"]] == [18]
    settled_fees = settled.statement.totals.fees
    assert found.closed_now.fees == settled_fees - half_a_minute + by_its_end
    assert found.forecast.fees == found.closed_now.fees


def enter(floor: Settling, agent: str, queue: str, begin: str, pause: str, end: str) -> None:
    """Let an agent come, take a break and go."""
    floor.floor.memory.enter(
        agent,
        Entered(at(begin), "available", (queue,)),
        Entered(at(pause), "break", (queue,)),
        Entered(at(end), "offline", (queue,)),
    )


async def test_what_is_to_come_is_expected_as_the_weeks_before(database: DatabaseSettings) -> None:
    """On Monday the 12th at noon. In four weeks one Monday had ten calls at 09:00, 7 of 8 in time:
    a quarter of that comes on the 19th and the 26th. One Wednesday had one at 23:30: a quarter
    comes on the 14th, 21st and 28th.

    hits 7 + 2 × 7 / 4 + 3 / 4 = 11.25, of 8 + 2 × 8 / 4 + 3 / 4 = 12.75
    """
    async with settling(database) as floor:
        found = await standing(floor, at("10-12 12:00"))

    [level, lost] = found.metrics
    assert level.window is not None
    assert (level.window.numerator, level.window.denominator) == (Decimal(7), Decimal(8))
    expected = level.expected_window
    assert expected is not None
    assert (expected.numerator, expected.denominator) == (Decimal("11.25"), Decimal("12.75"))
    assert lost.window is not None
    assert lost.window.value == Decimal("0.2")
    assert found.forecast.fees > found.closed_now.fees
