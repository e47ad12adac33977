"""What a line says of the stay that it is about: the seconds waited and talked, and so when the
stay began.

    entered ───── waited ─────► answered ───── talked ─────► the line
    began                                                    second of its stamp

Asterisk measures these spans from the second in which the call entered the queue. So each line of a
stay tells that second by itself, whatever else of the log is at hand. Where the clock was set back
meanwhile a span is below 0: the line tells nothing of the beginning, and the span was nothing.
"""

import re
from dataclasses import dataclass

from floorpulse.contracts.events import LeftReason
from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.asterisk.lines import LogEntry

LONGEST = 31 * 86_400
"""The longest span that is believed, in seconds"""
BELOW_ZERO = re.compile(r"-\d{1,10}", re.ASCII)


@dataclass(frozen=True)
class Places:
    """Which parameters of a word hold the seconds waited, those talked, and the place at which the
    caller entered; None where the word does not tell it.
    """

    waited: int | None = None
    talked: int | None = None
    place: int | None = None


LEFT: dict[str, LeftReason] = {
    "EXITWITHTIMEOUT": "timeout",
    "EXITEMPTY": "empty",
    "EXITWITHKEY": "key",
    "LEAVEEMPTY": "empty",
    "SYSCOMPAT": "other",
    "WITHDRAW": "other",
}
COMPLETED = frozenset(("COMPLETEAGENT", "COMPLETECALLER"))
PASSED_ON = frozenset(("TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER"))
WAITED = Places(2, None, 1)
PASSED = Places(2, 3, 4)
LINKED = Places(3, 4, 5)
"""`ATTENDEDTRANSFER|LINK` names two channels, where the other ways of joining name one thing"""
PLACES = {
    "CONNECT": Places(0),
    "ABANDON": WAITED,
    "EXITWITHTIMEOUT": WAITED,
    "EXITEMPTY": WAITED,
    "WITHDRAW": WAITED,
    "EXITWITHKEY": Places(3, None, 2),
    **dict.fromkeys(COMPLETED, Places(0, 1, 2)),
    **dict.fromkeys(PASSED_ON, PASSED),
}
NONE = Places()


@dataclass(frozen=True)
class StayClaim:
    """What a line says of its stay; all in seconds, None where the line does not say it.

    `impossible` is why the line is refused where the log knows no stay of its call: a span is below
    0.
    """

    until: int
    waited: int | None = None
    talked: int | None = None
    place: str = ""
    ends_talk: bool = False
    impossible: Refusal | None = None

    @property
    def began(self) -> int | None:
        """The epoch second in which the call entered the queue."""
        if self.waited is None or (self.ends_talk and self.talked is None) or self.impossible:
            return None
        return self.until - self.waited - (self.talked or 0)

    @property
    def answered(self) -> int | None:
        """The epoch second of the answer, of a line that ends a talk."""
        return None if self.talked is None else self.until - self.talked


def claim_of(entry: LogEntry) -> StayClaim | Refusal:
    """What the entry says of its stay; a refusal where a span is none that can be."""
    linked = entry.word == "ATTENDEDTRANSFER" and entry.text(0) == "LINK"
    places = LINKED if linked else PLACES.get(entry.word, NONE)
    spans: list[int | None] = []
    impossible = None
    for number, what in ((places.waited, "waited"), (places.talked, "talked")):
        text = "" if number is None else entry.text(number)
        span = _seconds(text)
        if text and span is None:
            impossible = Refusal(
                Reason.INVALID_FIELD,
                f"impossible: {entry.word} says {text[:40]!r} seconds {what}, which is no whole "
                f"number from 0 to {LONGEST}",
            )
            if not BELOW_ZERO.fullmatch(text):
                return impossible
            span = 0
        spans.append(span)
    place = "" if places.place is None else entry.text(places.place)
    ends_talk = places.talked is not None
    return StayClaim(entry.second, spans[0], spans[1], place, ends_talk, impossible)


def _seconds(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LONGEST)):
        return None
    return int(text) if int(text) <= LONGEST else None
