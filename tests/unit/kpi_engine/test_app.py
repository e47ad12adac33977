"""The engine's use cases against a store that fails, fences and loses answers."""

from collections.abc import Iterable, Sequence

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.letters import DeadLetter, Reason
from floorpulse.kpi_engine.app import Engine, EngineOptions, RecordBatch
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.engine import Channels, MemoryStore
from tests.unit.kpi_engine.builders import MINUTE, event

OPTIONS = EngineOptions(
    allowance=15_000,
    slice_records=2,
    dirty_rows=4,
    outage_rows=8,
    visits_in_memory=1000,
    panes_in_memory=1000,
)
PANE = ("acme", "sales", "voice", 0)


def encoded(*history: AnyEvent) -> list[bytes]:
    return [msgspec.json.encode(one) for one in history]


def batch(values: Sequence[bytes], start: int = 0) -> RecordBatch:
    offsets = list(range(start, start + len(values)))
    return RecordBatch(start, start + len(values), values, offsets, appended_at=100 * MINUTE)


def offers(count: int, start: int = 0) -> list[AnyEvent]:
    return [
        event(events.ContactOffered, 1_000, contact=f"c{i}") for i in range(start, start + count)
    ]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def channels() -> Channels:
    return Channels()


@pytest.fixture
def engine(store: MemoryStore, channels: Channels) -> Engine:
    return Engine(store, channels, channels, OPTIONS, EngineMetrics(CollectorRegistry()))


async def owned(engine: Engine) -> Partition:
    partition = await engine.claim(0, "log", 0, 1000)
    engine.adopt(partition)
    return partition


async def test_applied_and_flushed_events_are_stored_with_their_offset(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch(encoded(*offers(5))))
    await engine.flush()

    assert (store.positions[0].epoch, store.positions[0].next_offset) == (1, 5)
    assert store.tables[0].panes[PANE][1] == {Cell.OFFERED: 5}


async def test_orphans_are_told_in_metrics_once_they_were_written(
    store: MemoryStore, channels: Channels
) -> None:
    registry = CollectorRegistry()
    engine = Engine(store, channels, channels, OPTIONS, EngineMetrics(registry))
    partition = await owned(engine)
    ended = [event(events.ContactEnded, 2_000, contact=f"c{i}") for i in range(2)]
    await engine.apply(partition, batch(encoded(*offers(3), *ended)))
    await engine.flush()
    partition.watermark = 10 * MINUTE
    await engine.flush()
    labels = {"missing": "end_without_answer"}

    assert registry.get_sample_value("floorpulse_engine_orphans", labels) == 2
    assert len(store.tables[0].orphans) == 1


async def test_records_below_the_position_are_not_applied_again(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    values = encoded(*offers(4))
    await engine.apply(partition, batch(values[:3]))
    await engine.apply(partition, batch(values))
    await engine.flush()

    assert partition.applied == 4
    assert store.tables[0].panes[PANE][1] == {Cell.OFFERED: 4}


async def test_an_empty_batch_moves_the_position_over_its_hole(engine: Engine) -> None:
    partition = await owned(engine)
    await engine.apply(partition, RecordBatch(0, 7, [], [], 0))

    assert partition.next_offset == 7


async def test_what_cannot_be_counted_becomes_a_dead_letter_and_the_batch_goes_on(
    engine: Engine, channels: Channels
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch([b"\xff", *encoded(*offers(2))]))

    [letter] = channels.letters
    assert (letter.reason, letter.origin) == (Reason.MALFORMED, "contact-events/0/0")
    assert letter.payload_base64 == b"\xff"
    assert (partition.applied, partition.dead, partition.next_offset) == (2, 1, 3)


async def test_a_dead_letter_that_cannot_be_kept_stops_the_slice(
    engine: Engine, channels: Channels
) -> None:
    channels.broken = True
    partition = await owned(engine)

    with pytest.raises(ConnectionError):
        await engine.apply(partition, batch([b"\xff"]))
    assert partition.next_offset == 0


async def test_a_visit_that_cannot_be_loaded_waits_and_the_others_go_on(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    store.away = True
    await engine.apply(
        partition, batch(encoded(event(events.ContactEnded, 5_000, contact="gone"), *offers(3)))
    )
    with pytest.raises(StoreUnavailable):
        await engine.flush()
    assert partition.panes.rows[PANE].cells == {Cell.OFFERED: 3}
    store.away = False
    await engine.flush()

    assert store.tables[0].panes[PANE][1] == {Cell.OFFERED: 3}
    assert store.tables[0].visits["acme", "gone", 1].ended_at == 5_000


async def test_while_the_database_is_known_to_be_away_only_the_flush_asks_it(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    store.away = True
    await engine.apply(partition, batch(encoded(event(events.ContactEnded, 5_000, contact="gone"))))
    with pytest.raises(StoreUnavailable):
        await engine.join()
    store.away = False
    await engine.join()
    waits = bool(partition.wanted)
    await engine.flush()

    assert waits
    assert not partition.wanted
    assert store.tables[0].visits["acme", "gone", 1].ended_at == 5_000


async def test_what_happened_before_the_kept_months_is_a_dead_letter(
    engine: Engine, channels: Channels
) -> None:
    partition = await owned(engine)
    engine.kept_since = 2_000
    await engine.apply(partition, batch(encoded(*offers(1))))

    assert [letter.reason for letter in channels.letters] == [Reason.BEYOND_RETENTION]
    assert (partition.applied, partition.dead) == (0, 1)


async def test_an_event_for_a_visit_that_exists_unknown_to_memory_is_counted_once(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch(encoded(*offers(1))))
    await engine.flush()
    partition.visits.rows.clear()
    await engine.apply(partition, batch(encoded(*offers(1)), start=1))
    with_surprise = partition.panes.rows[PANE].cells[Cell.OFFERED]
    await engine.flush()
    await engine.flush()

    assert with_surprise == 2
    assert store.tables[0].panes[PANE][1] == {Cell.OFFERED: 1}


async def test_a_lost_answer_to_a_commit_that_happened_doubles_nothing(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch(encoded(*offers(2))))
    store.lose_answer = True
    with pytest.raises(StoreUnavailable):
        await engine.flush()
    await engine.apply(partition, batch(encoded(*offers(2, start=2)), start=2))
    await engine.flush()

    assert (store.positions[0].epoch, store.positions[0].next_offset) == (1, 4)
    assert store.tables[0].panes[PANE][1] == {Cell.OFFERED: 4}
    assert 0 in engine.partitions


async def test_a_flush_that_did_not_happen_is_made_up_for(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch(encoded(*offers(2))))
    store.away = True
    with pytest.raises(StoreUnavailable):
        await engine.flush()
    with pytest.raises(StoreUnavailable):
        await engine.flush()
    store.away = False
    await engine.flush()

    assert store.tables[0].panes[PANE][1] == {Cell.OFFERED: 2}


async def test_a_zombie_writes_nothing_and_drops_its_state(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch(encoded(*offers(2))))
    await store.claim(0, "log", 0, 1000)
    await engine.flush()

    assert store.tables[0].panes == {}
    assert engine.fenced == {0}
    assert engine.partitions == {}


async def test_a_partition_given_up_while_its_batch_is_applied_takes_no_more_of_it(
    engine: Engine,
) -> None:
    partition = await owned(engine)

    class Revoking(Channels):
        async def send(self, letters: Iterable[DeadLetter]) -> None:
            await super().send(letters)
            engine.drop(0)

    engine._letters = Revoking()
    await engine.apply(partition, batch([b"no event", *encoded(*offers(6))]))

    assert partition.next_offset == 0


async def test_too_many_unflushed_rows_ask_for_a_pause(engine: Engine) -> None:
    partition = await owned(engine)
    assert not engine.crowded
    await engine.apply(partition, batch(encoded(*offers(4))))

    assert engine.crowded


async def test_while_the_database_is_away_more_may_gather(
    engine: Engine, store: MemoryStore
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch(encoded(*offers(4))))
    store.away = True
    with pytest.raises(StoreUnavailable):
        await engine.flush()

    assert not engine.crowded


async def test_agent_states_reach_the_store(engine: Engine, store: MemoryStore) -> None:
    partition = await owned(engine)
    await engine.apply(
        partition,
        batch(encoded(event(events.AgentStateChanged, 1_000, agent="ann", state="break"))),
    )
    await engine.flush()

    assert len(store.tables[0].agent_states) == 1


async def test_updates_carry_absolute_rows_gauges_and_the_position(
    engine: Engine, channels: Channels
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch(encoded(*offers(3))))
    await engine.publish({0: 9})

    [update] = channels.updates
    assert (update.partition, update.next_offset, update.lag, update.applied) == (0, 3, 6, 3)
    assert [row.cells for row in update.rows] == [{Cell.OFFERED: 3}]
    assert update.gauges is not None


async def test_rows_that_could_not_be_published_are_published_later(
    engine: Engine, channels: Channels
) -> None:
    partition = await owned(engine)
    await engine.apply(partition, batch(encoded(*offers(3))))
    channels.broken = True
    with pytest.raises(ConnectionError):
        await engine.publish({})
    channels.broken = False
    await engine.publish({})

    assert [row.cells for row in channels.updates[-1].rows] == [{Cell.OFFERED: 3}]


async def test_many_rows_go_out_in_several_updates_and_gauges_with_the_last(
    engine: Engine, channels: Channels
) -> None:
    partition = await owned(engine)
    history = [event(events.ContactOffered, i * MINUTE, contact=f"c{i}") for i in range(1_200)]
    await engine.apply(partition, batch(encoded(*history)))
    await engine.publish({})

    assert [len(update.rows) for update in channels.updates] == [1_000, 200]
    assert [update.gauges is None for update in channels.updates] == [True, False]
