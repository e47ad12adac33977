"""The platforms that send by themselves, each with its own way to show who it is."""

from base64 import b64encode
from typing import Any

import httpx
from twilio.request_validator import RequestValidator

from floorpulse.ingest.receiving import Vendors
from tests.unit.ingest.test_receiving import Scene, source

SECRET = "shop's"  # noqa: S105  of the tests
AT = 1_793_610_000
PUBLIC = "https://floor.example.com/v1/sources/flex"
ENTERED = {
    "EventType": "task-queue.entered",
    "Sid": "EV1",
    "TimestampMs": f"{AT}000",
    "TaskSid": "WT1",
    "TaskQueueSid": "WQ1",
    "TaskQueueName": "sales",
}
CALL = {"SessionId": "s", "QueuedTimestamp": AT, "QueuedSkillGroupId": 7, "EndStatus": 1}
ENQUEUED = {
    "eventType": "Enqueue",
    "eventTime": "2026-11-02T09:00:00Z",
    "instanceId": "ccc-test",
    "contactId": "job",
    "skillGroupId": "sales",
}
STARTED = {
    "detail-type": "v2.detail.events.conversation.{id}.acd.start",
    "detail": {
        "eventBody": {
            "eventTime": AT * 1000,
            "conversationId": "cv",
            "sessionId": "s",
            "queueId": "q-1",
        }
    },
}


def scene(name: str, vendor: str, **fields: Any) -> Scene:
    return Scene(source(name, vendor=vendor, **fields), vendors=Vendors())


async def sent(known: Scene, path: str, *, auth: str | None = None, body: object) -> httpx.Response:
    headers = {} if auth is None else {"Authorization": auth}
    return await known.client.post(f"/v1/sources/{path}", json=body, headers=headers)


async def flex(known: Scene, signature: str) -> httpx.Response:
    headers = {"X-Twilio-Signature": signature}
    return await known.client.post("/v1/sources/flex", data=ENTERED, headers=headers)


async def test_twilio_signs_the_public_address_and_hears_204() -> None:
    known = scene("flex", "twilio-taskrouter", public_url=PUBLIC)
    signature = RequestValidator(SECRET).compute_signature(PUBLIC, ENTERED)

    answer = await flex(known, signature)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [event["queue"] for event in known.stored()] == ["sales"]


async def test_a_callback_that_twilio_did_not_sign_is_401_and_keeps_nothing() -> None:
    known = scene("flex", "twilio-taskrouter", public_url=PUBLIC)
    forged = RequestValidator("another").compute_signature(PUBLIC, ENTERED)

    assert (await flex(known, forged)).status_code == 401
    assert known.stored() == []


async def test_tencent_shows_a_password_and_hears_its_own_words() -> None:
    known = scene("calls", "tencent-ccc")
    basic = b64encode(f"push:{SECRET}".encode()).decode()

    answer = await sent(known, "calls?action=cdr&version=1", auth=f"Basic {basic}", body=CALL)
    assert (answer.status_code, answer.json()) == (200, {"ErrCode": 0, "ErrMsg": ""})
    assert [event["queue"] for event in known.stored()] == ["7"]
    assert (await sent(known, "calls", body=CALL)).status_code == 401


async def test_alibabas_secret_stands_in_the_address_and_its_instance_in_the_body() -> None:
    known = scene("ccc", "alibaba-ccc", instance="ccc-test")
    foreign = {**ENQUEUED, "instanceId": "another"}

    assert (await sent(known, "ccc", body=ENQUEUED)).status_code == 401
    assert (await sent(known, f"ccc?secret={SECRET}", body=ENQUEUED)).status_code == 202
    assert [event["contact"] for event in known.stored()] == ["job"]
    refused = await sent(known, f"ccc?secret={SECRET}", body=foreign)
    assert refused.json()["rejected"][0]["reason"] == "tenant_mismatch"


async def test_genesys_sends_over_the_event_bus_with_a_key() -> None:
    known = scene("cloud", "genesys-cloud", queues={"q-1": "sales"})

    answer = await sent(known, "cloud", auth=f"Bearer {SECRET}", body=STARTED)
    assert answer.status_code == 202
    assert [event["queue"] for event in known.stored()] == ["sales"]
