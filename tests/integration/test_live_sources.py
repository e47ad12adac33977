"""Live sources against stand-ins that speak their platform's protocol over a socket: what was cut,
repeated and interrupted on the way has the figures of what happened.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from floorpulse.connectors.ami import AmiAccount, AmiRoads
from floorpulse.connectors.carrier import Carrier
from floorpulse.connectors.esl import EslAccount, EslRoads
from floorpulse.connectors.road import Reconnecting, Road, RoadClosedError
from floorpulse.connectors.run import ServerWatch
from floorpulse.ingest.sources.payloads import hashed_visit
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.simulator.feed import EventFeed
from floorpulse.simulator.options import Target
from tests.fakes.event_server import EventServer
from tests.integration import ami_stand_in, esl_stand_in
from tests.integration.ami_stand_in import AmiStandIn
from tests.integration.answering import Asked, Said, answering
from tests.integration.call_stories import CallStory, stories
from tests.integration.esl_stand_in import EslStandIn
from tests.unit.ingest.telephony import Body, visits

pytestmark = pytest.mark.timeout(120)

TARGET = Target("http://floor", "fp_key", patience=600.0)
CUTS = 12
CALLS = 1_500

Figures = dict[tuple[str, int], Body]
Numbered = Callable[[CallStory], list[tuple[str, int]]]


def truth(told: list[CallStory], numbered: Numbered) -> Figures:
    return {
        key: stay.figures
        for story in told
        for key, stay in zip(numbered(story), story.stays, strict=True)
    }


async def carried(
    form: str,
    road: Road,
    server: EventServer,
    over: Callable[[], Awaitable[object]],
) -> Figures:
    """The figures of what a road brings until its stand-in has told everything."""
    async with server.client() as client:
        feed = EventFeed(client, TARGET, ServerWatch(TARGET.url))
        working = asyncio.create_task(feed.work())
        carrier = Carrier(feed, stream_of(form, "asterisk"), None, batch=TARGET.batch)
        running = asyncio.create_task(carrier.run(road))
        ended = asyncio.create_task(_when(over))
        await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
        for task in (running, working, ended):
            task.cancel()
        [result, *_] = await asyncio.gather(running, working, ended, return_exceptions=True)
        if isinstance(result, Exception):
            raise result
    known = visits(server.taken)
    return {key: {k: v for k, v in one.items() if k != "reason"} for key, one in known.items()}


async def _when(over: Callable[[], Awaitable[object]]) -> None:
    """It is over, and what was written last has come through the socket."""
    await over()
    for _ in range(50):
        await asyncio.sleep(0.01)


async def test_ten_thousand_events_of_a_manager_have_the_figures_of_what_happened() -> None:
    told = stories(CALLS, seed=1)
    packets = ami_stand_in.packets(told)
    assert len(packets) >= 10_000
    stand_in = AmiStandIn(packets, CUTS, seed=1)
    server = EventServer()
    server.answers = [503, 503]
    async with stand_in.listening() as port:
        account = AmiAccount("127.0.0.1", port, "floorpulse", ami_stand_in.SECRET)
        road = Reconnecting(account.where, AmiRoads(account))

        known = await carried("asterisk-ami", road, server, stand_in.is_over.wait)

    wanted = truth(told, lambda story: [(story.contact, n) for n, _ in enumerate(story.stays, 1)])
    assert stand_in.connections == CUTS + 1
    assert known == wanted


async def test_ten_thousand_events_of_an_event_socket_have_the_figures_of_what_happened() -> None:
    told = stories(CALLS, seed=2)
    events = esl_stand_in.events(told)
    assert len(events) >= 9_000
    stand_in = EslStandIn(events, CUTS, seed=2)
    async with stand_in.listening() as port:
        account = EslAccount("127.0.0.1", port, esl_stand_in.PASSWORD)
        road = Reconnecting(account.where, EslRoads(account))

        known = await carried("freeswitch", road, EventServer(), stand_in.is_over.wait)

    wanted = truth(
        told,
        lambda story: [
            (story.contact, hashed_visit(esl_stand_in.leg_of(story.contact, stay)))
            for stay in story.stays
        ],
    )
    assert stand_in.connections == CUTS + 1
    assert known == wanted


@pytest.mark.parametrize("platform", ["asterisk", "freeswitch"])
async def test_a_wrong_secret_ends_it_with_words(platform: str) -> None:
    told = stories(2, seed=3)
    stand_in = (
        AmiStandIn(ami_stand_in.packets(told), 0, seed=3)
        if platform == "asterisk"
        else EslStandIn(esl_stand_in.events(told), 0, seed=3)
    )
    async with stand_in.listening() as port:
        road = (
            AmiRoads(AmiAccount("127.0.0.1", port, "floorpulse", "wrong"))
            if platform == "asterisk"
            else EslRoads(EslAccount("127.0.0.1", port, "wrong"))
        )
        with pytest.raises(RoadClosedError, match=r"Authentication failed|refuses the password"):
            await anext(road(None))
    assert stand_in.connections == 1


async def test_a_manager_without_stamps_is_not_listened_to() -> None:
    packets = ami_stand_in.packets(stories(2, seed=4))
    stampless = [{k: v for k, v in one.items() if k != "Timestamp"} for one in packets]
    stand_in = AmiStandIn(packets[:1] + stampless, 0, seed=4)
    async with stand_in.listening() as port:
        account = AmiAccount("127.0.0.1", port, "floorpulse", ami_stand_in.SECRET)
        with pytest.raises(RoadClosedError, match="without a stamp"):
            async for _ in AmiRoads(account)(None):
                pass


def taken(asked: Asked) -> Said:
    """All events of a batch are accepted."""
    answer = {"accepted": len(asked.body.splitlines()), "rejected": []}
    return Said(202, json.dumps(answer).encode(), {"Content-Type": "application/json"})


async def test_the_command_follows_a_log_keeps_its_position_and_ends_when_told(
    tmp_path: Path,
) -> None:
    log, key, position = (tmp_path / name for name in ("queue_log", "key", "position"))
    key.write_text("fp_key")
    log.write_text("1794300000|c.1|sales|NONE|ENTERQUEUE||5550100|1\n")
    async with answering(taken) as server:
        options = {
            "--follow": log,
            "--to": f"http://127.0.0.1:{server.port}",
            "--key-file": key,
            "--position": position,
        }
        words = [str(word) for pair in options.items() for word in pair]
        command = ["-m", "floorpulse.cli.app", "source", "asterisk-queue-log", *words]
        process = await asyncio.create_subprocess_exec(sys.executable, *command)
        await until(position.exists)
        with log.open("a") as file:
            file.write("1794300010|c.1|sales|ana|CONNECT|10|d.1|3\n")
        await until(lambda: len(server.asked) == 2)
        process.send_signal(signal.SIGTERM)

        assert await asyncio.wait_for(process.wait(), 30) == 0

    assert b"contact.answered" in server.asked[1].body
    assert json.loads(position.read_text())["position"]["line"] == 2


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110  another process's progress
            await asyncio.sleep(0.05)


async def test_whoever_is_no_manager_is_not_asked_twice() -> None:
    stand_in = EslStandIn(esl_stand_in.events(stories(2, seed=5)), 0, seed=5)
    async with stand_in.listening() as port:
        road = AmiRoads(AmiAccount("127.0.0.1", port, "floorpulse", "right"))
        with pytest.raises(RoadClosedError, match="is no manager interface"):
            await anext(road(None))
