"""A finished call out of the list of calls.

    StartTime + IvrTime ─► offered ── QueueTime + RingTime ─► answered … ReleaseTime ─► ended
                                                          └─► abandoned, left

Stamps are epoch milliseconds, spans whole seconds. The wait is the time in the queue and the time
of ringing: WaitTime is 0 for calls that were given up. A call through several skill groups, or one
that was transferred, is told by its own record alone: the list does not say what was when.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.alibaba_ccc.legs import (
    BEFORE_THE_QUEUE,
    CHANNELS,
    Leg,
    end_of,
    is_inbound,
    names,
    over,
)
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, identity, missing
from floorpulse.ingest.sources.source import SourceSettings, SurveyScale
from floorpulse.ingest.sources.survey_scores import score_of

SECOND = 1000
END_OF_SECOND = 999
"""What a whole second may hide: a live end of the same second must not win over the record's"""
FIVE = SurveyScale("csat", 1, 5)
SURVEY = "csat"


@dataclass(frozen=True)
class Queued:
    """The stay of a call from the list: epoch milliseconds and milliseconds."""

    leg: Leg
    queue: str
    at: int
    wait: int


def needs_its_record(record: Fields) -> bool:
    """Whether the list says too little of a call: it was transferred, or in several queues."""
    return len(names(record, "SkillGroupIds")) > 1 or (record.number("TransferCount") or 0) > 0


def call(record: Fields, settings: SourceSettings) -> Sequence[EventBody] | Refusal:
    """The events of one call of the list; none of a call that no queue saw."""
    contact = record.text("ContactId")
    began = record.milliseconds("StartTime")
    if contact is None or began is None:
        return missing("ContactId or StartTime")
    groups = names(record, "SkillGroupIds")
    if not groups or needs_its_record(record) or not is_inbound(record, "ContactType"):
        return ()
    wait = _wait(record)
    if wait == 0 and record.word("ContactDisposition") in BEFORE_THE_QUEUE:
        return ()
    leg = Leg(contact, groups[0], (contact,))
    offered = began + (record.span("IvrTime", SECOND) or 0)
    queued = Queued(leg, settings.queue(groups[0]), offered, wait)
    return list(_told(queued, record, settings))


def _wait(record: Fields) -> int:
    """In the queue and while it rang; `WaitTime` where a record has neither."""
    spans = [record.span(name, SECOND) for name in ("QueueTime", "RingTime")]
    known = [span for span in spans if span is not None]
    return sum(known) if known else record.span("WaitTime", SECOND) or 0


def _told(queued: Queued, record: Fields, settings: SourceSettings) -> Iterable[EventBody]:
    leg = queued.leg
    channel = CHANNELS.get(record.word("MediaType"))
    yield leg.told("contact.offered", queued.at, queue=queued.queue, channel=channel)
    disposition = record.word("ContactDisposition")
    agents = names(record, "AgentIds")
    until = queued.at + queued.wait
    end = end_of(disposition)
    if end is not None or not agents:
        yield over(leg, end or "other", until, queued.queue, queued.wait)
        return
    agent = settings.agent(agents[-1])
    yield leg.told("contact.answered", until, agent=agent, queue=queued.queue, wait_ms=queued.wait)
    yield from _ended(leg, record)
    yield from survey(leg, record, settings)


def _ended(leg: Leg, record: Fields) -> Iterable[EventBody]:
    released = record.milliseconds("ReleaseTime")
    if released is not None:
        talk = record.span("TalkTime", SECOND)
        hold = record.span("HeldTime", SECOND)
        yield leg.told("contact.ended", released + END_OF_SECOND, talk_ms=talk, hold_ms=hold)


def survey(leg: Leg, record: Fields, settings: SourceSettings) -> Iterable[EventBody]:
    """The survey after a call, on the scale `csat` of the settings, else 1 to 5."""
    at = record.milliseconds("ReleaseTime")
    if at is None or not record.flag("SatisfactionSurveyOffered"):
        return
    scale = settings.scales.get(SURVEY, FIVE)
    name = identity(leg.contact, SURVEY)
    about = {"survey": name, "kind": scale.kind}
    offered = leg.told("survey.offered", at, **about)
    yield {**offered, "id": identity(name, "offered")}
    known = (score_of(record, one, scale) for one in ("SatisfactionIndex", "Satisfaction"))
    score = next((one for one in known if one is not None), None)
    if score is not None:
        ends = {"score": score, "best": scale.best, "worst": scale.worst}
        answered = leg.told("survey.answered", at, **about, **ends)
        yield {**answered, "id": identity(name, "answered")}
