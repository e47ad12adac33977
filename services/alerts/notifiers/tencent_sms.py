"""Tencent Cloud: text messages from an approved template, signature TC3.

HTTP 200 always: `Response.Error` is no to the request, `SendStatusSet` says yes (`Ok`) or no for
the number. The template's variables have places, {1} {2} …; each takes few characters and no
address. https://cloud.tencent.com/document/product/382/55981 (SendSms),
https://cloud.tencent.com/document/product/382/52072 (signature)
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit

from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.answers import Answer, by_status, unreadable
from floorpulse.alerts.notifiers.delivering import deliver, encoded
from floorpulse.alerts.notifiers.settings import TencentSettings
from floorpulse.alerts.notifiers.sms import parameter
from floorpulse.alerts.notifiers.transport import Call, StillOurs, Transport

ALGORITHM = "TC3-HMAC-SHA256"
VERSION = "2021-01-11"
SERVICE = "sms"
CONTENT = "application/json; charset=utf-8"
PASSING = ("RequestLimitExceeded", "InternalError", "ResourceUnavailable", "LimitExceeded.")
LIMITS: Mapping[str, float | None] = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": 30.0,
    "LimitExceeded.PhoneNumberOneHourLimit": 3600.0,
    "LimitExceeded.PhoneNumberDailyLimit": None,
    "LimitExceeded.DailyLimit": None,
    "LimitExceeded.AppMainlandChinaDailyLimit": None,
    "LimitExceeded.AppGlobalDailyLimit": None,
    "LimitExceeded.PhoneNumberCountLimit": None,
}
"""Seconds until the limit has passed; None where it will not pass in time"""


@dataclass(frozen=True)
class Tencent:
    """An account."""

    transport: Transport
    now_ms: Callable[[], int]
    settings: TencentSettings

    async def text(self, number: str, message: Message, still_ours: StillOurs) -> Delivery:
        """Send a message to one number."""
        settings = self.settings
        names = settings.parameters
        body = encoded(
            {
                "PhoneNumberSet": [number],
                "SmsSdkAppId": settings.app,
                "SignName": settings.sign_name,
                "TemplateId": settings.template,
                "TemplateParamSet": [
                    parameter(message, name, settings.characters) for name in names
                ],
            }
        )
        call = Call(
            url=f"{settings.origin}/",
            body=body,
            headers=self._headers(body),
            who=f"{settings.key_id}/{number}",
            hidden=(settings.key_secret.get_secret_value(),),
        )
        return await deliver(self.transport, call, judged, still_ours)

    def _headers(self, body: bytes) -> dict[str, str]:
        settings = self.settings
        at = self.now_ms() // 1000
        signed = {
            "content-type": CONTENT,
            "host": urlsplit(settings.origin).netloc,
            "x-tc-action": "sendsms",
        }
        secret = settings.key_secret.get_secret_value()
        return {
            "Authorization": authorization((settings.key_id, secret), SERVICE, at, signed, body),
            "Content-Type": CONTENT,
            "X-TC-Action": "SendSms",
            "X-TC-Version": VERSION,
            "X-TC-Timestamp": str(at),
            "X-TC-Region": settings.region,
        }


def authorization(
    key: tuple[str, str], service: str, at: int, signed: Mapping[str, str], body: bytes
) -> str:
    """The header of a POST to `/` at an instant (epoch seconds); `key` is its id and its secret,
    `signed` are the headers that are signed, both parts in lower case.
    """
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
    request = "\n".join(["POST", "/", "", lines, names, sha256(body).hexdigest()])
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    said = "\n".join([ALGORITHM, str(at), scope, sha256(request.encode()).hexdigest()])
    secret = f"TC3{key[1]}".encode()
    for step in (day, service, "tc3_request"):
        secret = hmac.new(secret, step.encode(), sha256).digest()
    mac = hmac.new(secret, said.encode(), sha256).hexdigest()
    return f"{ALGORITHM} Credential={key[0]}/{scope}, SignedHeaders={names}, Signature={mac}"


def judged(answer: Answer) -> Delivery:
    """By the code of the number, else by the code of the request."""
    response = (answer.fields() or {}).get("Response")
    if not isinstance(response, dict):
        return unreadable(answer) if answer.status == 200 else by_status(answer)  # noqa: PLR2004  HTTP OK
    statuses = response.get("SendStatusSet") or [{}]
    verdict = response.get("Error") or statuses[0]
    code = str(verdict.get("Code", ""))
    if code == "Ok":
        return Delivery(Verdict.ACCEPTED, code)
    if not code:
        return unreadable(answer)
    said = f"{code}: {verdict.get('Message', '')}"
    seconds = LIMITS.get(code, 0.0)
    if code.startswith(PASSING) and seconds is not None:
        return Delivery(Verdict.TRANSIENT, said, seconds or None)
    return Delivery(Verdict.PERMANENT, said)
