"""A finished call out of its own record: what happened in each queue and with each agent.

    queue A   Enqueue ─► offered                 queue B   Enqueue ─► offered
    agent a       Established ─► answered        agent b      Established ─► answered
                       Released ─► transferred, ended              Released ─► ended

A personal queue has an agent's id and is no queue. Stamps are epoch milliseconds. Pushes cannot
tell the stays of a call that came back to a queue: the one visit that they made of them is taken
back.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.alibaba_ccc.legs import (
    CHANNELS,
    Leg,
    end_of,
    is_inbound,
    names,
    over,
)
from floorpulse.ingest.sources.alibaba_ccc.records import survey
from floorpulse.ingest.sources.fields import LATEST, Fields
from floorpulse.ingest.sources.payloads import EventBody, missing
from floorpulse.ingest.sources.source import SourceSettings

PERSONAL = frozenset(("AGENT", "PERSONAL"))
"""Types of queues that are an agent's own; others come as numbers that nobody explains"""
ABANDONED = "ABANDONED"
CALLER_RANG_OFF = "ABANDONEDINRING"


@dataclass(frozen=True)
class Conversation:
    """What one agent did in a call: epoch milliseconds; `answered` is None where nothing came of
    the ringing.
    """

    agent: str
    group: str | None
    rang: int | None
    answered: int | None
    released: int | None
    holds: Sequence[int]
    resumes: Sequence[int]


@dataclass(frozen=True)
class QueueStay:
    """A stay of a call in a skill group: epoch milliseconds, `end` a word of `ENDS` if it says."""

    leg: Leg
    queue: str
    at: int
    end: str | None
    over_at: int | None
    talks: Sequence[Conversation]


def call(record: Fields, settings: SourceSettings) -> Sequence[EventBody] | Refusal:
    """The events of one call's own record."""
    contact = record.text("ContactId")
    if contact is None:
        return missing("ContactId")
    if not is_inbound(record, "ContactType"):
        return ()
    talks = [one for part in record.parts("AgentEvents") if (one := _conversation(part))]
    stays = _stays(contact, record, talks, settings)
    told = [
        event
        for stay, following in zip_longest(stays, stays[1:])
        for event in _told(stay, following, record, settings)
    ]
    told += _taken_back(contact, stays, record)
    told += _missed(contact, record, (talks, stays), settings)
    return [*told, *(survey(stays[-1].leg, record, settings) if stays else ())]


def _conversation(part: Fields) -> Conversation | None:
    agent = part.text("AgentId")
    if agent is None:
        return None
    known = _sequence(part)
    return Conversation(
        agent,
        part.text("SkillGroupId"),
        min(known.get("RINGING", ()), default=None),
        min(known.get("ESTABLISHED", ()), default=None),
        max(known.get("RELEASED", ()), default=None),
        known.get("HELD", ()),
        known.get("RETRIEVED", ()),
    )


def _sequence(part: Fields) -> dict[str, list[int]]:
    """The instants of each word of an event sequence, words in capitals."""
    known: dict[str, list[int]] = {}
    for one in part.parts("EventSequence"):
        at = one.milliseconds("EventTime") or one.instant("EventTime")
        if at is not None:
            known.setdefault(one.word("Event"), []).append(at)
    return known


def _stays(
    contact: str, record: Fields, talks: Sequence[Conversation], settings: SourceSettings
) -> list[QueueStay]:
    people = {one.agent for one in talks}
    groups = names(record, "SkillGroupIds")
    known = [
        (at, group, part)
        for part in record.parts("QueueEvents")
        if part.word("QueueType") not in PERSONAL
        and (group := part.text("QueueId")) is not None
        and group not in people
        and (not groups or group in groups)
        for at in _sequence(part).get("ENQUEUE", ())
    ]
    ordered = sorted(known, key=lambda one: one[:2])
    often = Counter(group for _, group, _ in ordered)
    stays: list[QueueStay] = []
    for number, (at, group, part) in enumerate(ordered):
        words = (contact, str(number))
        leg = Leg(contact, group, words, at if often[group] > 1 else None)
        others = [other for other, elsewhere, _ in ordered if elsewhere == group and other != at]
        stays.append(_stay(leg, _Span.between(at, others), part, talks, settings))
    return stays


@dataclass(frozen=True)
class _Span:
    """What lies from a stay's entry on until the next one into the same queue; of the first one
    also what lies before, for clocks differ.
    """

    at: int
    since: int
    until: int

    @classmethod
    def between(cls, at: int, others: Sequence[int]) -> "_Span":
        """The span of a stay that was entered at `at`, among others of the same queue."""
        first = all(other > at for other in others)
        return cls(at, 0 if first else at, min((o for o in others if o > at), default=LATEST))

    def holds(self, at: int) -> bool:
        """Whether the instant lies in it."""
        return self.since <= at < self.until


def _stay(
    leg: Leg,
    span: _Span,
    part: Fields,
    talks: Sequence[Conversation],
    settings: SourceSettings,
) -> QueueStay:
    within = sorted(
        (one for one in talks if _is_within(one.answered, span)),
        key=lambda one: one.answered or 0,
    )
    of_group = [one for one in within if one.group == leg.group]
    if not of_group:
        of_group = [one for one in within if one.group is None][:1]
    ends = [
        (at, end)
        for word, instants in _sequence(part).items()
        if (end := _end(word)) is not None
        for at in instants
        if span.holds(at)
    ]
    over_at, end = min(ends, default=(None, None))
    return QueueStay(leg, settings.queue(leg.group), span.at, end, over_at, of_group)


def _is_within(answered: int | None, span: _Span) -> bool:
    return answered is not None and span.holds(answered)


def _end(word: str) -> str | None:
    """How a stay ended by a word of its queue."""
    return "abandoned" if word == ABANDONED else end_of(word)


def _taken_back(contact: str, stays: Sequence[QueueStay], record: Fields) -> Iterable[EventBody]:
    released = record.milliseconds("ReleaseTime")
    again = {stay.leg.group: stay.at for stay in stays if stay.leg.entered is not None}
    for group, last in again.items():
        pushed = Leg(contact, group, (contact, group))
        why = {"what": "visit", "reason": "the call was in this queue more than once"}
        yield pushed.told("contact.retracted", released or last, **why)


def _told(
    stay: QueueStay, following: QueueStay | None, record: Fields, settings: SourceSettings
) -> Iterable[EventBody]:
    leg = stay.leg
    channel = CHANNELS.get(record.word("MediaType"))
    yield leg.told("contact.offered", stay.at, queue=stay.queue, channel=channel)
    if not stay.talks:
        yield from _unanswered(stay, following, record)
        return
    first = stay.talks[0]
    agent = settings.agent(first.agent)
    answered = first.answered or stay.at
    yield leg.told("contact.answered", answered, agent=agent, queue=stay.queue)
    yield from _held(stay)
    ends = [one.released for one in stay.talks if one.released is not None]
    if ends and following is not None:
        yield leg.told("contact.transferred", max(ends), to_queue=following.queue)
    if ends:
        yield leg.told("contact.ended", max(ends))


def _held(stay: QueueStay) -> Iterable[EventBody]:
    for word, instants in (
        ("contact.held", [at for one in stay.talks for at in one.holds]),
        ("contact.resumed", [at for one in stay.talks for at in one.resumes]),
    ):
        for at in instants:
            body = stay.leg.told(word, at)
            yield {**body, "id": f"{body['id']}:{at}"}


def _unanswered(
    stay: QueueStay, following: QueueStay | None, record: Fields
) -> Iterable[EventBody]:
    """By the queue's own word, else a move to the next queue, else the call's disposition."""
    released = record.milliseconds("ReleaseTime")
    if stay.end is not None and stay.over_at is not None:
        end, at = stay.end, stay.over_at
    elif following is not None:
        end, at = "overflow", following.at
    elif released is not None:
        end, at = end_of(record.word("ContactDisposition")) or "other", released
    else:
        return
    yield over(stay.leg, end, at, stay.queue, None)


def _missed(
    contact: str,
    record: Fields,
    known: tuple[Sequence[Conversation], Sequence[QueueStay]],
    settings: SourceSettings,
) -> Iterable[EventBody]:
    """Agents where it rang in vain; nobody where the caller gave up while it rang."""
    if record.word("ContactDisposition") == CALLER_RANG_OFF:
        return
    talks, stays = known
    for number, one in enumerate(talks):
        if one.answered is None and one.rang is not None:
            over_at = one.released or one.rang
            entered = _entered(one, stays)
            leg = Leg(contact, one.group or "", (contact, str(number), one.agent), entered)
            body = leg.told("agent.missed", over_at, agent=settings.agent(one.agent))
            queue = settings.queue(one.group) if one.group else None
            visit = body["visit"] if one.group else None
            yield {**body, "visit": visit, "queue": queue, "ring_ms": over_at - one.rang}


def _entered(rung: Conversation, stays: Sequence[QueueStay]) -> int | None:
    """Which of several stays in one queue it rang for: the last one entered before."""
    legs = [stay.leg for stay in stays if stay.leg.group == rung.group]
    before = [leg for leg in legs if (leg.entered or 0) <= (rung.rang or 0)]
    return next((leg.entered for leg in reversed(before or legs)), None)
