"""Refusals: why an event is not accepted, for the client, the metric and the dead letter."""

import re
from dataclasses import dataclass

import msgspec

from services.contracts.letters import Reason

DETAIL_LENGTH = 300

NOT_AN_EVENT = re.compile(r"^Expected `(?:object|array)`[^$]*$")
BY_MESSAGE = (
    (re.compile(r"^Object missing required field"), Reason.MISSING_FIELD),
    (re.compile(r"^Object contains unknown field"), Reason.UNKNOWN_FIELD),
    (re.compile(r" - at `\$\.type`$"), Reason.UNKNOWN_TYPE),
    (re.compile(r" - at `\$\.at`$"), Reason.INVALID_TIME),
)


@dataclass(frozen=True)
class Refusal:
    """A reason of the closed list, and what exactly was wrong, with the field's path where there is
    one.
    """

    reason: Reason
    detail: str


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
