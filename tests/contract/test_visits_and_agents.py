"""What figures rely on in their readers of visits and of agents: the fakes of unit tests and the
readers on a real PostgreSQL give the same answers about the same floor.
"""

import pytest

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import LONGEST, Entered
from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.visits import Visit
from floorpulse.figures.open_complaints import StoredComplaint
from floorpulse.figures.ports import Place
from floorpulse.figures.selection import By, RowKey, Selection
from tests.contract.readers import ALL, DAY, HOUR, NOON, Readers, summed
from tests.fakes.floor import MemoryFloor, answered, waiting

pytestmark = pytest.mark.timeout(900)

EVER = Span(NOON - 90 * DAY, NOON + 90 * DAY)


async def visited(
    readers: Readers, selection: Selection, span: Span = EVER, after: Place | None = None
) -> list[Place]:
    portions = readers.visits.visits(selection, span, after)
    return [one.place async for portion in portions for one in portion]


# ----------------------------------------------------------------- visits


async def test_it_is_known_since_when_visits_are_kept(readers: Readers) -> None:
    await readers.written()
    assert await readers.visits.visits_since() == 0

    await readers.deleted(NOON)
    assert await readers.visits.visits_since() == NOON


async def test_it_is_known_since_when_agents_are_known_to_have_been_there(
    readers: Readers,
) -> None:
    await readers.written()
    assert await readers.agents.visits_since() == 0
    assert await readers.agents.stays_since() == 0

    await readers.deleted(NOON)
    assert await readers.agents.visits_since() == NOON
    assert await readers.agents.stays_since() == NOON + LONGEST


async def test_visits_come_in_the_order_of_their_offers_from_any_place_on(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.visits_of = {
        ("demo", "b"): waiting(NOON),
        ("demo", "a#2"): waiting(NOON, "help"),
        ("demo", "a"): waiting(NOON + 5),
        ("demo", "orphan"): Visit(answered_at=NOON + 9, answered_wait=8, answered_queue="sales"),
        ("demo", "unknown"): Visit(ended_at=NOON),
        ("demo", "late"): waiting(NOON + HOUR),
        ("other", "c"): waiting(NOON),
    }
    await readers.written()
    order: list[Place] = [
        (NOON, "a", 2),
        (NOON, "b", 1),
        (NOON + 1, "orphan", 1),
        (NOON + 5, "a", 1),
    ]
    hour = Span(NOON, NOON + HOUR)

    assert await visited(readers, Selection("demo"), hour) == order
    assert await visited(readers, Selection("demo", ("sales",)), hour) == order[1:]
    for number, place in enumerate(order):
        assert await visited(readers, Selection("demo"), hour, place) == order[number + 1 :]
    assert await visited(readers, Selection("demo"), Span(NOON - 9, NOON)) == []


async def test_a_visit_is_read_as_it_was_written(readers: Readers, floor: MemoryFloor) -> None:
    visit = answered(NOON, 5, customer="k", attributes={"vip": "yes"}, holds=(NOON + 7,))
    floor.put(visit)
    await readers.written()
    found = [one async for portion in readers.visits.visits(ALL, EVER) for one in portion]

    assert [(one.offered_at, one.contact, one.number, one.visit) for one in found] == [
        (NOON, "c1", 1, visit)
    ]


async def test_a_journey_is_all_stays_of_one_contact_in_the_order_of_their_offers(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.visits_of = {
        ("demo", "a#2"): waiting(NOON + 5, "help"),
        ("demo", "a"): waiting(NOON),
        ("demo", "a#3"): Visit(ended_at=NOON),
        ("demo", "b"): waiting(NOON),
        ("other", "a"): waiting(NOON),
    }
    await readers.written()

    stays = await readers.visits.journey("demo", "a")
    assert [one.place for one in stays] == [(NOON, "a", 1), (NOON + 5, "a", 2)]
    assert await readers.visits.journey("demo", "nobody") == []


def complaint(*statements: tuple[int, bool], queue: str | None = None) -> Complaint:
    return Complaint(
        tuple(Statement(at, closing=closing, queue=queue) for at, closing in statements)
    )


async def test_complaints_are_those_open_at_some_instant_of_a_span(
    readers: Readers, floor: MemoryFloor
) -> None:
    """
    k1    ├───────┤                 received at 0, closed at 2
    k2            ├──────────────   received at 2, never closed
    k3    ├───┤ ├────┤              closed at 1, opened again, closed at 3: open all along
    k4        ┤                     only its closing is known
    """
    closed = complaint((NOON, False), (NOON + 2, True))
    still_open = complaint((NOON + 2, False), queue="help")
    again = complaint((NOON, False), (NOON + 1, True), (NOON + 2, False), (NOON + 3, True))
    unknown = complaint((NOON + 1, True))
    floor.put(
        answered(NOON - DAY, 1, complaints={"k1": closed, "k4": unknown}),
        answered(NOON - DAY, 1, complaints={"k2": still_open}),
        answered(NOON - DAY, 1, complaints={"k3": again}),
    )
    floor.put(answered(NOON - DAY, 1, complaints={"k5": closed}), tenant="other")
    await readers.written()
    one = StoredComplaint("sales", "voice", NOON, NOON + 2, "ann")
    two = StoredComplaint("help", "voice", NOON + 2, None, "ann")
    three = StoredComplaint("sales", "voice", NOON, NOON + 3, "ann")

    async def open_in(begin: int, end: int) -> set[StoredComplaint]:
        span = Span(NOON + begin, NOON + end)
        return {
            known
            for known in await readers.visits.complaints("demo", span)
            if known.opened_at < span.end
            and (known.settled_at is None or known.settled_at > span.begin)
        }

    assert await open_in(0, 1) == {one, three}
    assert await open_in(2, 3) == {two, three}
    assert await open_in(3, 9) == {two}
    assert await open_in(-9, 0) == set()


async def test_returning_customers_are_told_by_the_hours_since_their_last_other_contact(
    readers: Readers, floor: MemoryFloor
) -> None:
    """
    k   a ──── 1 h ──── b ── 0.5 h ── b#2         its own visit is no other contact
    """
    floor.visits_of = {
        ("demo", "a"): answered(NOON, 1, customer="k"),
        ("demo", "b"): answered(NOON + HOUR, 1, customer="k"),
        ("demo", "b#2"): answered(NOON + HOUR + HOUR // 2, 1, customer="k"),
        ("demo", "c"): answered(NOON + 2 * HOUR, 1, queue="help", customer="k"),
        ("demo", "d"): answered(NOON + 2 * HOUR, 1, customer="other"),
        ("demo", "e"): answered(NOON + 2 * HOUR, 1),
        ("other", "f"): answered(NOON + 2 * HOUR, 1, customer="k"),
    }
    await readers.written()
    spans = [Span(NOON, NOON + HOUR), Span(NOON + HOUR, NOON + 3 * HOUR)]
    known = Cell.CUSTOMER_KNOWN
    gap = Histogram.RETURN_GAP

    found = summed(await readers.visits.returns(Selection("demo"), spans))
    assert found == {
        (0, RowKey("sales")): {known: 1},
        (1, RowKey("sales")): {known: 3, gap + 2: 1, gap + 3: 1},
        (1, RowKey("help")): {known: 1},
    }
    later = summed(
        await readers.visits.returns(Selection("demo", ("sales",), by=By.TOTAL), spans[1:])
    )
    assert later == {(0, RowKey()): found[1, RowKey("sales")]}


async def test_whom_the_centre_calls_back_has_not_come(
    readers: Readers, floor: MemoryFloor
) -> None:
    """
    k   a ── 1 h ── callback ── 1 h ── c         c comes two hours after a
    """
    floor.visits_of = {
        ("demo", "a"): answered(NOON, 1, customer="k"),
        ("demo", "b"): answered(NOON + HOUR, 1, customer="k", channel="callback"),
        ("demo", "c"): answered(NOON + 2 * HOUR, 1, customer="k"),
    }
    await readers.written()
    spans = [Span(NOON, NOON + 3 * HOUR)]

    counted = {Cell.CUSTOMER_KNOWN: 2, Histogram.RETURN_GAP + 2 * 2: 1}
    found = await readers.visits.returns(Selection("demo", by=By.TOTAL), spans)
    assert summed(found) == {(0, RowKey()): counted}
    callbacks = Selection("demo", channels=("callback",), by=By.TOTAL)
    assert summed(await readers.visits.returns(callbacks, spans)) == {}


async def test_a_return_is_looked_for_a_week_back_and_of_two_at_once_one_repeats_the_other(
    readers: Readers, floor: MemoryFloor
) -> None:
    week = 7 * DAY
    floor.visits_of = {
        ("demo", "a"): answered(NOON - week, 1, customer="k"),
        ("demo", "b"): answered(NOON - week - 1, 1, customer="j"),
        ("demo", "c"): answered(NOON, 1, customer="k"),
        ("demo", "d"): answered(NOON, 1, customer="j"),
        ("demo", "e"): answered(NOON, 1, customer="i"),
        ("demo", "f"): answered(NOON, 1, customer="i"),
    }
    await readers.written()
    found = await readers.visits.returns(Selection("demo"), [Span(NOON, NOON + 1)])

    gaps = {Histogram.RETURN_GAP + 2 * 7 * 24: 1, int(Histogram.RETURN_GAP): 1}
    assert summed(found) == {(0, RowKey("sales")): {Cell.CUSTOMER_KNOWN: 4, **gaps}}


# ----------------------------------------------------------------- agents


async def test_states_come_in_the_order_of_agents_times_and_states(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.enter("bob", Entered(NOON, "busy"))
    floor.enter("ann", Entered(NOON + 1, "busy"), Entered(NOON, "busy"), Entered(NOON, "break"))
    floor.enter("ann", Entered(NOON + 9, "busy"), Entered(NOON - 1, "busy"))
    floor.enter("ann", Entered(NOON, "offline"), tenant="other")
    await readers.written()
    portions = readers.agents.states("demo", Span(NOON, NOON + 9))
    states = [one async for portion in portions for one in portion]

    assert [(one.agent, one.entered.at - NOON, one.entered.state) for one in states] == [
        ("ann", 0, "break"),
        ("ann", 0, "busy"),
        ("ann", 1, "busy"),
        ("bob", 0, "busy"),
    ]


async def test_the_last_states_before_an_instant_are_those_that_may_still_be_believed(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.enter("ann", Entered(NOON - 2, "busy"), Entered(NOON - 1, "break"), Entered(NOON, "busy"))
    floor.enter("ann", Entered(NOON - 1, "offline"), tenant="other")
    floor.enter("bob", Entered(NOON - 2 * LONGEST - 1, "available"))
    floor.enter("cem", Entered(NOON - 60 * LONGEST, "available", lasts=31 * LONGEST))
    await readers.written()

    last = await readers.agents.last_states("demo", NOON)
    assert sorted((one.agent, one.entered.at - NOON) for one in last) == [
        ("ann", -1),
        ("cem", -60 * LONGEST),
    ]


async def test_contacts_are_those_that_agents_took_of_the_visits_offered_in_a_span(
    readers: Readers, floor: MemoryFloor
) -> None:
    for at in (-1, 0, 8, 9):
        visit = answered(NOON + at, 10, 30)
        visit.agent = "ann"
        floor.put(visit)
    floor.put(waiting(NOON))
    await readers.written()
    portions = readers.agents.contacts("demo", Span(NOON, NOON + 9))

    taken = [one async for portion in portions for one in portion]
    assert sorted((one.agent, one.contact.since - NOON) for one in taken) == [
        ("ann", 10_000),
        ("ann", 10_008),
    ]


async def test_visits_that_count_for_agents_are_all_there_once_each(
    readers: Readers, floor: MemoryFloor
) -> None:
    """Offered in the span, or before it and completed in it: within a day at the telephone, within
    90 by post.
    """
    inside = answered(NOON, 1)
    before = answered(NOON - 23 * HOUR, 1, talk=23 * 3600)
    post = answered(NOON - 89 * DAY, 89 * 86_400, channel="email")
    orphan = Visit(answered_at=NOON + 1, ended_at=NOON + 2, answered_queue="sales", agent="ann")
    floor.put(inside, before, post, orphan)
    floor.put(answered(NOON, 9), tenant="other")
    await readers.written()

    for selection in (Selection("demo"), Selection("demo", ("sales",))):
        portions = readers.agents.handled(selection, Span(NOON, NOON + HOUR))
        found = [visit async for portion in portions for visit in portion]
        assert sorted(found, key=str) == sorted([inside, before, post, orphan], key=str)
