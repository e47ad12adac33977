"""Open visits whose end was lost: out of memory, still counted, back when something is heard of
them.
"""

from collections.abc import Sequence

import pytest

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.presence import Page, encode_page
from floorpulse.contracts.updates import Gauge
from floorpulse.contracts.visits import Longest, Visit
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.presence import PartitionPresence
from floorpulse.kpi_engine.fold.presence_log import FEW, everything
from floorpulse.kpi_engine.ports import FlushOutcome
from tests.fakes.engine import MemoryStore
from tests.unit.kpi_engine.builders import MINUTE, event

HOUR = 60 * MINUTE
YEAR = 365 * 24 * HOUR
NOW = 20 * YEAR
MONTHS = 70 * 24 * HOUR


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(horizons=Horizons(Longest(wait=4 * HOUR, conversation=2 * HOUR)))


def offered(contact: str, at: int, queue: str = "sales") -> AnyEvent:
    return event(events.ContactOffered, at, contact=contact, queue=queue)


def answered(contact: str, at: int) -> AnyEvent:
    return event(events.ContactAnswered, at, contact=contact)


def apply(
    partition: Partition, store: MemoryStore, *history: AnyEvent, watermark: int = NOW
) -> Partition:
    """Take events in, write them, and keep in memory what must be kept."""
    start = partition.next_offset
    partition.apply(list(enumerate(history, start)), start + len(history))
    partition.advance([watermark], watermark, 0)
    while wanted := partition.wanted:
        partition.join(wanted, store.find(0, wanted))
    if (rows := partition.take_dirty()) is not None:
        assert store.write(rows) is FlushOutcome.WRITTEN
        partition.flushed()
    partition.trim(0, 0)
    return partition


def contacts_in_memory(partition: Partition) -> set[str]:
    return {contact for _, contact, _ in partition.visits.rows}


def sales(waiting: Sequence[int] = (), in_progress: int = 0, unresolved: int = 0) -> list[Gauge]:
    return [Gauge("acme", "sales", "voice", list(waiting), in_progress, unresolved)]


def test_visits_whose_outcome_was_lost_leave_memory_and_are_still_unresolved(
    store: MemoryStore,
) -> None:
    partition = apply(
        store.own(0), store, offered("lost", NOW - 5 * HOUR), offered("new", NOW - HOUR)
    )

    assert contacts_in_memory(partition) == {"new"}
    assert partition.gauges(NOW) == sales([NOW - HOUR], unresolved=1)


def test_conversations_whose_end_was_lost_leave_memory_and_are_no_longer_in_progress(
    store: MemoryStore,
) -> None:
    told = (
        offered("lost", NOW - 3 * HOUR),
        answered("lost", NOW - 3 * HOUR),
        offered("new", NOW - HOUR),
        answered("new", NOW - HOUR),
    )
    partition = apply(store.own(0), store, *told)

    assert contacts_in_memory(partition) == {"new"}
    assert partition.gauges(NOW) == sales(in_progress=1)


def test_an_outcome_of_a_visit_that_left_memory_heals_it(store: MemoryStore) -> None:
    partition = apply(store.own(0), store, offered("lost", NOW - 5 * HOUR))
    apply(partition, store, event(events.ContactAbandoned, NOW - 4 * HOUR, contact="lost"))

    assert partition.gauges(NOW) in ([], sales())
    [(_, cells)] = store.tables[0].panes.values()
    assert (cells[Cell.OFFERED], cells[Cell.ABANDONED]) == (1, 1)


def test_a_visit_that_left_memory_is_counted_once_however_often_its_offer_comes(
    store: MemoryStore,
) -> None:
    partition = apply(store.own(0), store, *[offered("lost", NOW - 5 * HOUR)] * 2)
    apply(partition, store, *[offered("lost", NOW - 5 * HOUR)] * 2)

    assert partition.gauges(NOW) == sales(unresolved=1)
    assert store.own(0).gauges(NOW) == sales(unresolved=1)


def test_old_events_that_are_replayed_stay_in_memory_no_longer_than_until_they_are_written(
    store: MemoryStore,
) -> None:
    partition = apply(
        store.own(0), store, *[offered(f"c{i}", NOW - 9 * YEAR + i) for i in range(20)]
    )

    assert contacts_in_memory(partition) == set()
    assert len(partition.visits.presence) == 0
    assert partition.gauges(NOW) == sales(unresolved=20)


def test_a_partition_of_nothing_but_old_events_forgets_by_their_own_time(
    store: MemoryStore,
) -> None:
    partition = store.own(0)
    for hour in range(24):
        apply(partition, store, offered(f"c{hour}", hour * HOUR), watermark=hour * HOUR)

    assert len(contacts_in_memory(partition)) == 5
    assert partition.gauges(NOW) == sales(unresolved=24)


def test_a_claim_loads_no_visit_and_knows_who_is_there(store: MemoryStore) -> None:
    told = (
        offered("lost", NOW - 5 * HOUR),
        offered("waits", NOW - HOUR),
        offered("talks", NOW - HOUR),
        answered("talks", NOW - HOUR),
    )
    apply(store.own(0), store, *told)
    claimed = store.own(0)

    assert contacts_in_memory(claimed) == set()
    assert claimed.gauges(NOW) == sales([NOW - HOUR], 1, 1)


def test_who_grew_too_old_between_two_owners_is_counted_by_the_next(store: MemoryStore) -> None:
    apply(store.own(0), store, offered("c", NOW - 3 * HOUR))
    claimed = apply(store.own(0), store, watermark=NOW + 2 * HOUR)

    assert claimed.gauges(NOW + 2 * HOUR) == sales(unresolved=1)
    assert len(claimed.visits.presence) == 0
    assert store.own(0).gauges(NOW + 2 * HOUR) == sales(unresolved=1)


def test_an_answer_after_a_claim_is_joined_with_the_offer_before_it(store: MemoryStore) -> None:
    apply(store.own(0), store, offered("c", NOW - MINUTE))
    claimed = apply(store.own(0), store, answered("c", NOW - 30_000))

    assert claimed.gauges(NOW) == sales(in_progress=1)
    assert store.tables[0].panes["acme", "sales", "voice", NOW - MINUTE][1][Cell.ANSWERED] == 1


def test_an_offer_ahead_of_the_clock_that_comes_again_after_a_claim_is_one_visit(
    store: MemoryStore,
) -> None:
    ahead = offered("c", NOW + HOUR)
    apply(store.own(0), store, ahead)
    partition = store.own(0)
    partition.apply([(1, ahead)], 2)

    assert partition.wanted.visits == [("acme", "c", 1)]
    assert partition.gauges(NOW) == sales([NOW + HOUR])


def test_a_visit_that_was_deleted_is_not_there_any_more(store: MemoryStore) -> None:
    apply(store.own(0), store, offered("c", NOW - MINUTE))
    store.tables[0].visits.clear()
    claimed = apply(store.own(0), store, event(events.ContactHeld, NOW, contact="c"))

    assert claimed.gauges(NOW) in ([], sales())


def test_months_beyond_retention_take_their_unresolved_visits_along(store: MemoryStore) -> None:
    partition = apply(
        store.own(0), store, offered("old", NOW - 2 * MONTHS), offered("lost", NOW - 5 * HOUR)
    )
    partition.keep_since(NOW - MONTHS)
    apply(partition, store, offered("new", NOW - HOUR))

    assert partition.gauges(NOW) == sales([NOW - HOUR], unresolved=1)
    assert store.own(0).gauges(NOW) == sales([NOW - HOUR], unresolved=1)


def test_what_a_claim_reads_is_bounded_by_who_is_there_not_by_what_happened(
    store: MemoryStore,
) -> None:
    partition = store.own(0)
    for flush in range(30):
        waits = offered(f"w{flush}", NOW)
        gone = [f"g{flush}-{i}" for i in range(400)]
        apply(partition, store, waits, *[offered(contact, NOW) for contact in gone])
        apply(
            partition,
            store,
            *[event(events.ContactAbandoned, NOW + 1, contact=contact) for contact in gone],
        )

    written = sum(map(len, store.tables[0].pages.values()))
    a_word = 60
    assert written < (FEW + 3 * 430) * a_word
    assert len(store.own(0).gauges(NOW)[0].waiting) == 30


def test_many_who_are_there_fill_several_pages(store: MemoryStore) -> None:
    partition = apply(
        store.own(0), store, *[offered(f"c{i}", NOW, queue=f"q{i % 3}") for i in range(36_000)]
    )
    pages = everything(partition.visits.presence)
    store.tables[0].pages = {number: encode_page(page) for number, page in enumerate(pages, 1)}

    assert [len(page) for page in pages] == [10_000, 12_000, 12_000, 2_000]
    assert sorted(store.own(0).gauges(NOW), key=str) == sorted(partition.gauges(NOW), key=str)


LOST = ("acme", "lost", 1)
HOME = ("acme", "sales", "voice")


def test_an_answer_after_the_longest_wait_is_no_longer_unresolved(store: MemoryStore) -> None:
    partition = apply(store.own(0), store)
    partition.apply([(0, offered("lost", NOW - 5 * HOUR))], 1)
    partition.take_dirty()
    partition.flushed()
    assert partition.gauges(NOW) == sales(unresolved=1)

    partition.apply([(1, answered("lost", NOW))], 2)
    assert partition.gauges(NOW) == sales(in_progress=1)


def test_an_answer_that_was_given_too_long_ago_is_not_in_progress(store: MemoryStore) -> None:
    partition = apply(store.own(0), store)
    partition.apply([(0, offered("lost", NOW - 5 * HOUR))], 1)
    partition.take_dirty()
    partition.flushed()
    partition.apply([(1, answered("lost", NOW - 4 * HOUR))], 2)

    assert partition.gauges(NOW) in ([], sales())


def test_the_end_of_a_conversation_that_was_given_up_changes_nothing() -> None:
    presence = PartitionPresence(Horizons(Longest(4 * HOUR, 2 * HOUR)))
    presence.wait(HOME, LOST, NOW - 3 * HOUR)
    presence.answer(HOME, LOST, NOW - 3 * HOUR, NOW - 3 * HOUR)
    presence.expire(NOW)
    assert presence.gauges(NOW) == []

    presence.hang_up(HOME, LOST)
    assert presence.gauges(NOW) == []


def test_who_was_answered_too_long_ago_does_not_enter() -> None:
    presence = PartitionPresence(Horizons(Longest(4 * HOUR, 2 * HOUR)))
    presence.expire(NOW)
    presence.enter(LOST, Visit(NOW - 3 * HOUR, "sales", answered_at=NOW - 3 * HOUR))

    assert len(presence) == 0
    assert presence.gauges(NOW) == []


def test_of_deleted_months_no_visit_is_counted_as_unresolved() -> None:
    presence = PartitionPresence(Horizons(Longest(4 * HOUR, 2 * HOUR)))
    presence.wait(HOME, ("acme", "new", 1), NOW - HOUR)
    presence.unresolved.keep_since(NOW - MONTHS)
    presence.expire(NOW)
    presence.wait(HOME, LOST, NOW - 2 * MONTHS)

    assert presence.gauges(NOW) == sales([NOW - HOUR])
    assert presence.unresolved.take_changed() == set()


def test_a_conversation_too_old_for_the_moment_that_was_asked_about_is_not_in_progress() -> None:
    presence = PartitionPresence(Horizons(Longest(4 * HOUR, 2 * HOUR)))
    presence.enter(("acme", "new", 1), Visit(NOW, "sales", answered_at=NOW))
    assert presence.gauges(NOW) == sales(in_progress=1)

    presence.enter(LOST, Visit(NOW - 3 * HOUR, "sales", answered_at=NOW - 3 * HOUR))
    assert presence.gauges(NOW) == sales(in_progress=1)
    presence.hang_up(HOME, LOST)
    assert presence.gauges(NOW) == sales(in_progress=1)


def test_who_is_answered_only_later_is_in_progress_when_the_time_comes() -> None:
    presence = PartitionPresence(Horizons(Longest(4 * HOUR, 2 * HOUR)))
    presence.enter(("acme", "new", 1), Visit(NOW, "sales", answered_at=NOW))
    presence.enter(("acme", "soon", 1), Visit(NOW, "sales", answered_at=NOW + MINUTE))
    presence.enter(LOST, Visit(NOW + HOUR, "sales", answered_at=NOW + HOUR))

    assert presence.gauges(NOW) == sales(in_progress=2)
    assert presence.gauges(NOW + HOUR - MINUTE - 1) == sales(in_progress=2)
    assert presence.gauges(NOW + HOUR - MINUTE) == sales(in_progress=3)


MAIL = ("acme", "support", "email")
DAYS = 24 * HOUR
BY_CHANNEL = Horizons(Longest(35 * DAYS, 35 * DAYS), {"voice": Longest(4 * HOUR, 4 * HOUR)})


def test_a_mail_waits_for_weeks_beside_a_call_that_was_lost() -> None:
    presence = PartitionPresence(BY_CHANNEL)
    presence.wait(HOME, LOST, NOW - 63 * HOUR)
    presence.wait(MAIL, ("acme", "m1", 1), NOW - 63 * HOUR)
    presence.expire(NOW)

    assert len(presence) == 1
    assert presence.gauges(NOW) == [
        *sales(unresolved=1),
        Gauge(*MAIL, [NOW - 63 * HOUR], 0, 0),
    ]

    presence.answer(MAIL, ("acme", "m1", 1), NOW - 63 * HOUR, NOW - 63 * HOUR)
    assert presence.gauges(NOW)[1] == Gauge(*MAIL, [], 0, 0, [NOW - 63 * HOUR])


def test_who_talks_for_more_than_an_hour_is_told_with_the_answer() -> None:
    presence = PartitionPresence(BY_CHANNEL)
    for contact, ago in (("old", 3 * HOUR), ("new", 10 * MINUTE), ("gone", 5 * HOUR)):
        presence.enter(("acme", contact, 1), Visit(NOW - ago, "sales", answered_at=NOW - ago))

    assert presence.gauges(NOW) == [Gauge(*HOME, [], 1, 0, [NOW - 3 * HOUR])]
    assert presence.gauges(NOW + HOUR) == [
        Gauge(*HOME, [], 0, 0, [NOW - 3 * HOUR, NOW - 10 * MINUTE])
    ]
    presence.hang_up(HOME, ("acme", "old", 1))
    assert presence.gauges(NOW + HOUR) == [Gauge(*HOME, [], 0, 0, [NOW - 10 * MINUTE])]


def test_a_page_of_before_has_one_horizon_for_all_channels() -> None:
    counted = [(MAIL, {0: 1})]
    old = Page(NOW - 4 * HOUR, NOW - 4 * HOUR, [MAIL], [(0, "m2", 1, NOW)], [], [], counted)
    presence = PartitionPresence(BY_CHANNEL)
    presence.read(old)
    presence.complete()
    presence.stop_waiting(MAIL, ("acme", "m1", 1), NOW - 5 * HOUR)
    presence.expire(NOW)

    assert presence.gauges(NOW) == [Gauge(*MAIL, [NOW], 0, 0)]


def test_pages_of_everyone_who_is_there_say_who_answered(store: MemoryStore) -> None:
    waits = offered("waits", NOW - MINUTE)
    talks = [offered("talks", NOW - MINUTE), answered("talks", NOW)]
    partition = apply(store.own(0), store, waits, *talks)

    [page] = everything(partition.visits.presence)

    assert page.homes == [HOME]
    assert page.waiting == [(0, "waits", 1, NOW - MINUTE)]
    assert (page.answered, page.agents) == ([(0, "talks", 1, NOW)], ["ann"])


def test_a_conversation_of_whom_nobody_knows_who_answered_is_no_talk() -> None:
    presence = PartitionPresence(Horizons(Longest(4 * HOUR, 2 * HOUR)))
    unknown = Visit(NOW, "sales", answered_at=NOW)
    presence.rows = {LOST: unknown}
    presence.enter(LOST, unknown)

    assert presence.gauges(NOW) == sales(in_progress=1)
    assert presence.take_talks(everything=False) == []
    assert presence.take_talks(everything=True) == []


def test_a_gauge_is_told_anew_only_where_it_changed(store: MemoryStore) -> None:
    partition = apply(store.own(0), store, offered("c1", NOW - 4 * HOUR), answered("c1", NOW))
    apply(partition, store, offered("c2", NOW, queue="help"))
    [sales_first, help_first] = partition.gauges(NOW)
    [sales_later, _] = partition.gauges(NOW + HOUR // 2)
    [sales_last, help_last] = partition.gauges(NOW + 3 * HOUR // 2)

    assert sales_later is sales_first
    assert help_last is help_first
    assert sales_last == Gauge("acme", "sales", "voice", [], 0, 0, [NOW])
    partition.gauges(NOW + 3 * HOUR // 2 - 1)
    assert partition.gauges(NOW + 3 * HOUR // 2)[0] is sales_last
