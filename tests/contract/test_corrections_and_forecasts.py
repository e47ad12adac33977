"""What figures rely on in their readers of corrections and their store of forecasts, in memory and
on PostgreSQL; and that every reader says so when the database is away.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell, Cells
from floorpulse.figures.forecasts.keeper import Said
from floorpulse.figures.ports import StoredCorrection
from floorpulse.figures.selection import Selection
from floorpulse.kpis.plan import Slot
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.contract.readers import ALL, HOUR, NOON, Readers
from tests.fakes.floor import (
    MINUTE,
)

pytestmark = pytest.mark.timeout(900)

QUARTER = 15 * MINUTE


# ----------------------------------------------------------------- corrections


def corrected(number: int, quarter: int, queue: str = "sales", at: int = NOON) -> StoredCorrection:
    start = NOON + quarter * QUARTER
    told = {"source": "pbx", "event": f"e{number}", "type": "contact.answered", "recorded_at": at}
    old: Cells = {Cell.OFFERED: number}
    new: Cells = {Cell.OFFERED: number + 1}
    return StoredCorrection(number, start, start + QUARTER, queue, "voice", old, new, **told)  # type: ignore[arg-type]


async def test_corrections_are_those_of_quarters_in_a_span_in_their_order(readers: Readers) -> None:
    recorded = [
        corrected(1, 2),
        corrected(2, 0),
        corrected(3, 0, "help"),
        corrected(4, 1, at=NOON - 1),
        corrected(5, -1),
        corrected(6, 4),
    ]
    await readers.correct(recorded)

    async def numbers(
        selection: Selection, span: Span, recorded_since: int = 0, since: tuple[int, int] = (0, 0)
    ) -> list[int]:
        portions = readers.corrections.corrections(selection, span, recorded_since, since)
        found = [one async for portion in portions for one in portion]
        assert all(one == recorded[one.id - 1] for one in found)
        return [one.id for one in found]

    hour = Span(NOON, NOON + HOUR)
    assert await numbers(ALL, hour) == [2, 3, 4, 1]
    assert await numbers(Selection("demo", ("sales",)), hour) == [2, 4, 1]
    assert await numbers(Selection("demo", (), ("chat",)), hour) == []
    assert await numbers(ALL, hour, NOON) == [2, 3, 1]
    assert await numbers(ALL, hour, 0, (NOON, 3)) == [3, 4, 1]
    assert await numbers(ALL, Span(NOON - 1, NOON + 1)) == [5, 2, 3]
    assert await numbers(Selection("other"), hour) == []


async def test_a_correction_keeps_the_reason_of_the_amendment_that_did_it(readers: Readers) -> None:
    await readers.correct([replace(corrected(1, 0), reason="imported twice")])

    hour = Span(NOON, NOON + HOUR)
    portions = readers.corrections.corrections(ALL, hour, 0, (0, 0))
    assert [one.reason async for portion in portions for one in portion] == ["imported twice"]


async def test_quarters_loaded_after_they_had_passed_are_counted_by_queue_and_span(
    readers: Readers,
) -> None:
    await readers.load(
        [
            ("sales", "voice", NOON),
            ("sales", "voice", NOON + HOUR),
            ("help", "voice", NOON),
        ]
    )

    hour = Span(NOON, NOON + HOUR)
    assert await readers.corrections.arrived(ALL, hour) == 2
    assert await readers.corrections.arrived(Selection("demo", ("help",)), hour) == 1
    assert await readers.corrections.arrived(Selection("demo", (), ("chat",)), hour) == 0
    assert await readers.corrections.arrived(Selection("other"), hour) == 0


# ----------------------------------------------------------------- forecasts


def slot(quarters: tuple[int, int], volume: float, channel: str = "", queue: str = "sales") -> Slot:
    begin, end = (NOON + quarter * QUARTER for quarter in quarters)
    return Slot(queue, channel, begin, end, volume, 180.0, 4)


async def test_forecasts_are_versions_of_which_the_newest_word_about_a_time_is_in_force(
    readers: Readers,
) -> None:
    """
    version 1    ├──── 40 ────┤├──── 60 ────┤
    version 2                  ├ 35 ┤
    in force     ├──── 40 ────┤├ 35 ┤├ 30 ┤
    """
    store = readers.forecasts
    said = Said("planner", "autumn", NOON)
    first = [slot((2, 4), 60), slot((0, 2), 40)]
    one, new = await store.save("demo", first, said)
    again = await store.save("demo", first[::-1], Said("other", "same rows", NOON + 9))
    two, _ = await store.save("demo", [slot((2, 3), 35)], said)
    await store.save("other", first[:1], said)

    assert new
    assert again == (one, False)
    assert (one.version, one.rows, one.begin, one.until) == (1, 2, NOON, NOON + HOUR)
    assert (one.note, one.uploaded_by, one.uploaded_at) == ("autumn", "planner", NOON)
    assert list(await store.uploads("demo")) == [two, one]
    assert list(await store.uploads("nobody")) == []
    assert await store.latest() == {"demo": 2, "other": 1}

    hour = Span(NOON, NOON + HOUR)
    told = [(one.begin, one.volume, one.version) for one in await store.in_force("demo", hour)]
    assert told == [
        (NOON, 40, 1),
        (NOON + 2 * QUARTER, 35, 2),
        (NOON + 3 * QUARTER, 30, 1),
    ]
    volumes = [one.volume for one in await store.of_version("demo", 1, hour)]
    assert volumes == [40, 60]
    touched = await store.of_version("demo", 1, Span(NOON + 2 * QUARTER - 1, NOON + 2 * QUARTER))
    assert [one.volume for one in touched] == [40]
    assert list(await store.of_version("demo", 3, hour)) == []
    assert list(await store.of_version("nobody", 1, hour)) == []


# ----------------------------------------------------------------- outages


async def drained(portions: AsyncIterator[object]) -> None:
    async for _ in portions:
        pass


SPAN = Span(NOON, NOON + HOUR)
SLOTS = [slot((0, 2), 40)]
CALLS: dict[str, Callable[[Readers], Awaitable[object]]] = {
    "rows": lambda one: drained(one.rows.rows(NOON)),
    "positions": lambda one: one.rows.positions(),
    "homes": lambda one: one.rows.queue_channels(),
    "agents": lambda one: one.rows.agents(NOON),
    "retired": lambda one: one.rows.retired(),
    "retire": lambda one: one.sources.retire("demo", "pbx", "key"),
    "homes of a span": lambda one: one.panes.queue_channels(ALL, SPAN),
    "tallies": lambda one: drained(one.panes.tallies(ALL, [SPAN])),
    "visits": lambda one: drained(one.visits.visits(ALL, SPAN)),
    "complaints": lambda one: one.visits.complaints("demo", SPAN),
    "returns": lambda one: one.visits.returns(ALL, [SPAN]),
    "handled": lambda one: drained(one.agents.handled(ALL, SPAN)),
    "states": lambda one: drained(one.agents.states("demo", SPAN)),
    "corrections": lambda one: drained(one.corrections.corrections(ALL, SPAN, 0, (0, 0))),
    "save": lambda one: one.forecasts.save("demo", SLOTS, Said("", "", NOON)),
    "uploads": lambda one: one.forecasts.uploads("demo"),
    "of_version": lambda one: one.forecasts.of_version("demo", 1, SPAN),
    "latest": lambda one: one.forecasts.latest(),
    "in_force": lambda one: one.forecasts.in_force("demo", SPAN),
}


async def test_a_database_that_is_away_is_said_so_by_every_question(readers: Readers) -> None:
    await readers.go_away()

    for name, ask in CALLS.items():
        try:
            await ask(readers)
        except StoreUnavailable:
            continue
        pytest.fail(f"{name} found no fault")
