"""Alibaba Cloud: text messages from an approved template, signature V3.

HTTP 200 with `Code`: `OK` is yes. The template's variables are named as the parts of a message
(severity, rule, where, value, threshold, since); an address may stand in the template only.
https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms,
https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote, urlsplit

from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.answers import Answer, by_status, unreadable
from floorpulse.alerts.notifiers.delivering import deliver, encoded
from floorpulse.alerts.notifiers.settings import AlibabaSettings
from floorpulse.alerts.notifiers.sms import parameter
from floorpulse.alerts.notifiers.transport import Call, StillOurs, Transport

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
PASSING = ("isp.", "isv.BUSINESS_LIMIT_CONTROL", "Throttling", "ServiceUnavailable", "Internal")
"""Beginnings of codes of what will pass: the system, the flow of messages to a number"""
LIMITED = 60.0
"""Seconds of pause: the narrowest limit to a number is one a minute"""


@dataclass(frozen=True)
class Alibaba:
    """An account; `nonce` makes a text that never was used."""

    transport: Transport
    now_ms: Callable[[], int]
    nonce: Callable[[], str]
    settings: AlibabaSettings

    async def text(self, number: str, message: Message, still_ours: StillOurs) -> Delivery:
        """Send a message to one number."""
        settings = self.settings
        names = settings.parameters
        values: dict[str, object] = {
            name: parameter(message, name, settings.characters) for name in names
        }
        form = {
            "PhoneNumbers": number.removeprefix("+"),
            "SignName": settings.sign_name,
            "TemplateCode": settings.template,
            "TemplateParam": encoded(values).decode(),
        }
        body = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in form.items())
        secret = settings.key_secret.get_secret_value()
        call = Call(
            url=f"{settings.origin}/",
            body=body.encode(),
            headers=self._headers(body.encode()),
            who=f"{settings.key_id}/{number}",
            hidden=(secret,),
        )
        return await deliver(self.transport, call, judged, still_ours)

    def _headers(self, body: bytes) -> dict[str, str]:
        settings = self.settings
        at = datetime.fromtimestamp(self.now_ms() / 1000, UTC)
        signed = {
            "content-type": "application/x-www-form-urlencoded",
            "host": urlsplit(settings.origin).netloc,
            "x-acs-action": "SendSms",
            "x-acs-content-sha256": sha256(body).hexdigest(),
            "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self.nonce(),
            "x-acs-version": VERSION,
        }
        secret = settings.key_secret.get_secret_value()
        sent = {name: value for name, value in signed.items() if name != "host"}
        return sent | {"Authorization": authorization(settings.key_id, secret, signed)}


def authorization(key_id: str, secret: str, signed: Mapping[str, str], query: str = "") -> str:
    """The header of a POST to `/`; `signed` are its headers in lower case, the body's hash among
    them; `query` is sorted and encoded.
    """
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
    request = "\n".join(["POST", "/", query, lines, names, signed["x-acs-content-sha256"]])
    said = f"{ALGORITHM}\n{sha256(request.encode()).hexdigest()}"
    mac = hmac.new(secret.encode(), said.encode(), sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={mac}"


def judged(answer: Answer) -> Delivery:
    """By `Code`, whatever the status is."""
    fields = answer.fields() or {}
    code = fields.get("Code")
    if not isinstance(code, str):
        return unreadable(answer) if answer.status == 200 else by_status(answer)  # noqa: PLR2004  HTTP OK
    if code == "OK":
        return Delivery(Verdict.ACCEPTED, code)
    said = f"{code}: {fields.get('Message', '')}"
    if code.startswith(PASSING):
        return Delivery(Verdict.TRANSIENT, said, LIMITED if "LIMIT" in code else None)
    return Delivery(Verdict.PERMANENT, said)
