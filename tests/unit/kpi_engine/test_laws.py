"""The laws of the fold: order, repetition and batching cannot matter, and deltas add up to contributions."""

from copy import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.cells import LEFT, Cell, Cells, add
from services.contracts.events import AnyEvent
from services.contracts.updates import PaneKey, revision
from services.contracts.visits import Outcome, Visit, VisitKey, decode_visit, encode_visit, offer_at, outcome, queue_of
from services.kpi_engine.domain.contributions import Panes, contributions
from services.kpi_engine.domain.fold import Fold, visit_key
from services.kpi_engine.domain.merge import merge
from services.kpi_engine.domain.partition import Partition
from tests.unit.kpi_engine.builders import HISTORIES, MINUTE

laws = settings(max_examples=500, deadline=None)


def merged(history: list[AnyEvent]) -> dict[VisitKey, Visit]:
    visits: dict[VisitKey, Visit] = {}
    for one in history:
        key = visit_key(one)
        assert key is not None
        merge(visits.setdefault(key, Visit()), one)
    return visits


def recomputed(history: list[AnyEvent]) -> Panes:
    """The oracle: group by visit, merge, contribute, sum; nothing of `Fold` or `Partition`."""
    panes: Panes = {}
    for (tenant, _, _), visit in merged(history).items():
        for key, cells in contributions(tenant, visit, MINUTE).items():
            add(panes.setdefault(key, {}), cells)
    return {key: cells for key, cells in panes.items() if cells}


def folded(history: list[AnyEvent], size: int) -> Partition:
    partition = Partition(0, "log", 1, 1, 0)
    for start in range(0, len(history), size):
        part = list(enumerate(history[start : start + size], start))
        fold = Fold(part, partition.visits, MINUTE)
        fold.run({})
        partition.commit(fold, {}, start + len(part))
    return partition


def rows(partition: Partition) -> dict[PaneKey, tuple[int, Cells]]:
    return {key: (pane.revision, pane.cells) for key, pane in partition.panes.items()}


@laws
@given(HISTORIES, st.randoms(use_true_random=False))
def test_any_order_merges_to_the_same_visits(history, random):
    shuffled = list(history)
    random.shuffle(shuffled)

    assert merged(shuffled) == merged(history)


@laws
@given(HISTORIES, st.randoms(use_true_random=False))
def test_repetition_changes_nothing(history, random):
    repeated = history + [one for one in history if random.random() < 0.5]

    assert merged(repeated) == merged(history)


@laws
@given(HISTORIES)
def test_merge_says_whether_it_changed_the_visit(history):
    visits: dict[VisitKey, Visit] = {}
    for one in history:
        key = visit_key(one)
        assert key is not None
        visit = visits.setdefault(key, Visit())
        before = copy(visit)
        changed = merge(visit, one)
        assert changed == (visit != before)


@laws
@given(HISTORIES, st.integers(1, 15))
def test_folded_panes_equal_the_recomputation(history, size):
    panes = {key: pane.cells for key, pane in folded(history, size).panes.items() if pane.cells}

    assert panes == recomputed(history)


@laws
@given(HISTORIES, st.integers(1, 15), st.integers(1, 15))
def test_rows_and_revisions_do_not_depend_on_how_the_log_is_cut(history, one, other):
    assert rows(folded(history, one)) == rows(folded(history, other))


@laws
@given(HISTORIES, st.integers(0, 14), st.integers(1, 5))
def test_reapplying_the_tail_of_a_log_gives_the_same_cells(history, crash_at, size):
    once = folded(history, size)
    again = folded(history, size)
    tail = list(enumerate(history))[crash_at:]
    fold = Fold(tail, again.visits, MINUTE)
    fold.run({})

    assert fold.changes == {}
    assert rows(again) == rows(once)


@laws
@given(HISTORIES)
def test_conservation_offered_equals_outcomes_plus_visits_without_one(history):
    totals: Cells = {}
    for cells in recomputed(history).values():
        add(totals, cells)
    placed = [visit for visit in merged(history).values() if queue_of(visit) is not None and offer_at(visit) is not None]
    without = sum(outcome(visit) is None for visit in placed)
    outcomes = sum(totals.get(cell, 0) for cell in (Cell.ANSWERED, Cell.ABANDONED, *LEFT.values()))

    assert totals.get(Cell.OFFERED, 0) - outcomes - without == 0
    assert totals.get(Cell.ANSWERED, 0) == sum(outcome(visit) is Outcome.ANSWERED for visit in placed)


@laws
@given(HISTORIES)
def test_a_stored_visit_reads_back_equal(history):
    for visit in merged(history).values():
        assert decode_visit(encode_visit(visit)) == visit


def test_revisions_of_a_new_log_generation_stand_above_all_of_the_old():
    assert revision(2, 0) > revision(1, (1 << 44) - 1)
