"""The API against its own description: schemathesis calls every operation of openapi.json with
generated arguments.

Each answer must have a status, a media type, headers and a body that the document describes, never
be a server error, and never be given without a key where the document asks for one.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from schemathesis import APIOperation, Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi

from floorpulse.access.keys import KeyRing
from floorpulse.access.new_keys import SCOPES
from floorpulse.alerts.settings import AlertsSettings
from floorpulse.contracts.topics import TOPICS
from floorpulse.demo.embedded import Broker
from floorpulse.demo.embedded.child import free_port
from floorpulse.ingest.settings import CustomerKeySettings, IngestGroup
from floorpulse.kpis.catalogue import CATALOGUE
from floorpulse.origin.app import create_http_app
from floorpulse.origin.settings import HttpSettings
from floorpulse.query.settings import ApiSettings
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import abandoned, answered, left, waiting
from tests.integration.stored import Floor, floor_on, ok, until

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.timeout(600),
    pytest.mark.no_cover,  # thousands of requests, which tracing makes long
]

EXAMPLES = 12
"""Of each operation, asked rightly and asked wrongly"""
ANSWER_WITHIN = 20
LONGEST_ADDRESS = 8_000
"""Characters: beyond 64 KiB the HTTP parser answers in plain text, before any route does"""
FRAMING = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say how a message is cut or carried: wrong ones are answered by the HTTP parser, in
plain text, before any route does. Words of this process are among what is drawn as names.
"""
LIVE_KPIS = sorted(CATALOGUE)
MEANT = {
    "tz": "Asia/Shanghai",
    "queue": "sales,help",
    "channel": "voice",
    "window": "60m",
    "interval": "15m",
    "agent": "ann",
}
PLANNED = {"queue": "sales", "length": 15, "volume": 12, "aht": 180}
STREAMS = "/v1/stream", "/v1/alerts/stream"
"""Answers without an end: their heads are looked at, and their beginnings"""
CHECKS: tuple[Callable[..., Any], ...] = (
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
)
CHECKED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

AnyCase = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]


@dataclass(frozen=True)
class Origin:
    """A served Floorpulse, and a key that may do everything."""

    url: str
    key: str


async def configured(broker: Broker, database: DatabaseSettings) -> tuple[HttpSettings, str]:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    await ensure_topics(kafka, TOPICS)
    engine = async_engine(database)
    key = await KeyRing(engine).create("demo", "test", SCOPES)
    await engine.dispose()
    ingest = IngestGroup(
        customer_keys=(CustomerKeySettings(name="test", secret=SecretStr("s" * 32)),)
    )
    return HttpSettings(
        kafka=kafka,
        database=database,
        api=ApiSettings(session_secret=SecretStr("of the test")),
        alerts=AlertsSettings(link_secret=SecretStr("of links " * 4)),
        ingest=ingest,
    ), key


def busy(floor: Floor) -> None:
    now = now_ms()
    for second in range(0, 3600, 60):
        at = now - 3_600_000 + second * 1000
        queue = "sales" if second % 120 else "help"
        floor.memory.put(
            answered(at, second % 51, 30, queue), abandoned(at, 30, queue), left(at, 9, queue)
        )
    floor.memory.put(waiting(now - 30_000))


@asynccontextmanager
async def published(settings: HttpSettings) -> AsyncIterator[None]:
    """A floor with contacts, told again and again as by an engine."""

    async def tell(floor: Floor) -> None:
        while True:
            await floor.publish()
            await asyncio.sleep(1)

    async with floor_on(settings.kafka, settings.database) as floor:
        busy(floor)
        await floor.store()
        telling = asyncio.create_task(tell(floor))
        try:
            yield
        finally:
            telling.cancel()


@pytest.fixture
async def origin(broker: Broker, database: DatabaseSettings) -> AsyncIterator[Origin]:
    """The whole of Floorpulse's HTTP, with figures, in a thread of its own: schemathesis blocks
    while it asks.
    """
    configuration, key = await configured(broker, database)
    url = f"http://127.0.0.1:{(port := free_port())}"
    app = create_http_app(configuration)
    server = uvicorn.Server(
        uvicorn.Config(app, "127.0.0.1", port, log_config=None, timeout_graceful_shutdown=1)
    )
    app.state.stopping = lambda: server.should_exit
    serving = threading.Thread(target=lambda: asyncio.run(server.serve()))
    serving.start()
    async with published(configuration), httpx.AsyncClient(base_url=url, trust_env=False) as client:
        await until(lambda: listening(client))
        try:
            yield Origin(url, key)
        finally:
            server.should_exit = True
            await asyncio.to_thread(serving.join, 30)


async def listening(client: httpx.AsyncClient) -> bool:
    try:
        return await ok(client, "/readyz")
    except httpx.TransportError:
        return False


def sensible(case: AnyCase, kpis: list[str]) -> AnyCase:
    """The case with values in it that mean something here: random ones are mostly refused, and then
    no figures are seen.
    """
    known = {**MEANT, "from": ago(3600), "to": ago(0), "kpi": ",".join(kpis)}
    for name in set(case.query or ()) & known.keys():
        case.query[name] = known[name]
    for name in set(case.query or ()) & {"cursor", "definition", "version", "target"}:
        del case.query[name]
    body: Any = case.body
    for event in body if isinstance(body, list) else [body]:
        if isinstance(event, dict) and "at" in event:
            event.update(at=now_ms(), tenant="demo")
    if isinstance(body, dict) and isinstance(body.get("rows"), list):
        body["rows"] = [
            PLANNED | {"start": ago(-900 * number)} for number, _ in enumerate(body["rows"][:3], 1)
        ]
    return case


def ago(seconds: int) -> str:
    """The quarter hour that lay so many seconds back, as text."""
    return datetime.fromtimestamp(now_ms() // 900_000 * 900 - seconds, UTC).isoformat()


def asked(case: AnyCase, origin: Origin, session: requests.Session) -> Response:
    """What the case's request is answered; of an answer without an end, its first kilobyte."""
    said: dict[str, Any] = case.as_transport_kwargs(base_url=origin.url)
    assume(
        len(
            requests.Request(url=said["url"], params=said["params"], method="GET").prepare().url
            or ""
        )
        < LONGEST_ADDRESS
    )
    assume(FRAMING.isdisjoint(map(str.lower, case.headers or ())))
    said["headers"]["Authorization"] = f"Bearer {origin.key}"
    answer = session.request(**said, timeout=ANSWER_WITHIN, allow_redirects=False, stream=True)
    if case.operation.path in STREAMS and answer.ok:
        answer._content = next(answer.iter_content(1024), b"")
        answer.close()
    return Response.from_requests(answer, verify=False)


def mistakes(
    origin: Origin, operation: Operation, mode: GenerationMode, session: requests.Session
) -> dict[str, str]:
    """Each kind of answer that the document does not describe, with the first request that got
    it.
    """
    kinds: dict[str, str] = {}

    @CHECKED
    @given(
        operation.as_strategy(generation_mode=mode),
        st.booleans(),
        st.lists(st.sampled_from(LIVE_KPIS), min_size=1, max_size=3),
    )
    def hold(case: AnyCase, meant: bool, kpis: list[str]) -> None:  # noqa: FBT001  drawn by hypothesis
        answer = asked(sensible(case, kpis) if meant else case, origin, session)
        try:
            case.validate_response(answer, checks=list(CHECKS))
        except BaseExceptionGroup as wrong:
            for one in wrong.exceptions:
                said = f"{one}\n{case.as_curl_command()[:1000]}\n{answer.text[:300]}"
                kinds.setdefault(f"{type(one).__name__} {answer.status_code}", said)

    with suppress(Unsatisfiable):  # of an operation without arguments there are no wrong ones
        hold()
    return kinds


def all_mistakes(origin: Origin) -> Iterator[str]:
    """The mistakes of every operation, asked rightly and wrongly."""
    schema = schemathesis.openapi.from_url(f"{origin.url}/openapi.json")
    with requests.Session() as session:
        session.trust_env = False
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for kind, text in mistakes(origin, operation, mode, session).items():
                    yield f"{operation.label}, {mode}: {kind}: {text}"


async def test_every_operation_does_what_the_document_says(origin: Origin) -> None:
    found = await asyncio.to_thread(lambda: list(all_mistakes(origin)))

    assert not found, "\n\n".join(found)


async def test_what_needs_a_key_is_not_answered_without_one_or_with_a_wrong_one(
    origin: Origin,
) -> None:
    async with httpx.AsyncClient(base_url=origin.url, trust_env=False) as client:
        document = (await client.get("/openapi.json")).json()
        guarded = [
            (method, path)
            for path, ways in document["paths"].items()
            for method, way in ways.items()
            if way.get("security")
        ]
        for wrong in ({}, {"Authorization": "Bearer fp_wrong"}, {"Authorization": "Basic eDp5"}):
            answers = [
                await client.request(method, path, headers=wrong) for method, path in guarded
            ]
            assert {answer.status_code for answer in answers} == {401}
            assert all("WWW-Authenticate" in answer.headers for answer in answers)

    assert len(guarded) > 10
