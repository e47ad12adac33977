"""How each channel's answers are judged, by the answers that its documentation shows."""

import json

import pytest

from floorpulse.alerts.domain.notices import Delivery, Verdict
from floorpulse.alerts.notifiers import (
    alibaba_sms,
    dingtalk,
    feishu,
    slack,
    teams,
    tencent_sms,
    twilio,
    wecom_app,
    wecom_robot,
)
from floorpulse.alerts.notifiers.answers import Answer, by_status, pause
from floorpulse.alerts.notifiers.delivering import Judge, without

ACCEPTED, TRANSIENT, PERMANENT = Verdict.ACCEPTED, Verdict.TRANSIENT, Verdict.PERMANENT
AT = 1_794_360_720.0
"""Wed, 11 Nov 2026 01:32:00 GMT"""


def answered(body: object, status: int = 200, **headers: str) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, text.encode(), at=AT)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, ACCEPTED),
        (202, ACCEPTED),
        (204, ACCEPTED),
        (301, PERMANENT),
        (302, PERMANENT),
        (400, PERMANENT),
        (401, PERMANENT),
        (403, PERMANENT),
        (404, PERMANENT),
        (408, TRANSIENT),
        (410, PERMANENT),
        (413, PERMANENT),
        (425, TRANSIENT),
        (429, TRANSIENT),
        (500, TRANSIENT),
        (502, TRANSIENT),
        (503, TRANSIENT),
    ],
)
def test_a_status_is_accepted_permanent_or_transient(status: int, verdict: Verdict) -> None:
    assert by_status(answered("", status)).verdict is verdict


def test_what_was_said_is_one_line_and_not_long() -> None:
    said = by_status(answered("no\n such  thing " + "x" * 1000, 400)).said
    assert said.startswith("HTTP 400: no such thing xxx")
    assert len(said) < 320


def test_a_redirect_says_that_it_is_not_followed() -> None:
    assert by_status(answered("", 301)).said == (
        "HTTP 301: redirects are not followed; the address in use is outdated"
    )


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("30", 30.0),
        ("0", 0.0),
        ("999999", 300.0),
        ("Wed, 11 Nov 2026 01:33:00 GMT", 60.0),
        ("Wed, 11 Nov 2026 01:31:00 GMT", 0.0),
        ("Wed, 11 Nov 2026 01:33:00", 60.0),
        ("-5", None),
        ("²", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_pause_is_seconds_or_a_date(asked: str, seconds: float | None) -> None:
    assert pause(Answer(429, {"retry-after": asked}, at=AT)) == seconds


def test_a_date_is_held_against_the_services_own_clock_where_it_tells_it() -> None:
    answer = Answer(
        429,
        {"retry-after": "Wed, 11 Nov 2026 05:00:30 GMT", "date": "Wed, 11 Nov 2026 05:00:00 GMT"},
        at=AT,
    )
    assert pause(answer) == 30


WECOM = [
    ({"errcode": 0, "errmsg": "ok"}, ACCEPTED),
    ({"errcode": -1, "errmsg": "system busy"}, TRANSIENT),
    ({"errcode": 45009, "errmsg": "api freq out of limit"}, TRANSIENT),
    ({"errcode": 93000, "errmsg": "invalid webhook url"}, PERMANENT),
    ({"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}, PERMANENT),
    ({"errmsg": "?"}, TRANSIENT),
    ("", TRANSIENT),
    ("[0]", TRANSIENT),
    ({"errcode": True}, TRANSIENT),
    ({"errcode": "0"}, ACCEPTED),
]
DINGTALK = [
    ({"errcode": 0, "errmsg": "ok"}, ACCEPTED),
    ({"errcode": 310000, "errmsg": "sign not match"}, PERMANENT),
    ({"errcode": 300005, "errmsg": "token is not exist"}, PERMANENT),
    ({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, TRANSIENT),
    ("<html>", TRANSIENT),
]
FEISHU = [
    ({"code": 0, "msg": "success", "data": {}}, ACCEPTED),
    ({"StatusCode": 0, "StatusMessage": "success"}, ACCEPTED),
    ({"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}, PERMANENT),
    ({"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}, PERMANENT),
    ({"code": 11232, "msg": "frequency limited psm"}, TRANSIENT),
    ({"code": 9499, "msg": "Bad Request"}, PERMANENT),
]
SLACK = [
    ("ok", ACCEPTED),
    ({"ok": True}, ACCEPTED),
    ("invalid_payload", PERMANENT),
    ("", PERMANENT),
]
TEAMS = [
    ("1", ACCEPTED),
    ("", ACCEPTED),
    ("done", ACCEPTED),
    (
        "delivery failed with error: Microsoft Teams endpoint returned HTTP error 413",
        PERMANENT,
    ),
    ("Microsoft Teams endpoint returned HTTP error 429", TRANSIENT),
    ("Error: no", PERMANENT),
]
ALIBABA = [
    ({"Code": "OK", "Message": "OK", "BizId": "9006"}, ACCEPTED),
    ({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"}, TRANSIENT),
    ({"Code": "isp.SYSTEM_ERROR"}, TRANSIENT),
    ({"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, PERMANENT),
    ({"Code": "isv.AMOUNT_NOT_ENOUGH"}, PERMANENT),
    ({"RequestId": "x"}, TRANSIENT),
]
TENCENT = [
    ({"Response": {"SendStatusSet": [{"Code": "Ok"}], "RequestId": "r"}}, ACCEPTED),
    ({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}}, PERMANENT),
    ({"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, TRANSIENT),
    (
        {"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberThirtySecondLimit"}]}},
        TRANSIENT,
    ),
    ({"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberDailyLimit"}]}}, PERMANENT),
    (
        {"Response": {"SendStatusSet": [{"Code": "InvalidParameterValue.IncorrectPhoneNumber"}]}},
        PERMANENT,
    ),
    ({"Response": {"RequestId": "r"}}, TRANSIENT),
    ({}, TRANSIENT),
]
SAYINGS = [
    (judge, body, verdict)
    for judge, cases in (
        (wecom_robot.judged, WECOM),
        (wecom_app.judged, WECOM),
        (dingtalk.judged, DINGTALK),
        (feishu.judged, FEISHU),
        (slack.judged, SLACK),
        (teams.judged, TEAMS),
        (alibaba_sms.judged, ALIBABA),
        (tencent_sms.judged, TENCENT),
    )
    for body, verdict in cases
]


@pytest.mark.parametrize(("judge", "body", "verdict"), SAYINGS)
def test_a_200_is_judged_by_what_its_body_says(
    judge: Judge, body: object, verdict: Verdict
) -> None:
    assert judge(answered(body)).verdict is verdict


@pytest.mark.parametrize("judge", [one for one, *_ in SAYINGS[::5]])
def test_every_channel_tries_again_after_a_5xx_and_a_429(judge: Judge) -> None:
    assert judge(answered("", 503)).verdict is TRANSIENT
    assert judge(answered("", 429, retry_after="7")) == Delivery(TRANSIENT, "HTTP 429", 7.0)
    assert judge(answered("", 404)).verdict is PERMANENT


def test_wecom_names_people_who_were_not_reached() -> None:
    said = wecom_app.judged(answered({"errcode": 0, "errmsg": "ok", "invaliduser": "li"})).said
    assert said == "0: ok; not reached: li"


def test_dingtalks_firewall_says_how_long_to_wait_and_else_it_is_a_minute() -> None:
    fast = {"status": 1111, "wait": 5, "punish": "deny", "errcode": 130101}
    assert dingtalk.judged(answered(fast)).retry_after == 5
    assert dingtalk.judged(answered({"errcode": 410100})).retry_after == 60
    assert dingtalk.judged(answered({"errcode": -1})).retry_after is None


@pytest.mark.parametrize("status", [400, 429])
def test_feishu_says_in_a_header_of_its_own_how_long_to_wait(status: int) -> None:
    body = {"code": 99991400, "msg": "request trigger frequency limit"}
    answer = answered(body, status, x_ogw_ratelimit_reset="52")
    assert feishu.judged(answer).retry_after == 52
    assert feishu.judged(answer).verdict is TRANSIENT


def test_tencent_says_by_its_code_how_long_to_wait() -> None:
    code = {"Code": "LimitExceeded.PhoneNumberOneHourLimit"}
    assert tencent_sms.judged(answered({"Response": {"Error": code}})).retry_after == 3600
    busy = {"Response": {"Error": {"Code": "InternalError"}}}
    assert tencent_sms.judged(answered(busy)).retry_after is None


def test_twilio_refuses_numbers_for_good_and_haste_for_now() -> None:
    assert twilio.judged(answered({"sid": "SM1"}, 201)).verdict is ACCEPTED
    wrong = {"code": 21211, "message": "The 'To' number is not a valid phone number."}
    assert twilio.judged(answered(wrong, 400)).verdict is PERMANENT
    hasty = twilio.judged(answered({"code": 20429, "message": "Too Many"}, 400, retry_after="3"))
    assert (hasty.verdict, hasty.retry_after) == (TRANSIENT, 3.0)


def test_an_answer_that_was_cut_short_is_told_so() -> None:
    answer = Answer(200, {}, b'{"errcode": 0', whole=False)
    assert wecom_robot.judged(answer).said == (
        "HTTP 200 with an answer that says nothing (cut short)"
    )


def test_secrets_that_a_service_repeats_are_not_told() -> None:
    assert without("no key abcdef-123 here", ("abcdef-123", "", "no")) == "no key *** here"
