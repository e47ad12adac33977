"""`POST /v1/sources/{name}` as platforms meet it, on a log in memory."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.tallies import Example, What
from floorpulse.definitions.domain.bodies import Kind, SourceBody
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import Version
from floorpulse.ingest.api import sources
from floorpulse.ingest.app import Ingest, RequestBounds
from floorpulse.ingest.configured import configured
from floorpulse.ingest.domain.judge import EventLimits
from floorpulse.ingest.metrics import IngestMetrics, SourceMetrics
from floorpulse.ingest.receiving import Receiving, Vendors
from floorpulse.ingest.sources.delivery import Receiver, Reply, by_key
from floorpulse.ingest.sources.payloads import EventBody, Ignored, payload_source
from floorpulse.ingest.sources.source import SourceSettings, SurveyScale
from floorpulse.ingest.tallies import DelayKey, Tallies, Tally, TallyKey
from floorpulse.runtime.http import create_app
from tests.fakes.definitions import definitions
from tests.fakes.log import MemoryLog
from tests.unit.ingest.builders import AT, NOW, PSEUDONYMS

BOUNDS = RequestBounds(
    events=3, body_bytes=8192, body_seconds=5, events_under_way=20, bytes_under_way=16384
)
SECRETS = {"env:SHOP": "shop's", "env:BANK": "bank's"}


def bell(
    payload: Mapping[str, object], settings: SourceSettings
) -> Sequence[EventBody] | Ignored | Refusal:
    """A platform that rings: `{"kind": "rings", "call": …, "line": …}`."""
    call = payload.get("call")
    if call is None:
        return Refusal(Reason.MISSING_FIELD, "no call")
    if payload.get("kind") != "rings":
        return Ignored(str(payload.get("kind")))
    fields = {"contact": call, "queue": settings.queue(str(payload.get("line")))}
    return [{"type": "contact.offered", "id": f"{call}", "at": AT, **fields}]


VENDORS = Vendors(
    dict.fromkeys(("cloudevents", "twilio-taskrouter", "tencent-ccc"), payload_source(bell)),
    {
        "cloudevents": Receiver(by_key),
        "twilio-taskrouter": Receiver(by_key, Reply(204)),
        "tencent-ccc": Receiver(by_key, Reply(200, b'{"ErrCode":0}')),
    },
)
RINGS = {"kind": "rings", "call": "c1", "line": "1"}


def source(name: str, tenant: str = "shop", **fields: object) -> Version:
    said = {"vendor": "cloudevents", "secret": f"env:{tenant.upper()}", **fields}
    return Version(tenant, Kind.SOURCE, name, 1, SourceBody(id=name, **said))  # type: ignore[arg-type]


@asynccontextmanager
async def nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


class StoredTallies:
    def __init__(self) -> None:
        self.rows: dict[TallyKey, Tally] = {}

    async def add(
        self,
        tallies: Sequence[tuple[TallyKey, Tally]],
        delays: Sequence[tuple[DelayKey, int]],
    ) -> None:
        assert not delays
        self.rows |= dict(tallies)


class Scene:
    def __init__(
        self,
        *versions: Version,
        loaded: bool = True,
        vendors: Vendors = VENDORS,
        bounds: RequestBounds = BOUNDS,
    ) -> None:
        self.log = MemoryLog()
        self.registry = CollectorRegistry()
        self.tallies = Tallies(lambda: NOW)
        definitions = Definitions(versions, 1) if loaded else None
        metrics = IngestMetrics(self.registry)
        ingest = Ingest(self.log, bounds, EventLimits(), PSEUDONYMS, metrics, now=lambda: NOW)
        app = create_app("test", "test", nothing)
        app.include_router(sources.router())
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
        app.state.receiving = Receiving(
            ingest,
            lambda: definitions,
            SECRETS.get,
            self.tallies,
            SourceMetrics(self.registry),
            vendors,
            now=lambda: NOW,
        )

    async def post(
        self,
        name: str,
        body: object,
        secret: str = "shop's",  # noqa: S107  a test's
        kind: str = "application/json",
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": kind, "authorization": f"Bearer {secret}"}
        return await self.client.post(f"/v1/sources/{name}", content=content, headers=headers)

    def stored(self, topic: str = "contact-events") -> list[dict[str, object]]:
        return [json.loads(value) for _, value in self.log.topics.get(topic, [])]

    def counted(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"floorpulse_source_{name}", labels)


async def test_a_source_whose_name_holds_a_slash_takes_deliveries() -> None:
    """CloudEvents name theirs by URI, Amazon by resource."""
    name = "arn:aws:connect:eu-central-1:1:instance/main"
    scene = Scene(source(name))

    for address in (name, name.replace("/", "%2F")):
        answer = await scene.post(address, RINGS, "shop's")
        assert (answer.status_code, answer.json()["accepted"]) == (202, 1)


async def test_what_a_platform_sends_is_told_for_the_tenant_of_its_source() -> None:
    scene = Scene(source("bell:1", queues={"1": "Orders"}))
    answer = await scene.post("bell:1", RINGS)
    assert (answer.status_code, answer.json()) == (
        202,
        {"accepted": 1, "ignored": {}, "rejected": []},
    )
    (event,) = scene.stored()
    assert (event["tenant"], event["source"], event["queue"]) == ("shop", "bell:1", "Orders")


async def test_an_array_is_read_payload_by_payload() -> None:
    scene = Scene(source("bell"))
    answer = await scene.post("bell", [RINGS, {"kind": "rings"}, {"kind": "hums", "call": "c2"}])
    assert answer.json() == {
        "accepted": 1,
        "ignored": {"hums": 1},
        "rejected": [{"index": 1, "id": None, "reason": "missing_field", "detail": "no call"}],
    }
    (letter,) = scene.stored("dead-letters")
    assert (letter["tenant"], json.loads(str(letter["payload"]))) == ("shop", {"kind": "rings"})


async def test_an_event_that_the_judge_refuses_has_the_index_of_its_payload() -> None:
    scene = Scene(source("bell"))
    answer = await scene.post("bell", [{"kind": "hums", "call": "c2"}, RINGS | {"call": ""}])
    assert [one["index"] for one in answer.json()["rejected"]] == [1]


async def test_what_cannot_be_read_is_a_dead_letter_and_not_sent_again() -> None:
    scene = Scene(source("bell"))
    answer = await scene.post("bell", b"no json")
    assert answer.status_code == 202
    assert [letter["reason"] for letter in scene.stored("dead-letters")] == ["malformed"]


async def test_all_is_tallied_for_the_api_and_in_metrics() -> None:
    scene = Scene(source("bell"))
    await scene.post("bell", [RINGS, {"kind": "rings"}, {"kind": "hums", "call": "c2"}])
    store = StoredTallies()
    await scene.tallies.write(store)
    once = Tally(1, NOW, NOW)
    (refused,) = scene.stored("dead-letters")
    example = Example(told=str(refused["detail"]))
    assert store.rows == {
        TallyKey("shop", "bell", What.HEARD): once,
        TallyKey("shop", "bell", What.EVENTS): once,
        TallyKey("shop", "bell", What.IGNORED, "hums"): once,
        TallyKey("shop", "bell", What.REFUSED, "missing_field"): Tally(1, NOW, NOW, (example,)),
    }
    assert scene.counted("deliveries_total", vendor="cloudevents") == 1
    assert scene.counted("events_total", vendor="cloudevents") == 1
    assert scene.counted("ignored_total", vendor="cloudevents", kind="hums") == 1
    assert scene.counted("refused_total", vendor="cloudevents", reason="missing_field") == 1
    assert scene.counted("last_heard_timestamp_seconds", vendor="cloudevents") == NOW / 1000


async def test_each_platform_hears_what_it_wants_to_hear() -> None:
    scene = Scene(source("flex", vendor="twilio-taskrouter"))
    answer = await scene.post("flex", RINGS)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("secret", ["bank's", "", "shop"])
async def test_a_wrong_secret_is_answered_401_and_keeps_nothing(secret: str) -> None:
    scene = Scene(source("bell"))
    answer = await scene.post("bell", RINGS, secret)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer, Basic"
    assert not scene.log.topics


async def test_a_source_without_a_secret_takes_nothing() -> None:
    scene = Scene(source("bell", secret=None), source("gong", secret="env:ABSENT"))  # noqa: S106  a reference
    assert (await scene.post("bell", RINGS)).status_code == 401
    assert (await scene.post("gong", RINGS)).status_code == 401


@pytest.mark.parametrize(
    "version",
    [
        source("other"),
        source("bell", retired=True),
        source("bell", vendor="asterisk-ami"),
        source("bell", vendor=None),
    ],
)
async def test_a_name_that_takes_nothing_is_unknown(version: Version) -> None:
    answer = await Scene(version).post("bell", RINGS)
    assert answer.status_code == 404
    assert "other" not in answer.text.replace("otherwise", "")


async def test_the_secret_says_whose_source_it_is_where_two_tenants_have_one_of_a_name() -> None:
    scene = Scene(source("bell"), source("bell", "bank"))
    await scene.post("bell", RINGS, "bank's")
    await scene.post("bell", RINGS, "shop's")
    assert [event["tenant"] for event in scene.stored()] == ["bank", "shop"]


async def test_one_name_and_one_secret_of_two_tenants_are_told_apart_by_nobody() -> None:
    scene = Scene(source("bell"), source("bell", "bank", secret="env:SHOP"))  # noqa: S106  a reference
    answer = await scene.post("bell", RINGS)
    assert answer.status_code == 409
    assert not scene.log.topics


async def test_until_definitions_are_read_the_platform_sends_again() -> None:
    answer = await Scene(loaded=False).post("bell", RINGS)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_while_kafka_is_away_the_platform_sends_again_and_nothing_is_counted() -> None:
    scene = Scene(source("bell"))
    scene.log.away = True
    answer = await scene.post("bell", RINGS)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert scene.counted("deliveries_total", vendor="cloudevents") is None


async def test_more_payloads_than_a_request_may_have_are_too_many() -> None:
    assert (await Scene(source("bell")).post("bell", [RINGS] * 4)).status_code == 413


async def test_a_body_beyond_the_limit_is_not_read() -> None:
    assert (await Scene(source("bell")).post("bell", b" " * 9000)).status_code == 413


async def test_a_body_that_is_none_as_a_whole_is_one_dead_letter() -> None:
    scene = Scene(source("bell"))
    answer = await scene.post("bell", b"a=\xff", kind="application/x-www-form-urlencoded")
    assert [one["reason"] for one in answer.json()["rejected"]] == ["malformed"]
    assert len(scene.stored("dead-letters")) == 1


async def test_a_platform_that_reads_the_answer_gets_its_own() -> None:
    answer = await Scene(source("bell", vendor="tencent-ccc")).post("bell", RINGS)
    assert (answer.status_code, answer.content) == (200, b'{"ErrCode":0}')


async def test_more_than_there_is_room_for_is_asked_again() -> None:
    narrow = replace(BOUNDS, events_under_way=0)
    answer = await Scene(source("bell"), bounds=narrow).post("bell", RINGS)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


async def test_a_source_without_a_secret_is_said_once() -> None:
    scene = Scene(source("bell", secret=None))
    with capture_logs() as logs:
        await scene.post("bell", RINGS)
        await scene.post("bell", RINGS)
    assert [line["event"] for line in logs] == ["source_without_secret"]


def test_a_definition_is_read_with_its_scales_and_foreign_types() -> None:
    text = """
tenant: shop
sources:
  - id: crm
    vendor: cloudevents
    secret: env:SHOP
    scales: {stars: {worst: 1, best: 5, scores: {great: 5}}}
    types:
      org.example.call: {type: contact.ended, fields: {contact: id}, values: {contact: {a: b}}}
"""
    (one,) = configured(definitions(text), "crm", NOW)
    assert (one.tenant, one.secret, one.settings.zone) == ("shop", "env:SHOP", "UTC")
    about = "about: [{names: {en: Shop}, zone: Asia/Shanghai}]\nsources:"
    (zoned,) = configured(definitions(text.replace("sources:", about)), "crm", NOW)
    assert zoned.settings.zone == "Asia/Shanghai"
    assert one.settings.scales["stars"] == SurveyScale("csat", 1, 5, {"great": 5})
    foreign = one.settings.types["org.example.call"]
    assert (foreign.type, foreign.values) == ("contact.ended", {"contact": {"a": "b"}})
