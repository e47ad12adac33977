"""Silences: spans in which matching incidents tell nobody; one that begins later is a maintenance
window.

Matchers are Alertmanager's: `=`, `!=`, `=~`, `!~`; expressions match the whole value, and a name
that an incident does not have has the empty value. All matchers of a silence must match.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from floorpulse.alerts.domain.incidents import Incident

LONGEST_EXPRESSION = 500
REPEATED_REPETITION = re.compile(r"[*+}]\)[*+?{]")
"""`(a+)+`: such an expression can take for ever"""


class Operator(StrEnum):
    """How a matcher compares."""

    EQUAL = "="
    UNEQUAL = "!="
    MATCHES = "=~"
    DIFFERS = "!~"


class Matcher(msgspec.Struct, frozen=True):
    """One condition on tenant, rule, queue, channel, key, severity or a label of the rule."""

    name: Annotated[str, Meta(examples=["queue"])]
    operator: Operator
    value: Annotated[str, Meta(examples=["sales"])]


@dataclass(frozen=True)
class Silence:
    """A silence as its row has it: [begins_at, ends_at), epoch milliseconds."""

    id: str
    tenant: str
    matchers: tuple[Matcher, ...]
    begins_at: int
    ends_at: int
    author: str
    comment: str
    created_at: int


def checked(silence: Silence) -> Silence:
    """The silence, where it can be kept; ValueError says what is wrong with it and what to do."""
    if silence.begins_at >= silence.ends_at:
        message = "the silence ends before it begins; give an end after its begin"
        raise ValueError(message)
    if not silence.matchers:
        message = "a silence without matchers would silence everything; name at least one"
        raise ValueError(message)
    for one in silence.matchers:
        _check(one)
    if all(_matches(one, "") for one in silence.matchers):
        message = (
            "every matcher also matches the empty value, so the silence would silence everything; "
            "make one of them match a value"
        )
        raise ValueError(message)
    return silence


def _check(matcher: Matcher) -> None:
    if matcher.operator not in (Operator.MATCHES, Operator.DIFFERS):
        return
    if len(matcher.value) > LONGEST_EXPRESSION or REPEATED_REPETITION.search(matcher.value):
        message = (
            f"the expression of {matcher.name} is longer than {LONGEST_EXPRESSION} characters or "
            "repeats a repetition; write it more plainly"
        )
        raise ValueError(message)
    try:
        _expression(matcher.value)
    except re.error as wrong:
        message = f"the expression of {matcher.name}, {matcher.value!r}, is wrong: {wrong}"
        raise ValueError(message) from wrong


@lru_cache(maxsize=1024)
def _expression(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _matches(matcher: Matcher, value: str) -> bool:
    match matcher.operator:
        case Operator.EQUAL:
            return value == matcher.value
        case Operator.UNEQUAL:
            return value != matcher.value
        case Operator.MATCHES:
            return _expression(matcher.value).fullmatch(value) is not None
        case Operator.DIFFERS:  # pragma: no branch  there is no fifth
            return _expression(matcher.value).fullmatch(value) is None


def labels_of(incident: Incident) -> Mapping[str, str]:
    """What matchers look at; the incident's own names outrank labels of the rule."""
    return {
        **incident.labels,
        **asdict(incident.subject),
        "severity": str(incident.severity),
    }


def silences(silence: Silence, incident: Incident, now: int) -> bool:
    """Whether a silence is in force and matches."""
    if silence.tenant != incident.subject.tenant:
        return False
    if not silence.begins_at <= now < silence.ends_at:
        return False
    labels = labels_of(incident)
    return all(_matches(one, labels.get(one.name, "")) for one in silence.matchers)


def silenced_until(known: Iterable[Silence], incident: Incident, now: int) -> int | None:
    """When the longest silence that matches now ends, epoch milliseconds; None without one."""
    ends = [one.ends_at for one in known if silences(one, incident, now)]
    return max(ends, default=None)
