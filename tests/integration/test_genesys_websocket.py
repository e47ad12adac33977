"""Genesys Cloud's notification channels, held against a stand-in that drops, repeats and forgets:
10,000 events, and the visits are those that happened.
"""

import json
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from floorpulse.connectors.genesys_websocket import GenesysWebSocket
from floorpulse.connectors.road import Position, RoadClosedError
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.runtime.clock import now_ms, steady_ms
from tests.integration.genesys_stand_in import organisation
from tests.unit.ingest.sources.vendors import visits

pytestmark = pytest.mark.timeout(180)

CONVERSATIONS = 2_800
"""Each has four events, but for those that nobody answered"""

Json = dict[str, Any]


def iso(at: int) -> str:
    hours, rest = divmod(at, 3_600)
    return f"2026-11-02T{hours:02}:{rest // 60:02}:{rest % 60:02}.000Z"


def segment(kind: str, since: int, until: int, **more: str) -> Json:
    known = {"segmentType": kind, "segmentStart": iso(since), "segmentEnd": iso(until)}
    return {**known, "queueId": "q-1", **more}


def session(name: str, segments: list[Json], *metrics: str) -> Json:
    known = {"sessionId": name, "mediaType": "voice", "direction": "inbound"}
    return {**known, "segments": segments, "metrics": [{"name": one} for one in metrics]}


def conversation(name: str, random: Random) -> tuple[Json, Json]:
    """The details of a conversation, and the figures of its one visit."""
    began = random.randrange(8 * 3_600, 9 * 3_600)
    wait, talk, wrap = random.randrange(1, 90), random.randrange(5, 300), random.randrange(1, 60)
    taken = began + wait
    waited = [segment("interact", began, taken)]
    if random.random() < 0.2:
        acd = {"purpose": "acd", "sessions": [session("s", waited, "tAbandon")]}
        return _ended(name, taken, [acd]), {"outcome": "abandoned", "wait": wait * 1000}
    spoken = [
        segment("interact", taken, taken + talk, disconnectType="peer"),
        segment("wrapup", taken + talk, taken + talk + wrap),
    ]
    served = {"purpose": "agent", "userId": "u-1", "sessions": [session("a", spoken)]}
    acd = {"purpose": "acd", "sessions": [session("s", waited, "tAnswered")]}
    figures = {"outcome": "answered", "wait": wait * 1000, "talk": talk * 1000}
    return _ended(name, taken + talk + wrap, [acd, served]), {**figures, "wrap": wrap * 1000}


def _ended(name: str, at: int, participants: list[Json]) -> Json:
    known = {"conversationId": name, "conversationEnd": iso(at)}
    return {**known, "participants": participants}


def floor(seed: int) -> tuple[dict[str, Json], dict[str, Json]]:
    random = Random(seed)
    known = {f"cv-{one}": conversation(f"cv-{one}", random) for one in range(CONVERSATIONS)}
    return {k: v for k, (v, _) in known.items()}, {k: v for k, (_, v) in known.items()}


def fast() -> int:
    """A steady clock on which moments pass twenty times as fast."""
    return steady_ms() * 20


async def carried(road: GenesysWebSocket, wanted: int) -> tuple[list[Json], list[Position]]:
    """The events of the road, until this many conversations were told."""
    stream = stream_of("genesys-cloud", "genesys-cloud:test")
    events: list[Json] = []
    positions: list[Position] = []
    told: set[str] = set()
    async with aclosing(road.arrivals(None)) as arrivals:
        async for arrived in arrivals:
            for record in arrived.records:
                known = stream.events(record.place, record.content)
                assert known is not None, stream.notes()
                bodies = [json.loads(one) for one in known]
                events += bodies
                told.update(one["contact"] for one in bodies if "contact" in one)
            positions += [arrived.position] if arrived.position else []
            if len(told) == wanted:
                return events, positions
    return events, positions


def shown(figures: Iterable[tuple[str, Json]], keys: Iterable[str]) -> dict[str, Json]:
    return {name: {key: one[key] for key in keys if one.get(key)} for name, one in figures}


async def test_cuts_repeats_and_forgotten_notices_leave_the_figures_of_the_floor() -> None:
    details, truth = floor(seed=3)
    async with organisation(details, seed=5) as (known, access):
        road = GenesysWebSocket(access, now=now_ms, steady=fast)
        events, positions = await carried(road, CONVERSATIONS)

    keys = ("outcome", "wait", "talk", "wrap")
    figures = {contact: one for (contact, _), one in visits(events).items()}
    assert shown(figures.items(), keys) == shown(truth.items(), keys)
    assert len({one["id"] for one in events}) > 10_000
    assert len(events) > 20_000
    assert known.channels == known.tokens == 3
    assert known.topics == [
        "v2.routing.queues.q-1.conversations",
        "v2.routing.queues.q-2.conversations",
        "v2.users.u-1.activity",
        "v2.users.u-2.activity",
    ]
    assert {one["agent"] for one in events if one["type"] == "agent.state"} == {"u-1", "u-2"}
    assert positions == sorted(positions, key=lambda one: str(one["until"]))


async def test_a_wrong_secret_ends_the_road_and_says_what_to_do() -> None:
    async with organisation({}, seed=1) as (_, access):
        wrong = replace(access, secret="wrong")  # noqa: S106  of the stand-in
        with pytest.raises(RoadClosedError, match="the credentials may not read it"):
            await carried(GenesysWebSocket(wrong, now=now_ms, steady=fast), 1)
