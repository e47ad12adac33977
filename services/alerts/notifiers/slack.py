"""Slack: an incoming webhook.

It answers 200 with the text `ok` where it took the message, else 4xx with one word such as
`channel_is_archived`; 429 with Retry-After above one message a second.
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
https://docs.slack.dev/apis/web-api/rate-limits
"""

from dataclasses import dataclass

from floorpulse.alerts.domain.messages.cut import Layout, as_text, labelled
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.answers import Answer, by_status, unreadable
from floorpulse.alerts.notifiers.delivering import deliver, robot_call
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.alerts.notifiers.transport import StillOurs, Transport

RATES = (Rate(1, 1),)
OK = 200


def escaped(text: str) -> str:
    """Text with the three signs that Slack reads as markup written out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(label: str, text: str) -> str:
    return labelled(label, escaped(text))


def _link(label: str, address: str) -> str:
    return f"<{escaped(address)}|{escaped(label)}>"


LAYOUT = Layout(12_000, title=escaped, line=_line, link=_link)
"""Slack cuts texts beyond 40,000 characters and recommends far less"""


@dataclass(frozen=True)
class SlackWebhook:
    """A webhook by its URL."""

    transport: Transport
    url: str

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it as text."""
        call = robot_call(self.url, {"text": as_text(message, LAYOUT)}, RATES)
        return await deliver(self.transport, call, judged, still_ours)


def judged(answer: Answer) -> Delivery:
    """`ok` is yes; what is neither `ok` nor an error of HTTP is no."""
    if answer.status != OK:
        return by_status(answer)
    if answer.text == "ok" or (answer.fields() or {}).get("ok") is True:
        return Delivery(Verdict.ACCEPTED, "ok")
    if not answer.whole:
        return unreadable(answer)
    return Delivery(Verdict.PERMANENT, answer.text or "an empty answer instead of ok")
