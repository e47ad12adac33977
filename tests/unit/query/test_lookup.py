"""What live figures look up is asked once for all who want it, and again when it has aged."""

import asyncio
from collections.abc import Sequence

import pytest

from floorpulse.board.domain.windows import HOUR, Span, Window
from floorpulse.contracts.cells import Cell
from floorpulse.figures.lookup.aging import LIVES, REST
from floorpulse.figures.lookup.lookup import AT_ONCE, MOST_SELECTIONS, Lookup
from floorpulse.figures.open_complaints import StoredComplaint
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.figures.sums import PaneTally
from floorpulse.kpis.inputs import Need
from floorpulse.runtime.unavailable import StoreSlow, StoreUnavailable
from tests.fakes.floor import MemoryFloor, MemoryHistory, waiting

NOON = 1_794_398_400_000
SPAN = Span(NOON - HOUR, NOON)
BOTH = Need.RETURNS | Need.COMPLAINTS
TOTAL = Selection("demo", by=By.TOTAL)


class SlowHistory(MemoryHistory):
    """Counts the questions; each takes `takes` seconds by `clock`, and waits until `free` is
    set.
    """

    def __init__(self, floor: MemoryFloor) -> None:
        super().__init__(floor)
        self.clock = 0.0
        self.takes = 0.0
        self.asked = 0
        self.away = False
        self.slow = False
        self.free = asyncio.Event()
        self.free.set()
        self.spans: list[Span] = []
        self.at_once = self.most_at_once = 0

    async def returns(self, selection: Selection, spans: Sequence[Span]) -> Sequence[PaneTally]:
        self.asked += 1
        self.spans.append(spans[0])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        await self.free.wait()
        self.at_once -= 1
        self.clock += self.takes
        if self.slow:
            message = "a statement was ended"
            raise StoreSlow(message)
        if self.away:
            message = "the store is away"
            raise StoreUnavailable(message)
        return await super().returns(selection, spans)

    async def complaints(self, tenant: str, span: Span) -> Sequence[StoredComplaint]:
        self.asked += 1
        return await super().complaints(tenant, span)


@pytest.fixture
def history() -> SlowHistory:
    floor = MemoryFloor()
    for queue in ("sales", "sales", "help"):
        visit = waiting(NOON - 60_000, queue)
        visit.customer = "k1:ann"
        floor.put(visit)
    return SlowHistory(floor)


async def known(lookup: Lookup, selection: Selection = TOTAL, span: Span = SPAN) -> int:
    found = await lookup.find(selection, BOTH, Window.M60, span, NOON)
    return found.returns.entry(0, selection.row_key("sales", "voice")).cells.get(
        Cell.CUSTOMER_KNOWN, 0
    )


async def test_all_who_ask_share_one_answer_whatever_they_select(history: SlowHistory) -> None:
    lookup = Lookup(history, history, lambda: history.clock)

    answers = await asyncio.gather(
        known(lookup), known(lookup), known(lookup, Selection("demo", ("sales",)))
    )

    assert list(answers) == [3, 3, 2]
    assert history.asked == 2


async def test_an_answer_is_asked_again_after_a_second_or_for_another_span(
    history: SlowHistory,
) -> None:
    lookup = Lookup(history, history, lambda: history.clock)
    await known(lookup)
    history.clock += 0.9
    await known(lookup)
    assert history.asked == 2

    history.clock += 0.2
    await known(lookup)
    assert history.asked == 4

    await known(lookup, span=Span(SPAN.begin, SPAN.end + 60_000))
    assert history.asked == 5


async def test_many_selections_are_answered_alike_and_the_oldest_sums_forgotten(
    history: SlowHistory,
) -> None:
    lookup = Lookup(history, history, lambda: history.clock)

    for number in range(MOST_SELECTIONS + 1):
        assert await known(lookup, Selection("demo", ("sales", f"q{number}"))) == 2

    assert await known(lookup, Selection("demo", ("sales", "q0"))) == 2
    assert history.asked == 2


async def test_an_answer_that_took_long_lives_longer(history: SlowHistory) -> None:
    lookup = Lookup(history, history, lambda: history.clock)
    history.takes = 2.0
    await known(lookup)
    history.clock += 2.0 * LIVES - 1
    await known(lookup)

    assert history.asked == 3  # the complaints were quick and are asked again


async def test_what_tables_that_are_away_would_have_told_is_missing_until_they_are_back(
    history: SlowHistory,
) -> None:
    lookup = Lookup(history, history, lambda: history.clock)
    history.away = True
    asked = [lookup.find(TOTAL, BOTH | Need.THROUGHPUT, Window.M60, SPAN, NOON) for _ in range(2)]
    missing = [found.missing for found in await asyncio.gather(*asked)]
    history.away = False

    assert missing == [Need.RETURNS, Need.RETURNS]
    assert await known(lookup) == 3


async def test_nothing_is_asked_that_no_kpi_needs(history: SlowHistory) -> None:
    found = await Lookup(history, history, lambda: history.clock).find(
        TOTAL, Need.THROUGHPUT, Window.M60, SPAN, NOON
    )

    assert history.asked == 0
    assert found.open_complaints.ages(RowKey(), NOON) == ()


async def test_a_question_goes_out_without_what_is_late_and_the_next_one_finds_it(
    history: SlowHistory,
) -> None:
    heard: list[tuple[str, str]] = []
    lookup = Lookup(
        history,
        history,
        lambda: history.clock,
        unanswered=lambda lookup, reason: heard.append((lookup, reason)),
    )
    history.free.clear()
    late = await lookup.find(TOTAL, BOTH, Window.M60, SPAN, NOON, until=history.clock)
    history.free.set()

    assert Need.RETURNS in late.missing
    assert ("returns", "late") in heard
    assert await known(lookup) == 3
    assert history.spans == [SPAN]


@pytest.mark.parametrize("reason", ["slow", "away"])
async def test_it_is_told_why_a_look_up_failed(history: SlowHistory, reason: str) -> None:
    heard: list[tuple[str, str]] = []
    lookup = Lookup(
        history,
        history,
        lambda: history.clock,
        unanswered=lambda lookup, reason: heard.append((lookup, reason)),
    )
    setattr(history, reason, True)
    await known(lookup)

    assert heard == [("returns", reason)]


async def test_of_one_question_only_one_statement_is_under_way_and_what_nobody_asks_is_not_begun(
    history: SlowHistory,
) -> None:
    lookup = Lookup(history, history, lambda: history.clock)
    spans = [Span(SPAN.begin, SPAN.end + 60_000 * more) for more in range(4)]
    history.free.clear()
    for span in spans:
        await lookup.find(TOTAL, Need.RETURNS, Window.M60, span, NOON, until=history.clock)
    history.free.set()
    await known(lookup, span=spans[-1])

    assert history.most_at_once == 1
    assert history.spans == [spans[0], spans[-1]]


async def test_however_many_tenants_are_looked_up_only_a_few_statements_are_under_way(
    history: SlowHistory,
) -> None:
    lookup = Lookup(history, history, lambda: history.clock)
    tenants = [Selection(f"t{number}", by=By.TOTAL) for number in range(3 * AT_ONCE)]
    await asyncio.gather(
        *(lookup.find(tenant, Need.RETURNS, Window.M60, SPAN, NOON) for tenant in tenants)
    )

    assert history.most_at_once == AT_ONCE
    assert len(history.spans) == len(tenants)


async def test_a_question_that_failed_after_long_is_not_asked_again_at_once(
    history: SlowHistory,
) -> None:
    lookup = Lookup(history, history, lambda: history.clock)
    history.slow = True
    history.takes = 30.0
    await known(lookup)
    history.clock += REST - 1
    await known(lookup)
    assert len(history.spans) == 1

    history.clock += 2
    history.slow = False
    assert await known(lookup) == 3
