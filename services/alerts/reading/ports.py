"""What reading alerts needs of the tables. Instants are epoch milliseconds.

All methods raise `StoreUnavailable` where PostgreSQL does not answer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from floorpulse.alerts.domain.decisions import IncidentEvent
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.notices import NoticeKey, NoticeState
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Silence
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.runtime.cursors import Row


@dataclass(frozen=True)
class IncidentQuery:
    """Which incidents of a tenant; nothing named means all. `since` and `until` bound their begin,
    [since, until).
    """

    tenant: str
    states: tuple[IncidentState, ...] = ()
    severities: tuple[Severity, ...] = ()
    queues: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


class IncidentPlace(NamedTuple):
    """Where an incident stands in an answer, the newest first."""

    opened_at: int
    id: str


@dataclass(frozen=True)
class NoticeCounts:
    """How many notices of an incident a channel took, are still owed, will never be taken."""

    sent: int = 0
    owed: int = 0
    failed: int = 0


@dataclass(frozen=True)
class StoredNotice:
    """A notice as its row has it, with the incident's state and figure that it tells."""

    key: NoticeKey
    state: NoticeState
    created_at: int
    due_at: int | None
    sent_at: int | None
    attempts: int
    said: str
    incident_state: IncidentState
    figure: Figure


class MessagePlace(NamedTuple):
    """Where a message stands in an answer, the newest first."""

    sent_at: int
    incident: str
    kind: str
    step: Row
    target: str


@dataclass(frozen=True)
class ShownMessage:
    """A notice that the built-in channel shows, and the incident that it is about."""

    notice: StoredNotice
    incident: Incident
    told: tuple[str, ...] = ()
    """Receivers to whom a step of it went out by then"""


@dataclass(frozen=True)
class StoredOverride:
    """Somebody else on call for a span, as a supervisor arranged it."""

    id: str
    rota: str
    span: Span
    author: str


@dataclass(frozen=True)
class ArrangedNow:
    """What of a tenant has not ended: silences, overrides of rotas."""

    silences: Sequence[Silence] = ()
    overrides: Sequence[StoredOverride] = field(default_factory=tuple)


class IncidentReading(Protocol):
    """Incidents, read."""

    async def page(
        self, query: IncidentQuery, after: IncidentPlace | None, limit: int
    ) -> list[Incident]:
        """Up to `limit` incidents behind `after`, the newest first."""
        ...

    async def incident(self, tenant: str, id: str) -> Incident | None:  # noqa: A002
        """An incident of a tenant; None where there is none of that id."""
        ...

    async def current(self, tenant: str, resolved_since: int, most: int) -> list[Incident]:
        """All open incidents, and those that ended since; at most so many, the open ones first."""
        ...

    async def counts(self, ids: Collection[str]) -> Mapping[str, NoticeCounts]:
        """How far the notices of these incidents are, by id; one without notices is left out."""
        ...


class TimelineReading(Protocol):
    """What happened around an incident, read."""

    async def timeline(self, id: str) -> list[tuple[int, IncidentEvent]]:  # noqa: A002
        """The entries of an incident with their numbers, ascending."""
        ...

    async def notices(self, id: str) -> list[StoredNotice]:  # noqa: A002
        """The notices of an incident, in the order in which they came to be owed."""
        ...

    async def shown(
        self, tenant: str, after: MessagePlace | None, limit: int
    ) -> list[ShownMessage]:
        """Up to `limit` messages of the built-in channel behind `after`, the newest first."""
        ...

    async def arranged(self, tenant: str, now: int) -> ArrangedNow:
        """Silences and overrides that have not ended at an instant."""
        ...
