"""The laws of the fold: order, repetition and batching cannot matter, and deltas add up to
contributions.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.contracts.cells import LEFT, Cell, Cells, add
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.horizons import SHORT, Horizons
from floorpulse.contracts.updates import Gauge, PaneKey, revision
from floorpulse.contracts.visit_records import decode_visit, encode_visit
from floorpulse.contracts.visits import (
    Longest,
    Outcome,
    Visit,
    VisitKey,
    is_open,
    offer_at,
    outcome,
    queue_of,
)
from floorpulse.counting.contributions import Contributions as Counted
from floorpulse.counting.contributions import contributions
from floorpulse.counting.whole_contacts import whole_contact
from floorpulse.kpi_engine.fold import presence, presence_log
from floorpulse.kpi_engine.fold.advance import advance
from floorpulse.kpi_engine.fold.join import join
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.panes import NEVER, Change, Panes
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from floorpulse.kpi_engine.fold.watermark import FUTURE
from floorpulse.kpi_engine.ports import FlushOutcome
from tests.fakes.engine import MemoryStore
from tests.unit.kpi_engine.builders import HISTORIES, MINUTE, TENANT, as_stored

pytestmark = pytest.mark.timeout(900)  # hundreds of examples a law

LONGEST = Horizons(Longest(wait=60_000, conversation=40_000))
laws = settings(settings.get_profile("laws"))


def merged(history: list[AnyEvent]) -> dict[VisitKey, Visit]:
    visits: dict[VisitKey, Visit] = {}
    for one in history:
        key = visit_key(one)
        merge(visits.setdefault(key, Visit()), one)
    return visits


def recomputed(history: list[AnyEvent]) -> Counted:
    """The oracle: group by visit, merge, look for the visits of feedback, contribute, sum, and
    again by contact; nothing of `advance` or `Partition`.
    """
    visits = with_feedback(merged(history))
    panes = summed(visits)
    contacts: dict[tuple[str, str], dict[int, Visit]] = {}
    for (tenant, contact, number), visit in visits.items():
        contacts.setdefault((tenant, contact), {})[number] = visit
    for (tenant, _), stays in contacts.items():
        for key, cells in whole_contact(tenant, stays, MINUTE).items():
            add(panes.setdefault(key, {}), cells)
    return {key: cells for key, cells in panes.items() if cells}


def summed(visits: Mapping[VisitKey, Visit]) -> Counted:
    """What visits add by themselves."""
    panes: Counted = {}
    for (tenant, _, _), visit in visits.items():
        for key, cells in contributions(tenant, visit, MINUTE).items():
            add(panes.setdefault(key, {}), cells)
    return {key: cells for key, cells in panes.items() if cells}


def with_feedback(visits: dict[VisitKey, Visit]) -> dict[VisitKey, Visit]:
    """As if each piece of feedback had named the visit that it is about."""
    found = {key: visit for key, visit in visits.items() if key[2]}
    for key, visit in visits.items():
        if not key[2]:
            for said in single(visit):
                home = about_which(said, key, visits)
                found[home] = join(found.get(home, Visit()), said)
    return found


def single(visit: Visit) -> Iterator[Visit]:
    """Each piece of feedback by itself."""
    for field in ("surveys", "evaluations", "complaints"):
        for name, said in (getattr(visit, field) or {}).items():
            piece = Visit()
            setattr(piece, field, {name: said})
            yield piece


def about_which(said: Visit, key: VisitKey, visits: Mapping[VisitKey, Visit]) -> VisitKey:
    """The contact's last visit at or before one piece of feedback, else the first one, of its
    agent and queue.
    """
    at, agent, queue = -1, None, None
    for survey in (said.surveys or {}).values():
        asked = survey.offered_at if survey.offered_at is not None else survey.answered_at
        at, agent, queue = asked or 0, survey.agent, survey.queue
    for score in (said.evaluations or {}).values():
        at, agent, queue = score.at, score.agent, score.queue
    for one in (said.complaints or {}).values():
        received = one.opened_at if one.opened_at is not None else one.closed_at
        at, agent, queue = received or 0, one.last("agent"), one.last("queue")
    offers = [
        (offered, other)
        for other, visit in visits.items()
        if other[:2] == key[:2]
        and (offered := offer_at(visit)) is not None
        and agent in (None, visit.agent)
        and queue in (None, queue_of(visit))
    ]
    before = [one for one in offers if one[0] <= at]
    return max(before)[1] if before else min(offers, default=(0, key))[1]


def fresh() -> Partition:
    return Partition(PartitionPosition(0, "log", 1, 1, 0), MINUTE, ClaimedPresence(LONGEST))


def folded(history: list[AnyEvent], size: int) -> Partition:
    """Applied in parts of `size`, and all joined with an empty database at the end."""
    partition = fresh()
    for start in range(0, len(history), size):
        part = list(enumerate(history[start : start + size], start))
        partition.apply(part, start + len(part))
    settle(partition, MemoryStore())
    return partition


def settle(partition: Partition, store: MemoryStore) -> None:
    """Join everything that waits for stored records."""
    while wanted := partition.wanted:
        partition.join(wanted, store.find(0, wanted))


def rows(partition: Partition) -> dict[PaneKey, tuple[int, Cells]]:
    return {key: (pane.revision, pane.cells) for key, pane in partition.panes.rows.items()}


@laws
@given(HISTORIES, st.randoms(use_true_random=False))
def test_any_order_merges_to_the_same_visits(history: list[AnyEvent], random: Random) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)

    assert merged(shuffled) == merged(history)


@laws
@given(HISTORIES, st.randoms(use_true_random=False))
def test_repetition_changes_nothing(history: list[AnyEvent], random: Random) -> None:
    repeated = history + [one for one in history if random.random() < 0.5]

    assert merged(repeated) == merged(history)


@laws
@given(HISTORIES)
def test_merge_says_whether_it_changed_the_visit(history: list[AnyEvent]) -> None:
    visits: dict[VisitKey, Visit] = {}
    for one in history:
        key = visit_key(one)
        visit = visits.setdefault(key, Visit())
        before = copy(visit)
        changed = merge(visit, one)
        assert changed == (visit != before)


@laws
@given(HISTORIES, st.integers(1, 15))
def test_folded_panes_equal_the_recomputation(history: list[AnyEvent], size: int) -> None:
    panes = {
        key: pane.cells for key, pane in folded(history, size).panes.rows.items() if pane.cells
    }

    assert panes == recomputed(history)


@laws
@given(HISTORIES)
def test_what_advance_adds_sums_to_the_contributions_of_the_visits(history: list[AnyEvent]) -> None:
    panes = Panes(MINUTE)
    change = Change(revision(1, 0), NEVER)
    visits: dict[VisitKey, Visit] = {}
    for one in history:
        advance(visits.setdefault(visit_key(one), Visit()), one, TENANT, panes, change)

    assert visits == merged(history)
    assert {key: pane.cells for key, pane in panes.rows.items() if pane.cells} == summed(visits)


@laws
@given(HISTORIES, st.integers(0, 14))
def test_records_that_grew_apart_join_to_what_all_their_events_make(
    history: list[AnyEvent], cut: int
) -> None:
    one = merged(history[:cut])
    other = merged(history[cut:])

    joined = {
        key: join(one.get(key, Visit()), other.get(key, Visit()))
        for key in one.keys() | other.keys()
    }

    assert joined == merged(history)


@laws
@given(HISTORIES, st.integers(1, 15), st.integers(1, 15))
def test_rows_and_revisions_do_not_depend_on_how_the_log_is_cut(
    history: list[AnyEvent], one: int, other: int
) -> None:
    assert rows(folded(history, one)) == rows(folded(history, other))


Steps = list[tuple[int, str]]

STEPS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["go on", "flush", "lose", "crash", "forget"])),
    max_size=12,
)


@laws
@given(HISTORIES, STEPS)
def test_flushes_losses_crashes_and_forgetting_leave_the_stored_rows_equal_to_the_recomputation(
    history: list[AnyEvent], steps: Steps
) -> None:
    store = MemoryStore()
    partition = store.own(0)
    for size, step in [*steps, (len(history), "flush"), (0, "flush")]:
        take(partition, history, size)
        if step in ("flush", "lose", "forget"):
            flush(partition, store, lost=step == "lose")
        if step == "forget":
            partition.trim(0, 0)
        if step == "crash":
            partition = store.own(0)
    take(partition, history, len(history))
    for _ in range(3):
        flush(partition, store, lost=False)

    assert {key: cells for key, (_, cells) in store.tables[0].panes.items() if cells} == recomputed(
        history
    )
    assert store.tables[0].visits == as_stored(merged(history))


AGES = st.sampled_from(
    [
        Horizons(Longest(60_000, 40_000)),
        Horizons(Longest(60_000, 250_000)),
        Horizons(Longest(250_000, 60_000)),
        Horizons(Longest(400_000, 400_000)),
        Horizons(Longest(60_000, 40_000), {"chat": Longest(250_000, 400_000)}),
    ]
)
LATER = st.sampled_from([0, 0, 0, 20_000, 100_000])
FEW_WORDS = st.sampled_from([0, 3, 1_000])


@laws
@given(HISTORIES, STEPS, AGES, LATER, FEW_WORDS)
def test_gauges_are_those_of_all_events_so_far_whatever_left_memory_and_whoever_owns_the_partition(
    history: list[AnyEvent], steps: Steps, horizons: Horizons, later: int, words: int
) -> None:
    store = MemoryStore(horizons=horizons)
    partition = store.own(0)
    with rewritten_after(words):
        for size, step in [
            *steps,
            (len(history), "flush"),
            (0, "crash"),
            (0, "forget"),
            (0, "crash"),
        ]:
            take(partition, history, size)
            if step == "lose":
                flush(partition, store, lost=True)
            if step in ("flush", "forget"):
                make_durable(partition, store)
            if step == "forget":
                partition.trim(0, 0)
            if step == "crash":
                partition = store.own(0)
            if partition.durable_offset == partition.next_offset:
                now = (partition.watermark or 0) + 15_000 + later
                so_far = merged(history[: partition.next_offset])
                assert told(partition, now) == nonzero(looked_up(so_far, now, horizons))


def make_durable(partition: Partition, store: MemoryStore) -> None:
    """Flush until everything is stored: a visit that was taken for new although it is stored needs
    two.
    """
    while partition.durable_offset < partition.next_offset:
        flush(partition, store, lost=False)


@contextmanager
def rewritten_after(words: int) -> Iterator[None]:
    """Everyone who is there is written anew after so few words, in small pages; who is too old is
    looked for each minute.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presence, "STEP", MINUTE)
        patch.setattr(presence_log, "FEW", words)
        patch.setattr(presence_log, "ENTRIES_A_PAGE", 2)
        yield


def told(partition: Partition, now: int) -> list[Gauge]:
    return nonzero(partition.gauges(now))


def nonzero(gauges: list[Gauge]) -> list[Gauge]:
    """Those that tell anything, in order."""
    return sorted(
        (one for one in gauges if one.waiting or one.in_progress or one.unresolved), key=str
    )


def take(partition: Partition, history: list[AnyEvent], size: int) -> None:
    begin = partition.next_offset
    until = min(len(history), begin + size)
    partition.apply(list(enumerate(history))[begin:until], until)
    if until:
        latest = max(int(one.at) for one in history[:until])
        partition.advance([latest], latest, 15_000)


def flush(partition: Partition, store: MemoryStore, *, lost: bool) -> None:
    settle(partition, store)
    taken = partition.take_dirty()
    if taken is None:
        return
    if lost:
        partition.not_flushed()
        return
    match store.write(taken):
        case FlushOutcome.WRITTEN:
            partition.flushed()
        case FlushOutcome.CONFLICTED:
            partition.conflicted()
        case FlushOutcome.FENCED:
            pytest.fail("nobody else owns it")


@laws
@given(HISTORIES, st.integers(0, 14), st.integers(1, 5))
def test_reapplying_the_tail_of_a_log_gives_the_same_cells(
    history: list[AnyEvent], crash_at: int, size: int
) -> None:
    once = folded(history, size)
    again = folded(history, size)
    again.apply(list(enumerate(history))[crash_at:], len(history))

    assert rows(again) == rows(once)


@laws
@given(HISTORIES)
def test_conservation_offered_equals_outcomes_plus_visits_without_one(
    history: list[AnyEvent],
) -> None:
    totals: Cells = {}
    for cells in recomputed(history).values():
        add(totals, cells)
    counted = [
        visit
        for visit in merged(history).values()
        if queue_of(visit) is not None and offer_at(visit) is not None
    ]
    without = sum(outcome(visit) is None for visit in counted)
    outcomes = sum(totals.get(cell, 0) for cell in (Cell.ANSWERED, Cell.ABANDONED, *LEFT.values()))

    assert totals.get(Cell.OFFERED, 0) - outcomes - without == 0
    assert totals.get(Cell.ANSWERED, 0) == sum(
        outcome(visit) is Outcome.ANSWERED for visit in counted
    )


@laws
@given(HISTORIES)
def test_a_stored_visit_reads_back_equal(history: list[AnyEvent]) -> None:
    for visit in merged(history).values():
        assert decode_visit(encode_visit(visit)) == visit


def test_revisions_of_a_new_log_generation_stand_above_all_of_the_old() -> None:
    assert revision(2, 0) > revision(1, (1 << 44) - 1, joins=7)


def test_a_state_after_a_join_stands_above_the_one_before_and_below_the_next_record() -> None:
    assert revision(1, 5) < revision(1, 5, joins=1) < revision(1, 5, joins=2) < revision(1, 6)


@laws
@given(HISTORIES, st.lists(st.integers(0, 500_000), min_size=1, max_size=4), st.integers(1, 6))
def test_gauges_are_those_of_the_open_visits_at_any_time_in_any_order(
    history: list[AnyEvent], instants: list[int], size: int
) -> None:
    partition = fresh()
    for start in range(0, len(history), size):
        part = list(enumerate(history[start : start + size], start))
        partition.apply(part, start + len(part))
        settle(partition, MemoryStore())
        for now in instants:
            assert sorted(partition.gauges(now), key=str) == sorted(
                looked_up(partition.visits.rows, now, LONGEST), key=str
            )


def looked_up(visits: Mapping[VisitKey, Visit], now: int, horizons: Horizons) -> list[Gauge]:
    """The gauges from a look at every visit."""
    found: dict[tuple[str, str, str], list[tuple[int, int | None]]] = {}
    for (tenant, _, _), visit in visits.items():
        queue = queue_of(visit)
        offer = offer_at(visit)
        if is_open(visit) and queue is not None and offer is not None:
            found.setdefault((tenant, queue, visit.channel), []).append((offer, visit.answered_at))
    return [
        gauge_of(home, open_ones, now, horizons.of(home[2])) for home, open_ones in found.items()
    ]


def gauge_of(
    home: tuple[str, str, str],
    open_ones: list[tuple[int, int | None]],
    now: int,
    longest: Longest,
) -> Gauge:
    """The gauge of one queue and channel, from the offers and answers of its open visits."""
    young = now - longest.wait
    hour = now - min(SHORT, longest.conversation)
    answers = [answer for _, answer in open_ones if answer is not None]
    return Gauge(
        *home,
        sorted(offer for offer, answer in open_ones if answer is None and offer >= young),
        sum(hour <= answer <= now + FUTURE for answer in answers),
        sum(answer is None and offer < young for offer, answer in open_ones),
        sorted(answer for answer in answers if now - longest.conversation <= answer < hour),
    )
