"""How often a robot or account may be asked: at most so many messages in any span of so long.

    20 in 60 s:   │x x x … x (20th)│ 21st: refused until the first leaves the span
                  0 s             41 s                                      60 s

A bucket that refills would let 39 through in one minute, and DingTalk shuts a robot out for ten
minutes at the 21st.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

KEPT = 10_000
"""Robots and accounts that are remembered"""


@dataclass(frozen=True)
class Rate:
    """At most `messages` in any `seconds`."""

    messages: int
    seconds: float


@dataclass
class _Sent:
    """When a robot's messages went out, and until when it asked to be left alone."""

    at: deque[float] = field(default_factory=deque)
    quiet_until: float = 0.0


class Rates:
    """The rates of all robots and accounts of this process, by the clock `now` (seconds)."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._sent: dict[str, _Sent] = {}

    def wait(self, who: str, rates: tuple[Rate, ...]) -> float:
        """Take a place: 0.0 where there is one, else the seconds until one is free."""
        now = self._now()
        sent = self._of(who)
        longest = max((rate.seconds for rate in rates), default=0.0)
        while sent.at and sent.at[0] <= now - longest:
            sent.at.popleft()
        wait = max([sent.quiet_until - now, *(_until_free(sent.at, rate, now) for rate in rates)])
        if wait > 0:
            return wait
        sent.at.append(now)
        return 0.0

    def give_back(self, who: str) -> None:
        """The last place taken was not used: nothing was sent."""
        sent = self._of(who)
        if sent.at:
            sent.at.pop()

    def quiet(self, who: str, seconds: float) -> None:
        """The service asked for a pause: nothing is sent there meanwhile."""
        self._of(who).quiet_until = self._now() + seconds

    def _of(self, who: str) -> _Sent:
        """The newest last, the oldest forgotten beyond `KEPT`."""
        sent = self._sent.pop(who, None) or _Sent()
        self._sent[who] = sent
        if len(self._sent) > KEPT:
            del self._sent[next(iter(self._sent))]
        return sent


def _until_free(at: deque[float], rate: Rate, now: float) -> float:
    """Seconds until a further message is within `rate`; 0 or less: now."""
    if len(at) < rate.messages:
        return 0.0
    return at[-rate.messages] + rate.seconds - now
