"""What is published, and how often, whatever happens to the wall clock meanwhile."""

from collections.abc import Sequence
from contextlib import suppress

import pytest

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.updates import Update
from floorpulse.contracts.visits import Longest
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence
from floorpulse.kpi_engine.publish import publisher as publishing
from floorpulse.kpi_engine.publish.backlog import HEARTBEAT, SELDOM, Backlog
from floorpulse.kpi_engine.publish.publisher import Publisher
from floorpulse.runtime.tracing import TraceParent
from tests.fakes.engine import as_sent
from tests.fakes.slices import told_by
from tests.unit.kpi_engine.builders import event

NOW = 1_794_300_000_000
HOUR = 3_600_000
MINUTE = 60_000
ALLOWED = 15_000
LONGEST = Horizons(Longest(4 * HOUR, 4 * HOUR))


class Clocks:
    """A wall clock that may be set, and a steady one that goes on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = NOW
        self.steady = 77_000
        monkeypatch.setattr(publishing, "now_ms", lambda: self.wall)
        monkeypatch.setattr(publishing, "steady_ms", lambda: self.steady)

    def pass_time(self, milliseconds: int) -> None:
        self.wall += milliseconds
        self.steady += milliseconds


class Heard:
    """A channel that keeps what is published."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.traces: list[Sequence[TraceParent]] = []
        self.broken = False

    async def publish(self, update: Update, traces: Sequence[TraceParent] = ()) -> None:
        if self.broken:
            message = "the broker is away"
            raise ConnectionError(message)
        self.updates.append(as_sent(update))
        self.traces.append(traces)

    def take(self) -> list[Update]:
        told = self.updates
        self.updates = []
        return told


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def told() -> tuple[Publisher, Partition, Heard]:
    heard = Heard()
    publisher = Publisher(heard, ALLOWED)
    partition = Partition(PartitionPosition(3, "log", 1, 1, 0), MINUTE, ClaimedPresence(LONGEST))
    publisher.begin(3)
    return publisher, partition, heard


def applied(publisher: Publisher, partition: Partition, *given: AnyEvent) -> None:
    offset = partition.next_offset
    partition.apply([(offset + index, one) for index, one in enumerate(given)], offset + len(given))
    partition.advance([int(one.at) for one in given], NOW, ALLOWED)
    publisher.note(3, told_by(*given, appended_at=NOW))


async def test_a_quiet_partition_is_published_every_second_also_after_the_wall_clock_was_set_back(
    clocks: Clocks,
) -> None:
    publisher, partition, heard = told()
    await publisher.publish([partition], {})
    clocks.wall -= HOUR
    clocks.pass_time(HEARTBEAT)
    await publisher.publish([partition], {})
    clocks.wall += 3 * HOUR
    await publisher.publish([partition], {})

    assert [one.sequence for one in heard.take()] == [1, 2]


async def test_silence_is_measured_by_the_steady_clock(clocks: Clocks) -> None:
    publisher, partition, _ = told()
    applied(publisher, partition, event(events.ContactOffered, NOW, queue="sales"))
    clocks.wall += 2 * HOUR
    await publisher.publish([partition], {})
    assert partition.watermark == NOW - ALLOWED

    clocks.wall -= 2 * HOUR
    clocks.pass_time(ALLOWED)
    await publisher.publish([partition], {})
    assert partition.watermark == NOW


async def test_a_watermark_that_a_wrong_clock_set_ahead_is_withdrawn_and_final_stays_late(
    clocks: Clocks,
) -> None:
    publisher, partition, _ = told()
    applied(publisher, partition, event(events.ContactOffered, NOW, queue="sales"))
    clocks.wall += 2 * HOUR
    clocks.pass_time(ALLOWED)
    await publisher.publish([partition], {})
    assert partition.watermark == NOW + 2 * HOUR

    clocks.wall -= 2 * HOUR
    await publisher.publish([partition], {})
    assert partition.watermark == NOW
    applied(
        publisher,
        partition,
        event(events.ContactOffered, NOW + 30 * MINUTE, contact="c2", queue="sales"),
    )
    assert partition.panes.late


@pytest.mark.parametrize("ahead", [-2 * HOUR, 2 * HOUR])
async def test_who_waits_does_not_depend_on_the_engines_clock(clocks: Clocks, ahead: int) -> None:
    publisher, partition, heard = told()
    long_ago = NOW - 3 * HOUR
    lately = NOW - MINUTE
    applied(
        publisher,
        partition,
        event(events.ContactOffered, long_ago, contact="c1", queue="sales"),
        event(events.ContactOffered, lately, contact="c2", queue="sales"),
        event(events.ContactOffered, NOW, contact="c3", queue="sales"),
    )
    clocks.wall += ahead
    await publisher.publish([partition], {})

    [gauge] = heard.take()[-1].gauges or []
    assert (gauge.waiting, gauge.unresolved) == ([long_ago, lately, NOW], 0)


@pytest.mark.usefixtures("clocks")
async def test_where_all_events_are_history_the_clock_says_who_no_longer_waits() -> None:
    publisher, partition, heard = told()
    applied(publisher, partition, event(events.ContactOffered, NOW - 1000 * HOUR, queue="sales"))
    await publisher.publish([partition], {})

    [gauge] = heard.take()[-1].gauges or []
    assert (gauge.waiting, gauge.unresolved) == ([], 1)


async def test_sources_are_published_by_spans_and_forgotten_with_their_partition(
    clocks: Clocks,
) -> None:
    publisher, partition, heard = told()
    applied(publisher, partition, event(events.ContactOffered, NOW, source="pbx", queue="sales"))
    clocks.pass_time(700)
    await publisher.publish([partition], {})
    [source] = heard.take()[-1].heard
    assert (source.source, source.quiet, source.queues) == ("pbx", 700, ["sales"])

    publisher.end(3)
    publisher.begin(3)
    clocks.pass_time(HEARTBEAT)
    await publisher.publish([partition], {})
    assert heard.take()[-1].heard == []


async def test_the_next_update_carries_on_the_traces_of_what_was_folded_once(
    clocks: Clocks,
) -> None:
    publisher, partition, heard = told()
    publisher.follow(3, [b"00-a-b-01"])

    await publisher.publish([partition], {})
    clocks.pass_time(HEARTBEAT)
    await publisher.publish([partition], {})

    assert heard.traces == [[b"00-a-b-01"], []]


async def test_a_partition_that_is_behind_is_published_seldom_until_it_has_caught_up(
    clocks: Clocks,
) -> None:
    publisher, partition, heard = told()
    sequences = []
    for number in range(1, 22):
        applied(
            publisher,
            partition,
            event(events.ContactOffered, NOW + number, contact=f"c{number}", queue="sales"),
        )
        await publisher.publish([partition], {3: 5_000 if number < 19 else partition.next_offset})
        sequences.append([one.next_offset for one in heard.take()])
        clocks.pass_time(HEARTBEAT // 4)

    assert SELDOM == 2.5 * HEARTBEAT
    assert sequences == [[1], *[[]] * 9, [11], *[[]] * 7, [19], [20], [21]]


async def test_a_partition_that_is_a_little_behind_is_published_when_it_should_have_caught_up(
    clocks: Clocks,
) -> None:
    publisher, partition, heard = told()
    published = []
    for number in range(1, 11):
        applied(
            publisher,
            partition,
            event(events.ContactOffered, NOW + number, contact=f"c{number}", queue="sales"),
        )
        partition.next_offset = number * 500
        await publisher.publish([partition], {3: (number + 8) * 500})
        published.append([one.next_offset for one in heard.take()])
        clocks.pass_time(HEARTBEAT // 4)

    assert published == [[500], *[[]] * 7, [4_500], []]


async def test_what_an_update_told_stays_as_it_was(clocks: Clocks) -> None:
    publisher, partition, heard = told()
    for number in (1, 2):
        applied(
            publisher,
            partition,
            event(events.ContactOffered, NOW, contact=f"c{number}", queue="sales"),
        )
        await publisher.publish([partition], {})
        clocks.pass_time(HEARTBEAT)

    assert [row.cells[Cell.OFFERED] for one in heard.take() for row in one.rows] == [1, 2]


@pytest.mark.parametrize(
    ("passed", "done", "lag", "left"),
    [
        (0, 0, 5_000, 0),  # nothing is known of its pace yet
        (500, 0, 1_000, 500_000),
        (500, 0, 999, 0),
        (500, 2_500, 5_000, 1_000),
        (500, 2_499, 5_000, 1_001),
    ],
)
def test_what_is_left_is_reckoned_by_the_pace_of_the_partition(
    passed: int, done: int, lag: int, left: int
) -> None:
    backlog = Backlog(77_000, 10)

    assert backlog.left(77_000 + passed, 10 + done, 10 + done + lag) == left


def test_the_pace_is_that_of_the_last_second_or_two() -> None:
    backlog = Backlog(0, 0)

    assert backlog.left(HEARTBEAT, 9_000, 18_000) == 1_000
    assert backlog.left(2 * HEARTBEAT - 1, 10_000, 15_000) == 1_000
    assert backlog.left(2 * HEARTBEAT, 10_000, 15_000) == 5_000


async def test_gauges_that_changed_are_told_and_all_after_a_failure(clocks: Clocks) -> None:
    publisher, partition, heard = told()
    for contact, queue in (("c1", "sales"), ("c2", "help"), ("c3", "vip")):
        heard.broken = contact == "c3"
        applied(
            publisher, partition, event(events.ContactOffered, NOW, contact=contact, queue=queue)
        )
        with suppress(ConnectionError):
            await publisher.publish([partition], {})
        clocks.pass_time(HEARTBEAT)
    heard.broken = False
    await publisher.publish([partition], {})

    first, second, last = heard.take()
    assert [one.queue for one in first.gauges or []] == ["sales"]
    assert second.gauges is None
    assert [one.queue for one in second.changed or []] == ["help"]
    assert second.follows == first.sequence
    assert [one.queue for one in last.gauges or []] == ["sales", "help", "vip"]
