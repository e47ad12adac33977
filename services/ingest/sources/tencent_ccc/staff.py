"""The history of agents' states, and the work after a call that only it tells.

    free ─► available · busy ─► busy · rest, notReady ─► break · afterCallWork ─► wrap_up
    offline ─► offline

Rows have whole seconds, and the order of their cursor: those of one agent and second get a
millisecond each. An agent's work after a call lasts until the agent's next row, which may stand on
the next page; a row that repeats it is none.
"""

from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from floorpulse.contracts.events import AgentState
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored, Told, identity, missing
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.tencent_ccc.known_calls import KnownCalls

STATES: dict[str, AgentState] = {
    "free": "available",
    "busy": "busy",
    "rest": "break",
    "notready": "break",
    "aftercallwork": "wrap_up",
    "offline": "offline",
}
AFTER_CALL = "aftercallwork"
MOST_AGENTS = 20_000
"""Agents whose latest row is remembered"""


@dataclass(frozen=True)
class Row:
    """One row: epoch milliseconds of its second, `ordinal` its place among the agent's rows of
    that second.
    """

    agent: str
    status: str
    at: int
    ordinal: int
    session: str | None
    reason: str | None

    @property
    def entered(self) -> int:
        """When the state was entered, epoch milliseconds."""
        return self.at + self.ordinal


def states(
    rows: Sequence[Fields],
    settings: SourceSettings,
    known_calls: KnownCalls,
    before: dict[str, Row],
) -> Told:
    """The states of these rows, and the wrap-up between two of one agent. `before` holds each
    agent's latest row of the pages before, and these afterwards.
    """
    known = _rows(rows)
    if rows and not known:
        return missing("Status, Timestamp and StaffEmail of a row")
    unknown = [one.status for one in known if _state(one, settings) is None]
    if known and len(unknown) == len(known):
        return Ignored(f"status {unknown[0]}")
    told: list[EventBody] = []
    for row in known:
        last = before.get(row.agent)
        told += _wrapped(last, row, known_calls, settings)
        told += _entered(row, settings)
        if last is None or not _goes_on(last, row):
            before[row.agent] = row
    while len(before) > MOST_AGENTS:
        before.pop(next(iter(before)))
    return told


def _goes_on(before: Row, row: Row) -> bool:
    """Whether a row says the same work after the same call once more."""
    works = before.status.lower() == row.status.lower() == AFTER_CALL
    return works and before.session == row.session and before.entered <= row.entered


def _rows(rows: Sequence[Fields]) -> list[Row]:
    """The rows that can be read, in the order of time and cursor."""
    stamped = [(at, one) for one in rows if (at := one.seconds("Timestamp")) is not None]
    ordered = sorted(stamped, key=lambda row: (row[0], _order(row[1])))
    ordinals: dict[tuple[str, int], int] = {}
    known: list[Row] = []
    for at, one in ordered:
        agent = one.text("StaffEmail", "Mail", "StaffNo")
        status = one.text("Status")
        if agent is None or status is None:
            continue
        ordinal = ordinals.get((agent, at), 0)
        ordinals[agent, at] = ordinal + 1
        known.append(Row(agent, status, at, ordinal, one.text("SessionId"), one.text("Reason")))
    return known


def _order(one: Fields) -> float:
    """The place of a row among those of its second: its cursor is a number, or hides a finer
    instant (`1756800548275,ann@example.com,0` in Base64).
    """
    number = one.number("Cursor")
    if number is not None:
        return number
    try:
        hidden = b64decode(one.text("Cursor") or "", validate=True).partition(b",")[0]
        return float(hidden)
    except ValueError:
        return 0.0


def _state(row: Row, settings: SourceSettings) -> AgentState | None:
    return settings.activity(row.status) or STATES.get(row.status.lower())


def _entered(row: Row, settings: SourceSettings) -> Iterable[EventBody]:
    state = _state(row, settings)
    if state is None:
        return
    ordinal = str(row.ordinal) if row.ordinal else ""
    yield {
        "type": "agent.state",
        "id": identity(row.agent, f"{row.at // 1000}{'.' if ordinal else ''}{ordinal}", state),
        "at": row.entered,
        "agent": settings.agent(row.agent),
        "state": state,
        "reason": (row.reason or row.status) if state == "break" else None,
    }


def _wrapped(
    before: Row | None, row: Row, known_calls: KnownCalls, settings: SourceSettings
) -> Iterable[EventBody]:
    if before is None or before.session is None or before.status.lower() != AFTER_CALL:
        return
    if before.entered >= row.entered or _goes_on(before, row):
        return
    yield {
        "type": "contact.wrapped",
        "id": identity(before.session, "wrapped"),
        "at": row.at,
        "contact": before.session,
        "visit": known_calls.visit(before.session, before.at, settings.agent(before.agent)),
        "wrap_ms": row.at - before.at,
    }
