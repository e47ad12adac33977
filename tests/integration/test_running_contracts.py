"""A running contract at the end of its month tells what the settlement of that month tells."""

from decimal import Decimal

import pytest

from floorpulse.board.domain.board import Board, Rules
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.figures.contracts.counting import ContractCounts
from floorpulse.figures.contracts.expecting import ExpectedRest
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.reports.domain.standing import ContractStanding
from floorpulse.reports.live.contracts import LiveContracts
from floorpulse.reports.live.evidence import LiveEvidence
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.contracts import SHANGHAI, at
from tests.fakes.floor import abandoned, answered
from tests.integration.test_settlements import LATE, QUERY, ZHANG, Settling, settling

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
    live = LiveContracts(floors, LiveEvidence(expected))
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
