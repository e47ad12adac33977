"""What contacts of several stays count as a whole: by hand, and how little a contact of one stay
costs.
"""

from typing import Any

import pytest

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell, Cells, add
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Visit
from floorpulse.counting.contributions import contributions
from floorpulse.counting.whole_contacts import (
    Callback,
    ContactOutcome,
    callback,
    contact_outcome,
    stays_of,
    whole_contact,
    whole_wait,
)
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.ports import FlushOutcome
from floorpulse.kpis.catalogue import CATALOGUE, SpanKpi
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.policies import DEFAULT_POLICY
from tests.fakes.engine import MemoryStore
from tests.unit.kpi_engine.builders import MINUTE, TENANT, event

OFFERED = events.ContactOffered
ANSWERED = events.ContactAnswered
LEFT = events.ContactLeft
ENDED = events.ContactEnded
TRANSFERRED = events.ContactTransferred


def stay(number: int, queue: str, at: int, *then: AnyEvent, channel: str = "voice") -> list[Any]:
    """The events of one stay, seconds told as milliseconds."""
    offer = event(OFFERED, at * 1000, visit=number, queue=queue, channel=channel)
    return [offer, *then]


def told(kind: type, number: int, at: int, **more: object) -> AnyEvent:
    return event(kind, at * 1000, visit=number, **more)


def contact_of(*history: AnyEvent) -> dict[int, Visit]:
    visits: dict[int, Visit] = {}
    for one in history:
        merge(visits.setdefault(one.visit or 1, Visit()), one)  # type: ignore[union-attr]  # all are of contacts
    return visits


OVERFLOW = [
    *stay(1, "one", 0, told(LEFT, 1, 59, reason="timeout")),
    *stay(2, "two", 60, told(LEFT, 2, 119, reason="timeout")),
    *stay(3, "three", 120, told(ANSWERED, 3, 150), told(ENDED, 3, 180)),
]
"""Three queues, answered in the third after two and a half minutes in all"""
PASSED_ON = [
    *stay(1, "one", 0, told(ANSWERED, 1, 10), told(TRANSFERRED, 1, 70), told(ENDED, 1, 70)),
    *stay(2, "two", 71, told(events.ContactAbandoned, 2, 91)),
]
CALLED_BACK = [
    *stay(1, "one", 0, told(LEFT, 1, 30, reason="callback")),
    *stay(2, "back", 3600, told(ANSWERED, 2, 3605), channel="callback"),
]
CAME_AGAIN = [
    *stay(1, "one", 0, told(ANSWERED, 1, 10), told(ENDED, 1, 70)),
    *stay(2, "one", 9000, told(ANSWERED, 2, 9004)),
]


@pytest.mark.parametrize(
    ("history", "became", "wait", "called"),
    [
        (OVERFLOW, ContactOutcome.ANSWERED, 150, None),
        (OVERFLOW[:-2], None, 120, None),
        (OVERFLOW[:4], ContactOutcome.LOST, 119, None),
        (PASSED_ON, ContactOutcome.LOST, 31, None),
        (CALLED_BACK[:2], ContactOutcome.PROMISED, 30, Callback.PROMISED),
        (CALLED_BACK[:3], None, 30, Callback.PROMISED),
        (CALLED_BACK, ContactOutcome.ANSWERED, 35, Callback.KEPT),
        (CAME_AGAIN, ContactOutcome.ANSWERED, 14, None),
    ],
    ids=["overflow", "waits", "lost", "passed on", "promised", "called", "kept", "came again"],
)
def test_what_becomes_of_a_contact_and_how_long_it_waits(
    history: list[AnyEvent],
    became: ContactOutcome | None,
    wait: int,
    called: Callback | None,
) -> None:
    stays = stays_of(contact_of(*history))

    assert contact_outcome(stays) is became
    assert whole_wait(stays) == wait * 1000
    assert callback(stays) is called


def test_a_further_stay_by_callback_is_a_promise_whatever_door_the_first_was_left_by() -> None:
    history = [*OVERFLOW[:2], *stay(2, "back", 600, channel="callback")]

    assert callback(stays_of(contact_of(*history))) is Callback.PROMISED


def figures(cells: Cells, *kpis: str) -> list[float | None]:
    measured = (CATALOGUE[kpi] for kpi in kpis)
    return [
        kpi.measure(SpanFigures(cells), DEFAULT_POLICY).value
        for kpi in measured
        if isinstance(kpi, SpanKpi)
    ]


def counted(*history: AnyEvent) -> dict[str, Cells]:
    """The cells of all panes by queue, whole contacts among them."""
    visits = contact_of(*history)
    found: dict[str, Cells] = {}
    parts = [contributions(TENANT, visit, MINUTE) for visit in visits.values()]
    for part in (*parts, whole_contact(TENANT, visits, MINUTE)):
        for (_, queue, _, _), cells in part.items():
            add(found.setdefault(queue, {}), cells)
    return found


CALLERS = "contacts", "contacts_answered", "contacts_lost", "contact_wait"


def test_a_contact_belongs_to_the_queue_of_its_first_offer_and_totals_count_it_once() -> None:
    by_queue = counted(*OVERFLOW)
    total: Cells = {}
    for cells in by_queue.values():
        add(total, cells)

    assert figures(by_queue["one"], *CALLERS) == [1, 1, 0, 150]
    assert figures(by_queue["two"], *CALLERS) == [0, 0, 0, None]
    assert figures(by_queue["three"], *CALLERS) == [0, 0, 0, None]
    assert figures(total, *CALLERS, "contact_answer_rate") == [1, 1, 0, 150, 1.0]


def test_a_contact_that_waits_in_a_further_queue_is_neither_answered_nor_lost() -> None:
    total: Cells = {}
    for cells in counted(*OVERFLOW[:-2]).values():
        add(total, cells)

    assert figures(total, *CALLERS) == [1, 0, 0, None]


def test_who_is_spoken_with_at_once_in_each_queue_waits_not_at_all() -> None:
    at_once = [
        *stay(1, "one", 0, told(ANSWERED, 1, 0), told(TRANSFERRED, 1, 60), told(ENDED, 1, 60)),
        *stay(2, "two", 60, told(ANSWERED, 2, 60)),
    ]

    assert figures(counted(*at_once)["one"], *CALLERS) == [1, 1, 0, 0]


def test_a_kept_callback_counts_where_the_contact_came() -> None:
    by_queue = counted(*CALLED_BACK)

    kpis = "callbacks_offered", "callbacks_kept", "contacts_answered", "contacts_lost"
    assert figures(by_queue["one"], *kpis) == [1, 1, 1, 0]
    assert figures(by_queue["back"], *kpis) == [0, 0, 0, 0]


def test_a_contact_of_one_stay_adds_nothing_beyond_its_stay() -> None:
    for history in (OVERFLOW[:2], CALLED_BACK[:2], OVERFLOW[4:], PASSED_ON[:4]):
        assert whole_contact(TENANT, contact_of(*history), MINUTE) == {}


# ----------------------------------------------------------------- in the fold


def applied(partition: Partition, *history: AnyEvent) -> None:
    begin = partition.next_offset
    partition.apply(list(enumerate(history, begin)), begin + len(history))
    latest = max(int(one.at) for one in history)
    partition.advance([latest], latest, 0)


def flushed(partition: Partition, store: MemoryStore) -> FlushOutcome:
    """Make everything durable, if nothing stands against it."""
    while wanted := partition.wanted:
        partition.join(wanted, store.find(0, wanted))
    rows = partition.take_dirty()
    assert rows is not None
    outcome = store.write(rows)
    (partition.flushed if outcome is FlushOutcome.WRITTEN else partition.conflicted)()
    return outcome


def total(store: MemoryStore) -> Cells:
    cells: Cells = {}
    for _, stored in store.tables[0].panes.values():
        add(cells, stored)
    return cells


def test_a_further_stay_needs_no_look_while_the_stored_first_one_is_in_memory() -> None:
    store = MemoryStore(allowance=0)
    partition = store.own(0)
    applied(partition, *OVERFLOW[:2])
    flushed(partition, store)
    applied(partition, *OVERFLOW[2:])

    assert not partition.wanted
    assert flushed(partition, store) is FlushOutcome.WRITTEN
    assert figures(total(store), *CALLERS) == [1, 1, 0, 150]


def test_a_further_stay_after_a_restart_is_refused_once_and_then_joined() -> None:
    store = MemoryStore(allowance=0)
    partition = store.own(0)
    applied(partition, *OVERFLOW[:2])
    flushed(partition, store)
    partition = store.own(0)
    applied(partition, *OVERFLOW[2:])

    assert flushed(partition, store) is FlushOutcome.CONFLICTED
    assert sorted(key[1:] for key in partition.wanted.visits) == [("c1", 2), ("c1", 3)]
    assert flushed(partition, store) is FlushOutcome.WRITTEN
    assert figures(total(store), *CALLERS) == [1, 1, 0, 150]


def test_numbers_of_stays_need_not_ascend() -> None:
    store = MemoryStore(allowance=0)
    partition = store.own(0)
    applied(partition, *stay(7, "one", 0, told(LEFT, 7, 59, reason="timeout")))
    flushed(partition, store)
    partition = store.own(0)
    applied(partition, *stay(1, "two", 60, told(ANSWERED, 1, 90)))
    flushed(partition, store)
    flushed(partition, store)

    assert figures(total(store), *CALLERS) == [1, 1, 0, 90]


def test_a_stay_that_begins_while_the_first_one_is_being_written_needs_no_second_flush() -> None:
    store = MemoryStore(allowance=0)
    partition = store.own(0)
    applied(partition, *OVERFLOW[:2])
    rows = partition.take_dirty()
    assert rows is not None
    applied(partition, *OVERFLOW[2:])
    store.write(rows)
    partition.flushed()

    assert flushed(partition, store) is FlushOutcome.WRITTEN
    assert figures(total(store), *CALLERS) == [1, 1, 0, 150]


def test_stays_that_began_during_a_flush_are_not_taken_for_the_only_ones_by_its_end() -> None:
    store = MemoryStore(allowance=0)
    partition = store.own(0)
    applied(partition, *OVERFLOW[:2])
    flushed(partition, store)
    partition = store.own(0)
    applied(partition, event(OFFERED, 0, contact="c2"))
    while wanted := partition.wanted:
        partition.join(wanted, store.find(0, wanted))
    rows = partition.take_dirty()
    assert rows is not None
    applied(partition, *OVERFLOW[2:])
    store.write(rows)
    partition.flushed()

    assert flushed(partition, store) is FlushOutcome.CONFLICTED
    assert flushed(partition, store) is FlushOutcome.WRITTEN
    assert figures(total(store), *CALLERS) == [2, 1, 0, 150]


def test_a_stay_that_changes_while_another_left_memory_waits_for_it() -> None:
    store = MemoryStore(allowance=0)
    partition = store.own(0)
    applied(partition, *OVERFLOW[:5])
    flushed(partition, store)
    partition.trim(0, 0)
    kept = set(partition.visits.rows)
    applied(partition, *OVERFLOW[5:])

    assert [number for *_, number in kept] == [3]
    assert partition.wanted.visits
    assert partition.published_offset < partition.next_offset
    flushed(partition, store)
    assert figures(total(store), *CALLERS) == [1, 1, 0, 150]
    assert total(store)[Cell.ANSWERED] == 1


def test_a_contact_all_of_whose_stays_left_memory_is_counted_once_when_it_comes_again() -> None:
    store = MemoryStore(allowance=0)
    partition = store.own(0)
    applied(partition, *OVERFLOW)
    flushed(partition, store)
    partition.trim(0, 0)
    assert not partition.visits.rows
    assert not partition.visits.contacts.known[TENANT]

    applied(partition, *stay(4, "one", 9000, told(ANSWERED, 4, 9004)))
    while flushed(partition, store) is FlushOutcome.CONFLICTED:
        pass
    assert figures(total(store), *CALLERS) == [1, 1, 0, 154]
