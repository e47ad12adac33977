r"""Feishu (Lark): the robot of a group chat, signed.

The key of its signature is `timestamp\nsecret` (seconds, at most an hour old) and what is signed is
empty; it goes into the body. It answers HTTP 200, `code` says whether it took the message; where it
is asked too often it answers 429 or 400 with the pause in `x-ogw-ratelimit-reset`, or code 11232.
100 messages a minute and 5 a second, 20 KB of body.
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot,
https://open.feishu.cn/document/server-docs/api-call-guide/frequency-control
"""

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from floorpulse.alerts.domain.messages.cut import Layout, fitted
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.answers import Answer, Codes, by_code
from floorpulse.alerts.notifiers.delivering import deliver, robot_call
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.alerts.notifiers.transport import StillOurs, Transport

LAYOUT = Layout(15_000)
"""Below 20 KB by what the structure around the texts takes"""
RATES = (Rate(5, 1), Rate(100, 60))
CODES = Codes(("code", "StatusCode"), ("msg", "StatusMessage"), frozenset({11232, 11233, 99991400}))
RESET = "x-ogw-ratelimit-reset"
LOCALES = {"en": "en_us", "zh": "zh_cn"}


@dataclass(frozen=True)
class FeishuRobot:
    """A robot by the URL of its webhook; `signing` is the secret of its signature."""

    transport: Transport
    now_ms: Callable[[], int]
    url: str
    signing: str | None

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it as a post: texts are texts, whatever signs are in them."""
        body: dict[str, object] = {"msg_type": "post", "content": {"post": post(message)}}
        if self.signing is not None:
            at = self.now_ms() // 1000
            body |= {"timestamp": str(at), "sign": signature(self.signing, at)}
        call = robot_call(self.url, body, RATES, self.signing)
        return await deliver(self.transport, call, judged, still_ours)


def post(message: Message) -> dict[str, object]:
    """Title, lines and links in the language of the message."""
    parts = fitted(message, LAYOUT)
    lines = [[{"tag": "text", "text": line}] for line in parts.lines]
    links = [[{"tag": "a", "text": label, "href": address}] for label, address in parts.links]
    locale = LOCALES.get(message.language, "en_us")
    return {locale: {"title": parts.title, "content": [*lines, *links]}}


def signature(secret: str, at: int) -> str:
    """The signature of an instant (epoch seconds)."""
    return b64encode(hmac.new(f"{at}\n{secret}".encode(), b"", sha256).digest()).decode()


def judged(answer: Answer) -> Delivery:
    """By `code`; the pause stands in a header of its own."""
    delivery = by_code(answer, CODES)
    reset = answer.headers.get(RESET, "")
    if delivery.verdict is Verdict.TRANSIENT and reset.isascii() and reset.isdigit():
        return replace(delivery, retry_after=float(reset))
    return delivery
