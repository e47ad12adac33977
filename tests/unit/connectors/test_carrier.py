"""What arrives over a road is sent through its source, and how far it came is stored."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from floorpulse.connectors.carrier import Carrier
from floorpulse.connectors.position import PositionError, PositionFile
from floorpulse.connectors.road import (
    Arrivals,
    ConnectionLostError,
    Position,
    Reconnecting,
    RoadClosedError,
)
from floorpulse.connectors.run import ServerWatch
from floorpulse.ingest.sources.payloads import Ignored, payload_source
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.ingest.sources.source import SourceRecord, SourceSettings
from floorpulse.simulator.answers import UndeliverableError
from floorpulse.simulator.feed import EventFeed
from floorpulse.simulator.options import Target
from tests.fakes.event_server import EventServer
from tests.fakes.virtual_time import run

TARGET = Target("http://floor", "fp_key", batch=3, patience=inf)


def echo(payload: Any, _settings: SourceSettings) -> Any:
    """A platform whose payloads are events already, but for those it does not know."""
    return Ignored("odd") if "odd" in payload else [payload]


SOURCES = {"echo": payload_source(echo)}


def arrived(*numbers: int, **said: object) -> Arrivals:
    """Records that came together, with the last number as their position."""
    records = (SourceRecord(n, json.dumps({"id": n, **said}).encode()) for n in numbers)
    return Arrivals(tuple(records), {"n": numbers[-1]})


class Road:
    """A road with given arrivals behind a position; `end` is how it ends, none is not at all."""

    def __init__(
        self, all_: Iterable[Arrivals], end: Exception | None = None, *, ends: bool = True
    ) -> None:
        self._all = list(all_)
        self._end = end
        self._ends = ends
        self.since: list[Position | None] = []

    async def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        self.since.append(since)
        for one in self._all:
            yield one
        if self._end is not None:
            raise self._end
        if not self._ends:
            await asyncio.sleep(1_000_000)


@asynccontextmanager
async def carrier(
    server: EventServer, file: PositionFile | None = None, **options: Any
) -> AsyncGenerator[Carrier, None]:
    async with server.client() as client:
        feed = EventFeed(client, TARGET, ServerWatch(TARGET.url))
        working = asyncio.create_task(feed.work())
        stream = stream_of("echo", "echo:test", SOURCES)
        yield Carrier(feed, stream, file, batch=TARGET.batch, **options)
        working.cancel()


async def carry(server: EventServer, road: Road, file: PositionFile | None = None) -> None:
    async with carrier(server, file) as one:
        await one.run(road)


def ids(server: EventServer) -> list[int]:
    return [one["id"] for one in server.taken]


@pytest.fixture
def file(tmp_path: Path) -> PositionFile:
    return PositionFile(tmp_path / "position", "echo")


def test_everything_that_arrives_is_sent_and_the_position_stored(file: PositionFile) -> None:
    server = EventServer()

    run(carry(server, Road([arrived(1, 2), arrived(3, 4, 5)]), file))

    assert sorted(ids(server)) == [1, 2, 3, 4, 5]
    assert file.read() == {"n": 5}


def test_a_run_goes_on_behind_the_stored_position(file: PositionFile) -> None:
    file.write({"n": 7})
    road = Road([])

    run(carry(EventServer(), road, file))

    assert road.since == [{"n": 7}]


def test_a_server_that_is_away_is_waited_for_and_told_of_once(file: PositionFile) -> None:
    server = EventServer()
    server.is_away = True

    async def story() -> None:
        async with carrier(server, file) as one:
            running = asyncio.create_task(one.run(Road([arrived(1), arrived(2)], ends=False)))
            await asyncio.sleep(3600)
            assert file.read() is None
            server.is_away = False
            await asyncio.sleep(60)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    with capture_logs() as said:
        run(story())

    assert sorted(ids(server)) == [1, 2]
    assert file.read() == {"n": 2}
    events = [one["event"] for one in said]
    assert events.count("server_away") == events.count("server_back") == 1


def test_a_road_is_held_up_while_too_much_waits() -> None:
    server = EventServer()
    server.is_away = True
    given: list[int] = []

    class Counted(Road):
        async def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
            async for one in super().arrivals(since):
                given.append(one.records[0].place)
                yield one

    async def story() -> None:
        async with carrier(server, ahead=1) as one:
            road = Counted([arrived(n) for n in range(100)])
            running = asyncio.create_task(one.run(road))
            await asyncio.sleep(60)
            assert len(given) < 5
            server.is_away = False
            await running

    run(story())
    assert sorted(ids(server)) == list(range(100))


def test_told_to_stop_it_still_sends_what_had_arrived(file: PositionFile) -> None:
    server = EventServer()

    async def story() -> None:
        async with carrier(server, file) as one:
            running = asyncio.create_task(one.run(Road([arrived(1)], ends=False)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run(story())

    assert ids(server) == [1]
    assert file.read() == {"n": 1}


def test_told_to_stop_it_does_not_wait_for_a_server_that_is_away() -> None:
    server = EventServer()
    server.is_away = True

    async def story() -> float:
        loop = asyncio.get_running_loop()
        async with carrier(server) as one:
            running = asyncio.create_task(one.run(Road([arrived(1)], ends=False)))
            await asyncio.sleep(100)
            running.cancel()
            began = loop.time()
            await asyncio.gather(running, return_exceptions=True)
            return loop.time() - began

    assert run(story()) < 1


def test_a_road_that_closes_ends_the_run_when_all_is_sent(file: PositionFile) -> None:
    server = EventServer()

    with pytest.raises(RoadClosedError, match="wrong secret"):
        run(carry(server, Road([arrived(1)], RoadClosedError("wrong secret")), file))

    assert ids(server) == [1]
    assert file.read() == {"n": 1}


def test_a_key_that_is_refused_ends_the_run(file: PositionFile) -> None:
    server = EventServer()
    server.answers = [401]

    with pytest.raises(UndeliverableError, match="check the key"):
        run(carry(server, Road([arrived(1)], ends=False), file))

    assert file.read() is None


def test_a_defect_of_the_road_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        run(carry(EventServer(), Road([arrived(1)], ZeroDivisionError())))


def test_what_is_refused_is_told_and_does_not_hold_up_the_rest(file: PositionFile) -> None:
    server = EventServer()
    road = Road([arrived(1, type="refused"), arrived(2)])

    with capture_logs() as said:
        run(carry(server, road, file))

    assert ids(server) == [2]
    assert file.read() == {"n": 2}
    assert [one["place"] for one in said if one["event"] == "event_refused"] == [1]


def test_a_record_that_the_source_cannot_read_goes_as_it_is() -> None:
    server = EventServer()
    unreadable = Arrivals((SourceRecord(1, b'["no payload", 1]'), SourceRecord(2, b'{"odd": 1}')))

    with capture_logs() as said:
        run(carry(server, Road([unreadable])))

    [ends] = [one for one in said if one["event"] == "source_ends"]
    assert (ends["records"], ends["events"]) == (2, 1)
    assert any("odd" in note for note in ends["notes"])


def test_what_a_former_run_sent_is_heard_and_not_sent_again(file: PositionFile) -> None:
    server = EventServer()
    heard = Arrivals(arrived(1).records, heard=True)

    run(carry(server, Road([heard, arrived(2)]), file))

    assert ids(server) == [2]
    assert file.read() == {"n": 2}


# ---------------------------------------------------------------- connections that break


def broken(*connections: list[Arrivals] | Exception) -> Callable[..., Any]:
    """Connections, one after another: each gives what it has, and breaks; the last ends well."""
    coming = list(connections)

    async def connect(_since: Position | None) -> AsyncGenerator[Arrivals, None]:
        one = coming.pop(0)
        if isinstance(one, Exception):
            raise one
        for arrivals in one:
            yield arrivals
        if coming:
            message = "cut"
            raise ConnectionLostError(message)

    return connect


async def all_of(road: Reconnecting) -> list[Position | None]:
    return [one.position async for one in road.arrivals(None)]


def test_a_connection_that_breaks_is_opened_anew_and_each_gap_told_once() -> None:
    road = Reconnecting(
        "pbx:5038",
        broken([arrived(1)], OSError("refused"), TimeoutError(), [arrived(2)], [arrived(3)]),
    )

    with capture_logs() as said:
        positions = run(all_of(road))

    assert positions == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert [one["event"] for one in said] == [
        "connection_lost",
        "connected_again",
        "connection_lost",
        "connected_again",
    ]


def test_a_connection_that_may_not_be_opened_is_not_tried_again() -> None:
    with pytest.raises(RoadClosedError):
        run(all_of(Reconnecting("pbx:5038", broken(RoadClosedError("wrong secret")))))


# ---------------------------------------------------------------- the file of a position


def test_a_position_is_replaced_as_a_whole(tmp_path: Path, file: PositionFile) -> None:
    file.write({"n": 1})
    file.write({"n": 2})

    assert file.read() == {"n": 2}
    assert [one.name for one in tmp_path.iterdir()] == ["position"]


@pytest.mark.parametrize("text", ["", "[]", '{"source": "echo"}', '{"source": "echo", "position"'])
def test_a_file_that_holds_no_position_is_said_so(
    text: str, tmp_path: Path, file: PositionFile
) -> None:
    (tmp_path / "position").write_text(text)

    with pytest.raises(PositionError, match="remove it to begin anew"):
        file.read()


def test_a_position_of_another_source_is_refused(tmp_path: Path, file: PositionFile) -> None:
    file.write({"n": 1})

    with pytest.raises(PositionError, match="is the position of echo, not of other"):
        PositionFile(tmp_path / "position", "other").read()


def test_a_position_that_cannot_be_stored_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(PositionError, match="cannot store"):
        PositionFile(tmp_path / "nowhere" / "position", "echo").write({"n": 1})
