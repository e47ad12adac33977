"""The record of a finished call as visits: one for each agent who accepted it, in their order.

    QueuedTimestamp ─► offered            participant accepted ─► answered … ended
    EndStatus 103, 104 ─► abandoned       a further participant accepted ─► transferred, and a
    105 ─► left empty, 106 ─► closed      visit of its own, offered when the first agent was called
                                          after the one before had ended; so is a call that nobody
                                          accepted any more

All stamps are whole seconds, but those of keys milliseconds; 0 is no time. The root of the record
is the customer's whole call, and its skill group the last agent's: waits and talks are read from
the participants alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored, Told, identity, missing
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.tencent_ccc import surveys

NOT_INBOUND = frozenset((1, 5, 6))
"""CallType: outbound, predictive, between agents"""
SERVED = 1
WAITING_GIVEN_UP = 103
RINGING_GIVEN_UP = 104
GIVEN_UP = frozenset((WAITING_GIVEN_UP, RINGING_GIVEN_UP))
CALLER = "USER"
"""The side that hung up, where it is the customer's"""
LEFT = {105: "empty", 106: "closed"}
OF_ROBOTS = range(225, 234)
NO_VISIT = frozenset((100, 102, 107, *OF_ROBOTS))
"""Ends before any queue: block list, given up in the IVR, ended by it, or with a voice agent"""
BY_NAME = {
    "ok": 1,
    "blacklist": 100,
    "ivrgiveup": 102,
    "waitinggiveup": 103,
    "ringinggiveup": 104,
    "noseatonline": 105,
    "notworktime": 106,
    "ivrend": 107,
    "asrerror": 225,
    "llmasrerror": 226,
    "ttserror": 227,
    "functioncallhangup": 228,
    "maxcalldurationreached": 229,
    "userinactivity": 230,
    "callterminatedbyapi": 231,
    "userhangupduringaicall": 232,
    "aiagentendcall": 233,
}
OF_BOTH = 211
"""The agent's own device failed, on an inbound call as well as on an outbound one"""
OUTBOUND = frozenset((*range(108, 112), *range(200, 225))) - {OF_BOTH}
"""Ends of outbound calls"""
CALLED = ("StartTimestamp", "RingTimestamp")
"""When a participant was called"""


@dataclass(frozen=True)
class Stay:
    """One visit of a call: epoch milliseconds, `number` its visit, `key` what its ids are made of.

    `answered` is None where nobody accepted.
    """

    contact: str
    number: int
    key: str
    queue: str
    offered: int
    agent: str | None = None
    answered: int | None = None
    ended: int | None = None

    def told(self, type_: str, at: int, **fields: object) -> EventBody:
        """An event of this visit."""
        word = type_.rpartition(".")[2]
        known = {"type": type_, "id": identity(self.contact, self.key, word), "at": at}
        visit = self.number if self.number > 1 else None
        return {**known, "contact": self.contact, "visit": visit, **fields}

    def wait_until(self, at: int) -> int | None:
        """The wait in milliseconds; None where stamps contradict one another."""
        return at - self.offered if at >= self.offered else None


def call(record: Fields, settings: SourceSettings) -> Told:
    """The events of one record; none of a call that is not inbound or saw no queue."""
    session = record.text("SessionId")
    if session is None:
        return missing("SessionId")
    if record.number("CallType") in NOT_INBOUND or record.number("Direction") == 1:
        return Ignored(f"CallType {record.text('CallType') or 'outbound'}")
    first = _queued(session, record, settings)
    if first is None:
        return Ignored("call without a queue")
    stays, called = _stays(first, record, settings)
    if not stays and _saw_no_queue(record):
        return Ignored(f"EndStatus {status_of(record)}")
    told = [event for stay in stays for event in _of(stay)]
    unserved = _unserved(stays, called, settings)
    in_order = [*stays, unserved] if unserved else stays
    told += [_passed_on(one, following) for one, following in pairwise(in_order)]
    if unserved or not stays:
        told += _unanswered(unserved or first, record)
    told += _missed(first, record, settings)
    last = stays[-1] if stays else first
    return [*told, *surveys.answers(last.contact, last.number, last.ended, record, settings)]


def _queued(session: str, record: Fields, settings: SourceSettings) -> Stay | None:
    """The first stay as the call's root tells it; None where no queue was seen."""
    at = record.seconds("QueuedTimestamp")
    group = _group(record, "QueuedSkillGroupId", "QueuedSkillGroupName")
    if at is None or group is None:
        return None
    return Stay(session, 1, "0", settings.queue(group), at)


def _group(record: Fields, number: str, name: str) -> str | None:
    """A skill group: its number, else its name; 0 is none."""
    known = record.text(number)
    return known if known not in {None, "0"} else record.text(name)


def _stays(
    first: Stay, record: Fields, settings: SourceSettings
) -> tuple[list[Stay], list[Fields]]:
    """A stay for each participant who accepted, in order; a participant who did not is an attempt
    to reach one. With those who were called after the last stay.
    """
    stays: list[Stay] = []
    called: list[Fields] = []
    everybody = _participants(record)
    for one in everybody:
        answered = one.seconds("AcceptTimestamp")
        if answered is None:
            called.append(one)
            continue
        stay = first if not stays else _further(stays[-1], one, called, settings)
        agent = _staff(one, settings) or _seat(one, everybody, record, settings)
        if agent is not None:
            ended = one.seconds("EndedTimestamp")
            stays.append(replace(stay, agent=agent, answered=answered, ended=ended))
            called = []
    return stays, called


def _unserved(
    stays: Sequence[Stay], called: Sequence[Fields], settings: SourceSettings
) -> Stay | None:
    """The stay of a call that was passed on and that nobody accepted any more."""
    if not stays:
        return None
    after = next((one for one in called if _is_after(stays[-1], one)), None)
    return None if after is None else _further(stays[-1], after, (), settings)


def _is_after(before: Stay, one: Fields) -> bool:
    """Whether the participant was called for a call that the stay's agent had left."""
    at = one.seconds(*CALLED)
    return before.ended is not None and at is not None and at >= before.ended


def _further(before: Stay, one: Fields, called: Sequence[Fields], settings: SourceSettings) -> Stay:
    """The next stay: it begins when the first of its agents was called, for the record has no other
    time.
    """
    group = _group(one, "SkillGroupId", "SkillGroupName")
    of_group = (
        other
        for other in called
        if _group(other, "SkillGroupId", "SkillGroupName") == group and _is_after(before, other)
    )
    at = next(of_group, one).seconds(*CALLED, "AcceptTimestamp")
    number = before.number + 1
    queue = settings.queue(group) if group else before.queue
    return Stay(before.contact, number, str(number - 1), queue, at or before.offered)


def _participants(record: Fields) -> list[Fields]:
    """The participants in order; the record itself where it lists none."""
    known = record.parts("ServeParticipants") or [record]
    return sorted(known, key=lambda one: one.number("Sequence") or 0.0)


def _staff(one: Fields, settings: SourceSettings) -> str | None:
    """Who a participant is; robots and numbers outside have no account."""
    name = one.text("Mail") or one.part("SeatUser").text("Mail", "UserId")
    return None if name is None else settings.agent(name)


def _seat(
    one: Fields, everybody: Sequence[Fields], record: Fields, settings: SourceSettings
) -> str | None:
    """Who a seat is whose account has no mail: the record's own seat is that of the last agent."""
    accepted = [each for each in everybody if each.seconds("AcceptTimestamp") is not None]
    if one is not accepted[-1] or not one.word("Type").endswith("SEAT"):
        return None
    seat = _staff(record, settings)
    return None if seat in {_staff(each, settings) for each in accepted} else seat


def _of(stay: Stay) -> Iterable[EventBody]:
    """The events of a stay that an agent accepted."""
    answered = stay.answered or stay.offered
    wait = stay.wait_until(answered)
    yield stay.told("contact.offered", stay.offered, queue=stay.queue)
    yield stay.told("contact.answered", answered, agent=stay.agent, queue=stay.queue, wait_ms=wait)
    if stay.ended is not None:
        yield stay.told("contact.ended", stay.ended)


def _passed_on(stay: Stay, following: Stay) -> EventBody:
    at = stay.ended if stay.ended is not None else following.offered
    return stay.told("contact.transferred", at, to_queue=following.queue)


def _unanswered(stay: Stay, record: Fields) -> Iterable[EventBody]:
    """A stay that nobody answered, and how it ended; the status of a call that was served before
    does not say it.
    """
    yield stay.told("contact.offered", stay.offered, queue=stay.queue)
    at = record.seconds("EndedTimestamp")
    status = status_of(record)
    if status == SERVED and record.word("HungUpSide") == CALLER:
        status = WAITING_GIVEN_UP
    if at is None:
        return
    wait = stay.wait_until(at)
    if status in GIVEN_UP and not _left_a_voicemail(record):
        yield stay.told("contact.abandoned", at, queue=stay.queue, wait_ms=wait)
    else:
        yield stay.told("contact.left", at, reason=LEFT.get(status, "other"), wait_ms=wait)


def _left_a_voicemail(record: Fields) -> bool:
    """Whether the caller spoke to the voicemail rather than giving up (`TelCdrInfo`, SDK 3.1)."""
    return bool(record.raw("VoicemailRecordURL") or record.raw("VoicemailAsrURL"))


def _saw_no_queue(record: Fields) -> bool:
    status = status_of(record)
    return status in NO_VISIT or status in OUTBOUND


def status_of(record: Fields) -> int:
    """The number of the record's end, also where only its name is told; 0 where it is not known."""
    number = record.number("EndStatus")
    if number is not None:
        return int(number)
    return BY_NAME.get((record.text("EndStatusString") or "").lower(), 0)


def _missed(first: Stay, record: Fields, settings: SourceSettings) -> Iterable[EventBody]:
    """Agents who were called and did not accept, though the caller waited on."""
    for place, one in enumerate(_participants(record)):
        agent = _staff(one, settings)
        over = one.seconds("EndedTimestamp")
        ring = one.seconds("RingTimestamp", "StartTimestamp")
        if agent is None or over is None or one.seconds("AcceptTimestamp"):
            continue
        if _rang_off(one, record):
            continue
        group = _group(one, "SkillGroupId", "SkillGroupName")
        sequence = one.text("Sequence") or str(place)
        yield {
            "type": "agent.missed",
            "id": identity(first.contact, sequence, "missed"),
            "at": over,
            "agent": agent,
            "queue": settings.queue(group) if group else first.queue,
            "contact": first.contact,
            "ring_ms": over - ring if ring is not None and over >= ring else None,
        }


def _rang_off(one: Fields, record: Fields) -> bool:
    """Whether the caller gave up while it rang at this participant."""
    together = one.seconds("EndedTimestamp") == record.seconds("EndedTimestamp")
    gave_up = status_of(record) == RINGING_GIVEN_UP or record.word("HungUpSide") == CALLER
    return status_of(one) == RINGING_GIVEN_UP or (together and gave_up)
