r"""DingTalk: the robot of a group chat, signed.

The signature goes into the address, encoded once: HMAC-SHA256 of `timestamp\nsecret`, milliseconds,
at most an hour old. It answers HTTP 200 to everything, `errcode` says whether it took the message;
from the 21st message of a minute on it refuses for ten minutes, and its firewall then answers with
`wait`. 20,000 bytes. https://open.dingtalk.com/document/orgapp/custom-robot-access,
https://open.dingtalk.com/document/robots/customize-robot-security-settings
"""

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import urlencode

from floorpulse.alerts.domain.messages.cut import Layout, as_text
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.answers import Answer, Codes, by_code
from floorpulse.alerts.notifiers.delivering import deliver, robot_call
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.alerts.notifiers.transport import StillOurs, Transport

LAYOUT = Layout(19_000)
RATES = (Rate(20, 60),)
TOO_FAST = frozenset({130101, 410100, 660026})
CODES = Codes(("errcode",), ("errmsg",), TOO_FAST | {-1})
SHUT_OUT = 60.0
"""Seconds of pause where it says too fast, and not for how long"""


@dataclass(frozen=True)
class DingTalkRobot:
    """A robot by the URL of its webhook; `signing` is the secret of its signature, `SEC…`."""

    transport: Transport
    now_ms: Callable[[], int]
    url: str
    signing: str | None

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it as text; addresses in it can be followed."""
        body = {"msgtype": "text", "text": {"content": as_text(message, LAYOUT)}}
        call = robot_call(self.url, body, RATES, self.signing)
        signed = replace(call, url=self._address())
        return await deliver(self.transport, signed, judged, still_ours)

    def _address(self) -> str:
        if self.signing is None:
            return self.url
        at = self.now_ms()
        signed = urlencode({"timestamp": at, "sign": signature(self.signing, at)})
        return f"{self.url}{'&' if '?' in self.url else '?'}{signed}"


def signature(secret: str, at: int) -> str:
    """The signature of an instant (epoch milliseconds), not yet encoded for an address."""
    said = f"{at}\n{secret}".encode()
    return b64encode(hmac.new(secret.encode(), said, sha256).digest()).decode()


def judged(answer: Answer) -> Delivery:
    """By `errcode`; a robot that is shut out is left alone for as long as it says."""
    delivery = by_code(answer, CODES)
    fields = answer.fields() or {}
    if delivery.verdict is not Verdict.TRANSIENT or fields.get("errcode") not in TOO_FAST:
        return delivery
    wait = fields.get("wait")
    return replace(delivery, retry_after=float(wait) if isinstance(wait, int | float) else SHUT_OUT)
