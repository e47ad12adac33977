"""Every channel over real connections against a server that plays what its documentation shows."""

import asyncio
import hmac
import json
import logging
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from pydantic import SecretStr

from floorpulse.alerts.domain.notices import Delivery, Message, NoticeKind, Verdict
from floorpulse.alerts.domain.tasks import Task, task_uuid
from floorpulse.alerts.notifiers.registry import Channels
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.notifiers.wiring import opened_channels
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.runtime.clock import monotonic
from tests.fakes.alerts import message
from tests.integration.answering import AnsweringServer, Asked, Said, answering, certificates

SIGNING = "SEC0123456789abcdef"
TOKEN = {"errcode": 0, "access_token": "token-of-the-app", "expires_in": 7200}
QUICK = 0.6
"""Seconds for one message, where a time-out is waited for"""
HUGE = b"x" * 2**20


@dataclass(frozen=True)
class Case:
    """A channel: its part of a receiver's definition, what says yes and what says no."""

    name: str
    part: Mapping[str, object]
    yes: Said
    no: Said
    by_status: bool = False
    """The status alone is its answer"""


def told(body: object, status: int = 200) -> Said:
    text = body if isinstance(body, str) else json.dumps(body)
    return Said(status, text.encode())


ROBOT = {"url": "robot", "signing": "signing"}
CASES = (
    Case(
        "wecom_robot",
        {"url": "robot"},
        told({"errcode": 0, "errmsg": "ok"}),
        told({"errcode": 93000, "errmsg": "invalid webhook url"}),
    ),
    Case(
        "wecom_app",
        {"corporation": "ww1", "agent": 7, "secret": "app", "to": ["zhang", "li"]},
        told({"errcode": 0, "errmsg": "ok"}),
        told({"errcode": 81013, "errmsg": "user & party & tag all invalid"}),
    ),
    Case(
        "dingtalk",
        ROBOT,
        told({"errcode": 0, "errmsg": "ok"}),
        told({"errcode": 310000, "errmsg": "sign not match"}),
    ),
    Case(
        "feishu",
        ROBOT,
        told({"code": 0, "msg": "success", "data": {}}),
        told({"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}),
    ),
    Case("slack", {"url": "robot"}, told("ok"), told("no_service", 404)),
    Case("teams", {"url": "robot"}, told("", 202), told("error", 400), by_status=True),
    Case(
        "pagerduty",
        {"routing_key": "routing"},
        told({"status": "success", "message": "Event processed", "dedup_key": "i1"}, 202),
        told({"status": "invalid event", "message": "Event object is invalid"}, 400),
        by_status=True,
    ),
    Case(
        "webhook",
        {"url": "https://localhost/own", "signing": "signing"},
        told("", 204),
        told("who are you", 401),
        by_status=True,
    ),
    Case(
        "twilio",
        {"vendor": "twilio", "to": ["+8613800000000"]},
        told({"sid": "SM1", "status": "queued"}, 201),
        told({"code": 21211, "message": "The 'To' number is not a valid phone number."}, 400),
        by_status=True,
    ),
    Case(
        "task",
        {"signing": "signing", "body": {"title": "{title}"}, "answer": {"id": "key"}},
        told({"key": "OPS-12"}, 201),
        told({"errorMessages": ["issue type is required"]}, 400),
        by_status=True,
    ),
    Case(
        "alibaba",
        {"vendor": "alibaba", "to": ["+8613800000000"]},
        told({"Code": "OK", "Message": "OK"}),
        told({"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "非法手机号"}),
    ),
    Case(
        "tencent",
        {"vendor": "tencent", "to": ["+8613800000000"]},
        told({"Response": {"SendStatusSet": [{"Code": "Ok"}]}}),
        told({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}}),
    ),
)
BY_NAME = {case.name: case for case in CASES}
each_channel = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def receiver_of(case: Case, origin: str) -> ReceiverBody:
    own = {"url": f"{origin}/own"} if case.name in ("webhook", "task") else {}
    part = dict(case.part) | own
    way = "sms" if "vendor" in part else case.name
    body = {"id": "zhang", "names": {"en": "Zhang"}, way: part}
    return msgspec.convert(body, ReceiverBody)


def settings_of(origin: str, **said: object) -> ChannelSettings:
    fields: dict[str, object] = {
        "secrets": {
            "robot": f"{origin}/hook/secret-robot?key=secret-key",
            "signing": SIGNING,
            "app": "secret-of-the-app",
            "routing": "secret-routing-key",
        },
        "allow_loopback": True,
        "wecom_url": origin,
        "pagerduty_url": origin,
        "twilio_url": origin,
        "alibaba_url": origin,
        "tencent_url": origin,
        "twilio_account": "AC1",
        "twilio_token": "secret-twilio-token",
        "twilio_sender": "+15550000000",
        "alibaba_key_id": "key",
        "alibaba_key_secret": "secret-alibaba",
        "tencent_secret_id": "id",
        "tencent_secret_key": "secret-tencent",
    }
    return ChannelSettings.model_validate(fields | said)


def with_a_token(said: Said) -> Callable[[Asked], Said]:
    """The script that answers so, and gives WeCom's application its token."""
    return lambda asked: told(TOKEN) if "gettoken" in asked.target else said


@asynccontextmanager
async def reached(
    case: Case, said: Said, **settings: object
) -> AsyncIterator[tuple[AnsweringServer, Channels, ReceiverBody]]:
    async with answering(with_a_token(said)) as server:
        origin = f"http://127.0.0.1:{server.port}"
        async with opened_channels(settings_of(origin, **settings)) as channels:
            yield server, channels, receiver_of(case, origin)


async def send(
    channels: Channels, receiver: ReceiverBody, ours: Callable[[], bool] = lambda: True
) -> Delivery:
    (notifier,) = channels.notifiers(receiver).values()
    return await notifier.send(message(), ours)


async def delivered(case: Case, said: Said, **settings: object) -> Delivery:
    async with reached(case, said, **settings) as (_, channels, receiver):
        return await send(channels, receiver)


@each_channel
async def test_a_message_that_is_taken_is_accepted(case: Case) -> None:
    assert (await delivered(case, case.yes)).verdict is Verdict.ACCEPTED


@each_channel
async def test_a_refusal_is_permanent_and_says_why(case: Case) -> None:
    delivery = await delivered(case, case.no)
    assert delivery.verdict is Verdict.PERMANENT
    assert delivery.said


@each_channel
async def test_a_service_that_is_asked_too_often_is_tried_again_when_it_says(case: Case) -> None:
    asked = await delivered(case, Said(429, headers={"Retry-After": "7"}))
    assert (asked.verdict, asked.retry_after) == (Verdict.TRANSIENT, 7.0)
    silent = await delivered(case, Said(429))
    assert (silent.verdict, silent.retry_after) == (Verdict.TRANSIENT, None)


@each_channel
@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_service_that_is_down_is_tried_again(case: Case, status: int) -> None:
    assert (await delivered(case, Said(status))).verdict is Verdict.TRANSIENT


@each_channel
async def test_no_answer_in_time_is_tried_again(case: Case) -> None:
    begun = monotonic()
    delivery = await delivered(case, Said(raw=b"", held=True), send_seconds=QUICK)
    assert delivery.verdict is Verdict.TRANSIENT
    assert "no answer" in delivery.said
    assert monotonic() - begun < QUICK + 2


@each_channel
async def test_a_redirect_is_not_followed(case: Case) -> None:
    to = Said(302, headers={"Location": "/elsewhere"})
    async with reached(case, to) as (server, channels, receiver):
        delivery = await send(channels, receiver)
        assert delivery.verdict is Verdict.PERMANENT
        assert "redirects are not followed" in delivery.said
        assert [one for one in server.asked if "elsewhere" in one.target] == []


@each_channel
async def test_half_an_answer_counts_only_where_its_status_is_the_answer(case: Case) -> None:
    status = case.yes.status
    half = Said(raw=b"HTTP/1.1 %d Said\r\nContent-Length: 1000\r\n\r\n{" % status)
    delivery = await delivered(case, half)
    expected = Verdict.ACCEPTED if case.by_status else Verdict.TRANSIENT
    assert delivery.verdict is expected


@each_channel
async def test_an_answer_that_stops_in_its_middle_is_not_waited_for(case: Case) -> None:
    status = case.yes.status
    half = Said(raw=b"HTTP/1.1 %d Said\r\nContent-Length: 1000\r\n\r\n{" % status, held=True)
    delivery = await delivered(case, half, send_seconds=QUICK)
    expected = Verdict.ACCEPTED if case.by_status else Verdict.TRANSIENT
    assert delivery.verdict is expected


@each_channel
async def test_of_an_answer_without_end_64_kib_are_read(case: Case) -> None:
    delivery = await delivered(case, Said(case.yes.status, HUGE))
    expected = Verdict.ACCEPTED if case.by_status else Verdict.TRANSIENT
    assert delivery.verdict is expected
    assert len(delivery.said) < 400


@each_channel
@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200", b"220 mail.example ESMTP\r\n"])
async def test_a_connection_that_breaks_off_is_tried_again(case: Case, raw: bytes) -> None:
    assert (await delivered(case, Said(raw=raw))).verdict is Verdict.TRANSIENT


@each_channel
async def test_nothing_is_sent_when_the_lease_is_gone_just_before_the_first_byte(
    case: Case,
) -> None:
    async with reached(case, case.yes) as (server, channels, receiver):
        delivery = await send(channels, receiver, lambda: False)
        assert delivery.verdict is Verdict.GIVEN_UP
        assert server.asked == []
        assert server.connections == 1


@each_channel
async def test_the_lease_is_asked_for_when_the_connection_stands_not_before(case: Case) -> None:
    async with reached(case, case.yes) as (server, channels, receiver):
        seen = []

        def ours() -> bool:
            seen.append(len(server.asked))
            return True

        await send(channels, receiver, ours)
        assert seen == list(range(len(server.asked)))
        assert seen


@each_channel
async def test_a_service_with_a_certificate_of_its_own_is_refused_unless_it_is_trusted(
    case: Case, tmp_path: Path
) -> None:
    made = certificates(tmp_path)
    async with answering(with_a_token(case.yes), made.server) as server:
        origin = f"https://localhost:{server.port}"
        async with opened_channels(settings_of(origin)) as channels:
            delivery = await send(channels, receiver_of(case, origin))
        assert delivery.verdict is Verdict.TRANSIENT
        assert "its certificate is refused" in delivery.said
        assert server.asked == []
        async with opened_channels(settings_of(origin, ca_file=made.authority)) as channels:
            delivery = await send(channels, receiver_of(case, origin))
        assert delivery.verdict is Verdict.ACCEPTED


@each_channel
async def test_a_certificate_for_another_name_is_refused(case: Case, tmp_path: Path) -> None:
    made = certificates(tmp_path, "elsewhere.example")
    async with answering(with_a_token(case.yes), made.server) as server:
        origin = f"https://localhost:{server.port}"
        async with opened_channels(settings_of(origin, ca_file=made.authority)) as channels:
            delivery = await send(channels, receiver_of(case, origin))
        assert (delivery.verdict, server.asked) == (Verdict.TRANSIENT, [])


@each_channel
async def test_nobody_there_is_tried_again(case: Case) -> None:
    async with answering(with_a_token(case.yes)) as server:
        origin = f"http://127.0.0.1:{server.port}"
    async with opened_channels(settings_of(origin)) as channels:
        delivery = await send(channels, receiver_of(case, origin))
    assert (delivery.verdict, delivery.said) == (Verdict.TRANSIENT, delivery.said)
    assert "no connection" in delivery.said


@each_channel
async def test_this_machine_is_not_reached_without_the_setting(case: Case) -> None:
    async with reached(case, case.yes, allow_loopback=False) as (server, channels, receiver):
        delivery = await send(channels, receiver)
        assert delivery.verdict is Verdict.PERMANENT
        assert server.connections == 0


@each_channel
async def test_no_secret_is_told_or_logged_even_where_a_service_repeats_it(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    own = {
        "wecom_robot": "secret-key",
        "wecom_app": "token-of-the-app",
        "dingtalk": SIGNING,
        "feishu": "secret-robot",
        "slack": "secret-robot",
        "teams": "secret-key",
        "pagerduty": "secret-routing-key",
        "webhook": SIGNING,
        "task": SIGNING,
        "twilio": "secret-twilio-token",
        "alibaba": "secret-alibaba",
        "tencent": "secret-tencent",
    }
    secrets = [*own.values(), "secret-of-the-app"]
    echo = told(" ".join(secrets), 400)
    with caplog.at_level(logging.DEBUG):
        async with reached(case, echo) as (_, channels, receiver):
            delivery = await send(channels, receiver)
    assert delivery.verdict is Verdict.PERMANENT
    assert own[case.name] not in delivery.said
    logged = " ".join(str(record.getMessage()) for record in caplog.records)
    assert [secret for secret in secrets if secret in logged] == []


async def asked_of(case: Case, **settings: object) -> list[Asked]:
    async with reached(case, case.yes, **settings) as (server, channels, receiver):
        assert (await send(channels, receiver)).verdict is Verdict.ACCEPTED
        return server.asked


def text_of(asked: Asked, *path: str) -> str:
    found = json.loads(asked.body)
    for name in path:
        found = found[name]
    assert isinstance(found, str)
    return found


async def test_wecoms_robot_gets_text() -> None:
    (asked,) = await asked_of(BY_NAME["wecom_robot"])
    assert asked.target == "/hook/secret-robot?key=secret-key"
    assert text_of(asked, "text", "content").splitlines()[-1] == (
        "Acknowledge: https://floor.example.org/alerts/act/abc"
    )


@pytest.mark.parametrize("name", ["wecom_robot", "wecom_app"])
async def test_wecom_gets_no_links_of_others(name: str) -> None:
    case = BY_NAME[name]
    evil = message(title="Low: <a href=x>", lines=(("Where", "<@all>"),))
    async with reached(case, case.yes) as (server, channels, receiver):
        (notifier,) = channels.notifiers(receiver).values()
        await notifier.send(evil, lambda: True)
    text = text_of(server.asked[-1], "text", "content")
    assert text.startswith("Low: ＜a href=x>\nWhere: ＜@all>\n")


async def test_a_number_that_has_enough_does_not_keep_others_waiting() -> None:
    numbers = ["+8613800000001", "+8613800000002"]
    case = Case("alibaba", {"vendor": "alibaba", "to": numbers}, Said(), Said())
    limited = told({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控"})
    async with reached(case, limited) as (server, channels, receiver):
        delivery = await send(channels, receiver)
        assert len(server.asked) == 2
    assert (delivery.verdict, delivery.retry_after) == (Verdict.TRANSIENT, 60.0)


async def test_no_service_is_granted_a_pause_of_more_than_five_minutes() -> None:
    asked = Said(503, headers={"Retry-After": "86400"})
    assert (await delivered(BY_NAME["webhook"], asked)).retry_after == 300
    hour = {"Response": {"Error": {"Code": "LimitExceeded.PhoneNumberOneHourLimit"}}}
    assert (await delivered(BY_NAME["tencent"], told(hour))).retry_after == 300


async def test_wecoms_application_fetches_a_token_once_and_writes_to_all() -> None:
    case = BY_NAME["wecom_app"]
    async with reached(case, case.yes) as (server, channels, receiver):
        for _ in range(3):
            await send(channels, receiver)
        targets = [urlsplit(one.target).path for one in server.asked]
    assert targets == ["/cgi-bin/gettoken", *["/cgi-bin/message/send"] * 3]
    assert json.loads(server.asked[-1].body)["touser"] == "zhang|li"
    assert "access_token=token-of-the-app" in server.asked[-1].target


@pytest.mark.parametrize("code", [40014, 42001])
async def test_a_token_that_is_over_is_fetched_anew_within_one_delivery(code: int) -> None:
    case = BY_NAME["wecom_app"]
    tokens = iter(["old-token-1", "new-token-2"])

    def script(asked: Asked) -> Said:
        if "gettoken" in asked.target:
            return told({"errcode": 0, "access_token": next(tokens)})
        return case.yes if "new" in asked.target else told({"errcode": code, "errmsg": "over"})

    async with reached(case, case.yes) as (server, channels, receiver):
        server.script = script
        assert (await send(channels, receiver)).verdict is Verdict.ACCEPTED
        assert len(server.asked) == 4


async def test_a_token_that_is_refused_even_when_new_is_tried_again_later() -> None:
    case = BY_NAME["wecom_app"]
    assert (await delivered(case, told({"errcode": 42001}))).verdict is Verdict.TRANSIENT


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (told({"errcode": 40001, "errmsg": "invalid credential"}), Verdict.PERMANENT),
        (told({"errcode": 0}), Verdict.TRANSIENT),
        (Said(503), Verdict.TRANSIENT),
    ],
)
async def test_an_application_without_a_token_says_so(said: Said, verdict: Verdict) -> None:
    case = BY_NAME["wecom_app"]
    async with reached(case, case.yes) as (server, channels, receiver):
        server.script = lambda _: said
        delivery = await send(channels, receiver)
        assert delivery.verdict is verdict
        assert delivery.said.startswith("no token: ")
        assert len(server.asked) == 1


async def test_dingtalks_signature_is_encoded_once() -> None:
    (asked,) = await asked_of(BY_NAME["dingtalk"])
    query = parse_qs(urlsplit(asked.target).query)
    said = f"{query['timestamp'][0]}\n{SIGNING}".encode()
    expected = b64encode(hmac.new(SIGNING.encode(), said, sha256).digest()).decode()
    assert query["sign"] == [expected]
    assert query["key"] == ["secret-key"]


async def test_feishus_post_is_signed_and_in_the_readers_language() -> None:
    (asked,) = await asked_of(BY_NAME["feishu"])
    body = json.loads(asked.body)
    said = f"{body['timestamp']}\n{SIGNING}".encode()
    assert body["sign"] == b64encode(hmac.new(said, b"", sha256).digest()).decode()
    post = body["content"]["post"]["en_us"]
    assert post["title"].startswith("Critical: ")
    assert post["content"][-1] == [
        {"tag": "a", "text": "Acknowledge", "href": "https://floor.example.org/alerts/act/abc"}
    ]


@pytest.mark.parametrize("name", ["dingtalk", "feishu"])
async def test_a_robot_without_a_signing_secret_is_not_signed(name: str) -> None:
    case = Case(name, {"url": "robot"}, BY_NAME[name].yes, BY_NAME[name].no)
    (asked,) = await asked_of(case)
    assert "sign" not in asked.target
    assert b'"sign"' not in asked.body


async def test_slack_gets_links_and_no_markup_of_others() -> None:
    case = BY_NAME["slack"]
    evil = message(title="Low: <!here>", lines=(("Where", "<!channel> & more"),))
    async with reached(case, case.yes) as (server, channels, receiver):
        (notifier,) = channels.notifiers(receiver).values()
        await notifier.send(evil, lambda: True)
    text = text_of(server.asked[0], "text")
    assert text.startswith("Low: &lt;!here&gt;\nWhere: &lt;!channel&gt; &amp; more\n")
    assert text.endswith("<https://floor.example.org/alerts/act/abc|Acknowledge>")


async def test_teams_gets_a_card_with_a_button_for_each_link() -> None:
    (asked,) = await asked_of(BY_NAME["teams"])
    (attachment,) = json.loads(asked.body)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["actions"] == [
        {
            "type": "Action.OpenUrl",
            "title": "Acknowledge",
            "url": "https://floor.example.org/alerts/act/abc",
        }
    ]


async def test_pagerduty_triggers_and_resolves_one_alert_an_incident() -> None:
    case = BY_NAME["pagerduty"]
    async with reached(case, case.yes) as (server, channels, receiver):
        (notifier,) = channels.notifiers(receiver).values()
        for kind in (NoticeKind.OPENED, NoticeKind.FLAPPING, NoticeKind.RESOLVED):
            await notifier.send(message(kind=kind), lambda: True)
    events = [json.loads(one.body) for one in server.asked]
    assert [one["event_action"] for one in events] == ["trigger", "trigger", "resolve"]
    assert {one["dedup_key"] for one in events} == {"i1"}
    assert events[0]["payload"]["severity"] == "critical"
    assert events[0]["payload"]["custom_details"]["How bad"] == "72.4%, threshold 80.0%"


async def test_a_webhook_is_signed_over_its_very_bytes_and_named_by_its_notice() -> None:
    (asked,) = await asked_of(BY_NAME["webhook"])
    said = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode()
    mac = hmac.new(SIGNING.encode(), said + asked.body, sha256).digest()
    assert asked.headers["webhook-signature"] == f"v1,{b64encode(mac).decode()}"
    assert asked.headers["webhook-id"] == "i1.opened.1.zhang/sms"
    body = json.loads(asked.body)
    assert body["type"] == "incident.opened"
    assert body["timestamp"].endswith("+00:00")
    assert body["data"]["queue"] == "orders"


async def test_twilio_gets_a_form_and_the_account() -> None:
    (asked,) = await asked_of(BY_NAME["twilio"])
    assert asked.target == "/2010-04-01/Accounts/AC1/Messages.json"
    assert b64decode(asked.headers["authorization"].removeprefix("Basic ")) == (
        b"AC1:secret-twilio-token"
    )
    form = parse_qs(asked.body.decode())
    assert form["To"] == ["+8613800000000"]
    assert form["Body"][0].startswith("Critical: Service level low")


async def test_alibaba_gets_the_templates_variables_by_name() -> None:
    (asked,) = await asked_of(BY_NAME["alibaba"], alibaba_characters=8)
    form = parse_qs(asked.body.decode())
    assert form["PhoneNumbers"] == ["8613800000000"]
    assert json.loads(form["TemplateParam"][0]) == {
        "severity": "Critical",
        "rule": "Service",
        "where": "Orders (",
        "value": "72.4%",
        "since": "09:32",
    }
    assert asked.headers["x-acs-content-sha256"] == sha256(asked.body).hexdigest()


async def test_tencent_gets_the_templates_variables_by_place() -> None:
    (asked,) = await asked_of(BY_NAME["tencent"])
    body = json.loads(asked.body)
    assert body["TemplateParamSet"] == ["Critic", "Orders", "72.4%", "09:32"]
    assert asked.headers["x-tc-action"] == "SendSms"
    assert asked.headers["authorization"].startswith("TC3-HMAC-SHA256 Credential=id/")


async def test_a_repeat_goes_only_to_the_numbers_that_did_not_have_it() -> None:
    numbers = ["+8613800000001", "+8613800000002", "+8613800000003"]
    case = Case("twilio", {"vendor": "twilio", "to": numbers}, told("", 201), told("", 400))
    answers = {"1": Said(201), "2": Said(503), "3": told({"code": 21211}, 400)}
    async with reached(case, case.yes) as (server, channels, receiver):
        server.script = lambda asked: answers[parse_qs(asked.body.decode())["To"][0][-1]]
        first = await send(channels, receiver)
        assert first.verdict is Verdict.TRANSIENT
        answers["2"] = Said(201)
        second = await send(channels, receiver)
        assert second.verdict is Verdict.ACCEPTED
        assert second.said.startswith("…0003: HTTP 400")
        asked = [parse_qs(one.body.decode())["To"][0][-1] for one in server.asked]
    assert (sorted(asked[:3]), sorted(asked[3:])) == (["1", "2", "3"], ["2", "3"])


async def test_the_twenty_first_message_of_a_minute_is_not_sent_to_a_robot() -> None:
    case = BY_NAME["dingtalk"]
    async with reached(case, case.yes) as (server, channels, receiver):
        deliveries = [await send(channels, receiver) for _ in range(21)]
        assert len(server.asked) == 20
    assert deliveries[19].verdict is Verdict.ACCEPTED
    assert deliveries[20].verdict is Verdict.TRANSIENT
    assert 50 < (deliveries[20].retry_after or 0) <= 60


async def test_a_robot_that_asked_for_a_pause_is_left_alone_by_all_messages() -> None:
    case = BY_NAME["wecom_robot"]
    async with reached(case, Said(429, headers={"Retry-After": "30"})) as (
        server,
        channels,
        receiver,
    ):
        await send(channels, receiver)
        second = await send(channels, receiver)
        assert len(server.asked) == 1
    assert second.verdict is Verdict.TRANSIENT
    assert 29 < (second.retry_after or 0) <= 30


async def test_messages_go_out_side_by_side_while_one_service_hangs() -> None:
    slow, quick = BY_NAME["slack"], BY_NAME["webhook"]
    async with (
        reached(slow, Said(raw=b"", held=True), send_seconds=QUICK) as (_, channels, hung),
        reached(quick, quick.yes) as (_, others, receiver),
    ):
        hanging = asyncio.create_task(send(channels, hung))
        assert (await send(others, receiver)).verdict is Verdict.ACCEPTED
        assert not hanging.done()
        assert (await hanging).verdict is Verdict.TRANSIENT


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://user@/x", "names no host"),
        ("not an address", "names no host"),
        ("https://bad\u0000host/", "signs that it may not"),
        ("ftp://127.0.0.1/x", "only https"),
        ("https://[::ffff:127.0.0.1]/", "IPv6 form"),
        ("https://[::1]/", "this machine itself"),
        ("https://2130706433/", "this machine itself"),
        ("https://0x7f.1/", "this machine itself"),
        ("https://169.254.169.254/latest/meta-data", "local link"),
    ],
)
async def test_an_address_that_leads_nowhere_good_is_not_asked(url: str, said: str) -> None:
    case = BY_NAME["webhook"]
    async with reached(case, case.yes, allow_loopback=False) as (server, channels, _):
        part = {"url": url, "signing": "signing"}
        body = {"id": "zhang", "names": {"en": "Zhang"}, "webhook": part}
        delivery = await send(channels, msgspec.convert(body, ReceiverBody))
        assert said in delivery.said
        assert server.connections == 0


async def test_a_secret_that_is_missing_is_told_at_the_start_and_when_it_is_needed(
    tmp_path: Path,
) -> None:
    receiver = receiver_of(BY_NAME["slack"], "")
    async with opened_channels(ChannelSettings(secrets_dir=tmp_path)) as channels:
        (problem,) = channels.problems([receiver])
        assert problem.startswith("zhang/slack cannot be told anything: there is no secret 'robot'")
        assert (await send(channels, receiver)).verdict is Verdict.PERMANENT
        (tmp_path / "robot").write_text(" https://hooks.example \n", "utf-8")
        assert list(channels.problems([receiver])) == []


async def test_an_account_that_is_missing_is_told_with_the_settings_that_make_it() -> None:
    case = BY_NAME["tencent"]
    mail = Case("email", {"to": ["a@example.org"]}, Said(), Said())
    async with opened_channels(ChannelSettings(secrets={"signing": SecretStr("x")})) as channels:
        told_of = list(channels.problems([receiver_of(case, ""), receiver_of(mail, "")]))
    assert told_of == [
        (
            "zhang/sms cannot be told anything: there is no account of tencent: set "
            "FLOORPULSE_ALERTS__TENCENT_SECRET_ID and FLOORPULSE_ALERTS__TENCENT_SECRET_KEY"
        ),
        (
            "zhang/email cannot be told anything: there is no mail server: set "
            "FLOORPULSE_ALERTS__SMTP_HOST"
        ),
    ]


async def test_the_built_in_screen_shows_what_its_notice_says() -> None:
    body = {"id": "desk", "names": {"en": "Desk"}, "screen": True}
    receiver = msgspec.convert(body, ReceiverBody)
    async with opened_channels(ChannelSettings()) as channels:
        delivery = await send(channels, receiver)
        assert delivery.verdict is Verdict.ACCEPTED
        assert (await send(channels, receiver, lambda: False)).verdict is Verdict.GIVEN_UP
        assert list(channels.notifiers(receiver)) == ["desk/screen"]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("said", "verdict"), [(Said(200), Verdict.UNCONFIRMED), (Said(500), Verdict.TRANSIENT)]
)
async def test_apprise_hands_a_message_over_and_confirms_nothing(
    said: Said, verdict: Verdict
) -> None:
    pytest.importorskip("apprise", reason="an extra: pip install 'floorpulse[apprise]'")
    async with answering(lambda _: said) as server:
        secrets = {"anything": f"json://127.0.0.1:{server.port}/x"}
        settings = ChannelSettings.model_validate({"secrets": secrets})
        async with opened_channels(settings) as channels:
            body = {"id": "z", "names": {"en": "Z"}, "apprise": {"url": "anything"}}
            delivery = await send(channels, msgspec.convert(body, ReceiverBody))
    assert delivery.verdict is verdict
    assert "Service level low" in json.loads(server.asked[0].body)["title"]


# ------------------------------------------------------------- trackers


async def test_a_tracker_gets_the_filled_template_signed_and_says_what_it_opened() -> None:
    case = Case(
        "task",
        {
            "signing": "signing",
            "token": "app",
            "headers": {"Authorization": "Bearer {token}"},
            "body": {"fields": {"summary": "{title}", "labels": ["{incident}"]}, "id": "{uuid}"},
            "answer": {"id": "key", "url": "self", "state": "status.name"},
        },
        told({}),
        told({}),
    )
    page = "https://jira.example.org/browse/OPS-12"
    said = told({"key": "OPS-12", "self": page, "status": {"name": "To Do"}}, 201)
    async with reached(case, said) as (server, channels, receiver):
        delivery = await send(channels, receiver)
    [asked] = server.asked
    assert json.loads(asked.body) == {
        "fields": {"summary": message().title, "labels": ["i1"]},
        "id": task_uuid("i1.task.zhang"),
    }
    headers = asked.headers
    assert headers["authorization"] == "Bearer secret-of-the-app"
    assert headers["webhook-id"] == headers["idempotency-key"] == "i1.task.zhang"
    text = f"i1.task.zhang.{headers['webhook-timestamp']}.".encode() + asked.body
    signed = b64encode(hmac.new(SIGNING.encode(), text, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{signed}"
    assert delivery.task is not None
    assert (delivery.task.id, delivery.task.url, delivery.task.state) == ("OPS-12", page, "To Do")


@pytest.mark.parametrize(
    "told_before",
    [message(kind=NoticeKind.RESOLVED), message(tasks=(Task("zhang", "OPS-12"),))],
    ids=["it is over", "its task is open"],
)
async def test_a_tracker_is_told_nothing_more(told_before: Message) -> None:
    async with reached(BY_NAME["task"], told({})) as (server, channels, receiver):
        [notifier] = channels.notifiers(receiver).values()
        delivery = await notifier.send(told_before, lambda: True)
    assert (delivery.verdict, delivery.task) == (Verdict.ACCEPTED, None)
    assert server.asked == []
