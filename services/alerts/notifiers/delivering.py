"""One delivery: a call goes out, its answer is judged as the channel judges, no secret is told."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from floorpulse.alerts.domain.notices import Delivery
from floorpulse.alerts.notifiers.answers import LONGEST_PAUSE, Answer
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.alerts.notifiers.transport import Call, StillOurs, Transport

JSON = {"Content-Type": "application/json; charset=utf-8"}
MASK = "***"
SHORTEST = 6
"""Characters of a secret that are looked for; shorter ones would mask common words"""

Judge = Callable[[Answer], Delivery]


async def deliver(
    transport: Transport, call: Call, judge: Judge, still_ours: StillOurs
) -> Delivery:
    """Send a call and judge its answer; a service that asks for a pause is left alone so long."""
    answer = await transport.exchange(call, still_ours)
    if isinstance(answer, Delivery):
        return answer
    delivery = judge(answer)
    asked = delivery.retry_after
    granted = None if asked is None else min(asked, LONGEST_PAUSE)
    transport.quiet(call, granted)
    said = without(delivery.said, call.hidden)
    return replace(delivery, said=said, retry_after=granted)


def encoded(body: Mapping[str, object]) -> bytes:
    """A JSON body: letters as they are, so that a limit in bytes holds."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def robot_call(
    url: str, body: Mapping[str, object], rates: Sequence[Rate], signing: str | None = None
) -> Call:
    """A JSON body for the robot whose address is a secret, and so is what signs."""
    return Call(
        url=url,
        body=encoded(body),
        headers=JSON,
        who=url,
        rates=tuple(rates),
        hidden=(*secrets_in(url), signing or ""),
    )


def secrets_in(url: str) -> tuple[str, ...]:
    """What of a robot's address is secret: its long segments and the values of its query."""
    parts = urlsplit(url)
    segments = [one for one in parts.path.split("/") if len(one) >= SHORTEST]
    return (url, *segments, *(value for _, value in parse_qsl(parts.query)))


def without(said: str, hidden: tuple[str, ...]) -> str:
    """What a service said, without secrets that it repeated."""
    for secret in hidden:
        if len(secret) >= SHORTEST:
            said = said.replace(secret, MASK)
    return said
