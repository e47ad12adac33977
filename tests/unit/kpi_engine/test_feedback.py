"""Feedback that names no visit finds the contact's last one, whatever was heard of first."""

from itertools import permutations

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell, Cells, add
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import PaneKey
from floorpulse.kpi_engine.fold.partition import Partition, PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence
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
    assert {
        key: pane.cells for key, pane in store.tables[0].panes.items() if pane.cells
    } == counted(history, MemoryStore())
