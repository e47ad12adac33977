"""Refusals: why an event is not accepted, for the client, the metric and the dead letter.

One set of rules holds wherever an event comes in: ingest, the engine, a command of redrive.
"""

import re

import msgspec

from floorpulse.contracts.events import (
    AMENDABLE,
    AboutContact,
    AnyEvent,
    ContactAmended,
    QaRetracted,
    QaScored,
    SurveyAnswered,
)
from floorpulse.contracts.letters import Reason, Refusal

DETAIL_LENGTH = 300

NOT_AN_EVENT = re.compile(r"^Expected `(?:object|array)`[^$]*$")
BY_MESSAGE = (
    (re.compile(r"^Object missing required field"), Reason.MISSING_FIELD),
    (re.compile(r"^Object contains unknown field"), Reason.UNKNOWN_FIELD),
    (re.compile(r" - at `\$\.type`$"), Reason.UNKNOWN_TYPE),
    (re.compile(r" - at `\$\.at`$"), Reason.INVALID_TIME),
)


def invalid(event: AnyEvent) -> Refusal | None:
    """The refusal of an event whose fields are right one by one, but not together."""
    if isinstance(event, ContactAmended):
        return _amends_nothing(event)
    if isinstance(event, AboutContact) and event.contact is None:
        return _subjectless(event) or _off_scale(event)
    return _off_scale(event)


def _subjectless(event: AboutContact) -> Refusal | None:
    """What is said about a contact must name it, or at least whose figure it is."""
    if isinstance(event, QaScored | QaRetracted):
        known = event.agent is not None and event.queue is not None
        wanted = "contact, or agent and queue"
    else:
        known = event.queue is not None
        wanted = "contact or queue"
    return None if known else Refusal(Reason.NO_SUBJECT, f"name {wanted}")


def _amends_nothing(event: ContactAmended) -> Refusal | None:
    if any(getattr(event, field) is not None for field in AMENDABLE):
        return None
    return Refusal(
        Reason.MISSING_FIELD,
        f"an amendment puts something right: name one of {', '.join(AMENDABLE)}",
    )


def _off_scale(event: AnyEvent) -> Refusal | None:
    if not isinstance(event, SurveyAnswered):
        return None
    if event.best == event.worst:
        return Refusal(
            Reason.INVALID_FIELD,
            "best and worst are equal, so the scale has no length - at `$.best`",
        )
    if not min(event.best, event.worst) <= event.score <= max(event.best, event.worst):
        return Refusal(
            Reason.INVALID_FIELD,
            f"{event.score} is not between worst {event.worst} and best {event.best} - at "
            "`$.score`",
        )
    return None


def of_decoding(error: Exception) -> Refusal:
    """The refusal behind an error of msgspec: not JSON at all, or JSON that is no event."""
    if not isinstance(error, msgspec.ValidationError):
        return Refusal(Reason.MALFORMED, shortened(f"not JSON in UTF-8: {error}"))
    text = str(error)
    if NOT_AN_EVENT.match(text):
        return Refusal(
            Reason.MALFORMED, f"an event is one JSON object, and this text is none: {text}"
        )
    for pattern, reason in BY_MESSAGE:
        if pattern.search(text):
            return Refusal(reason, shortened(text))
    return Refusal(Reason.INVALID_FIELD, shortened(text))


def shortened(text: str) -> str:
    """`text`, cut where a hostile payload made it long."""
    return text if len(text) <= DETAIL_LENGTH else text[: DETAIL_LENGTH - 1] + "…"
