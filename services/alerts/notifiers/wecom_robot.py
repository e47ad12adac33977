"""WeCom: the robot of a group chat, by its webhook.

It answers HTTP 200 to everything; `errcode` says whether it took the message. 20 messages a minute
a robot, 2,048 bytes of text. https://developer.work.weixin.qq.com/document/path/91770, codes:
https://developer.work.weixin.qq.com/document/path/90313
"""

from dataclasses import dataclass

from floorpulse.alerts.domain.messages.cut import Layout, as_text, labelled
from floorpulse.alerts.domain.notices import Delivery, Message
from floorpulse.alerts.notifiers.answers import Answer, Codes, by_code
from floorpulse.alerts.notifiers.delivering import deliver, robot_call
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.alerts.notifiers.transport import StillOurs, Transport


def unmarked(text: str) -> str:
    """Text without the sign that begins what WeCom reads as a link or a mention."""
    return text.replace("<", "＜")


def _line(label: str, text: str) -> str:
    return labelled(label, unmarked(text))


LAYOUT = Layout(2048, title=unmarked, line=_line)
RATES = (Rate(20, 60),)
CODES = Codes(("errcode",), ("errmsg",), frozenset({-1, 6000, 45009, 45033}))
"""Busy, changed meanwhile, too often, too many at once"""


@dataclass(frozen=True)
class WeComRobot:
    """A robot by the URL of its webhook."""

    transport: Transport
    url: str

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it as text; addresses in it can be followed."""
        body = {"msgtype": "text", "text": {"content": as_text(message, LAYOUT)}}
        call = robot_call(self.url, body, RATES)
        return await deliver(self.transport, call, judged, still_ours)


def judged(answer: Answer) -> Delivery:
    """By `errcode`."""
    return by_code(answer, CODES)
