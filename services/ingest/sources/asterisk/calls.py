"""Calls in Asterisk's queue_log: what a line says of the stay that it is about.

A line belongs to the stay of its call in its queue that began when the line says that it did: to
none in another queue, whichever the call entered last. The ids of calls change in the middle of
stays, too:

    a caller is handed into a queue      ENTERQUEUE has the id of the telephone that hands over,
                                         every later line the caller's: the stay goes on as the
                                         caller's, and the entry of the other is taken back
    a channel is optimised away          the end has an id that no line had before: it is of the
                                         talk that this agent began in this queue at that second

What a line of one stay told on its own, read without the lines before, is taken back where these
show that it is the stay of another number or call. A line without any other of its stay is told by
itself: of an end, the answer lies as long before it as the call talked.
"""

from collections.abc import Callable, Iterator
from typing import Any

from floorpulse.contracts.events import LeftReason
from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.asterisk.claims import (
    COMPLETED,
    LEFT,
    PASSED_ON,
    StayClaim,
    claim_of,
)
from floorpulse.ingest.sources.asterisk.lines import LogEntry
from floorpulse.ingest.sources.asterisk.names import contact_of
from floorpulse.ingest.sources.asterisk.stays import (
    MOST_STAYS,
    NEAR,
    QueueStay,
    StaysOfLog,
    number_of,
)
from floorpulse.ingest.sources.callers import customer_of
from floorpulse.ingest.sources.payloads import hashed_visit

EventBody = dict[str, Any]
"""A canonical event without id and source; without `at` it happened at the entry's instant"""

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
RACE = 2
"""Seconds by which the end of a stay may be written behind the caller's next entry"""
LATE = 30
"""Seconds by which the entry into a queue may be told behind its beginning"""
END_OF_SECOND = 999
BEGINNING_UNKNOWN = Refusal(
    Reason.MISSING_FIELD,
    "the line does not say how long its caller waited, and the entry into the queue is not in what "
    "was read: put the file before it in front (cat queue_log.1 queue_log)",
)


class CallsOfLog:
    """The calls of one log; `source` is who tells them, such as `asterisk:pbx1`."""

    def __init__(self, source: str = "asterisk") -> None:
        self._source = source
        self._stays = StaysOfLog()
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
        return [self._offer(entry, stay), *(() if own else self._undone(entry, entry.second))]

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
        return self._event("contact.offered", stay, queue=stay.queue, customer=customer)

    def _turned_away(self, entry: LogEntry) -> list[EventBody]:
        about = {
            "contact": self._contact(entry.call),
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
                **self._retraction(stay.call, stay.number, "an outbound call"),
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
        stay = self._claimed(entry, claim, before)
        if isinstance(stay, Refusal):
            return stay
        told = [*before, *self._tells[entry.word](entry, claim, stay)]
        stay.until = max(stay.until, entry.second)
        stay.place = stay.place or claim.place
        return told

    def _claimed(
        self, entry: LogEntry, claim: StayClaim, before: list[EventBody]
    ) -> QueueStay | Refusal:
        """The stay that the line is about; what must be told first goes to `before`."""
        began = claim.began
        own = self._unended(entry, claim)
        known = None if began is None else self._known(entry, claim, began, own)
        if known and began is not None and known.entered_as == entry.call:
            self._stays.part(entry.call, known)
            before += self._entered_as_another(known)
            return self._alone(entry, claim, began)
        if known and began is not None:
            alone = known.call == entry.call and known.began != began
            before += self._undone(entry, began) if alone else ()
            return known
        if began is None:
            return own or claim.impossible or BEGINNING_UNKNOWN
        talk = self._talk_of_another_id(entry, claim, began, before)
        if told := talk or self._contradicted(entry, began):
            return told
        if own and own.began < began and entry.word == "ABANDON":
            return own
        waiting = self._waiting_by_another_id(entry, claim, began, before)
        return waiting or self._alone(entry, claim, began)

    def _known(
        self, entry: LogEntry, claim: StayClaim, began: int, own: QueueStay | None
    ) -> QueueStay | None:
        """The call's stay that began then. Asterisk counts from before it looks for the queue, and
        tells the entry once it has found it: a database may take long.
        """
        near = self._stays.near(entry.call, entry.queue, began)
        if near or own is None or own.at is None or (claim.ends_talk and not own.agent):
            return near
        return own if 0 < own.began - began <= LATE else None

    def _unended(self, entry: LogEntry, claim: StayClaim) -> QueueStay | None:
        """The call's last stay in the queue that may end so."""
        agents = ("", entry.agent) if claim.ends_talk else ("",)
        return next(
            (
                stay
                for stay in reversed(self._stays.of(entry.call, entry.queue))
                if not stay.over and stay.agent in agents
            ),
            None,
        )

    def _contradicted(self, entry: LogEntry, began: int) -> Refusal | None:
        """A call cannot enter a queue in the middle of a stay there."""
        for stay in self._stays.of(entry.call, entry.queue):
            if stay.at is not None and began + NEAR < stay.began < entry.second - RACE:
                return Refusal(
                    Reason.INVALID_FIELD,
                    f"impossible: {entry.word} says that the stay began in second {began}, but "
                    f"the log has this call enter the queue in second {stay.began}",
                )
        return None

    def _talk_of_another_id(
        self, entry: LogEntry, claim: StayClaim, began: int, before: list[EventBody]
    ) -> QueueStay | None:
        """The talk of this agent that the line ends under an id which no line of it had before."""
        if claim.answered is None:
            return None
        for stay in self._stays.talking(entry.queue, entry.agent, began):
            if abs(stay.talking - claim.answered) <= NEAR:
                before += self._undone(entry, began)
                self._stays.alias(entry.call, stay)
                return stay
        return None

    def _waiting_by_another_id(
        self, entry: LogEntry, claim: StayClaim, began: int, before: list[EventBody]
    ) -> QueueStay | None:
        if claim.ends_talk:
            return None
        for stay in self._stays.waiting(entry.queue, began):
            if not claim.place or claim.place == stay.place:
                before += self._handed_over(entry, stay, began)
                return stay
        return self._talked_by_another_id(entry, began) if entry.word == "CONNECT" else None

    def _talked_by_another_id(self, entry: LogEntry, began: int) -> QueueStay | None:
        """The stay whose end was read before its answer, under the id that it got later."""
        for stay in self._stays.ended(entry.queue, entry.agent, began):
            if abs(stay.talking - entry.second) <= NEAR:
                self._stays.alias(entry.call, stay)
                return stay
        return None

    def _handed_over(self, entry: LogEntry, stay: QueueStay, began: int) -> Iterator[EventBody]:
        yield {**self._given_up(stay), "at": stay.at}
        self._stays.hand_over(stay, entry.call, began)
        yield {**self._event("contact.offered", stay, queue=stay.queue), "at": stay.at}

    def _entered_as_another(self, stay: QueueStay) -> Iterator[EventBody]:
        """The call entered as another one of that second, where the one that was thought to be it
        has gone on by itself.
        """
        for other in self._stays.waiting(stay.queue, stay.began):
            if other.began == stay.began:
                yield {**self._given_up(other), "at": other.at}
                self._stays.replace(other, stay)
                return

    def _given_up(self, stay: QueueStay) -> EventBody:
        return self._retraction(stay.call, stay.number, "told on as the stay of the caller")

    def _alone(self, entry: LogEntry, claim: StayClaim, began: int) -> QueueStay:
        stay = QueueStay(entry.call, entry.queue, began, place=claim.place, until=entry.second)
        return self._stays.add(stay)

    def _undone(self, entry: LogEntry, began: int) -> Iterator[EventBody]:
        """Take back what this line tells where it is read without the others of its stay."""
        number = number_of(entry.queue, began)
        yield self._retraction(entry.call, number, "told from a part of the log")

    def _retraction(self, call: str, number: int, reason: str) -> EventBody:
        return {
            "type": "contact.retracted",
            "contact": self._contact(call),
            "visit": number,
            "what": "visit",
            "reason": reason,
        }

    # ------------------------------------------------------------- what they tell

    def _connected(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> Iterator[EventBody]:
        """Who left and was answered all the same entered the queue twice in one second."""
        stay.over = stay.over and bool(stay.agent)
        stay.agent = entry.agent
        stay.talking = entry.second
        yield self._answer(entry, claim, stay)

    def _answer(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> EventBody:
        wait = _milliseconds(claim.waited)
        return self._event(
            "contact.answered", stay, agent=entry.agent, queue=stay.queue, wait_ms=wait
        )

    def _abandoned(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> Iterator[EventBody]:
        if not stay.over:
            stay.over = True
            wait = _milliseconds(claim.waited)
            yield self._event("contact.abandoned", stay, queue=entry.queue, wait_ms=wait)

    def _left(self, entry: LogEntry, claim: StayClaim, stay: QueueStay) -> Iterator[EventBody]:
        if stay.over:
            return
        stay.over = True
        if stay.at is None:
            at = min(entry.at, stay.began * 1000 + END_OF_SECOND)
            yield {**self._event("contact.offered", stay, queue=stay.queue), "at": at}
        wait = _milliseconds(claim.waited)
        yield self._event("contact.left", stay, reason=LEFT[entry.word], wait_ms=wait)

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
            yield self._event("contact.transferred", stay)
        yield self._event("contact.ended", stay, talk_ms=_milliseconds(claim.talked))

    def _held(self, entry: LogEntry) -> list[EventBody]:
        talk = next((s for s in self._stays.of(entry.call, entry.queue) if not s.over), None)
        return [self._event(HOLDS[entry.word], talk)] if talk and talk.agent else []

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
                "contact": self._contact(entry.call),
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
            body = self._event("contact.left", stay, **said)
            ended.append({**body, "at": max(self._until * 1000, stay.at or 0)})
        return ended

    # ------------------------------------------------------------- names

    def _contact(self, call: str) -> str:
        return contact_of(call, self._source)

    def _event(self, type_: str, stay: QueueStay, **said: object) -> EventBody:
        known = {name: value for name, value in said.items() if value is not None}
        return {
            "type": type_,
            "contact": self._contact(stay.call),
            "visit": stay.number,
            **known,
        }


def _milliseconds(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000
