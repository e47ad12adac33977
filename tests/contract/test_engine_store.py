"""What the engine relies on in its store: `MemoryStore`, on which the laws of the fold run, and
`PostgresStore` on a real server answer the same questions alike.

Each test runs once against either, hence this folder beside `unit` and `integration`: whoever
changes a port changes one place, and no assertion can hold for the fake alone.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from floorpulse.contracts import events
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import Gauge, revision
from floorpulse.kpi_engine.fold import presence_log
from floorpulse.kpi_engine.fold.agents import WantedAgent
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.panes import NEVER
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.records import StoredRecords, WantedRecords
from floorpulse.kpi_engine.fold.rows import NO_ROWS
from floorpulse.kpi_engine.ports import FlushOutcome, LogLost, Store
from floorpulse.runtime.settings import DatabaseSettings
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.contract.engine_stores import (
    ALLOWANCE,
    HOUR,
    LONGEST,
    MINUTE,
    MemoryRig,
    StoreRig,
    postgres_rig,
)
from tests.fakes.copied_rows import of_visits, visit_rows
from tests.unit.kpi_engine.builders import event

pytestmark = pytest.mark.timeout(900)

NOW = 1_794_312_000_000  # 2026-11-10T12:00:00Z
SALES = ("acme", "sales", "voice", NOW)
ANN = ("acme", "ann")
C1 = ("acme", "c1", 1)
NOTHING = WantedRecords([], [], [])


@pytest.fixture
async def rig(real: DatabaseSettings | None) -> AsyncIterator[StoreRig]:
    if real is None:
        yield MemoryRig()
        return
    async with postgres_rig(real) as rig:
        yield rig


@pytest.fixture
def store(rig: StoreRig) -> Store:
    return rig.store


async def claim(store: Store, number: int = 3, log: str = "log") -> Partition:
    return await store.claim(number, log, 0, 1_000)


async def claim_of_nothing(store: Store) -> Partition:
    """A claim that takes the database for empty."""
    return Partition((await claim(store)).position, MINUTE, presence_log.ClaimedPresence(LONGEST))


def offered(contact: str = "c1", at: int = NOW, **more: object) -> AnyEvent:
    return event(events.ContactOffered, at, contact=contact, **more)


def answered(contact: str = "c1", at: int = NOW + 20_000) -> AnyEvent:
    return event(events.ContactAnswered, at, contact=contact)


def available(at: int, agent: str = "ann") -> AnyEvent:
    return event(events.AgentStateChanged, at, agent=agent, state="available")


def apply(partition: Partition, *told: AnyEvent) -> None:
    """Take events in at the next offsets."""
    start = partition.next_offset
    partition.apply(list(enumerate(told, start)), start + len(told))
    latest = max((int(one.at) for one in told), default=NOW)
    partition.advance([latest], latest, ALLOWANCE)
    partition.applied += len(told)


async def dirty(store: Store, partition: Partition, *told: AnyEvent) -> FlushRows:
    """The rows of a partition that took events in, all that they need loaded."""
    apply(partition, *told)
    while wanted := partition.wanted:
        partition.join(wanted, await load(store, partition.number, wanted))
    rows = partition.take_dirty()
    assert rows is not None
    return rows


async def write(store: Store, partition: Partition, *told: AnyEvent) -> FlushRows:
    """The same, written."""
    rows = await dirty(store, partition, *told)
    assert await store.flush([rows]) == {partition.number: FlushOutcome.WRITTEN}
    partition.flushed()
    return rows


async def load(store: Store, number: int, wanted: WantedRecords) -> StoredRecords:
    """The stored ones of the records that are wanted of one partition."""
    return (await store.load({number: wanted}))[number]


async def everything(store: Store, number: int = 3) -> StoredRecords:
    """What is stored of the visit, pane and agent that the tests tell of."""
    return await load(store, number, WantedRecords([C1], [SALES], [WantedAgent(ANN, 0)]))


# ----------------------------------------------------------------- claim


async def test_the_first_claim_begins_where_the_log_begins(store: Store) -> None:
    claimed = await store.claim(3, "log", 40, 1_000)

    assert claimed.position == PartitionPosition(3, "log", generation=1, epoch=1, next_offset=40)
    assert claimed.gauges(NOW) == []


async def test_each_claim_raises_the_epoch_and_goes_on_where_the_last_flush_ended(
    store: Store,
) -> None:
    first = await claim(store)
    rows = await write(store, first, offered(), answered())
    again = await claim(store)

    assert rows.position == PartitionPosition(3, "log", 1, 1, 2, NOW + 20_000 - ALLOWANCE, 2, 0)
    assert again.position == replace(rows.position, epoch=2)


async def test_claims_at_the_same_time_get_epochs_of_their_own(store: Store) -> None:
    claimed = await asyncio.gather(*(claim(store) for _ in range(4)))

    assert sorted(one.epoch for one in claimed) == [1, 2, 3, 4]


async def test_partitions_are_claimed_each_for_itself(store: Store) -> None:
    await claim(store, 0)
    await claim(store, 0)

    assert (await claim(store, 1)).epoch == 1


async def test_a_new_log_is_a_new_generation_from_its_own_beginning(store: Store) -> None:
    rows = await write(store, await claim(store), offered())
    renewed = await store.claim(3, "other", 0, 0)

    expected = replace(rows.position, log_id="other", generation=2, epoch=2, next_offset=0)
    assert renewed.position == expected
    assert (await claim(store)).generation == 3


@pytest.mark.parametrize(("begin", "end"), [(2, 9), (0, 0)])
async def test_a_log_without_the_stored_place_is_lost_and_its_owner_stays(
    store: Store, begin: int, end: int
) -> None:
    owner = await claim(store)
    await write(store, owner, offered())
    with pytest.raises(LogLost):
        await store.claim(3, "log", begin, end)

    await write(store, owner, answered())
    assert (await claim(store)).epoch == 2


async def test_a_claim_tells_who_waits_and_who_talks_in_its_own_partition(store: Store) -> None:
    await write(store, await claim(store), offered(), offered("c2"), answered("c2"))
    await write(store, await claim(store, 1), offered("c9", queue="help"))

    assert (await claim(store)).gauges(NOW) == [Gauge("acme", "sales", "voice", [NOW], 1, 0)]
    assert (await claim(store, 1)).gauges(NOW) == [Gauge("acme", "help", "voice", [NOW], 0, 0)]


async def test_who_is_there_survives_that_it_is_written_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence_log, "FEW", 2)
    monkeypatch.setattr(presence_log, "ENTRIES_A_PAGE", 2)
    owner = await claim(store)
    rewritten = False
    for number in range(6):
        rows = await write(store, owner, offered(f"c{number}", NOW + number))
        rewritten |= bool(rows.presence_since)
        await write(store, owner, event(events.ContactAbandoned, NOW + 9, contact=f"c{number}"))
    await write(store, owner, offered("c7"))

    assert rewritten
    assert (await claim(store)).gauges(NOW) == [Gauge("acme", "sales", "voice", [NOW], 0, 0)]


async def test_before_the_watermark_a_claim_looks_things_up_and_behind_it_they_are_new(
    store: Store,
) -> None:
    """
    ─── offered c1 ─── watermark ──── allowance ────┤ since: what begins here is new
              looked up: a pane or a visit of before may be stored
    """
    await write(store, await claim(store), offered("c0", NOW))
    claimed = await claim(store)
    apply(claimed, offered("c1", NOW - MINUTE), offered("c2", NOW + MINUTE))

    assert claimed.wanted.visits == [C1]
    assert claimed.wanted.panes == []  # it is the visit that is looked up first
    assert (await claim(store, 1)).panes.since == NEVER


# ----------------------------------------------------------------- load


async def test_of_what_is_not_stored_nothing_is_loaded(store: Store) -> None:
    await claim(store)

    assert await everything(store) == StoredRecords()
    assert await load(store, 3, NOTHING) == StoredRecords()


async def test_visits_and_panes_are_loaded_as_they_were_written(store: Store) -> None:
    owner = await claim(store)
    await write(store, owner, offered(customer="k"), answered())
    loaded = await everything(store)

    assert loaded.visits == {C1: owner.visits.rows[C1]}
    assert loaded.panes == {SALES: (revision(1, 1), owner.panes.rows[SALES].cells)}
    assert await everything(store, 1) == StoredRecords()


async def test_records_of_several_partitions_are_loaded_each_for_its_own(store: Store) -> None:
    wanted = WantedRecords([C1], [SALES], [WantedAgent(ANN, 0)])
    owners = {number: await claim(store, number) for number in (1, 3)}
    await write(store, owners[3], offered(customer="k"), available(NOW))
    await write(store, owners[1], offered(), offered("c2"), available(NOW + 1))

    loaded = await store.load({1: wanted, 3: wanted, 5: WantedRecords([], [], [])})

    assert loaded == {
        1: await load(store, 1, wanted),
        3: await load(store, 3, wanted),
        5: StoredRecords(),
    }
    assert [loaded[number].visits[C1].customer for number in (1, 3)] == [None, "k"]
    assert [loaded[number].panes[SALES].cells[Cell.OFFERED] for number in (1, 3)] == [2, 1]
    assert [loaded[number].agents[ANN][0].at for number in (1, 3)] == [NOW + 1, NOW]


async def test_whoever_changes_what_was_loaded_changes_nothing_stored(store: Store) -> None:
    await write(store, await claim(store), offered())
    loaded = await everything(store)
    loaded.visits[C1].abandoned_at = NOW
    loaded.panes[SALES][1][Cell.OFFERED] = 99
    again = await everything(store)

    assert again.visits[C1].abandoned_at is None
    assert again.panes[SALES][1] == {Cell.OFFERED: 1}


async def test_an_agents_states_are_loaded_since_an_instant(
    store: Store,
) -> None:
    instants = [NOW, NOW + 1_000, NOW + 2_000, NOW + 3_000]
    await write(store, await claim(store), *(available(at) for at in reversed(instants)))

    async def since(at: int) -> list[int]:
        wanted = WantedRecords([], [], [WantedAgent(ANN, at), WantedAgent(("acme", "bob"), 0)])
        loaded = await load(store, 3, wanted)
        assert loaded.agents.keys() <= {ANN}
        return [one.at for one in loaded.agents.get(ANN, ())]

    assert await since(NOW - 1) == instants
    assert await since(NOW + 1_500) == instants[2:]
    assert await since(NOW + 2_000) == instants[2:]
    assert await since(NOW + HOUR) == []
    loaded = await load(store, 3, WantedRecords([], [], [WantedAgent(ANN, NOW + 3_000)]))
    assert loaded.agents[ANN] == [Entered(NOW + 3_000, "available")]


# ----------------------------------------------------------------- flush


async def test_nothing_to_write_is_written(store: Store) -> None:
    assert await store.flush([]) == {}


async def test_an_older_owner_writes_nothing(rig: StoreRig, store: Store) -> None:
    zombie = await claim(store)
    await write(store, zombie, offered(at=NOW - HOUR), offered("c5", NOW + HOUR))
    before = await everything(store)
    owner = await claim(store)
    rows = await dirty(store, zombie, answered(at=NOW), available(NOW), offered("c4", NOW))

    assert len(rows.late) > 0
    assert await store.flush([rows]) == {3: FlushOutcome.FENCED}
    assert await everything(store) == before
    assert await rig.late() == []
    assert (await claim(store)).position == replace(owner.position, epoch=3)
    assert [one.waiting for one in (await claim(store)).gauges(NOW)] == [[NOW - HOUR, NOW + HOUR]]


@pytest.mark.parametrize("before", [0, 2])
async def test_rows_that_do_not_follow_the_stored_offset_are_not_written(
    store: Store, before: int
) -> None:
    owner = await claim(store)
    await write(store, owner, offered("c0"))
    rows = await dirty(store, owner, offered())

    assert await store.flush([replace(rows, before=before)]) == {3: FlushOutcome.FENCED}
    assert (await everything(store)).visits == {}
    assert await store.flush([rows]) == {3: FlushOutcome.WRITTEN}


async def test_who_never_claimed_writes_nothing(store: Store) -> None:
    rows = await dirty(store, await claim(store), offered())
    stranger = replace(rows, position=replace(rows.position, partition=4))

    assert await store.flush([stranger]) == {4: FlushOutcome.FENCED}
    assert await store.settle([stranger]) == {4: FlushOutcome.FENCED}


async def test_of_several_partitions_only_the_fenced_one_is_left_out(store: Store) -> None:
    owners = [await claim(store, number) for number in (2, 0, 1)]
    rows = [await dirty(store, owner, offered()) for owner in owners]
    await claim(store, 0)

    assert await store.flush(rows) == {
        2: FlushOutcome.WRITTEN,
        0: FlushOutcome.FENCED,
        1: FlushOutcome.WRITTEN,
    }
    found = [len((await everything(store, number)).visits) for number in range(3)]
    assert found == [0, 1, 1]


async def test_partitions_keep_the_same_pane_each_for_itself(store: Store) -> None:
    await write(store, await claim(store, 0), offered())
    await write(store, await claim(store, 1), offered("c8"), offered("c9"))

    assert (await everything(store, 0)).panes[SALES][1] == {Cell.OFFERED: 1}
    assert (await everything(store, 1)).panes[SALES][1] == {Cell.OFFERED: 2}


@pytest.mark.parametrize("told", [offered(), offered("c2")], ids=["visit", "pane"])
async def test_where_a_row_taken_for_new_exists_no_partition_is_written(
    store: Store, told: AnyEvent
) -> None:
    await write(store, await claim(store), offered())
    forgetful = await claim_of_nothing(store)
    apply(forgetful, told)
    rows = forgetful.take_dirty()
    assert rows is not None
    other = await dirty(store, await claim(store, 1), offered())

    conflicted = {3: FlushOutcome.CONFLICTED, 1: FlushOutcome.CONFLICTED}
    assert await store.flush([rows, other]) == conflicted
    assert await everything(store, 1) == StoredRecords()
    assert (await claim(store)).next_offset == 1

    forgetful.conflicted()
    assert forgetful.wanted


@pytest.mark.parametrize(
    "stored",
    [
        offered(visit=2),
        event(
            events.SurveyAnswered,
            NOW - HOUR,
            contact="c1",
            survey="s",
            kind="csat",
            score=5.0,
            best=5.0,
            worst=1.0,
        ),
    ],
    ids=["visit", "feedback"],
)
async def test_a_visit_taken_for_all_of_its_contact_is_not_written_where_more_is_stored(
    store: Store, stored: AnyEvent
) -> None:
    await write(store, await claim(store), stored)
    forgetful = await claim_of_nothing(store)
    apply(forgetful, offered(at=NOW + HOUR))
    rows = forgetful.take_dirty()

    assert rows is not None
    assert await store.flush([rows]) == {3: FlushOutcome.CONFLICTED}
    forgetful.conflicted()
    assert forgetful.wanted


async def test_rows_are_absolute_so_that_writing_them_twice_is_writing_them_once(
    store: Store,
) -> None:
    owner = await claim(store)
    await write(store, owner, offered(), available(NOW))
    rows = await write(store, owner, answered(), available(NOW))
    once = await everything(store)
    place = rows.position.next_offset
    again = replace(rows, before=place, presence=[], new_panes=NO_ROWS, new_visits=NO_ROWS)

    assert len(rows.visits) == 1
    assert await store.flush([again]) == {3: FlushOutcome.WRITTEN}
    assert await everything(store) == once
    assert once.panes[SALES][1][Cell.ANSWERED] == 1


async def test_a_row_taken_for_a_stored_one_is_written_whether_it_is_stored_or_not(
    store: Store,
) -> None:
    owner = await claim(store)
    rows = await write(store, owner, offered(), offered("c2"))
    stored = await everything(store)
    months_later = NOW + 40 * 24 * HOUR
    told = await dirty(store, owner, offered("c3"), offered("c4", months_later))
    known = replace(
        told,
        visits=rows.new_visits + told.new_visits + told.visits,
        panes=told.new_panes + told.panes,
        new_visits=NO_ROWS,
        new_panes=NO_ROWS,
        lonely=[],
    )

    assert await store.flush([known]) == {3: FlushOutcome.WRITTEN}
    c3 = ("acme", "c3", 1)
    loaded = await load(store, 3, WantedRecords([C1, c3], [SALES], []))
    assert loaded.visits == {**stored.visits, c3: owner.visits.rows[c3]}
    assert loaded.panes[SALES][1] == owner.panes.rows[SALES].cells
    late = ("acme", "sales", "voice", months_later)
    assert (await load(store, 3, WantedRecords([], [late], []))).panes.keys() == {late}


async def test_of_many_flushes_the_last_one_counts(store: Store) -> None:
    owner = await claim(store)
    rows = await write(store, owner, offered())
    [(partition, tenant, _, *more)] = visit_rows(rows.new_visits)
    many = [(partition, tenant, f"c{number}", *more) for number in range(4_000)]
    again = replace(rows, before=1, new_visits=NO_ROWS, new_panes=NO_ROWS, presence=[], lonely=[])
    for _ in range(3):
        assert await store.flush([again]) == {3: FlushOutcome.WRITTEN}
    abandoned = event(events.ContactAbandoned, NOW + 5_000, contact="c1")
    await write(store, owner, abandoned)
    await store.flush(
        [replace(again, before=2, position=owner.position, visits=of_visits(many[2:]))]
    )

    wanted = [("acme", f"c{number}", 1) for number in (1, 2, 3_999)]
    stored = (await load(store, 3, WantedRecords(wanted, [], []))).visits
    assert [stored[key].abandoned_at for key in wanted] == [NOW + 5_000, None, None]


async def test_late_changes_are_noted_with_the_event_that_made_them(
    rig: StoreRig, store: Store
) -> None:
    owner = await claim(store)
    await write(store, owner, offered(), offered("c2", NOW + HOUR))
    await write(store, owner, answered())
    amended = event(events.ContactAmended, NOW, wait_ms=0, reason="clock")
    await write(store, owner, amended)

    late = (3, *SALES, "test", f"ContactAnswered@{NOW + 20_000}", "contact.answered", None)
    amending = (3, *SALES, "test", amended.id, "contact.amended", "clock")
    assert await rig.late() == [late, amending]


async def test_with_a_visit_come_all_others_of_its_contact_and_its_record(
    store: Store,
) -> None:
    owner = await claim(store)
    about = {"contact": "c1", "survey": "s", "kind": "csat"}
    survey = event(events.SurveyOffered, NOW + HOUR, **about)
    await write(store, owner, offered(), offered("c2"), survey)
    await write(store, owner, event(events.ContactOffered, NOW, visit=2))
    contact = ("acme", "c1", 0)

    one = await load(store, 3, WantedRecords([C1], [], []))
    every = await load(store, 3, WantedRecords([contact], [], []))

    assert one.visits.keys() == every.visits.keys() == {C1, contact, ("acme", "c1", 2)}


async def test_rows_of_any_month_find_their_place(store: Store) -> None:
    owner = await claim(store)
    year = 365 * 24 * HOUR
    instants = [NOW, NOW - year, NOW - 2 * year]
    contacts = [offered(f"c{number}", at) for number, at in enumerate(instants)]
    await write(store, owner, *contacts, *(available(at) for at in instants))

    wanted = [("acme", "sales", "voice", at) for at in instants]
    loaded = await load(store, 3, WantedRecords([], wanted, [WantedAgent(ANN, 0)]))
    assert loaded.panes.keys() == set(wanted)
    assert [one.at for one in loaded.agents[ANN]] == sorted(instants)


# ----------------------------------------------------------------- settle


async def lose(rig: StoreRig, rows: FlushRows, *, written: bool) -> None:
    """Flush, and do not learn what became of it."""
    rig.lose_next_answer(written=written)
    with pytest.raises(StoreUnavailable):
        await rig.store.flush([rows])
    rig.mend()


async def test_a_flush_whose_answer_was_lost_is_found_written(rig: StoreRig, store: Store) -> None:
    owner = await claim(store)
    rows = await dirty(store, owner, offered())
    await lose(rig, rows, written=True)

    assert await store.settle([rows]) == {3: FlushOutcome.WRITTEN}
    owner.flushed()
    await write(store, owner, answered())
    assert (await everything(store)).panes[SALES][1][Cell.OFFERED] == 1


async def test_a_flush_that_did_not_happen_is_found_not_written_and_made_again(
    rig: StoreRig, store: Store
) -> None:
    owner = await claim(store)
    rows = await dirty(store, owner, offered())
    await lose(rig, rows, written=False)

    assert await store.settle([rows]) == {3: None}
    assert await everything(store) == StoredRecords()
    owner.not_flushed()
    await write(store, owner, answered())
    assert (await everything(store)).panes[SALES][1][Cell.ANSWERED] == 1


@pytest.mark.parametrize("written", [True, False])
async def test_once_a_newer_owner_is_there_a_lost_flush_is_fenced(
    rig: StoreRig, store: Store, *, written: bool
) -> None:
    rows = await dirty(store, await claim(store), offered())
    await lose(rig, rows, written=written)
    owner = await claim(store)

    assert await store.settle([rows]) == {3: FlushOutcome.FENCED}
    assert owner.next_offset == int(written)


async def test_a_lost_flush_that_moved_no_offset_counts_as_not_written(
    rig: StoreRig, store: Store
) -> None:
    owner = await claim(store)
    await write(store, owner, offered())
    owner.wait(NOW + HOUR, ALLOWANCE, idle=True)
    rows = owner.take_dirty()
    assert rows is not None
    await lose(rig, rows, written=True)

    assert rows.before == rows.position.next_offset
    assert await store.settle([rows]) == {3: None}
    assert await store.flush([rows]) == {3: FlushOutcome.WRITTEN}
    assert (await claim(store)).watermark == NOW + HOUR - ALLOWANCE


async def test_orphans_are_written_whole_so_that_a_flush_may_be_repeated(
    rig: StoreRig, store: Store
) -> None:
    owner = await claim(store)
    ended = [event(events.ContactEnded, NOW, contact=one, source="pbx") for one in ("c1", "c2")]
    await write(store, owner, offered("c1"), offered("c2"), ended[0])
    owner.wait(NOW + HOUR, ALLOWANCE, idle=True)
    rows = owner.take_dirty()
    assert rows is not None
    await lose(rig, rows, written=True)
    assert await store.flush([rows]) == {3: FlushOutcome.WRITTEN}
    owner.flushed()
    assert await rig.orphans() == {("acme", "pbx", "end_without_answer"): 1}

    await write(store, owner, ended[1])
    owner.wait(NOW + 2 * HOUR, ALLOWANCE, idle=True)
    again = owner.take_dirty()
    assert again is not None
    assert await store.flush([again]) == {3: FlushOutcome.WRITTEN}
    assert await rig.orphans() == {("acme", "pbx", "end_without_answer"): 2}


async def test_partitions_are_settled_each_for_itself(rig: StoreRig, store: Store) -> None:
    rows = [await dirty(store, await claim(store, number), offered()) for number in (0, 1)]
    await lose(rig, rows[0], written=True)

    assert await store.settle(rows) == {0: FlushOutcome.WRITTEN, 1: None}
    assert await store.settle([]) == {}


# ----------------------------------------------------------------- retention, outages


async def test_events_count_since_the_latest_instant_that_retention_announced(
    rig: StoreRig, store: Store
) -> None:
    assert await store.kept_since() == NEVER
    await rig.announce("visits", NOW)
    await rig.announce("panes", NOW - HOUR)
    assert await store.kept_since() == NOW
    await rig.announce("agents", NOW + HOUR)
    assert await store.kept_since() == NOW + HOUR


CALLS: dict[str, Callable[[Store, FlushRows], Awaitable[object]]] = {
    "claim": lambda store, _: store.claim(3, "log", 0, 1_000),
    "kept_since": lambda store, _: store.kept_since(),
    "load": lambda store, _: load(store, 3, WantedRecords([C1], [], [])),
    "flush": lambda store, rows: store.flush([rows]),
    "settle": lambda store, rows: store.settle([rows]),
}


async def test_a_database_that_is_away_is_said_so_by_every_call(
    rig: StoreRig, store: Store
) -> None:
    rows = await dirty(store, await claim(store), offered())
    away = await rig.cut_off()

    for name, call in CALLS.items():
        try:
            await call(away, rows)
        except StoreUnavailable:
            continue
        pytest.fail(f"{name} found no fault")


async def test_a_further_visit_of_a_contact_that_left_memory_is_not_written_alone(
    store: Store,
) -> None:
    first = await claim(store)
    await write(store, first, answered("c1", NOW), offered("c2"))
    partition = await claim(store)
    late = NOW + HOUR
    rows = await dirty(store, partition, offered("c1", late, visit=9), offered("c3", late))

    assert await store.flush([rows]) == {3: FlushOutcome.CONFLICTED}
    partition.conflicted()
    await write(store, partition)
    assert (await everything(store)).visits[C1].answered_at == NOW
