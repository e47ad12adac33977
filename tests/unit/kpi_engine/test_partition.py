"""A partition's state: what is dirty, what is durable, what readers were told, what is going on."""

import msgspec

from services.contracts import events
from services.contracts.cells import Cell
from services.contracts.updates import revision
from services.contracts.visits import decode_visit
from services.kpi_engine.domain.fold import Fold, visit_key
from services.kpi_engine.domain.partition import Pane, Partition
from services.kpi_engine.domain.watermark import advance_watermark, idle_watermark
from tests.unit.kpi_engine.builders import MINUTE, event

HOUR = 60 * MINUTE
PANE = ("acme", "sales", "voice", 0)


def apply(partition, *history, loaded=None, panes=None):
    start = partition.next_offset
    fold = Fold(list(enumerate(history, start)), partition.visits, MINUTE)
    fold.run(loaded or {})
    partition.commit(fold, panes or {}, start + len(history))
    return partition


def fresh():
    return Partition(3, "log", 1, 7, 100)


def offered(contact="c1", at=30_000, **fields):
    return event(events.ContactOffered, at, contact=contact, **fields)


def answered(contact="c1", at=40_000):
    return event(events.ContactAnswered, at, contact=contact)


def test_dirty_rows_carry_absolute_values_and_the_offset_they_belong_to():
    rows = apply(fresh(), offered(), answered()).take_dirty()

    assert (rows.before, rows.position.next_offset, rows.position.epoch) == (100, 102, 7)
    [(partition, tenant, contact, number, offered_at, queue, is_open, body)] = rows.visits
    assert (partition, tenant, contact, number) == (3, "acme", "c1", 1)
    assert (offered_at, queue, is_open) == (30_000, "sales", True)
    assert decode_visit(body).agent == "ann"
    [(tenant, start, queue, channel, partition, rev, cells)] = rows.panes
    assert (tenant, start, queue, channel, partition, rev) == ("acme", 0, "sales", "voice", 3, revision(1, 101))
    assert msgspec.msgpack.decode(cells, type=dict[int, int])[Cell.ANSWERED] == 1


def test_nothing_is_taken_while_a_flush_is_under_way():
    partition = apply(fresh(), offered())
    partition.take_dirty()
    apply(partition, answered())

    assert partition.take_dirty() is None


def test_written_rows_are_not_written_again():
    partition = apply(fresh(), offered())
    partition.take_dirty()
    partition.flushed()

    assert partition.durable_offset == 101
    assert partition.take_dirty() is None


def test_rows_whose_flush_failed_are_taken_again_with_what_came_since():
    partition = apply(fresh(), offered())
    partition.take_dirty()
    apply(partition, offered("c2"))
    partition.not_flushed()
    rows = partition.take_dirty()

    assert rows.before == 100
    assert {row[2] for row in rows.visits} == {"c1", "c2"}


def test_agent_states_survive_a_failed_flush():
    partition = fresh()
    partition.note(event(events.AgentStateChanged, 1, agent="ann", state="available"))
    partition.take_dirty()
    partition.not_flushed()

    assert len(partition.take_dirty().agent_states) == 1


def test_records_that_change_nothing_still_move_the_durable_offset():
    partition = apply(fresh(), offered())
    partition.take_dirty()
    partition.flushed()
    apply(partition, offered())
    rows = partition.take_dirty()

    assert (len(rows), rows.before, rows.position.next_offset) == (0, 101, 102)


def test_the_watermark_of_an_idle_partition_is_written_once_a_minute():
    partition = fresh()
    partition.watermark = 30_000
    assert partition.take_dirty() is None

    partition.watermark = 60_000
    assert partition.take_dirty() is not None
    partition.flushed()
    assert partition.take_dirty() is None


def test_a_stored_pane_is_continued_not_replaced():
    partition = apply(fresh(), offered(), panes={PANE: Pane(5, {Cell.OFFERED: 9})})

    assert partition.panes[PANE].cells == {Cell.OFFERED: 10}


def test_a_stored_visit_is_corrected_by_what_is_new_only():
    stored = apply(fresh(), offered()).visits
    partition = fresh()
    fold = Fold([(100, answered())], partition.visits, MINUTE)
    assert fold.missing == [("acme", "c1", 1)]
    fold.run(stored)

    assert fold.changes[PANE][0][Cell.ANSWERED] == 1
    assert Cell.OFFERED not in fold.changes[PANE][0]


def test_changed_rows_are_told_once_and_again_when_telling_failed():
    partition = apply(fresh(), offered())
    [row] = partition.take_changed(10)
    assert partition.take_changed(10) == []
    partition.not_published([row.key])

    assert [again.cells for again in partition.take_changed(10)] == [{Cell.OFFERED: 1}]


def test_gauges_tell_waiting_in_progress_and_unresolved_apart():
    partition = apply(
        fresh(), offered("old", at=0), offered("new", at=5 * HOUR), offered("busy", at=5 * HOUR), answered("busy", at=5 * HOUR + 9_000)
    )
    [gauge] = partition.gauges(now=5 * HOUR + 10_000, longest=4 * HOUR)

    assert (gauge.waiting, gauge.in_progress, gauge.unresolved) == ([5 * HOUR], 1, 1)


def test_an_ended_visit_is_no_gauge_any_more():
    partition = apply(fresh(), offered(), answered(), event(events.ContactEnded, 50_000))

    assert partition.gauges(MINUTE, HOUR) == []


def test_open_visits_are_indexed_when_a_partition_is_loaded():
    visits = apply(fresh(), offered()).visits
    partition = Partition(3, "log", 1, 8, 101, visits=visits)

    assert partition.gauges(MINUTE, HOUR)[0].waiting == [30_000]


def test_trimming_keeps_what_is_open_dirty_or_untold():
    partition = apply(fresh(), *[offered(f"c{i}") for i in range(8)], *[answered(f"c{i}") for i in range(8)])
    partition.trim(4, 4)
    assert len(partition.visits) == 8

    apply(partition, *[event(events.ContactEnded, 50_000, contact=f"c{i}") for i in range(8)])
    partition.take_dirty()
    partition.flushed()
    partition.take_changed(100)
    partition.trim(4, 4)

    assert len(partition.visits) == 3


def test_the_watermark_follows_plausible_events_only():
    assert advance_watermark(None, [50_000], appended_at=60_000, allowance=15_000) == 35_000
    assert advance_watermark(35_000, [10_000], appended_at=60_000, allowance=15_000) == 35_000
    assert advance_watermark(35_000, [2_145_916_800_000], appended_at=60_000, allowance=15_000) == 35_000
    assert advance_watermark(None, [], appended_at=60_000, allowance=15_000) is None


def test_only_a_silent_partition_follows_the_wall_clock():
    assert idle_watermark(None, now=100_000, silent_since=0, allowance=15_000) is None
    assert idle_watermark(10_000, now=100_000, silent_since=90_000, allowance=15_000) == 10_000
    assert idle_watermark(10_000, now=100_000, silent_since=80_000, allowance=15_000) == 85_000


def test_what_knows_no_contact_has_a_record_of_its_own():
    assert visit_key(event(events.ComplaintOpened, 1, complaint="k", queue="q")) == ("acme", "complaint:k", 0)
    assert visit_key(event(events.QaRetracted, 1, evaluation="e", queue="q", agent="ann")) == ("acme", "evaluation:e", 0)
    assert visit_key(event(events.SurveyOffered, 1, survey="s", kind="nps", queue="q")) == ("acme", "survey:s", 0)
    assert visit_key(event(events.AgentStateChanged, 1, agent="ann", state="break")) is None
