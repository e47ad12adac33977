"""Contact records: a contact's own account of itself, minutes after its end and again with each
change, in whole seconds.

Ends get the last millisecond of their second: an end joins by the latest, and a live one within
the second would hide the record's own spans. Ids carry the record's update, so that a newer one
counts beside an older.
"""

from collections.abc import Iterator, Sequence

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.amazon_connect.legs import (
    NO_AGENT,
    NO_VISIT,
    NOBODY_GAVE_UP,
    NOT_GIVEN_UP,
    Beginning,
    Leg,
    agent_of,
    passed_on,
    queue_of,
)
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored, identity
from floorpulse.ingest.sources.source import SourceSettings, SurveyScale
from floorpulse.ingest.sources.survey_scores import score_of

SECOND = 1000
REST_OF_SECOND = 999


def events(
    record: Fields, leg: Leg, settings: SourceSettings
) -> Sequence[EventBody] | Ignored | Refusal:
    """The bodies of a record's events."""
    if leg.method in NO_VISIT:
        return Ignored(leg.method)
    told = ContactRecord(record, leg, settings)
    return NO_AGENT if told.was_taken_by_nobody_known else told.bodies()


class ContactRecord:
    """One contact record, read."""

    def __init__(self, record: Fields, leg: Leg, settings: SourceSettings) -> None:
        self._record = record
        self._leg = leg
        self._settings = settings
        self._update = record.text("LastUpdateTimestamp") or "record"
        self._stay = record.part("Queue")
        self._arn = self._stay.text("ARN")
        self._queue = queue_of(self._arn, settings)
        self._work = record.part("Agent")
        self._answered_at = self._work.instant("ConnectedToAgentTimestamp")
        self._agent = agent_of(self._work.text("ARN"), settings)
        self._ended_at = record.instant("DisconnectTimestamp")
        self._sent_out_at = record.instant("TransferCompletedTimestamp")

    @property
    def was_taken_by_nobody_known(self) -> bool:
        """Whether it says when an agent was connected, but not who."""
        return self._answered_at is not None and self._agent is None

    def bodies(self) -> list[EventBody]:
        """All that it tells."""
        told = passed_on(self._leg, self._began(), self._settings)
        if self._queue is not None:
            told += self._of_stay(self._queue)
        return [*told, *self._surveys()]

    def _began(self) -> Beginning:
        began = self._record.instant("InitiationTimestamp") or self._stay.instant(
            "EnqueueTimestamp"
        )
        updated = self._record.instant("LastUpdateTimestamp")
        return Beginning(began, self._arn, self._ended_at is not None, updated)

    def _of_stay(self, queue: str) -> Iterator[EventBody]:
        offered = self._stay.instant("EnqueueTimestamp")
        if offered is None:
            return
        channel = self._leg.offered_channel()
        yield self._told("contact.offered", offered, "offered", queue=queue, channel=channel)
        wait = self._stay.span("Duration", SECOND)
        if self._answered_at is not None and self._agent is not None:
            yield from self._served(queue, self._answered_at, wait)
        elif self._ended_at is not None:
            yield from self._unanswered(queue, self._ended_at, wait)

    def _served(self, queue: str, at: int, wait: int | None) -> Iterator[EventBody]:
        who = {"agent": self._agent, "queue": queue, "wait_ms": wait}
        yield self._told("contact.answered", at, "answered", **who)
        if self._sent_out_at is not None:
            yield self._told("contact.transferred", self._sent_out_at, "sent out")
        if self._ended_at is not None:
            spans = {
                "talk_ms": self._work.span("AgentInteractionDuration", SECOND),
                "hold_ms": self._work.span("CustomerHoldDuration", SECOND),
            }
            yield self._told("contact.ended", _last(self._ended_at), "ended", **spans)
        worked = self._work.instant("AfterContactWorkEndTimestamp")
        if worked is not None:
            work = self._work.span("AfterContactWorkDuration", SECOND)
            yield self._told("contact.wrapped", _last(worked), "wrapped", wrap_ms=work)

    def _unanswered(self, queue: str, at: int, wait: int | None) -> Iterator[EventBody]:
        """A contact that another one follows did not give up: that one says where it went. Nor did
        one that the flow sent to an outside number, or a caller who left a voicemail. Live events
        may have said that they did.
        """
        followed = self._record.text("NextContactId") is not None
        served = self._sent_out_at is not None or bool(self._record.part("VoicemailInfo"))
        if followed or served:
            yield self._told("contact.retracted", _last(at), "not given up", **NOT_GIVEN_UP)
        if followed:
            return
        at = self._stay.instant("DequeueTimestamp") or self._sent_out_at or at
        ended_so = self._record.word("DisconnectReason")
        if served or self._leg.is_work or ended_so in NOBODY_GAVE_UP:
            yield self._told("contact.left", at, "left", reason="other", wait_ms=wait)
        else:
            yield self._told("contact.abandoned", at, "abandoned", queue=queue, wait_ms=wait)

    def _told(self, kind: str, at: int, word: str, **fields: object) -> EventBody:
        return self._leg.told(kind, at, identity(self._update, word), **fields)

    def _surveys(self) -> Iterator[EventBody]:
        """Answers that the site's flow keeps in attributes, as the source's scales name them."""
        at = self._record.instant("LastUpdateTimestamp") or self._ended_at
        answers = self._record.part("Attributes")
        for name, scale in self._settings.scales.items():
            score = score_of(answers, name, scale)
            if at is not None and score is not None:
                yield self._survey(name, scale, at, score)

    def _survey(self, name: str, scale: SurveyScale, at: int, score: float) -> EventBody:
        """Of the leg's own stay; of a leg that never waited, of the contact's last one."""
        said: dict[str, object] = {
            "type": "survey.answered",
            "id": identity(self._leg.id, name, self._update),
            "at": at,
            "contact": self._leg.contact,
            "survey": identity(self._leg.id, name),
            "kind": scale.kind,
            "score": score,
            "best": scale.best,
            "worst": scale.worst,
        }
        return said | ({} if self._queue is None else {"visit": self._leg.visit or 1})


def _last(at: int) -> int:
    """The last millisecond of a whole second."""
    return at + REST_OF_SECOND if at % SECOND == 0 else at
