"""A partition's state: what is dirty, what is durable, what was published, what is going on."""

from itertools import permutations

import msgspec
import pytest

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell, Cells
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.updates import revision
from floorpulse.contracts.visit_records import decode_visit
from floorpulse.contracts.visits import Longest
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.packed import NothingPacked
from floorpulse.kpi_engine.fold.panes import NEVER, Change, Panes, StoredPane
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence
from floorpulse.kpi_engine.fold.records import StoredRecords
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from floorpulse.kpi_engine.fold.watermark import advance_watermark
from tests.fakes.copied_rows import pane_rows, visit_rows
from tests.unit.kpi_engine.builders import MINUTE, event

HOUR = 60 * MINUTE
PANE = ("acme", "sales", "voice", 0)


def apply(partition: Partition, *history: AnyEvent) -> Partition:
    start = partition.next_offset
    partition.apply(list(enumerate(history, start)), start + len(history))
    return partition


NOTHING = StoredRecords()
LONGEST = Horizons(Longest(wait=4 * HOUR, conversation=2 * HOUR))


def fresh(since: int = NEVER, horizons: Horizons = LONGEST) -> Partition:
    return Partition(
        PartitionPosition(3, "log", 1, 7, 100), MINUTE, ClaimedPresence(horizons), since
    )


def settled(partition: Partition, stored: StoredRecords = NOTHING) -> Partition:
    """Everything that waits for stored records has got them."""
    while wanted := partition.wanted:
        partition.join(wanted, stored)
    return partition


def taken(partition: Partition) -> FlushRows:
    """What the next flush writes: there is something."""
    rows = partition.take_dirty()
    assert rows is not None
    return rows


def written(partition: Partition) -> Partition:
    partition.take_dirty()
    partition.flushed()
    return partition


def offered(contact: str = "c1", at: int = 30_000) -> AnyEvent:
    return event(events.ContactOffered, at, contact=contact)


def answered(contact: str = "c1", at: int = 40_000) -> AnyEvent:
    return event(events.ContactAnswered, at, contact=contact)


def test_dirty_rows_carry_absolute_values_and_the_offset_they_belong_to() -> None:
    rows = taken(apply(fresh(), offered(), answered()))

    assert (rows.before, rows.position.next_offset, rows.position.epoch) == (100, 102, 7)
    [(partition, tenant, contact, number, offered_at, queue, *noted, body)] = visit_rows(
        rows.new_visits
    )
    assert (partition, tenant, contact, number) == (3, "acme", "c1", 1)
    assert (offered_at, queue) == (30_000, "sales")
    assert noted == ["voice", None, None, None]
    assert isinstance(body, bytes)
    assert decode_visit(body).agent == "ann"
    [(tenant, start, queue, channel, partition, rev, cells)] = pane_rows(rows.new_panes)
    assert (tenant, start, queue, channel, partition, rev) == (
        "acme",
        0,
        "sales",
        "voice",
        3,
        revision(1, 101),
    )
    assert isinstance(cells, bytes)
    assert msgspec.msgpack.decode(cells, type=dict[int, int])[Cell.ANSWERED] == 1


def test_whoever_packs_visits_is_asked_what_they_add_before_panes_are_written() -> None:
    class Packing(NothingPacked):
        asked = 0

        def settle(self) -> None:
            self.asked += 1

    packing = Packing()
    partition = fresh()
    partition.pack(packing)
    rows = taken(apply(partition, offered()))

    assert packing.asked > 0
    assert len(pane_rows(rows.new_panes)) == 1


def test_nothing_is_taken_while_a_flush_is_under_way() -> None:
    partition = apply(fresh(), offered())
    partition.take_dirty()
    apply(partition, answered())

    assert partition.take_dirty() is None


def test_written_rows_are_not_written_again() -> None:
    partition = apply(fresh(), offered())
    partition.take_dirty()
    partition.flushed()

    assert partition.durable_offset == 101
    assert partition.take_dirty() is None


def test_rows_whose_flush_failed_are_taken_again_with_what_came_since() -> None:
    partition = apply(fresh(), offered())
    partition.take_dirty()
    apply(partition, offered("c2"))
    partition.not_flushed()
    rows = taken(partition)

    assert rows.before == 100
    assert {row[2] for row in visit_rows(rows.new_visits)} == {"c1", "c2"}


def test_agent_states_survive_a_failed_flush() -> None:
    partition = settled(
        apply(fresh(), event(events.AgentStateChanged, 1, agent="ann", state="available"))
    )
    partition.take_dirty()
    partition.not_flushed()

    assert len(taken(partition).agent_states) == 1


def test_months_are_made_for_new_panes_and_for_agents_states_alike() -> None:
    partition = apply(
        fresh(),
        offered(at=5 * MINUTE),
        event(events.AgentStateChanged, HOUR + 1, agent="ann", state="available"),
    )

    assert taken(settled(partition)).instants == {5 * MINUTE, HOUR + 1}


def test_records_that_change_nothing_still_move_the_durable_offset() -> None:
    partition = apply(fresh(), offered())
    partition.take_dirty()
    partition.flushed()
    apply(partition, offered())
    rows = taken(partition)

    assert (len(rows), rows.before, rows.position.next_offset) == (0, 101, 102)


def test_the_watermark_of_an_idle_partition_is_written_once_a_minute() -> None:
    partition = fresh()
    partition.watermark = 30_000
    assert partition.take_dirty() is None

    partition.watermark = 60_000
    assert partition.take_dirty() is not None
    partition.flushed()
    assert partition.take_dirty() is None


def test_a_stored_pane_is_continued_not_replaced() -> None:
    partition = apply(fresh(since=10_000), offered())
    assert partition.take_dirty() is None
    settled(partition, StoredRecords(panes={PANE: StoredPane(5, {Cell.OFFERED: 9})}))

    assert partition.panes.rows[PANE].cells == {Cell.OFFERED: 10}
    assert pane_rows(taken(partition).panes)[0][1] == 0


def test_a_stored_visit_is_corrected_by_what_is_new_only() -> None:
    stored = apply(fresh(), offered()).visits.rows
    partition = apply(fresh(since=HOUR), answered())
    assert partition.wanted.visits == [("acme", "c1", 1)]
    settled(partition, StoredRecords(visits=stored))

    cells = partition.panes.rows[PANE].cells
    assert cells[Cell.ANSWERED] == 1
    assert Cell.OFFERED not in cells


def test_a_visit_that_was_taken_for_new_but_exists_is_joined_and_counted_once() -> None:
    known = apply(fresh(), offered())
    partition = apply(fresh(since=-MINUTE), offered(at=40_000))
    assert len(taken(partition).new_visits) == 1
    partition.conflicted()
    settled(partition, StoredRecords(known.visits.rows, {PANE: StoredPane(5, {Cell.OFFERED: 1})}))

    assert partition.panes.rows[PANE].cells == {Cell.OFFERED: 1}
    rows = taken(partition)
    assert (len(rows.new_visits), len(rows.new_panes)) == (0, 0)


def test_a_repeated_survey_of_a_stored_visit_changes_no_row() -> None:
    survey = event(
        events.SurveyAnswered,
        50_000,
        contact="c1",
        survey="s",
        kind="csat",
        score=5.0,
        best=5.0,
        worst=1.0,
    )
    stored = settled(apply(fresh(), offered(), survey))
    partition = settled(apply(fresh(since=HOUR), survey), StoredRecords(stored.visits.rows))

    assert len(taken(partition)) == 0


def test_no_offset_is_published_whose_record_still_waits_for_its_visit() -> None:
    partition = apply(
        fresh(since=HOUR), event(events.ContactWrapped, 2 * HOUR), offered("c2", at=2 * HOUR)
    )
    assert partition.published_offset == 100
    settled(partition)

    assert partition.published_offset == 102


def test_a_pane_that_waits_for_its_stored_part_is_not_published() -> None:
    partition = settled(apply(fresh(since=HOUR), offered()))
    partition.panes.take_unpublished(10)
    partition = apply(fresh(since=HOUR), event(events.ContactWrapped, 1, contact="x"), offered())
    assert not partition.panes.has_unpublished
    settled(partition)

    assert partition.panes.has_unpublished


def test_a_change_of_a_pane_that_was_passed_is_noted_with_its_last_event() -> None:
    partition = apply(fresh(), offered())
    partition.advance([10 * MINUTE], 10 * MINUTE, 0)
    apply(partition, answered())
    [late] = taken(partition).late

    assert late == (
        3,
        "acme",
        "sales",
        "voice",
        0,
        "test",
        "ContactAnswered@40000",
        "contact.answered",
        None,
    )


def test_a_late_change_that_says_why_stays_noted_over_later_ones_that_do_not() -> None:
    partition = apply(fresh(), offered(), answered())
    partition.advance([10 * MINUTE], 10 * MINUTE, 0)
    apply(
        partition,
        event(events.ContactAmended, 50_000, reason="typed wrong", wait_ms=1_000),
        event(events.ContactEnded, 55_000),
    )
    [late] = taken(partition).late

    assert late[-2:] == ("contact.amended", "typed wrong")


def test_what_belongs_to_a_deleted_month_is_counted_nowhere() -> None:
    partition = fresh()
    partition.panes.kept_since = HOUR
    apply(partition, offered())

    assert partition.panes.rows == {}
    assert len(taken(partition).new_panes) == 0


def test_changed_rows_are_published_once_and_again_when_publishing_failed() -> None:
    panes = apply(fresh(), offered()).panes
    taken = panes.take_unpublished(10)
    assert panes.take_unpublished(10) == []
    panes.not_published(taken)

    assert [again.cells for again in panes.take_unpublished(10)] == [{Cell.OFFERED: 1}]


def test_gauges_tell_waiting_in_progress_and_unresolved_apart() -> None:
    partition = apply(
        fresh(),
        offered("old", at=0),
        offered("new", at=5 * HOUR),
        offered("busy", at=5 * HOUR),
        answered("busy", at=5 * HOUR + 9_000),
    )
    [gauge] = partition.gauges(now=5 * HOUR + 10_000)

    assert (gauge.waiting, gauge.in_progress, gauge.unresolved) == ([5 * HOUR], 1, 1)


def test_an_ended_visit_is_no_gauge_any_more() -> None:
    partition = apply(fresh(), offered(), answered(), event(events.ContactEnded, 50_000))

    assert partition.gauges(MINUTE) == []


def test_trimming_keeps_what_is_open_dirty_or_unpublished() -> None:
    partition = apply(
        fresh(),
        *[offered(f"c{i}") for i in range(8)],
        *[answered(f"c{i}", 40_000 + i) for i in range(8)],
    )
    partition.watermark = HOUR
    written(partition).trim(4, 4)
    assert len(partition.visits.rows) == 8

    apply(partition, *[event(events.ContactEnded, 50_000, contact=f"c{i}") for i in range(8)])
    partition.trim(4, 4)
    assert len(partition.visits.rows) == 8
    written(partition).trim(4, 4)

    assert [key[1] for key in partition.visits.rows] == ["c5", "c6", "c7"]


def test_visits_that_are_as_old_as_the_last_that_must_go_leave_memory_with_it() -> None:
    partition = apply(
        fresh(),
        *[offered(f"c{i}") for i in range(8)],
        *[answered(f"c{i}", 40_000 + i // 4) for i in range(8)],
        *[event(events.ContactEnded, 50_000, contact=f"c{i}") for i in range(8)],
    )
    partition.watermark = HOUR
    written(partition).trim(7, 8)

    assert [key[1] for key in partition.visits.rows] == ["c4", "c5", "c6", "c7"]


def test_a_repeated_offer_of_a_forgotten_visit_waits_for_the_stored_one() -> None:
    partition = apply(fresh(), offered(), event(events.ContactAbandoned, 40_000))
    partition.watermark = HOUR
    written(partition).trim(0, 0)
    apply(partition, offered())

    assert partition.wanted.visits == [("acme", "c1", 1)]


def test_the_watermark_follows_plausible_events_only() -> None:
    assert advance_watermark(None, [50_000], appended_at=60_000, allowance=15_000) == 35_000
    assert advance_watermark(35_000, [10_000], appended_at=60_000, allowance=15_000) == 35_000
    assert (
        advance_watermark(35_000, [2_145_916_800_000], appended_at=60_000, allowance=15_000)
        == 35_000
    )
    assert advance_watermark(None, [], appended_at=60_000, allowance=15_000) is None


def test_what_knows_no_contact_has_a_record_of_its_own() -> None:
    assert visit_key(event(events.ComplaintOpened, 1, complaint="k", queue="q")) == (
        "acme",
        "complaint:k",
        0,
    )
    assert visit_key(event(events.QaRetracted, 1, evaluation="e", queue="q", agent="ann")) == (
        "acme",
        "evaluation:e",
        0,
    )
    assert visit_key(event(events.SurveyOffered, 1, survey="s", kind="nps", queue="q")) == (
        "acme",
        "survey:s",
        0,
    )


def test_an_ended_conversation_counts_its_holds_where_it_ended() -> None:
    partition = apply(
        fresh(),
        offered(),
        answered(),
        event(events.ContactHeld, 45_000),
        event(events.ContactResumed, 47_000),
        event(events.ContactEnded, 50_000),
    )

    cells = partition.panes.rows[PANE].cells
    assert (cells[Cell.HANDLED], cells[Cell.TALK], cells[Cell.HOLD]) == (1, 8_000, 2_000)
    assert cells[Cell.HELD] == 1


def test_what_was_joined_once_is_not_joined_again() -> None:
    """A second answer to one question finds nothing that waits."""
    stored = StoredRecords(
        visits=apply(fresh(), offered()).visits.rows, panes={PANE: StoredPane(5, {Cell.OFFERED: 1})}
    )
    state = event(events.AgentStateChanged, 1, agent="ann", state="available")
    partition = apply(fresh(since=HOUR), answered(), state)
    asked = []
    while wanted := partition.wanted:
        asked.append(wanted)
        partition.join(wanted, stored)
    once = dict(partition.panes.rows[PANE].cells)
    for wanted in asked:
        partition.join(wanted, stored)

    assert (once[Cell.OFFERED], once[Cell.ANSWERED]) == (1, 1)
    assert partition.panes.rows[PANE].cells == once
    assert len(taken(partition).agent_states) == 1


def test_where_no_flush_is_under_way_there_is_nothing_to_conclude() -> None:
    partition = apply(fresh(), offered())
    partition.flushed()
    partition.not_flushed()
    partition.conflicted()

    assert partition.durable_offset == 100
    assert not partition.wanted
    assert len(taken(partition).new_visits) == 1


def test_a_row_that_changed_again_before_telling_failed_is_told_once() -> None:
    partition = apply(fresh(), offered())
    told = partition.panes.take_unpublished(10)
    apply(partition, answered())
    partition.panes.not_published(told)

    [again] = partition.panes.take_unpublished(10)
    assert again.cells[Cell.ANSWERED] == 1


ANSWERED = (
    offered(),
    answered(),
    event(events.ContactHeld, 45_000),
    event(events.ContactResumed, 47_000),
    event(events.ContactEnded, 50_000),
    event(events.ContactWrapped, 55_000),
)
GIVEN_UP = (
    offered(),
    event(events.ContactAbandoned, 40_000),
    event(events.ContactAbandoned, 41_000),
    event(events.ContactLeft, 42_000, reason="overflow"),
)


@pytest.mark.parametrize(
    ("story", "counted"),
    [
        (ANSWERED, {Cell.ANSWERED: 1, Cell.TALK: 8_000, Cell.HOLD: 2_000, Cell.WRAP: 5_000}),
        (GIVEN_UP, {Cell.ABANDONED: 1, Cell.ABANDONED_WAIT: 10_000, Cell.HANDLED: 0}),
    ],
)
def test_in_whatever_order_a_story_is_told_it_counts_alike(
    story: tuple[AnyEvent, ...], counted: Cells
) -> None:
    for order in permutations(story):
        partition = settled(apply(fresh(), *order))
        cells = partition.panes.rows[PANE].cells
        assert {code: cells.get(code, 0) for code in counted} == counted
        assert cells[Cell.OFFERED] == 1
        assert not any(one.waiting or one.in_progress for one in partition.gauges(60_000))


def test_what_comes_to_nothing_beside_the_stored_part_is_no_cell() -> None:
    panes = Panes(MINUTE, since=HOUR)
    panes.touch(PANE, Change(1, NEVER))[Cell.OFFERED] = -1
    panes.rebase([PANE], {PANE: StoredPane(5, {Cell.OFFERED: 1, Cell.ABANDONED: 1})})

    assert panes.rows[PANE].cells == {Cell.ABANDONED: 1}


def test_the_oldest_panes_that_are_stored_and_told_are_forgotten_and_looked_up_again() -> None:
    partition = apply(fresh(), *[offered(f"c{i}", at=i * MINUTE) for i in range(8)])
    written(partition).panes.take_unpublished(10)
    partition.panes.trim(4, HOUR)
    assert [key[3] for key in partition.panes.rows] == [5 * MINUTE, 6 * MINUTE, 7 * MINUTE]

    apply(partition, offered("c9", at=4 * MINUTE), offered("c10", at=8 * MINUTE))
    assert partition.wanted.panes == [("acme", "sales", "voice", 4 * MINUTE)]


def test_states_that_were_left_long_ago_are_forgotten_and_looked_up_again() -> None:
    states = [
        event(events.AgentStateChanged, at, agent="ann", state="available")
        for at in (10, 20, 30, 15)
    ]
    bob = event(events.AgentStateChanged, 100, agent="bob", state="available")
    partition = written(settled(apply(fresh(), *states[:3], bob)))
    partition.agents.trim(0, 25)
    assert not partition.wanted

    apply(partition, states[3], bob)
    assert [(one.key, one.since) for one in partition.wanted.agents] == [(("acme", "ann"), 15)]
