"""Which stay of Asterisk's queue_log a line is about.

It is the stay of its call in its queue that began when the line says that it did: none in another
queue, whichever the call entered last. The ids of calls change in the middle of stays, too:

    a caller is handed into a queue      ENTERQUEUE has the id of the telephone that hands over,
                                         every later line the caller's: the stay goes on as the
                                         caller's, and the entry of the other is taken back
    a channel is optimised away          the end has an id that no line had before: it is of the
                                         talk that this agent began in this queue at that second

What a line of one stay told on its own, read without the lines before, is taken back where these
show that it is the stay of another number or call.
"""

from collections.abc import Iterator

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.asterisk.claims import StayClaim
from floorpulse.ingest.sources.asterisk.lines import LogEntry
from floorpulse.ingest.sources.asterisk.stay_events import EventBody, StayEvents
from floorpulse.ingest.sources.asterisk.stays import NEAR, QueueStay, StaysOfLog

RACE = 2
"""Seconds by which the end of a stay may be written behind the caller's next entry"""
LATE = 30
"""Seconds by which the entry into a queue may be told behind its beginning"""
BEGINNING_UNKNOWN = Refusal(
    Reason.MISSING_FIELD,
    "the line does not say how long its caller waited, and the entry into the queue is not in what "
    "was read: put the file before it in front (cat queue_log.1 queue_log)",
)


class ClaimedStays:
    """Finds among the stays of one log those that its lines are about."""

    def __init__(self, stays: StaysOfLog, events: StayEvents) -> None:
        self._stays = stays
        self._events = events

    def claimed(
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
            before += self._events.undone(entry.call, entry.queue, began) if alone else ()
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
                before += self._events.undone(entry.call, entry.queue, began)
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
        yield {**self._events.event("contact.offered", stay, queue=stay.queue), "at": stay.at}

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
        return self._events.retraction(stay.call, stay.number, "told on as the stay of the caller")

    def _alone(self, entry: LogEntry, claim: StayClaim, began: int) -> QueueStay:
        stay = QueueStay(entry.call, entry.queue, began, place=claim.place, until=entry.second)
        return self._stays.add(stay)
