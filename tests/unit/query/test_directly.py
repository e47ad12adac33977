"""A wall's usual question, answered before FastAPI: as its route answers it."""

from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from floorpulse.query.api.repeated import LONGEST
from floorpulse.runtime.direct import WATCHED
from tests.fakes.world import READER, Client, busy_world

WALL = "/v1/kpis?queue=sales,help&kpi=service_level,waiting&window=15m"
QUESTIONS = {
    "rows": (WALL, {}),
    "rows that the client has": (WALL, {"If-None-Match": "*"}),
    "a page": (f"{WALL}&limit=1", {}),
    "a file": (f"{WALL}&format=csv", {}),
    "a past instant": (f"{WALL}&at=2026-11-11T12:00:00Z", {}),
    "an instant to come": (f"{WALL}&at=2026-11-11T13:00:00Z", {}),
    "a kind that nobody has": (WALL, {"Accept": "image/png"}),
    "a queue that nobody knows": ("/v1/kpis?queue=nowhere", {}),
    "something said twice": (f"{WALL}&window=30m", {}),
    "a key that is wrong": (WALL, {"Authorization": "Bearer wrong"}),
    "a key that may not": (WALL, {"Authorization": "Bearer agent"}),
}


def answered(question: tuple[str, dict[str, str]], *, directly: bool) -> list[object]:
    """The question asked as a wall does, then as it is meant: answers and counters, of which none
    tells time.
    """
    world = busy_world()
    app: Any = world.app
    app.state.kept_questions = {}

    async def followed(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, WATCHED: None}, receive, send)

    client = Client(app if directly else followed, READER)  # type: ignore[arg-type]
    path, headers = question
    told = [_told(client.get(path)), _told(client.get(path, headers=headers))]
    counted = {
        (one.name, *one.labels.values()): one.value
        for metric in (world.query.answering.metrics.requests, world.query.answering.metrics.rows)
        for family in metric.collect()
        for one in family.samples
        if not one.name.endswith(("_created", "_sum", "_bucket"))
    }
    return [*told, counted]


def _told(answer: httpx.Response) -> tuple[object, ...]:
    return answer.status_code, sorted(answer.headers.multi_items()), answer.content


@pytest.mark.parametrize("question", [*QUESTIONS.values()], ids=[*QUESTIONS])
def test_the_direct_answer_is_that_of_the_route(question: tuple[str, dict[str, str]]) -> None:
    assert answered(question, directly=True) == answered(question, directly=False)


@pytest.mark.parametrize("away", ["keys", "board"])
def test_what_is_away_is_told_directly_as_by_the_route(away: str) -> None:
    def refused(*, directly: bool) -> tuple[object, ...]:
        world = busy_world()
        app: Any = world.app

        async def followed(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, WATCHED: None}, receive, send)

        client = Client(app if directly else followed, READER)  # type: ignore[arg-type]
        assert client.get(WALL).status_code == 200
        world.keys.away = away == "keys"
        world.loaded = away != "board"
        return _told(client.get(WALL))

    told = refused(directly=True)
    assert told[0] == 503
    assert told == refused(directly=False)


def test_only_the_first_of_the_same_questions_takes_the_route(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = busy_world()
    app = world.app
    app.state.kept_questions = {}
    client = Client(app, READER)
    first = client.get(WALL)

    async def closed(_scope: Scope, _receive: Receive, _send: Send) -> None:
        message = "it takes the route"
        raise AssertionError(message)

    monkeypatch.setattr(app, "middleware_stack", closed)
    assert client.get(WALL).content == first.content
    assert client.get("/v1/queues").status_code == 500


@pytest.mark.parametrize(("further", "kept"), [(0, 1), (LONGEST, 0)])
def test_questions_of_great_length_are_answered_and_not_remembered(further: int, kept: int) -> None:
    world = busy_world()
    app: Any = world.app
    app.state.kept_questions = {}

    assert Client(app, READER).get(WALL + "&" * further).status_code == 200
    assert len(app.state.kept_questions) == kept
