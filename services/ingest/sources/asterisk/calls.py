"""Calls in Asterisk's queue_log: what an entry says of a call, and which of its stays it is about.

A call that enters a further queue makes a further visit. One whose answer the log never told was
answered as long before its end as it talked.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from floorpulse.contracts.events import LeftReason
from floorpulse.ingest.sources.asterisk.lines import LogEntry

EventBody = dict[str, Any]
"""A canonical event without id and source; without `at` it happened at the entry's instant"""

MOST_CALLS = 100_000
"""Calls remembered: those that may still enter a further queue"""
UNKNOWN_CALLER = re.compile(
    "|unknown|anonymous|restricted|private|unavailable|asterisk|<unknown>", re.IGNORECASE
)
TURNED_AWAY: dict[str, LeftReason] = {
    "CLOSED": "closed",
    "FULL": "overflow",
    "JOINEMPTY": "empty",
    "JOINUNAVAIL": "empty",
    "DIVERT_CA_RATIO": "overflow",
    "DIVERT_HOLDTIME": "overflow",
}
LEFT: dict[str, tuple[LeftReason, int | None]] = {
    "EXITWITHTIMEOUT": ("timeout", 2),
    "EXITEMPTY": ("empty", 2),
    "EXITWITHKEY": ("key", 3),
    "LEAVEEMPTY": ("empty", None),
    "SYSCOMPAT": ("other", None),
    "WITHDRAW": ("other", 2),
}
"""The reason, and which parameter holds the seconds waited"""
COMPLETED = {"COMPLETEAGENT": 0, "COMPLETECALLER": 0}
PASSED_ON = {"TRANSFER": 2, "BLINDTRANSFER": 2, "ATTENDEDTRANSFER": 2}
"""Which parameter holds the seconds waited; those talked follow it"""
WORDS = frozenset(("ENTERQUEUE", "CONNECT", "ABANDON", *TURNED_AWAY, *LEFT, *COMPLETED, *PASSED_ON))


@dataclass(eq=False)
class QueueStay:
    """The last stay of a call: its number, and whether an agent has taken it."""

    number: int = 1
    answered: bool = False


class CallsOfLog:
    """The calls of one log."""

    def __init__(self) -> None:
        self._stays: dict[str, QueueStay] = {}
        self._says: dict[str, Callable[[LogEntry], Iterator[EventBody]]] = {
            "ENTERQUEUE": self._entered,
            "CONNECT": self._connected,
            "ABANDON": self._abandoned,
            **dict.fromkeys(TURNED_AWAY, self._turned_away),
            **dict.fromkeys(LEFT, self._left),
            **dict.fromkeys(COMPLETED, self._completed),
            **dict.fromkeys(PASSED_ON, self._passed_on),
        }

    def bodies(self, entry: LogEntry) -> Iterator[EventBody]:
        """What the entry says of its call."""
        if entry.call not in ("", "NONE"):
            yield from self._says[entry.word](entry)

    def _entered(self, entry: LogEntry) -> Iterator[EventBody]:
        known = self._stays.pop(entry.call, None)
        stay = self._begin(entry, known.number + 1 if known else 1)
        caller = {} if UNKNOWN_CALLER.fullmatch(entry.text(1)) else {"customer": entry.text(1)}
        yield {
            "type": "contact.offered",
            "contact": entry.call,
            "visit": stay.number,
            "queue": entry.queue,
            **caller,
        }

    def _turned_away(self, entry: LogEntry) -> Iterator[EventBody]:
        [offered] = self._entered(
            LogEntry(entry.at, entry.call, entry.queue, entry.agent, entry.word)
        )
        yield offered
        yield self._event("contact.left", entry, reason=TURNED_AWAY[entry.word])

    def _connected(self, entry: LogEntry) -> Iterator[EventBody]:
        self._stay(entry).answered = True
        yield self._event(
            "contact.answered",
            entry,
            agent=entry.agent,
            queue=entry.queue,
            wait_ms=entry.milliseconds(0),
        )

    def _abandoned(self, entry: LogEntry) -> Iterator[EventBody]:
        yield self._event(
            "contact.abandoned", entry, queue=entry.queue, wait_ms=entry.milliseconds(2)
        )

    def _left(self, entry: LogEntry) -> Iterator[EventBody]:
        reason, waited = LEFT[entry.word]
        yield self._event(
            "contact.left",
            entry,
            reason=reason,
            wait_ms=None if waited is None else entry.milliseconds(waited),
        )

    def _completed(self, entry: LogEntry) -> Iterator[EventBody]:
        yield from self._ended(entry, COMPLETED[entry.word])

    def _passed_on(self, entry: LogEntry) -> Iterator[EventBody]:
        yield self._event("contact.transferred", entry)
        yield from self._ended(entry, PASSED_ON[entry.word])

    def _ended(self, entry: LogEntry, waited: int) -> Iterator[EventBody]:
        wait = entry.milliseconds(waited)
        talk = entry.milliseconds(waited + 1)
        stay = self._stay(entry)
        if not stay.answered and talk is not None:
            answer = self._event(
                "contact.answered", entry, agent=entry.agent, queue=entry.queue, wait_ms=wait
            )
            yield {**answer, "at": entry.at - talk}
        stay.answered = True
        yield self._event("contact.ended", entry, talk_ms=talk)

    def _stay(self, entry: LogEntry) -> QueueStay:
        return self._stays.get(entry.call) or self._begin(entry, 1)

    def _begin(self, entry: LogEntry, number: int) -> QueueStay:
        self._stays[entry.call] = stay = QueueStay(number)
        if len(self._stays) > MOST_CALLS:
            del self._stays[next(iter(self._stays))]
        return stay

    def _event(self, type_: str, entry: LogEntry, **said: object) -> EventBody:
        known = {name: value for name, value in said.items() if value is not None}
        return {"type": type_, "contact": entry.call, "visit": self._stay(entry).number, **known}
