"""What services answer, and the judgement that HTTP alone allows: permanent or transient.

2xx              accepted              (some channels say no within a 200)
3xx              permanent             redirects are not followed: the address is outdated
408 425 429 5xx  transient             with the pause that Retry-After asks for
other 4xx        permanent
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from floorpulse.alerts.domain.notices import Delivery, Verdict

SAID = 300
"""Characters of an answer that are kept"""
LONGEST_PAUSE = 300.0
"""Seconds of pause that a service is granted: an alert does not wait for an hour"""
PASSING = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)


@dataclass(frozen=True)
class Answer:
    """What a service answered; header names are lower case.

    `whole` is False where the body was longer than what is read or broke off; `at` is when it came,
    epoch seconds.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = True
    at: float = 0.0

    @property
    def text(self) -> str:
        """The body for people: one line, cut."""
        return " ".join(self.body.decode("utf-8", "replace").split())[:SAID]

    def fields(self) -> Mapping[str, object] | None:
        """The body as a JSON object; None where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


def by_status(answer: Answer) -> Delivery:
    """The judgement of the status."""
    said = f"HTTP {answer.status}: {answer.text}" if answer.text else f"HTTP {answer.status}"
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Delivery(Verdict.ACCEPTED, said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
        return Delivery(Verdict.TRANSIENT, said, pause(answer))
    if status < HTTPStatus.BAD_REQUEST:
        said = f"HTTP {status}: redirects are not followed; the address in use is outdated"
    return Delivery(Verdict.PERMANENT, said)


def pause(answer: Answer) -> float | None:
    """The seconds that Retry-After asks for: a number, or a date by the service's own clock."""
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked), LONGEST_PAUSE)
    until = _date(asked)
    if until is None:
        return None
    since = _date(answer.headers.get("date", "")) or datetime.fromtimestamp(answer.at, UTC)
    return min(max(0.0, (until - since).total_seconds()), LONGEST_PAUSE)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Codes:
    """How a service says yes and no within its body: the fields of its code and words, and the
    codes of what will pass. 0 is yes.
    """

    code: tuple[str, ...]
    words: tuple[str, ...]
    passing: frozenset[int]


def by_code(answer: Answer, codes: Codes) -> Delivery:
    """The judgement of a code in the body, which may be no within an HTTP 200.

    A code that is not known to pass is permanent: the service has read the message and refused it.
    """
    fields = answer.fields() or {}
    code = next(
        (found for name in codes.code if (found := _code(fields.get(name))) is not None), None
    )
    overruled = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in PASSING
    if code is None or overruled:
        silent = answer.status == HTTPStatus.OK
        return unreadable(answer) if silent else by_status(answer)
    words = next((str(fields[name]) for name in codes.words if fields.get(name)), "")
    said = f"{code}: {words}"[:SAID] if words else str(code)
    if code == 0:
        return Delivery(Verdict.ACCEPTED, said)
    if code in codes.passing:
        return Delivery(Verdict.TRANSIENT, said, pause(answer))
    return Delivery(Verdict.PERMANENT, said)


def _code(value: object) -> int | None:
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def unreadable(answer: Answer) -> Delivery:
    """A 200 whose body was to say yes or no, and does not."""
    broken = "" if answer.whole else " (cut short)"
    return Delivery(
        Verdict.TRANSIENT, f"HTTP {answer.status} with an answer that says nothing{broken}"
    )
