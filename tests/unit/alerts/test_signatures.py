"""Signatures against the examples that vendors publish; where there is none, against openssl."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from floorpulse.alerts.notifiers import alibaba_sms, dingtalk, feishu, tencent_sms, webhook

SHANGHAI = timezone(timedelta(hours=8))
HOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  published in the specification's tests
HOOK_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
HOOK_BODY = b'{"test": 2432232314}'
HOOK_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HOOK_AT = 1_614_265_330
"""Of the tests of github.com/standard-webhooks/standard-webhooks"""


def test_alibabas_example_of_signature_v3() -> None:
    """help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, fixed values."""
    signed = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": sha256(b"").hexdigest(),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    made = alibaba_sms.authorization("YourAccessKeyId", "YourAccessKeySecret", signed, query)
    assert made == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tencents_example_of_signature_v3() -> None:
    """cloud.tencent.com/document/api/213/30654."""
    body = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    signed = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    key = ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
    assert tencent_sms.authorization(key, "cvm", 1_551_113_065, signed, body) == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/"
        "tc3_request, SignedHeaders=content-type;host, "
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


@pytest.mark.parametrize("zone", [UTC, SHANGHAI])
def test_standard_webhooks_own_example_whatever_zone_the_clock_is_in(zone: timezone) -> None:
    at = datetime.fromtimestamp(HOOK_AT, zone)
    assert webhook.headers(HOOK_SECRET, HOOK_ID, at, HOOK_BODY) == {
        "webhook-id": HOOK_ID,
        "webhook-timestamp": str(HOOK_AT),
        "webhook-signature": HOOK_SIGNATURE,
    }


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="pass an aware one"):
        webhook.headers(HOOK_SECRET, HOOK_ID, datetime(2026, 11, 11), HOOK_BODY)  # noqa: DTZ001  the point


def test_dingtalks_signature_is_that_of_openssl() -> None:
    """`printf '1577262236757\\nSECdemo' | openssl dgst -sha256 -hmac SECdemo -binary | base64`."""
    assert dingtalk.signature("SECdemo", 1_577_262_236_757) == (
        "sLRlUUvzoOXn5DR/+o+s6tOqX+bWe3JGaZ7JQ7844l8="
    )


def test_feishus_signature_is_that_of_openssl() -> None:
    """The key is `1599360473\\nsecret-key`, the text is empty."""
    assert feishu.signature("secret-key", 1_599_360_473) == (
        "kB5cakiMTl54eaM5Mc9EATiEHFb8tiS242Jpmtx7X2o="
    )
