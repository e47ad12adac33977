"""`POST /v1/events` as clients meet it, on a log in memory."""

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from floorpulse.access.keys import Credential
from floorpulse.ingest.api import operations, routes
from floorpulse.ingest.app import Ingest, RequestBounds
from floorpulse.ingest.domain.bodies import BodyForm
from floorpulse.ingest.domain.judge import EventLimits
from floorpulse.ingest.metrics import IngestMetrics
from floorpulse.runtime.http import create_app
from tests.fakes.keys import FixedKeys
from tests.fakes.log import MemoryLog
from tests.unit.ingest.builders import AT, NOW, OFFERED, PSEUDONYMS

KEY = {"Authorization": "Bearer writer"}
BOUNDS = RequestBounds(
    events=3, body_bytes=2048, body_seconds=5, events_under_way=3, bytes_under_way=4096
)
HELD = {
    "specversion": "1.0",
    "type": "contact.held",
    "id": "3",
    "source": "pbx",
    "time": "2026-11-11T00:00:00Z",
}
ACCEPTED = {"accepted": 1, "rejected": []}


@asynccontextmanager
async def nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


class Scene:
    def __init__(
        self, bounds: RequestBounds = BOUNDS, now: int = NOW, *, directly: bool = True
    ) -> None:
        self.log = MemoryLog()
        self.app = create_app("test", "test", nothing)
        if directly:
            routes.install(self.app)
        else:
            self.app.include_router(routes.router())
        self.app.include_router(operations.router())
        writer = Credential("w", "shop", frozenset({"events:write"}))
        reader = Credential("r", "shop", frozenset({"kpi:read"}))
        limited = Credential("c", "shop", frozenset({"events:write"}), "contract")
        self.keys = FixedKeys({"writer": writer, "reader": reader, "limited": limited})
        self.app.state.keys = self.keys
        self.app.state.registry = CollectorRegistry()
        metrics = IngestMetrics(self.app.state.registry)
        self.app.state.ingest = Ingest(
            self.log, bounds, EventLimits(), PSEUDONYMS, metrics, now=lambda: now
        )
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://test", headers=KEY
        )

    async def post(
        self, body: object, content_type: str = "application/json", **headers: str
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client as client:
            return await client.post(
                "/v1/events", content=content, headers={"content-type": content_type} | names
            )

    def stored(self) -> list[dict[str, object]]:
        return [json.loads(value) for _, value in self.log.topics.get("contact-events", [])]


def is_problem(response: httpx.Response, status: int) -> str:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    detail: str = problem["detail"]
    return detail


async def test_one_event_is_accepted() -> None:
    scene = Scene()
    response = await scene.post(OFFERED)
    assert (response.status_code, response.json()) == (202, ACCEPTED)
    assert scene.stored() == [OFFERED | {"tenant": "shop"}]


async def test_a_batch_tells_which_events_were_refused() -> None:
    response = await Scene().post([OFFERED, {"id": "x"}, OFFERED])
    assert response.status_code == 202
    detail = "Object missing required field `type`"
    assert response.json() == {
        "accepted": 2,
        "rejected": [{"index": 1, "id": "x", "reason": "missing_field", "detail": detail}],
    }


async def test_an_event_a_line_is_accepted() -> None:
    lines = json.dumps(OFFERED).encode() + b"\nNaN\n"
    response = await Scene().post(lines, "application/x-ndjson; charset=utf-8")
    assert response.json()["rejected"][0] == {
        "index": 1, "id": None, "reason": "malformed", "detail": "not JSON in UTF-8: JSON is "
                                                                 "malformed: invalid character "
                                                                 "(byte 0)",
    }  # fmt: skip


async def test_a_structured_cloudevent_is_accepted() -> None:
    scene = Scene()
    response = await scene.post(HELD | {"data": {"contact": "c1"}}, "application/cloudevents+json")
    assert response.json() == ACCEPTED
    assert scene.stored()[0]["contact"] == "c1"


async def test_a_batch_of_cloudevents_is_accepted() -> None:
    response = await Scene().post(
        [HELD | {"data": {"contact": "c1"}}], "application/cloudevents-batch+json"
    )
    assert response.json() == ACCEPTED


async def test_a_binary_cloudevent_is_accepted_with_percent_encoded_attributes() -> None:
    scene = Scene()
    headers = {f"ce_{name}": value for name, value in HELD.items()} | {
        "ce_source": "%E5%8C%97%E4%BA%AC"
    }
    response = await scene.post({"contact": "c1"}, **headers)
    assert response.json() == ACCEPTED
    assert scene.stored()[0]["source"] == "北京"


async def test_a_gzip_body_is_accepted() -> None:
    response = await Scene().post(
        gzip.compress(json.dumps(OFFERED).encode()), content_encoding="gzip"
    )
    assert response.json() == ACCEPTED


@pytest.mark.parametrize("body", [b"", b"[]", b" "])
async def test_an_empty_batch_is_unprocessable(body: bytes) -> None:
    assert "no events" in is_problem(await Scene().post(body), 422)


async def test_when_every_event_is_refused_the_answer_is_a_problem_that_lists_them() -> None:
    response = await Scene().post([{"id": "x"}])
    is_problem(response, 422)
    assert response.json()["accepted"] == 0
    assert response.json()["rejected"][0]["reason"] == "missing_field"


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
async def test_another_content_type_is_unsupported_and_the_taken_ones_are_named(
    content_type: str,
) -> None:
    assert "application/x-ndjson" in is_problem(await Scene().post(OFFERED, content_type), 415)


async def test_another_content_coding_is_unsupported() -> None:
    response = await Scene().post(OFFERED, content_encoding="br")
    is_problem(response, 415)
    assert response.headers["accept-encoding"] == "gzip"


async def test_a_body_beyond_the_limit_is_too_large() -> None:
    assert "2048 bytes" in is_problem(await Scene().post(b" " * 2049), 413)


async def test_a_body_without_declared_length_is_stopped_at_the_limit() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * 256

    scene = Scene()
    async with scene.client as client:
        is_problem(
            await client.post(
                "/v1/events", content=chunks(), headers={"content-type": "application/json"}
            ),
            413,
        )


async def test_a_small_body_that_swells_is_stopped_at_the_limit() -> None:
    is_problem(await Scene().post(gzip.compress(b" " * 1_000_000), content_encoding="gzip"), 413)


@pytest.mark.parametrize(
    "body", [b"plain", gzip.compress(b"{}", mtime=0)[:-3], gzip.compress(b"{}", mtime=0) + b"more"]
)
async def test_a_body_that_is_not_one_gzip_stream_is_a_bad_request(body: bytes) -> None:
    assert "gzip" in is_problem(await Scene().post(body, content_encoding="gzip"), 400)


async def test_too_many_events_are_too_large() -> None:
    assert "at most 3 events" in is_problem(await Scene().post([1, 2, 3, 4]), 413)


async def test_without_room_the_client_is_told_to_come_back() -> None:
    response = await Scene(
        RequestBounds(
            events=3, body_bytes=2048, body_seconds=5, events_under_way=0, bytes_under_way=4096
        )
    ).post(OFFERED)
    is_problem(response, 429)
    assert response.headers["retry-after"] == "1"


async def test_while_kafka_is_away_nothing_is_pretended() -> None:
    scene = Scene()
    scene.log.away = True
    response = await scene.post(OFFERED)
    assert "send the same again" in is_problem(response, 503)
    assert response.headers["retry-after"] == "5"


async def test_without_a_key_nobody_writes() -> None:
    response = await Scene().post(OFFERED, authorization="")
    is_problem(response, 401)
    assert response.headers["www-authenticate"] == 'Bearer realm="floorpulse"'


async def test_a_key_without_the_scope_does_not_write() -> None:
    assert "events:write" in is_problem(
        await Scene().post(OFFERED, authorization="Bearer reader"), 403
    )


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe{\x00",
        b"[" * 2000,
        b'{"a":' * 400,
        b"NaN",
        b'{"id": "\\ud800"}',
        b'{"type": "contact.held", "at": ' + b"9" * 2000,
        b"\xef\xbb\xbf",
    ],
)
@pytest.mark.parametrize("content_type", [*map(str, BodyForm)])
async def test_poison_is_refused_and_never_an_error_of_ours(body: bytes, content_type: str) -> None:
    is_problem(await Scene().post(body, content_type), 422)


async def test_health_and_metrics_tell_of_kafka_and_of_what_came_in() -> None:
    scene = Scene()
    async with scene.client as client:
        await client.post(
            "/v1/events",
            content=json.dumps(OFFERED | {"at": AT}),
            headers={"content-type": "application/json"},
        )
        ready, live, metrics = [
            await client.get(path) for path in ("/readyz", "/livez", "/metrics")
        ]
        scene.log.away = True
        away = await client.get("/readyz")
    assert (ready.status_code, live.status_code) == (200, 200)
    assert "floorpulse_ingest_events_total 1.0" in metrics.text
    is_problem(away, 503)


async def test_the_api_describes_itself() -> None:
    async with Scene().client as client:
        document = (await client.get("/openapi.json")).json()
    post = document["paths"]["/v1/events"]["post"]
    assert set(post["requestBody"]["content"]) == set(map(str, BodyForm))
    assert {"202", "413", "415", "422", "429", "503"} <= set(post["responses"])


async def test_what_seems_wrong_of_an_accepted_event_is_told_and_counted() -> None:
    scene = Scene(now=AT - 3_600_000)
    response = await scene.post([OFFERED, OFFERED | {"id": "2"}])

    assert response.status_code == 202
    answer = response.json()
    assert answer["accepted"] == 2
    assert [(one["index"], one["id"], one["code"]) for one in answer["warnings"]] == [
        (0, "1", "future"),
        (1, "2", "future"),
    ]
    counted = scene.app.state.registry.get_sample_value(
        "floorpulse_ingest_warnings_total", {"code": "future"}
    )
    assert counted == 2


JSON = "application/json"
LONG = RequestBounds(
    events=3, body_bytes=2048, body_seconds=5, events_under_way=0, bytes_under_way=4096
)


@dataclass(frozen=True)
class Sent:
    """A request, and what stands in its way."""

    body: bytes = json.dumps(OFFERED).encode()
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    bounds: RequestBounds = BOUNDS
    kafka: bool = True
    keys: bool = True


REQUESTS = {
    "an event": Sent(),
    "a batch": Sent(json.dumps([OFFERED, {"id": "x"}]).encode()),
    "a line each": Sent(json.dumps(OFFERED).encode() + b"\nNaN\n", "application/x-ndjson"),
    "no events": Sent(b"[]"),
    "all refused": Sent(b"NaN"),
    "no key": Sent(headers={"authorization": ""}),
    "another scheme": Sent(headers={"authorization": "Basic d3JpdGVy"}),
    "an unknown key": Sent(headers={"authorization": "Bearer nobody"}),
    "a scheme in small letters": Sent(headers={"authorization": "bearer writer"}),
    "a key without the scope": Sent(headers={"authorization": "Bearer reader"}),
    "a key of a contract": Sent(headers={"authorization": "Bearer limited"}),
    "keys away": Sent(keys=False),
    "Kafka away": Sent(kafka=False),
    "another media type": Sent(content_type="text/plain"),
    "another coding": Sent(headers={"content-encoding": "br"}),
    "no gzip": Sent(headers={"content-encoding": "gzip"}),
    "too large": Sent(b" " * 2049),
    "too many": Sent(b"[1,2,3,4]"),
    "overloaded": Sent(bounds=LONG),
}


async def answered(sent: Sent, *, directly: bool) -> tuple[object, ...]:
    """The answer, what is stored, and the counters, of which none tells time."""
    scene = Scene(sent.bounds, directly=directly)
    scene.log.away = not sent.kafka
    scene.keys.away = not sent.keys
    response = await scene.post(sent.body, sent.content_type, **sent.headers)
    counted = {
        (one.name, *one.labels.values()): one.value
        for family in scene.app.state.registry.collect()
        for one in family.samples
        if not one.name.endswith(("_created", "_sum", "_bucket"))
    }
    headers = sorted(response.headers.multi_items())
    return response.status_code, headers, response.content, scene.log.topics, counted


@pytest.mark.parametrize("sent", [*REQUESTS.values()], ids=[*REQUESTS])
async def test_the_direct_answer_is_that_of_fastapi(sent: Sent) -> None:
    assert await answered(sent, directly=True) == await answered(sent, directly=False)
