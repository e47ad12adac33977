"""Feedback that names no visit finds the contact's last one before it, or the first after it,
whatever was heard of first.
"""

from itertools import permutations

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell, Cells, add
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import PaneKey
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence
from floorpulse.kpi_engine.ports import FlushOutcome
from tests.fakes.engine import LONGEST, MemoryStore
from tests.unit.kpi_engine.builders import MINUTE, TENANT, event

HOUR = 60 * MINUTE
DAY = 24 * HOUR
FIRST = event(events.ContactOffered, 0, visit=1, queue="sales")
SECOND = event(events.ContactOffered, HOUR, visit=2, queue="service")
ANN = event(events.ContactAnswered, 10_000, visit=1, agent="ann")
BOB = event(events.ContactAnswered, HOUR + 10_000, visit=2, agent="bob")


def answer(at: int, **fields: object) -> AnyEvent:
    scale = {"survey": "s", "kind": "csat", "score": 5.0, "best": 5.0, "worst": 1.0}
    return event(events.SurveyAnswered, at, **{"contact": "c1", **scale, **fields})


def counted(history: list[AnyEvent], store: MemoryStore) -> dict[PaneKey, Cells]:
    partition = Partition(PartitionPosition(0, "log", 1, 1, 0), MINUTE, ClaimedPresence(LONGEST))
    partition.apply(list(enumerate(history)), len(history))
    while wanted := partition.wanted:
        partition.join(wanted, store.find(0, wanted))
    return {key: pane.cells for key, pane in partition.panes.rows.items() if pane.cells}


def written(
    partition: Partition, store: MemoryStore, history: list[AnyEvent], watermark: int
) -> None:
    """Take events in and make them durable, by this event time."""
    begin = partition.next_offset
    partition.apply(list(enumerate(history, begin)), begin + len(history))
    partition.advance([watermark], watermark, 0)
    assert flush(partition, store) is FlushOutcome.WRITTEN


def found_by_writing(
    partition: Partition, store: MemoryStore, one: AnyEvent, refused: int = 1
) -> None:
    """Take in what begins a visit, whose feedback is found when the visit is to be written: this
    is refused so often.
    """
    partition.apply([(partition.next_offset, one)], partition.next_offset + 1)
    for _ in range(refused):
        assert flush(partition, store) is FlushOutcome.CONFLICTED
        partition.conflicted()
    assert flush(partition, store) is FlushOutcome.WRITTEN


def flush(partition: Partition, store: MemoryStore) -> FlushOutcome:
    """Write what is dirty, joined with what is stored."""
    while wanted := partition.wanted:
        partition.join(wanted, store.find(0, wanted))
    rows = partition.take_dirty()
    if rows is None:
        return FlushOutcome.WRITTEN
    outcome = store.write(rows)
    if outcome is FlushOutcome.WRITTEN:
        partition.flushed()
    return outcome


def stored_cells(store: MemoryStore) -> dict[PaneKey, Cells]:
    return {key: pane.cells for key, pane in store.tables[0].panes.items() if pane.cells}


def answers_by_queue(*history: AnyEvent) -> dict[str, int]:
    """Answers by the queue of the contact, in every order; and each counts in the same minutes."""
    found = [counted(list(order), MemoryStore()) for order in permutations(history)]
    assert all(one == found[0] for one in found)
    queues: Cells = {}
    names: dict[str, int] = {}
    for key, cells in found[0].items():
        if cells.get(Cell.CONTACT_CSAT_COUNT):
            add(queues, cells)
            names[key[1]] = names.get(key[1], 0) + cells[Cell.CONTACT_CSAT_COUNT]
    return names


def test_it_is_about_the_last_visit_offered_before_it() -> None:
    assert answers_by_queue(FIRST, SECOND, answer(2 * DAY)) == {"service": 1}
    assert answers_by_queue(FIRST, SECOND, answer(HOUR)) == {"service": 1}
    assert answers_by_queue(FIRST, SECOND, answer(HOUR - 1)) == {"sales": 1}


def test_it_is_about_the_first_visit_where_all_were_offered_later() -> None:
    ahead = event(events.ContactOffered, 12 * 365 * DAY, visit=1, queue="sales")

    assert answers_by_queue(FIRST, SECOND, answer(-1)) == {"sales": 1}
    assert answers_by_queue(FIRST, SECOND, answer(-1, queue="service")) == {"service": 1}
    assert answers_by_queue(ahead, ANN, answer(DAY)) == {"sales": 1}
    assert answers_by_queue(ahead, SECOND, answer(HOUR - 1)) == {"service": 1}


def test_it_is_about_the_last_visit_of_the_agent_that_it_names() -> None:
    told = (FIRST, SECOND, ANN, BOB)

    assert answers_by_queue(*told, answer(2 * DAY, agent="ann")) == {"sales": 1}
    assert answers_by_queue(*told, answer(2 * DAY, agent="bob")) == {"service": 1}


def test_it_is_about_the_last_visit_of_the_queue_that_it_names() -> None:
    assert answers_by_queue(FIRST, SECOND, answer(2 * DAY, queue="sales")) == {"sales": 1}


def test_what_finds_no_visit_counts_for_the_queue_that_it_names_by_its_own_time_only() -> None:
    panes = counted([FIRST, answer(DAY, queue="other")], MemoryStore())

    assert panes[TENANT, "other", "voice", DAY][Cell.CSAT_COUNT] == 1
    assert answers_by_queue(FIRST, answer(DAY, queue="other")) == {}


def test_a_survey_is_about_the_visit_after_which_it_was_asked() -> None:
    asked = event(events.SurveyOffered, 30 * MINUTE, contact="c1", survey="s", kind="csat")

    assert answers_by_queue(FIRST, SECOND, asked, answer(DAY)) == {"sales": 1}


def test_a_visit_taken_back_has_no_feedback() -> None:
    gone = event(events.ContactRetracted, HOUR + 1, visit=2, what="visit", reason="imported twice")

    assert answers_by_queue(FIRST, SECOND, gone, answer(DAY)) == {"sales": 1}


def test_evaluations_and_complaints_find_their_visit_too() -> None:
    about = {"contact": "c1"}
    scored = event(events.QaScored, DAY, **about, evaluation="e", score=80.0)
    opened = event(events.ComplaintOpened, DAY, **about, complaint="k")
    closed = event(events.ComplaintClosed, 2 * DAY, **about, complaint="k")

    panes = counted([closed, scored, SECOND, opened, FIRST], MemoryStore())

    assert panes[TENANT, "service", "voice", HOUR][Cell.CONTACT_QA_COUNT] == 1
    assert panes[TENANT, "service", "voice", DAY][Cell.COMPLAINTS_NORMAL] == 1
    assert panes[TENANT, "service", "voice", DAY][Cell.COMPLAINTS_CLOSED] == 1


def test_what_an_agent_missed_counts_once_beside_feedback_that_finds_the_visit() -> None:
    missed = event(events.AgentMissed, 5 * MINUTE, contact="c1", visit=1, agent="bob")
    scored = event(events.QaScored, 10 * MINUTE, contact="c1", evaluation="e", score=80.0)

    for order in permutations((FIRST, missed, scored)):
        panes = counted(list(order), MemoryStore())
        assert panes[TENANT, "sales", "voice", 5 * MINUTE] == {Cell.MISSED: 1}


def test_a_numbered_asking_and_an_answer_without_a_number_are_one_survey() -> None:
    asked = event(events.SurveyOffered, 30 * MINUTE, contact="c1", visit=1, survey="s", kind="csat")

    panes = counted([answer(31 * MINUTE), FIRST, asked], MemoryStore())

    assert panes[TENANT, "sales", "voice", 0][Cell.CONTACT_SURVEY_OFFERED] == 1
    assert panes[TENANT, "sales", "voice", 0][Cell.CONTACT_CSAT_COUNT] == 1


def test_it_is_found_in_the_database_days_later_and_moves_when_a_later_visit_comes_in() -> None:
    store = MemoryStore()
    history = [FIRST, ANN, answer(DAY), SECOND]
    for offset, one in enumerate(history):
        partition = store.own(0)
        partition.apply([(offset, one)], offset + 1)
        while wanted := partition.wanted:
            partition.join(wanted, store.find(0, wanted))
        partition.advance([DAY], DAY, 0)
        rows = partition.take_dirty()
        assert rows is not None
        store.write(rows)

    stored = store.tables[0].visits
    assert stored[TENANT, "c1", 1].surveys is None
    assert list(stored[TENANT, "c1", 2].surveys or {}) == ["s"]
    assert stored_cells(store) == counted(history, MemoryStore())


def test_feedback_leaves_memory_once_no_visit_before_it_can_begin_and_is_found_again() -> None:
    store = MemoryStore()
    partition = store.own(0)
    gave_up = event(events.ContactAbandoned, MINUTE, visit=1)
    history = [FIRST, gave_up, answer(DAY)]
    written(partition, store, history, DAY)
    partition.trim(0, 0)
    assert {number for *_, number in partition.visits.rows} == {0, 1}

    written(partition, store, [], DAY + MINUTE)
    partition.trim(0, 0)
    assert not partition.visits.rows

    written(partition, store, [SECOND], DAY + MINUTE)
    assert stored_cells(store) == counted([*history, SECOND], MemoryStore())


def test_an_offer_told_after_the_answer_takes_over_feedback_that_was_stored_before() -> None:
    late_answer = event(events.ContactAnswered, DAY, visit=1, agent="ann")
    store = MemoryStore()
    written(store.own(0), store, [answer(30 * MINUTE)], HOUR)
    partition = store.own(0)
    found_by_writing(partition, store, late_answer)
    written(partition, store, [FIRST], DAY)

    assert stored_cells(store) == counted([answer(30 * MINUTE), late_answer, FIRST], MemoryStore())


def test_an_offer_told_after_the_answer_of_a_contact_without_feedback_looks_for_none() -> None:
    late_answer = event(events.ContactAnswered, DAY, visit=1, agent="ann")
    store = MemoryStore()
    written(store.own(0), store, [event(events.ContactOffered, 0, contact="c2")], HOUR)
    partition = store.own(0)
    written(partition, store, [late_answer], DAY)
    partition.apply([(2, FIRST)], 3)

    assert not partition.wanted.visits
    assert flush(partition, store) is FlushOutcome.WRITTEN


def test_feedback_of_a_contact_in_memory_is_placed_at_once_and_once_however_often_told() -> None:
    store = MemoryStore()
    partition = store.own(0)
    history = [FIRST, answer(DAY), answer(2 * DAY, survey="t"), answer(2 * DAY, survey="t")]
    written(partition, store, history[:2], DAY)
    partition.apply([(2, history[2]), (3, history[3])], 4)

    assert not partition.wanted.visits
    written(partition, store, [], DAY)
    assert stored_cells(store) == counted(history, MemoryStore())


def test_feedback_of_a_contact_whose_only_visit_is_in_memory_waits_for_nothing() -> None:
    store = MemoryStore()
    partition = store.own(0)
    history = [FIRST, ANN, answer(DAY)]
    written(partition, store, history[:1], HOUR)
    partition.apply([(1, ANN), (2, answer(DAY))], 3)

    assert not partition.wanted
    assert partition.published_offset == 3
    assert flush(partition, store) is FlushOutcome.WRITTEN
    assert stored_cells(store) == counted(history, MemoryStore())


def test_feedback_of_a_contact_of_several_visits_waits_for_those_that_are_stored() -> None:
    partition = MemoryStore().own(0)
    partition.apply([(0, FIRST), (1, SECOND), (2, answer(DAY))], 3)

    assert partition.wanted.visits == [(TENANT, "c1", 0)]


def test_feedback_that_waits_for_stored_visits_goes_on_waiting_once_one_begins() -> None:
    partition = MemoryStore().own(0)
    partition.apply([(0, answer(DAY)), (1, FIRST), (2, answer(2 * DAY, survey="t"))], 3)

    assert partition.wanted.visits == [(TENANT, "c1", 0)]
    assert counted([answer(DAY), FIRST, answer(2 * DAY, survey="t")], MemoryStore()) == counted(
        [FIRST, answer(DAY), answer(2 * DAY, survey="t")], MemoryStore()
    )


def test_feedback_is_joined_with_stored_feedback_of_a_visit_that_was_taken_for_the_first() -> None:
    store = MemoryStore()
    other = event(events.ContactOffered, 0, contact="c2")
    written(store.own(0), store, [other, answer(30 * MINUTE)], HOUR)
    partition = store.own(0)
    ahead = event(events.ContactOffered, 9 * DAY, visit=1, queue="sales")
    later = [ahead, answer(10 * DAY, survey="t")]
    partition.apply([(2, ahead), (3, later[1])], 4)
    assert not partition.wanted
    assert flush(partition, store) is FlushOutcome.CONFLICTED
    partition.conflicted()
    assert flush(partition, store) is FlushOutcome.WRITTEN

    assert stored_cells(store) == counted([other, answer(30 * MINUTE), *later], MemoryStore())
    assert sorted(store.tables[0].visits[TENANT, "c1", 1].surveys or {}) == ["s", "t"]


def test_feedback_told_while_its_visit_is_being_written_and_refused_is_joined_as_well() -> None:
    store = MemoryStore()
    other = event(events.ContactOffered, 0, contact="c2")
    written(store.own(0), store, [other, FIRST, answer(30 * MINUTE)], HOUR)
    partition = store.own(0)
    ahead = event(events.ContactOffered, 9 * DAY, visit=2, queue="sales")
    later = [ahead, answer(10 * DAY, survey="t")]
    partition.apply([(3, ahead)], 4)
    rows = partition.take_dirty()
    partition.apply([(4, later[1])], 5)
    assert rows is not None
    assert store.write(rows) is FlushOutcome.CONFLICTED
    partition.conflicted()
    partition.apply([(5, answer(10 * DAY, survey="u"))], 6)
    while flush(partition, store) is FlushOutcome.CONFLICTED:
        partition.conflicted()
    history = [other, FIRST, answer(30 * MINUTE), *later, answer(10 * DAY, survey="u")]

    assert stored_cells(store) == counted(history, MemoryStore())
    stored = store.tables[0].visits
    assert sorted(stored[TENANT, "c1", 1].surveys or {}) == ["s"]
    assert sorted(stored[TENANT, "c1", 2].surveys or {}) == ["t", "u"]


def test_feedback_about_a_visit_that_is_in_doubt_waits_for_what_is_stored() -> None:
    store = MemoryStore()
    written(store.own(0), store, [event(events.ContactOffered, 0, contact="c2"), FIRST], HOUR)
    partition = store.own(0)
    ahead = event(events.ContactOffered, 9 * DAY, visit=2, queue="sales")
    partition.apply([(2, ahead)], 3)
    assert flush(partition, store) is FlushOutcome.CONFLICTED
    partition.conflicted()
    partition.apply([(3, answer(HOUR))], 4)

    assert (TENANT, "c1", 0) in partition.wanted.visits
    assert flush(partition, store) is FlushOutcome.WRITTEN
    assert list(store.tables[0].visits[TENANT, "c1", 1].surveys or {}) == ["s"]


def test_a_visit_that_begins_or_moves_while_the_feedback_is_in_memory_needs_no_look() -> None:
    store = MemoryStore()
    other = event(events.ContactOffered, 0, contact="c2")
    written(store.own(0), store, [other], HOUR)
    partition = store.own(0)
    history = [
        event(events.ContactAnswered, DAY, visit=1, agent="ann"),
        answer(30 * MINUTE),
        event(events.ContactEnded, DAY, contact="c2"),
    ]
    written(partition, store, history, DAY)
    further = [FIRST, event(events.ContactOffered, DAY + MINUTE, visit=2)]
    partition.apply(list(enumerate(further, partition.next_offset)), partition.next_offset + 2)

    assert not partition.wanted.visits
    written(partition, store, [], DAY)
    assert stored_cells(store) == counted([other, *history, *further], MemoryStore())


def test_feedback_is_placed_while_visits_of_other_contacts_are_loaded() -> None:
    store = MemoryStore()
    history = [FIRST, event(events.ContactOffered, 0, contact="c2")]
    written(store.own(0), store, history, HOUR)
    later = [answer(DAY), event(events.ContactAnswered, 10_000, contact="c2")]
    written(store.own(0), store, later, DAY)

    assert stored_cells(store) == counted([*history, *later], MemoryStore())
    assert list(store.tables[0].visits[TENANT, "c1", 1].surveys or {}) == ["s"]


def test_a_visit_by_a_clock_ahead_takes_over_feedback_that_was_stored_long_before() -> None:
    store = MemoryStore()
    other = event(events.ContactOffered, 0, contact="c2")
    written(store.own(0), store, [other, answer(30 * MINUTE)], HOUR)
    partition = store.own(0)
    ahead = event(events.ContactOffered, 9 * DAY, visit=1, queue="sales")
    found_by_writing(partition, store, ahead)

    assert stored_cells(store) == counted([other, answer(30 * MINUTE), ahead], MemoryStore())
    assert list(store.tables[0].visits[TENANT, "c1", 1].surveys or {}) == ["s"]


def test_feedback_by_a_clock_ahead_is_taken_over_by_a_visit_that_begins_after_a_restart() -> None:
    store = MemoryStore()
    history = [FIRST, answer(DAY)]
    written(store.own(0), store, history, HOUR)
    partition = store.own(0)
    later = event(events.ContactOffered, 2 * HOUR, visit=2, queue="service")
    found_by_writing(partition, store, later, refused=2)  # the minute of the survey is stored, too

    assert stored_cells(store) == counted([*history, later], MemoryStore())


def test_a_visit_that_begins_while_stored_feedback_is_in_memory_is_written_at_once() -> None:
    store = MemoryStore()
    partition = store.own(0)
    written(partition, store, [answer(30 * MINUTE)], HOUR)
    partition.apply([(1, FIRST)], 2)

    assert flush(partition, store) is FlushOutcome.WRITTEN
    assert stored_cells(store) == counted([answer(30 * MINUTE), FIRST], MemoryStore())


def test_feedback_that_retention_deletes_between_two_looks_is_not_made_up() -> None:
    store = MemoryStore()
    written(store.own(0), store, [FIRST, ANN, answer(DAY)], HOUR)
    partition = store.own(0)
    partition.apply([(3, event(events.ContactWrapped, 2 * MINUTE, visit=1))], 4)
    first = partition.wanted
    partition.join(first, store.find(0, first))
    second = partition.wanted
    del store.tables[0].visits[TENANT, "c1", 0]
    partition.join(second, store.find(0, second))

    assert [second.visits, partition.wanted.visits] == [[(TENANT, "c1", 0)], []]
    assert flush(partition, store) is FlushOutcome.WRITTEN
    assert (TENANT, "c1", 0) not in store.tables[0].visits
