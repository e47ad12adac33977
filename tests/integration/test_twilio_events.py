"""The list of a workspace's events, asked for from a stand-in of Twilio on loopback."""

import json
from contextlib import aclosing
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from floorpulse.connectors.asked_windows import Rhythm
from floorpulse.connectors.road import Position, RoadClosedError
from floorpulse.connectors.twilio_events import MOST, TwilioEvents
from floorpulse.ingest.sources.registry import stream_of
from tests.integration.answering import Asked, Said, answering

pytestmark = pytest.mark.timeout(60)

NOW = 1_793_620_000_000
CLOSING = {"Content-Type": "application/json", "Connection": "close"}
RIGHT = "Basic QUM6dG9rZW4="
ONCE = Rhythm(past=600_000, longest=3_600_000, overlap=0, every=0)

Json = dict[str, Any]


class Workspace:
    """Events as the list gives them: newest first, at most so many, by whole seconds."""

    def __init__(self, events: list[Json], fails: int = 0) -> None:
        self.asked = 0
        self._events = events
        self._fails = fails

    def answered(self, asked: Asked) -> Said:
        self.asked += 1
        if asked.headers.get("authorization") != RIGHT:
            return Said(401, b"{}", CLOSING)
        if self.asked <= self._fails:
            return Said(503, b"", CLOSING)
        query = parse_qs(urlsplit(asked.target).query)
        since, until = (moment(query[name][0]) for name in ("StartDate", "EndDate"))
        known = [one for one in self._events if since <= one["event_date_ms"] <= until]
        body = json.dumps({"events": known[::-1][: int(query["PageSize"][0])]})
        return Said(200, body.encode(), CLOSING)


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1000


def event(number: int) -> Json:
    at = NOW - 599_000 + number * 200
    data = {
        "task_sid": f"WT{number}",
        "task_queue_sid": "WQ1",
        "task_queue_name": "sales",
        "task_queue_entered_date": str(at // 1000),
        "task_date_created": str(at // 1000),
    }
    return {
        "sid": f"EV{number}",
        "event_type": "task-queue.entered",
        "event_date_ms": at,
        "event_data": data,
    }


async def told(workspace: Workspace, token: str = "token") -> tuple[list[Json], Position | None]:  # noqa: S107  of the stand-in
    stream = stream_of("twilio-taskrouter", "twilio-taskrouter:test")
    events: list[Json] = []
    async with answering(workspace.answered) as server:
        road = TwilioEvents(
            "WS1",
            "AC",
            token,
            now=lambda: NOW,
            address=f"http://127.0.0.1:{server.port}",
            rhythm=ONCE,
        )
        async with aclosing(road.arrivals(None)) as arrivals:
            async for arrived in arrivals:
                for record in arrived.records:
                    events += map(json.loads, stream.events(record.place, record.content) or ())
                if arrived.position is not None:
                    return events, arrived.position
    return events, None


async def test_a_list_that_is_cut_short_is_asked_for_in_halves_until_it_is_whole() -> None:
    number = 2 * MOST + 500
    workspace = Workspace([event(one) for one in range(number)], fails=1)

    events, position = await told(workspace)
    assert {one["id"] for one in events} == {f"EV{one}" for one in range(number)}
    assert position == {"until": NOW}


async def test_a_wrong_token_ends_the_pull() -> None:
    with pytest.raises(RoadClosedError, match="answers 401"):
        await told(Workspace([]), "wrong")
