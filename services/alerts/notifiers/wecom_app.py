"""WeCom: an application that writes to people.

A token of the application is fetched with its secret and kept until the service says that it is
over (40014, 42001). HTTP 200 to everything, `errcode` as for robots; `invaliduser` names people who
were not reached. 30 messages a minute to one person: what is beyond is dropped without a word, so
the rate is kept here. https://developer.work.weixin.qq.com/document/path/90236 and 91039, codes:
https://developer.work.weixin.qq.com/document/path/90313
"""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from floorpulse.alerts.domain.messages.cut import as_text
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.answers import Answer, by_code
from floorpulse.alerts.notifiers.delivering import JSON, deliver, encoded
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.alerts.notifiers.transport import Call, StillOurs, Transport
from floorpulse.alerts.notifiers.wecom_robot import CODES, LAYOUT

RATES = (Rate(30, 60),)
TOKEN_OVER = {40014, 42001}
REPEATS_KNOWN = 600
"""Seconds within which the service drops the same text to the same people"""


@dataclass(frozen=True)
class WeComApp:
    """An application `agent` of a corporation, and the people whom it writes to."""

    transport: Transport
    origin: str
    corporation: str
    agent: int
    secret: str
    to: tuple[str, ...]
    tokens: dict[str, str] = field(default_factory=dict)
    """The token in force by the application's secret, shared by all receivers of a process"""

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it as text; a token that is over is fetched anew, once."""
        delivery = await self._sent(message, still_ours)
        if delivery is None:
            self.tokens.pop(self.secret, None)
            delivery = await self._sent(message, still_ours)
        return delivery or Delivery(Verdict.TRANSIENT, "the service refuses its own new token")

    async def _sent(self, message: Message, still_ours: StillOurs) -> Delivery | None:
        """What came of it; None where the token is over."""
        refused = await self._expect_token(still_ours)
        if refused is not None:
            return refused
        over = False

        def judge(answer: Answer) -> Delivery:
            nonlocal over
            over = (answer.fields() or {}).get("errcode") in TOKEN_OVER
            return judged(answer)

        delivery = await deliver(self.transport, self._call(message), judge, still_ours)
        return None if over else delivery

    async def _expect_token(self, still_ours: StillOurs) -> Delivery | None:
        """See to it that there is a token; else why there is none."""
        if self.secret in self.tokens:
            return None
        query = urlencode({"corpid": self.corporation, "corpsecret": self.secret})
        call = Call(
            url=f"{self.origin}/cgi-bin/gettoken?{query}", method="GET", hidden=(self.secret,)
        )

        def judge(answer: Answer) -> Delivery:
            delivery = by_code(answer, CODES)
            token = (answer.fields() or {}).get("access_token")
            if delivery.verdict is Verdict.ACCEPTED and isinstance(token, str):
                self.tokens[self.secret] = token
            return delivery

        delivery = await deliver(self.transport, call, judge, still_ours)
        if self.secret in self.tokens:
            return None
        verdict = delivery.verdict
        return replace(
            delivery,
            verdict=Verdict.TRANSIENT if verdict is Verdict.ACCEPTED else verdict,
            said=f"no token: {delivery.said}",
        )

    def _call(self, message: Message) -> Call:
        token = self.tokens[self.secret]
        body: dict[str, object] = {
            "touser": "|".join(self.to),
            "agentid": self.agent,
            "msgtype": "text",
            "text": {"content": as_text(message, LAYOUT)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": REPEATS_KNOWN,
        }
        return Call(
            url=f"{self.origin}/cgi-bin/message/send?{urlencode({'access_token': token})}",
            body=encoded(body),
            headers=JSON,
            who=f"{self.corporation}/{self.agent}/{'|'.join(self.to)}",
            rates=RATES,
            hidden=(token, self.secret),
        )


def judged(answer: Answer) -> Delivery:
    """By `errcode`; who of several was not reached is told."""
    delivery = by_code(answer, CODES)
    missed = (answer.fields() or {}).get("invaliduser")
    if delivery.verdict is Verdict.ACCEPTED and missed:
        return replace(delivery, said=f"{delivery.said}; not reached: {missed}")
    return delivery
