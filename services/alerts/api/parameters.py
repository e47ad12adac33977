"""Parameters of questions about alerts."""

from enum import StrEnum
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field

from floorpulse.access.parameters import (
    FROM,
    PLAIN,
    TO,
    Cursor,
    Limit,
    List,
    PageParameters,
    begin_of,
    bounds_of,
    end_of,
    names_of,
    refuse_strangers,
)
from floorpulse.alerts.domain.incidents import IncidentState
from floorpulse.alerts.reading.ports import IncidentQuery
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.figures.tenant_view import TenantView
from floorpulse.runtime.problems import Problem

E = TypeVar("E", bound=StrEnum)
Begin = Annotated[
    str | None,
    Field(
        description="RFC 3339 with offset; now unless given",
        max_length=40,
        examples=["2026-11-11T17:00:00+08:00"],
    ),
]
"""Where a span that is wanted begins"""
End = Annotated[
    str,
    Field(
        description="RFC 3339 with offset",
        max_length=40,
        examples=["2026-11-11T18:00:00+08:00"],
    ),
]
Author = Annotated[
    str | None, Field(min_length=1, max_length=64, pattern=PLAIN, examples=["Zhang Wei"])
]
"""Who arranges something; whose key it is unless given"""
ROWS = 100
MOST_ROWS = 1000


class AlertParameters(PageParameters):
    """Which incidents: all where nothing is said."""

    limit: Limit = None
    cursor: Cursor = None
    state: Annotated[
        List,
        Field(
            description="firing, acknowledged, resolved; comma-separated; `open` is the first two",
            examples=["open"],
        ),
    ] = None
    severity: Annotated[
        List, Field(description="critical, warning, info; comma-separated", examples=["critical"])
    ] = None
    queue: Annotated[
        List,
        Field(
            description="queues, comma-separated, in double quotes what holds a comma",
            examples=["sales,help"],
        ),
    ] = None
    rule: Annotated[
        List, Field(description="rules by id, comma-separated", examples=["level,waits"])
    ] = None
    since: Annotated[
        str | None,
        Field(
            alias="from",
            description=f"opened from then on: {FROM}",
            examples=["2026-11-11T00:00:00+08:00"],
        ),
    ] = None
    until: Annotated[
        str | None,
        Field(
            alias="to",
            description=f"opened before: {TO}",
            examples=["2026-11-12T00:00:00+08:00"],
        ),
    ] = None

    def query(self, view: TenantView) -> IncidentQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        since, until = self._span(view.zone)
        return IncidentQuery(
            view.tenant,
            states_of(self.state),
            _members("severity", self.severity, Severity),
            tuple(map(stored, names_of(self.queue))),
            tuple(map(stored, names_of(self.rule))),
            since,
            until,
        )

    def _span(self, zone: ZoneInfo) -> tuple[int | None, int | None]:
        """Begin and end, each None where it is not said."""
        if self.since is not None and self.until is not None:
            return bounds_of(self.since, self.until, zone)
        since = None if self.since is None else begin_of("from", self.since, zone)
        return since, None if self.until is None else end_of("to", self.until, zone)


def stored(name: str) -> str:
    """A name that a table can hold; problem 422 where none could be called so."""
    if "\x00" in name:
        raise Problem(422, "Invalid name", "a name holds no NUL character")
    return name


def states_of(text: str | None) -> tuple[IncidentState, ...]:
    """The states named, `open` for both states of an open incident."""
    wanted = (text or "").replace("open", f"{IncidentState.FIRING},{IncidentState.ACKNOWLEDGED}")
    return _members("state", wanted, IncidentState)


def _members(what: str, text: str | None, kind: type[E]) -> tuple[E, ...]:
    names = names_of(text)
    refuse_strangers(what, names, [str(one) for one in kind])
    return tuple(kind(name) for name in names)


def rows_of_page(asked: int | None) -> int:
    """How many rows one answer holds."""
    return min(asked or ROWS, MOST_ROWS)
