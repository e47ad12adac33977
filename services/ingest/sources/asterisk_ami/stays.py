"""Calls in queues, as the manager interface tells of them: what an event says of a call, and which
of its stays it is about.

    QueueCallerJoin ─► waiting ─┬─ AgentConnect ───────────► talking ── AgentComplete ─► ended
                                ├─ Abandon, QUEUESTATUS ───► left, why the variable says
                                ├─ Abandon, Hangup ────────► abandoned
                                └─ Leave, none of the three ► left by a key

A stay is told apart by the caller's unique id. An attended transfer into a waiting line and a Local
channel that is optimised away change that id: the stay goes on under the new one, and is told under
the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from floorpulse.contracts.events import LeftReason
from floorpulse.ingest.sources.asterisk_ami.message import AmiEvent, EventBody

MOST_CALLS = 100_000
"""Calls whose number of stays is remembered"""
LAST_STAY = 32_767
MOST_QUEUES = 10_000
"""Queues whose spelling is remembered"""

BY_KEY_AFTER = 5_000
"""Milliseconds after which a call that left the line without a word has left by a key"""
UNEXPLAINED_AFTER = 10_000
"""Milliseconds after which one that gave up, yet neither hung up nor said why, has just left"""
WENT_BY: dict[str, LeftReason] = {
    "TIMEOUT": "timeout",
    "LEAVEEMPTY": "empty",
    "LEAVEUNAVAIL": "empty",
    "JOINEMPTY": "empty",
    "JOINUNAVAIL": "empty",
    "FULL": "overflow",
}
TURNED_AWAY = frozenset(("FULL", "JOINEMPTY", "JOINUNAVAIL"))


@dataclass(eq=False)
class QueueStay:
    """One stay of a call in a queue; `contact` and `number` say which, whatever id it has now.

    `gone` is when it left the line; `channel` is that of the agent who talks, `is_local` where it
    is a Local channel, which stands before the telephone's.
    """

    contact: str
    number: int
    queue: str
    since: int
    gone: int | None = None
    gave_up: bool = False
    answered: int = 0
    agent: str = ""
    channel: str = ""
    is_local: bool = False
    on_hold: bool = False
    passed_on: bool = False

    def event(self, kind: str, at: int, **said: object) -> EventBody:
        """An event of this stay."""
        known = {name: value for name, value in said.items() if value is not None}
        return {"type": f"contact.{kind}", "at": at, **self.name, **known}

    @property
    def name(self) -> EventBody:
        """Which stay it is; the first needs no number."""
        number = {"visit": self.number} if self.number > 1 else {}
        return {"contact": self.contact, **number}


class QueueStays:
    """The stays of all calls of one Asterisk, by the id that the caller has now.

    A stay waits, is going (it left the line, and why is not told yet), or is presumed to have left,
    for long enough nobody said why: an answer may still come, and wins.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._waiting: dict[str, QueueStay] = {}
        self._going: dict[str, QueueStay] = {}
        self._presumed: dict[str, QueueStay] = {}
        self._talks: dict[tuple[str, str], list[QueueStay]] = {}
        self._doors: dict[str, str] = {}
        self._queues: dict[bytes, str] = {}

    def names(self, queue: str) -> None:
        """A queue is called so in queues.conf."""
        if len(self._queues) < MOST_QUEUES:
            self._queues[_folded(queue)] = queue

    def waiting(self, channel: str) -> QueueStay | None:
        """The stay of a caller who waits."""
        return self._waiting.get(channel)

    def talks(self, agent: str) -> int:
        """How many calls of queues an agent has."""
        return sum(len(talks) for (_, who), talks in self._talks.items() if who == agent)

    # ------------------------------------------------------------ into a queue and out of it

    def joined(self, event: AmiEvent) -> Iterator[EventBody]:
        """A caller entered a queue."""
        channel = event.channel()
        yield from self._explain(channel)
        if lost := self._waiting.pop(channel, None):
            yield lost.event("left", event.at, reason="other")
        stay = self._waiting[channel] = self._stay(event, event.at)
        yield self._offered(stay, event)

    def left(self, event: AmiEvent) -> Iterator[EventBody]:
        """A caller is no longer in the line; why is told by what follows."""
        if stay := self._waiting.pop(event.channel(), None):
            stay.gone = event.at
            self._going[event.channel()] = stay
        yield from ()

    def gave_up(self, event: AmiEvent) -> Iterator[EventBody]:
        """A caller gave up, or was sent away."""
        channel = event.channel()
        stay = self._waiting.pop(channel, None) or self._going.get(channel)
        if stay is None:
            stay = self._stay(event, event.at - (event.seconds("HoldTime") or 0))
            yield self._offered(stay, event)
        stay.gone = event.at
        stay.gave_up = True
        self._going[channel] = stay

    def status(self, event: AmiEvent) -> Iterator[EventBody]:
        """The dialplan is told how a call left a queue."""
        value = event.text("Value").upper()
        if event.text("Variable").upper() != "QUEUESTATUS" or not value:
            return
        channel = event.channel()
        if stay := self._going.pop(channel, None):
            yield stay.event("left", stay.gone or event.at, reason=WENT_BY.get(value, "other"))
        elif value in TURNED_AWAY and (door := self._doors.get(channel)):
            away = self._stay(event, event.at, self._queues.get(_folded(door), door))
            yield self._offered(away, event)
            yield away.event("left", event.at, reason=WENT_BY[value])

    def dialled(self, event: AmiEvent) -> None:
        """The dialplan sends a call into a queue: the only word of it where it is turned away."""
        if event.text("Application").upper() == "QUEUE":
            self._doors[event.channel()] = event.text("AppData").partition(",")[0]

    def hung_up(self, event: AmiEvent) -> Iterator[EventBody]:
        """A channel is gone."""
        channel = event.channel()
        self._doors.pop(channel, None)
        self._presumed.pop(channel, None)
        if stay := self._going.pop(channel, None):
            yield _hung_up(stay)

    def passed(self, at: int) -> Iterator[tuple[str, EventBody]]:
        """It is `at`: who left without a word, and long enough ago, left by a key; with the
        caller's id.
        """
        while self._going:
            channel, stay = next(iter(self._going.items()))
            patience = UNEXPLAINED_AFTER if stay.gave_up else BY_KEY_AFTER
            if stay.gone is None or at - stay.gone < patience:
                return
            del self._going[channel]
            self._presumed[channel] = stay
            yield channel, _unexplained(stay)

    # ------------------------------------------------------------ talking

    def connected(self, event: AmiEvent) -> Iterator[EventBody]:
        """An agent took a call."""
        channel = event.channel()
        known = (self._going, self._waiting, self._presumed)
        stay = next((one for stays in known if (one := stays.pop(channel, None))), None)
        if stay is None:
            stay = self._stay(event, event.at - (event.seconds("HoldTime") or 0))
            yield self._offered(stay, event)
        stay.answered = event.at
        stay.agent = event.member
        stay.channel = event.channel("DestUniqueid")
        stay.is_local = event.interface.startswith("Local/")
        self._talks.setdefault((event.queue, event.member), []).append(stay)
        yield stay.event("answered", event.at, agent=stay.agent, queue=event.queue)

    def completed(self, event: AmiEvent) -> Iterator[EventBody]:
        """A talk ended. Which one is known by queue and agent: the caller's id may have changed,
        or be missing.
        """
        stay = self._talk(event)
        if stay is None:
            yield from self._unheard(event)
            return
        if event.text("Reason").lower() == "transfer" or stay.passed_on:
            yield stay.event("transferred", event.at)
        yield stay.event("ended", event.at)

    def held(self, event: AmiEvent) -> Iterator[EventBody]:
        """An agent's telephone holds the call, or takes it back. Behind a Local channel it has one
        of its own, which is linked to the caller's.
        """
        holds = event.word == "Hold"
        stay = self._with_channel(event.channel()) or self._linked(event)
        if stay is not None and stay.on_hold != holds:
            stay.on_hold = holds
            yield stay.event("held" if holds else "resumed", event.at)

    # ------------------------------------------------------------ changes of the caller's id

    def transferred(self, event: AmiEvent) -> None:
        """A transfer was made: by an agent, or of a caller into a line where somebody else stood
        for them. One of which no result is told is taken for a success.
        """
        if event.text("Result").upper() not in ("", "SUCCESS"):
            return
        if event.word == "AttendedTransfer":
            self._rename(
                event.channel("SecondTransfererUniqueid"), event.channel("TransfereeUniqueid")
            )
        for name in ("TransfererUniqueid", "OrigTransfererUniqueid"):
            if stay := self._with_channel(event.channel(name)):
                stay.passed_on = True

    def optimised(self, event: AmiEvent) -> None:
        """A Local channel makes way for the channel behind it."""
        for name in ("LocalOneUniqueid", "LocalTwoUniqueid"):
            self._rename(event.channel(name), event.channel("SourceUniqueid"))

    def _rename(self, old: str, new: str) -> None:
        if not old or not new or new in self._waiting:
            return
        for stays in (self._waiting, self._going):
            if stay := stays.pop(old, None):
                stays[new] = stay

    # ------------------------------------------------------------ after a gap

    def present(self, event: AmiEvent) -> Iterator[EventBody]:
        """A caller waits, says a list of all: perhaps one of whom nobody told."""
        known = self._waiting.get(event.channel())
        if event.channel() and (known is None or known.queue != event.queue):
            since = event.at - (event.seconds("Wait") or 0)
            stay = self._waiting[event.channel()] = self._stay(event, since)
            yield self._offered(stay, event)

    def missed(self, present: set[str], asked: int) -> Iterator[EventBody]:
        """The list of who waits is complete, as of `asked` (epoch milliseconds): who is not on it
        left while nobody listened. How is not known. What hung up meanwhile is forgotten.
        """
        self._doors.clear()
        self._presumed.clear()
        for channel, stay in list(self._waiting.items()):
            if channel not in present and stay.since < asked:
                del self._waiting[channel]
                yield stay.event("left", asked, reason="other")

    def idle(
        self, queue: str, agent: str, asked: int, last_call: int | None
    ) -> Iterator[EventBody]:
        """An agent has no call of a queue, says a list: a talk ended while nobody listened, at
        `last_call` where the queue remembers it, else by `asked`.
        """
        talks = self._talks.get((queue, agent), [])
        for stay in [one for one in talks if one.answered < asked]:
            talks.remove(stay)
            ended = last_call if last_call and last_call >= stay.answered else asked
            yield stay.event("ended", ended)

    # ------------------------------------------------------------ within

    def _stay(self, event: AmiEvent, since: int, queue: str = "") -> QueueStay:
        contact = event.channel()
        number = min(self._numbers.pop(contact, 0) + 1, LAST_STAY)
        self._numbers[contact] = number
        if len(self._numbers) > MOST_CALLS:
            del self._numbers[next(iter(self._numbers))]
        return QueueStay(contact, number, queue or event.queue, since)

    def _offered(self, stay: QueueStay, event: AmiEvent) -> EventBody:
        return stay.event("offered", stay.since, queue=stay.queue, customer=event.customer)

    def _explain(self, channel: str) -> Iterator[EventBody]:
        """Who enters a queue has left the one before, and did not hang up."""
        self._presumed.pop(channel, None)
        if stay := self._going.pop(channel, None):
            yield _unexplained(stay)

    def _talk(self, event: AmiEvent) -> QueueStay | None:
        talks = self._talks.get((event.queue, event.member), [])
        ids = {event.channel(), event.channel("DestUniqueid")} - {""}
        same = [one for one in talks if {one.contact, one.channel} & ids]
        talk = event.seconds("TalkTime")
        began = 0 if talk is None else event.at - talk
        stay = min(same or talks, key=lambda one: abs(one.answered - began), default=None)
        if stay is not None:
            talks.remove(stay)
        if not talks:
            self._talks.pop((event.queue, event.member), None)
        return stay

    def _unheard(self, event: AmiEvent) -> Iterator[EventBody]:
        """A talk that began before anybody listened: told from the spans that its end names."""
        talk = event.seconds("TalkTime")
        if not event.channel() or talk is None:
            return
        answered = event.at - talk
        stay = self._stay(event, answered - (event.seconds("HoldTime") or 0))
        yield self._offered(stay, event)
        yield stay.event("answered", answered, agent=event.member, queue=event.queue)
        if event.text("Reason").lower() == "transfer":
            yield stay.event("transferred", event.at)
        yield stay.event("ended", event.at)

    def _linked(self, event: AmiEvent) -> QueueStay | None:
        caller = event.channel("Linkedid")
        if caller == event.channel():
            return None
        talks = (one for all_ in self._talks.values() for one in all_)
        return next((one for one in talks if one.is_local and one.contact == caller), None)

    def _with_channel(self, channel: str) -> QueueStay | None:
        talks = (one for all_ in self._talks.values() for one in all_)
        return next((one for one in talks if channel and one.channel == channel), None)


def _folded(queue: str) -> bytes:
    """The name of a queue as Asterisk finds it, without regard to the case of ASCII letters."""
    return queue.encode(errors="replace").lower()


def _hung_up(stay: QueueStay) -> EventBody:
    if stay.gave_up:
        return stay.event("abandoned", stay.gone or stay.since, queue=stay.queue)
    return stay.event("left", stay.gone or stay.since, reason="key")


def _unexplained(stay: QueueStay) -> EventBody:
    reason = "other" if stay.gave_up else "key"
    return stay.event("left", stay.gone or stay.since, reason=reason)
