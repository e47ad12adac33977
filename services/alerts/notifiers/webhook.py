"""A webhook of somebody's own, signed after Standard Webhooks.

    webhook-id         the notice's key: the same whenever the notice comes again
    webhook-timestamp  seconds
    webhook-signature  v1,base64(HMAC-SHA256(key, id.timestamp.body))

Any 2xx is yes. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/
standard-webhooks.md
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from floorpulse.alerts.domain.notices import Delivery, Message, NoticeKind
from floorpulse.alerts.notifiers.answers import by_status
from floorpulse.alerts.notifiers.delivering import JSON, deliver, encoded
from floorpulse.alerts.notifiers.transport import Call, StillOurs, Transport

PREFIX = "whsec_"
REPORT_ISSUED = "report.issued"
"""The type of what carries a report"""


@dataclass(frozen=True)
class SignedWebhook:
    """An address, and the secret that signs what it gets: `whsec_…` in base64, or any text."""

    transport: Transport
    now_ms: Callable[[], int]
    url: str
    signing: str

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it as JSON: what people read, and the same for machines."""
        at = datetime.fromtimestamp(self.now_ms() / 1000, UTC)
        body = encoded(payload(message, at))
        call = Call(
            url=self.url,
            body=body,
            headers=JSON | headers(self.signing, message.key, at, body),
            who=self.url,
            hidden=(self.signing,),
        )
        return await deliver(self.transport, call, by_status, still_ours)


def payload(message: Message, at: datetime) -> dict[str, object]:
    """The body: `type`, `timestamp` and `data` as the specification recommends."""
    return {
        "type": REPORT_ISSUED if message.kind is NoticeKind.REPORT else f"incident.{message.kind}",
        "timestamp": at.isoformat(timespec="milliseconds"),
        "data": {
            **message.facts,
            "title": message.title,
            "language": message.language,
            "lines": [{"label": label, "text": text} for label, text in message.lines],
            "links": [{"label": label, "href": address} for label, address in message.links],
        },
    }


def headers(signing: str, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a body that is sent at an aware instant."""
    if at.tzinfo is None:
        message = "an instant without a zone names no second: pass an aware one"
        raise ValueError(message)
    seconds = str(int(at.timestamp()))
    return {
        "webhook-id": key,
        "webhook-timestamp": seconds,
        "webhook-signature": signature(signing, f"{key}.{seconds}.".encode() + body),
    }


def signature(signing: str, said: bytes) -> str:
    """`v1,…` of what is signed."""
    secret = (
        b64decode(signing.removeprefix(PREFIX)) if signing.startswith(PREFIX) else signing.encode()
    )
    return f"v1,{b64encode(hmac.new(secret, said, sha256).digest()).decode()}"
