"""Calls in Asterisk's queue_log: what a line says of its call.

A line belongs to the stay of its call in its queue that began when the line says that it did:
`claimed_stays` finds it. A line without any other of its stay is told by itself: of an end, the
answer lies as long before it as the call talked.
"""

from collections.abc import Callable, Iterator

from floorpulse.contracts.events import LeftReason
from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.asterisk.claimed_stays import ClaimedStays
from floorpulse.ingest.sources.asterisk.claims import (
    COMPLETED,
    LEFT,
    PASSED_ON,
    StayClaim,
    claim_of,
)
from floorpulse.ingest.sources.asterisk.lines import LogEntry
from floorpulse.ingest.sources.asterisk.stay_events import EventBody, StayEvents
from floorpulse.ingest.sources.asterisk.stays import (
    MOST_STAYS,
    NEAR,
    QueueStay,
    StaysOfLog,
)
from floorpulse.ingest.sources.callers import customer_of
from floorpulse.ingest.sources.payloads import hashed_visit

TURNED_AWAY: dict[str, LeftReason] = {
    "CLOSED": "closed",
    "FULL": "overflow",
    "JOINEMPTY": "empty",
    "JOINUNAVAIL": "empty",
    "DIVERT_CA_RATIO": "overflow",
    "DIVERT_HOLDTIME": "overflow",
}
RESTART = "QUEUESTART"
ENDS_TALK = COMPLETED | PASSED_ON
OF_STAYS = frozenset(("CONNECT", "ABANDON", *LEFT, *ENDS_TALK))
HOLDS = {"CALLERONHOLD": "contact.held", "CALLEROFFHOLD": "contact.resumed"}
"""What QueueMetrics' tracker writes of a talk"""
OUTBOUND = "CALLOUTBOUND"
"""What QueueMetrics and VICIdial write in place of ENTERQUEUE where the centre calls"""
WORDS = OF_STAYS | {"ENTERQUEUE", "RINGNOANSWER", RESTART, OUTBOUND, *TURNED_AWAY, *HOLDS}
END_OF_SECOND = 999


class CallsOfLog:
    """The calls of one log; `source` is who tells them, such as `asterisk:pbx1`."""

    def __init__(self, source: str = "asterisk") -> None:
        self._events = StayEvents(source)
        self._stays = StaysOfLog()
        self._claims = ClaimedStays(self._stays, self._events)
        self._until = 0
        self._outbound: dict[tuple[str, str], None] = {}
        self._says: dict[str, Callable[[LogEntry], list[EventBody] | Refusal]] = {
            "ENTERQUEUE": self._entered,
            "RINGNOANSWER": self._missed,
            RESTART: self._restarted,
            OUTBOUND: self._called,
            **dict.fromkeys(HOLDS, self._held),
            **dict.fromkeys(TURNED_AWAY, self._turned_away),
            **dict.fromkeys(OF_STAYS, self._of_stay),
        }
        self._tells: dict[str, Callable[[LogEntry, StayClaim, QueueStay], Iterator[EventBody]]] = {
            "CONNECT": self._connected,
            "ABANDON": self._abandoned,
            **dict.fromkeys(LEFT, self._left),
            **dict.fromkeys(ENDS_TALK, self._ended),
        }

    def bodies(self, entry: LogEntry) -> list[EventBody] | Refusal:
        """What the entry says of its call; a refusal where it cannot have been so."""
        if entry.call in ("", "NONE") and entry.word != RESTART:
            return []
        return self._says[entry.word](entry)

    def passed(self, entry: LogEntry) -> None:
        """Asterisk was there when it wrote the entry: a call of which it had told no end went on
        until then.
        """
        self._until = max(self._until, entry.second)

    # ------------------------------------------------------------- entries

    def _entered(self, entry: LogEntry) -> list[EventBody]:
        stay = self._entered_before(entry)
        if stay is None:
            stay = QueueStay(entry.call, entry.queue, entry.second, entry.at, entry.text(2))
            self._stays.add(stay)
        self._stays.enter(stay, entry.at, entry.text(2))
        stay.until = max(stay.until, entry.second)
        own = stay.call == entry.call and stay.began == entry.second
        return [
            self._offer(entry, stay),
            *(() if own else self._events.undone(entry.call, entry.queue, entry.second)),
        ]

    def _entered_before(self, entry: LogEntry) -> QueueStay | None:
        """The stay whose entry this is, where later lines of it were read before, or this one."""
        known = self._stays.near(entry.call, entry.queue, entry.second)
        if known and (known.began == entry.second or self._covers(known, entry.second)):
            return known
        for stay in self._stays.unentered(entry.queue, entry.second):
            if stay.place == entry.text(2) and self._covers(stay, entry.second):
                return stay
        return None

    def _covers(self, stay: QueueStay, second: int) -> bool:
        """Whether the stay went on beyond that second, so that its call entered nothing else."""
        return stay.at is None and second in (stay.began, stay.began + NEAR) and second < stay.until

    def _offer(self, entry: LogEntry, stay: QueueStay) -> EventBody:
        customer = customer_of(entry.text(1)) if stay.call == entry.call else None
        return self._events.event("contact.offered", stay, queue=stay.queue, customer=customer)

    def _turned_away(self, entry: LogEntry) -> list[EventBody]:
        about = {
            "contact": self._events.contact(entry.call),
            "visit": hashed_visit(f"{entry.queue}|{entry.second}|{entry.word}"),
        }
        return [
            {"type": "contact.offered", **about, "queue": entry.queue},
            {"type": "contact.left", **about, "reason": TURNED_AWAY[entry.word]},
        ]

    def _called(self, entry: LogEntry) -> list[EventBody]:
        """The centre calls somebody: nobody waits in a queue, whatever follows of this call."""
        self._outbound[entry.call, entry.queue] = None
        if len(self._outbound) > MOST_STAYS:
            del self._outbound[next(iter(self._outbound))]
        told = [s for s in self._stays.of(entry.call, entry.queue) if s.at is None]
        return [
            {
                **self._events.retraction(stay.call, stay.number, "an outbound call"),
                "at": max(entry.at, stay.until * 1000 + END_OF_SECOND),
            }
            for stay in told
        ]

    # ------------------------------------------------------------- lines of a stay

    def _of_stay(self, entry: LogEntry) -> list[EventBody] | Refusal:
        if (entry.call, entry.queue) in self._outbound:
            return []
        claim = claim_of(entry)
        if isinstance(claim, Refusal):
            return claim
        before: list[EventBody] = []
        stay = self._claims.claimed(entry, claim, before)
        if isinstance(stay, Refusal):
            return stay
        told = [*before, *self._tells[entry.word](entry, claim, stay)]
        stay.until = max(stay.until, entry.second)
        stay.place = stay.place or claim.place
        return told

    # ------------------------------------------------------------- what they tell

    def _connected(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> Iterator[EventBody]:
        """Who left and was answered all the same entered the queue twice in one second."""
        stay.over = stay.over and bool(stay.agent)
        stay.agent = entry.agent
        stay.talking = entry.second
        yield self._answer(entry, claim, stay)

    def _answer(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> EventBody:
        wait = _milliseconds(claim.waited)
        return self._events.event(
            "contact.answered", stay, agent=entry.agent, queue=stay.queue, wait_ms=wait
        )

    def _abandoned(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> Iterator[EventBody]:
        if not stay.over:
            stay.over = True
            wait = _milliseconds(claim.waited)
            yield self._events.event("contact.abandoned", stay, queue=entry.queue, wait_ms=wait)

    def _left(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> Iterator[EventBody]:
        if stay.over:
            return
        stay.over = True
        if stay.at is None:
            at = min(entry.at, stay.began * 1000 + END_OF_SECOND)
            yield {**self._events.event("contact.offered", stay, queue=stay.queue), "at": at}
        wait = _milliseconds(claim.waited)
        yield self._events.event("contact.left", stay, reason=LEFT[entry.word], wait_ms=wait)

    def _ended(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> Iterator[EventBody]:
        """The first end of a stay; Asterisk sometimes writes a second."""
        if stay.over:
            return
        stay.over = True
        if not stay.agent and claim.talked is not None:
            yield {**self._answer(entry, claim, stay), "at": entry.at - claim.talked * 1000}
            stay.talking = entry.second - claim.talked
        stay.agent = entry.agent
        if entry.word in PASSED_ON:
            yield self._events.event("contact.transferred", stay)
        yield self._events.event("contact.ended", stay, talk_ms=_milliseconds(claim.talked))

    def _held(self, entry: LogEntry) -> list[EventBody]:
        talk = next((s for s in self._stays.of(entry.call, entry.queue) if not s.over), None)
        return [self._events.event(HOLDS[entry.word], talk)] if talk and talk.agent else []

    def _missed(self, entry: LogEntry) -> list[EventBody]:
        """An agent was rung and did not answer; 0 milliseconds were a telephone that is busy."""
        rang = entry.text(0)
        known = {"ring_ms": int(rang)} if rang.isascii() and rang.isdigit() else {}
        if entry.agent in ("", "NONE") or known.get("ring_ms") == 0:
            return []
        return [
            {
                "type": "agent.missed",
                "agent": entry.agent,
                "queue": entry.queue,
                "contact": self._events.contact(entry.call),
                **known,
            }
        ]

    def _restarted(self, entry: LogEntry) -> list[EventBody]:
        """Asterisk has started: nobody is there any more of whom no end was told. What is known of
        them lasts to the last line before.
        """
        if entry.second < self._until:
            return []
        ended: list[EventBody] = []
        for stay in self._stays.open():
            stay.over = True
            said = {"type": "contact.ended"} if stay.agent else {"reason": "other"}
            body = self._events.event("contact.left", stay, **said)
            ended.append({**body, "at": max(self._until * 1000, stay.at or 0)})
        return ended


def _milliseconds(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
