"""Who talks with whom, as readers are told of it: nothing is told twice, and nothing is lost."""

from collections.abc import Collection, Mapping

from hypothesis import example, given, settings
from hypothesis import strategies as st

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import Talk
from floorpulse.contracts.visits import Visit, VisitKey, queue_of
from floorpulse.kpi_engine.fold.partition import Partition
from tests.fakes.engine import MemoryStore
from tests.unit.kpi_engine.builders import HISTORIES, event
from tests.unit.kpi_engine.test_laws import (
    FEW_WORDS,
    fresh,
    make_durable,
    merged,
    rewritten_after,
    settle,
    take,
)

Talks = dict[VisitKey, Talk]


def taken(partition: Partition, *, everything: bool = False) -> list[Talk]:
    return partition.visits.presence.take_talks(everything=everything)


def applied(*history: AnyEvent) -> Partition:
    partition = fresh()
    take(partition, list(history), len(history))
    return partition


def test_an_answer_begins_a_talk_and_an_end_ends_it() -> None:
    history = [
        event(events.ContactOffered, 0),
        event(events.ContactAnswered, 10_000),
        event(events.ContactEnded, 20_000),
    ]
    partition = fresh()
    take(partition, history, 2)

    assert taken(partition) == [Talk("acme", "c1", 1, "ann", "sales", 10_000)]
    assert taken(partition) == []
    assert taken(partition, everything=True) == [Talk("acme", "c1", 1, "ann", "sales", 10_000)]
    take(partition, history, 1)
    assert taken(partition) == [Talk("acme", "c1", 1)]
    assert taken(partition, everything=True) == []


def test_a_talk_that_is_over_before_anybody_was_told_is_not_told() -> None:
    partition = applied(
        event(events.ContactOffered, 0),
        event(events.ContactAnswered, 10_000),
        event(events.ContactEnded, 20_000),
    )

    assert taken(partition) == []


def test_a_contact_that_an_earlier_answer_gives_to_another_agent_is_told_again() -> None:
    history = [
        event(events.ContactOffered, 0),
        event(events.ContactAnswered, 10_000),
        event(events.ContactAnswered, 5_000, agent="bob"),
    ]
    partition = fresh()
    take(partition, history, 2)
    taken(partition)
    take(partition, history, 1)

    assert taken(partition) == [Talk("acme", "c1", 1, "bob", "sales", 5_000)]


FORGOTTEN: list[AnyEvent] = [
    event(events.ContactAmended, 0, reason="typed wrong", queue="service", agent="cyd"),
    event(events.ContactAnswered, 10_000, wait_ms=5_000),
]
"""Its amendment is stored and out of memory when the answer is taken for a new visit"""
STEPS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["tell", "flush", "crash", "forget"])), max_size=10
)


@settings(settings.get_profile("laws"), max_examples=200)
@given(HISTORIES, STEPS, FEW_WORDS)
@example(FORGOTTEN, [(1, "forget")], 0)
def test_what_was_told_adds_up_to_the_talks_there_are_whoever_owns_the_partition(
    history: list[AnyEvent], steps: list[tuple[int, str]], words: int
) -> None:
    store = MemoryStore()
    partition = store.own(0)
    known: Talks = {}
    everything = True
    with rewritten_after(words):
        for size, step in [*steps, (len(history), "tell")]:
            take(partition, history, size)
            if step in ("flush", "crash", "forget"):
                make_durable(partition, store)
            if step == "forget":
                partition.trim(0, 0)
            if step == "crash":
                partition = store.own(0)
                everything = True
            settle(partition, store)
            if everything:
                known.clear()
            for talk in taken(partition, everything=everything):
                known[talk.tenant, talk.contact, talk.visit] = talk
            everything = False
            found_at_a_flush = taken_for_new(partition, store)
            so_far = merged(history[: partition.next_offset])
            assert talks_of(known, found_at_a_flush) == talks_of(talking(so_far), found_at_a_flush)
        make_durable(partition, store)
        for talk in taken(partition):
            known[talk.tenant, talk.contact, talk.visit] = talk
        assert talks_of(known) == talking(merged(history))


def taken_for_new(partition: Partition, store: MemoryStore) -> set[VisitKey]:
    """Visits in memory whose stored record is found by the next flush."""
    stored = store.tables[partition.number].visits
    return {key for key, new in partition.visits.dirty.items() if new and key in stored}


def talks_of(told: Mapping[VisitKey, Talk], without: Collection[VisitKey] = ()) -> Talks:
    """What was told and is not over."""
    return {key: talk for key, talk in told.items() if talk.agent and key not in without}


def talking(visits: Mapping[VisitKey, Visit]) -> Talks:
    """The talks that there are."""
    return {
        key: Talk(*key, visit.agent, queue_of(visit) or "", visit.answered_at)
        for key, visit in visits.items()
        if visit.answered_at is not None
        and visit.ended_at is None
        and visit.agent
        and queue_of(visit) is not None
        and (visit.offered_at is not None or visit.answered_wait is not None)
    }


def test_a_miss_counts_once_however_often_it_is_told_also_without_a_visit() -> None:
    of_a_contact = event(
        events.AgentMissed, 5_000, agent="ann", queue="sales", contact="c1", ring_ms=15_000
    )
    history = [
        of_a_contact,
        event(events.AgentMissed, 9_000, agent="ann", queue="sales"),
        event(events.AgentMissed, 9_500, agent="ann", queue="sales", ring_ms=0),
        of_a_contact,
        event(events.ContactOffered, 0),
        event(events.AgentMissed, 7_000, agent="bob", contact="c1", visit=1),
    ]
    partition = fresh()
    take(partition, history, len(history))
    settle(partition, MemoryStore())

    counted = [pane.cells.get(Cell.MISSED, 0) for pane in partition.panes.rows.values()]
    assert sum(counted) == 3
