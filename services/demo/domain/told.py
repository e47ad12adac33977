"""Open incidents and the last messages in a few lines, out of the rows of the API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Rows = Iterable[Mapping[str, Any]]
WORST_FIRST = ("critical", "warning", "info")
NOBODY = "firing"


@dataclass(frozen=True)
class IncidentLine:
    """An open incident: how bad, what and where, who has it or how far it has climbed."""

    severity: str
    what: str
    standing: str


@dataclass(frozen=True)
class MessageLine:
    """A message that was sent: local time of the floor, to whom, its title."""

    at: str
    to: str
    title: str


@dataclass(frozen=True)
class Told:
    """The open incidents, the worst first, and the last messages, the newest first."""

    incidents: tuple[IncidentLine, ...] = ()
    messages: tuple[MessageLine, ...] = ()


NOTHING_TOLD = Told()
"""No incident, no message"""


def told(incidents: Rows, messages: Rows) -> Told:
    """Out of the rows of `/v1/alerts` and `/v1/messages`."""
    worst = sorted(incidents, key=_rank)
    return Told(
        tuple(IncidentLine(row["severity"], _what(row), _standing(row)) for row in worst),
        tuple(MessageLine(row["at"][11:19], row["receiver_en"], row["title"]) for row in messages),
    )


def _rank(row: Mapping[str, Any]) -> tuple[bool, int, str]:
    """What nobody has comes first, then by severity, then by age."""
    return row["state"] != NOBODY, WORST_FIRST.index(row["severity"]), row["opened_at"]


def _what(row: Mapping[str, Any]) -> str:
    return f"{row['en']}, {row['queue_en'] or 'all queues'}"


def _standing(row: Mapping[str, Any]) -> str:
    if row["state"] != NOBODY:
        return f"{row['owner']} has it"
    if row["silenced"]:
        return "silenced"
    if not row["level"]:
        return "nobody told"
    return f"step {row['level']} of {row['steps']} told"
