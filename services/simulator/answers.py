"""Answers: what a Floorpulse, or whatever stands at its address, says to a batch of events, and
what follows from it.
"""

from dataclasses import dataclass
from http import HTTPStatus

import httpx
import msgspec

SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
PASSING = {408, 429, 500, 502, 503, 504}
"""Answers after which the same request may well succeed."""


class UndeliverableError(Exception):
    """Events could not be sent, and sending them again would not help; the message says why and
    what to do.
    """


class Refused(msgspec.Struct):
    """One refused event of a batch."""

    index: int
    reason: str = "unknown"
    detail: str = ""


class Warned(msgspec.Struct):
    """Something that seems wrong of an accepted event of a batch."""

    index: int
    code: str = "unknown"
    detail: str = ""


class IngestAnswer(msgspec.Struct):
    """The fields of `POST /v1/events`'s answer that a sender reads."""

    accepted: int = 0
    rejected: list[Refused] = msgspec.field(default_factory=list)
    warnings: list[Warned] = msgspec.field(default_factory=list)


class ProblemAnswer(msgspec.Struct):
    """RFC 9457, as far as it matters here."""

    title: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Hindrance:
    """Why a request failed for now, and how many seconds the server asks to wait."""

    why: str
    wait: float | None = None


def backoff(attempt: int, asked: float | None) -> float:
    """Seconds to wait after failure number `attempt` (from 0): what the server asked for, else
    doubling from 0.1 to 5.
    """
    return (
        max(asked, SHORTEST_PAUSE)
        if asked is not None
        else min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0 ** min(attempt, 10))
    )


def seconds(retry_after: str | None) -> float | None:
    """`Retry-After` in seconds; None where it is missing or a date, which needs two clocks that
    agree.
    """
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


def worded(answer: httpx.Response) -> str:
    """Status and, where the body is a problem document, what it says."""
    try:
        problem = msgspec.json.decode(answer.content, type=ProblemAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = ProblemAnswer()
    said = ": ".join(part for part in (problem.title, problem.detail) if part)
    return f"{answer.status_code} {said or answer.reason_phrase}"


def understood(answer: httpx.Response, events: int) -> IngestAnswer:
    """The answer to a batch of `events`: all of it accepted or rejected; an `UndeliverableError`
    for anything else.
    """
    if answer.status_code not in {HTTPStatus.ACCEPTED, HTTPStatus.UNPROCESSABLE_ENTITY}:
        message = (
            f"{answer.url} answered {worded(answer)}; {advice(answer.status_code, 'events:write')}"
        )
        raise UndeliverableError(message)
    try:
        said = msgspec.json.decode(answer.content, type=IngestAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        message = (
            f"{answer.url} answered {answer.status_code} with a body no Floorpulse would "
            "send; is that its address?"
        )
        raise UndeliverableError(message) from wrong
    named = [one.index for one in said.rejected] + [one.index for one in said.warnings]
    if said.accepted + len(said.rejected) != events or any(
        not 0 <= index < events for index in named
    ):
        message = (
            f"{answer.url} answered for {said.accepted + len(said.rejected)} of {events} "
            f"events: {worded(answer)}"
        )
        raise UndeliverableError(message)
    return said


def advice(status: int, scope: str) -> str:
    """Advice after a refusal of a request that needs a key of that scope."""
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return "check the key: it may be mistyped, expired or revoked"
        case HTTPStatus.FORBIDDEN:
            return f"the key needs the scope {scope}"
        case _:
            return "is that the address of a Floorpulse?"
