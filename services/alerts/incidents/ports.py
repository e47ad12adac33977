"""What keeping incidents needs of the tables: transactions, and the lease. Instants are epoch
milliseconds by PostgreSQL's clock.

All methods raise `StoreUnavailable` where PostgreSQL does not answer: the transaction may have been
stored all the same, and can be made again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from floorpulse.access.audit_chain import AuditEntry
from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.decisions import Decision
from floorpulse.alerts.domain.incidents import Incident, Subject
from floorpulse.alerts.domain.notices import Attachment, NoticeKey, NoticeKind
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Silence
from floorpulse.contracts.report_letters import ReportLetter


class LeaseLost(Exception):  # noqa: N818  it says what happened
    """Another replica acts: the transaction was not stored."""


@dataclass(frozen=True)
class LeaseRow:
    """The lease as it stands; `until` may be past, `now` is when it was read."""

    holder: str
    epoch: int
    until: int
    now: int


class LeaseStore(Protocol):
    """The row that says which replica acts."""

    async def look(self) -> LeaseRow:
        """The lease as it stands; epoch 0 where nobody ever held it."""
        ...

    async def take(self, holder: str, seen: LeaseRow, span: int) -> int | None:
        """Take the lease for `span` milliseconds where it is still as `seen`: the new epoch, else
        None.
        """
        ...

    async def renew(self, holder: str, epoch: int, span: int) -> bool:
        """Hold it for `span` milliseconds from now; False where it has changed hands."""
        ...

    async def release(self, holder: str, epoch: int) -> None:
        """Give it up at once."""
        ...


@dataclass(frozen=True)
class Known:
    """What the tables say around an incident: silences and overrides of its tenant, whom it told.

    `flapped_at` is when the last notice of flapping about its subject was owed.
    """

    silences: Sequence[Silence] = ()
    overrides: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    flapped_at: int | None = None


@dataclass(frozen=True)
class Change:
    """A decision, and the incident as it was before; None where it is new."""

    before: Incident | None
    decision: Decision


@dataclass(frozen=True)
class ReportToSend:
    """A report as it goes out: what is said of it, and its file."""

    letter: ReportLetter
    file: Attachment


@dataclass(frozen=True)
class ClaimedNotice:
    """A notice that this replica sends now, about an incident or a report; `told` are the
    receivers that were told before.
    """

    key: NoticeKey
    tenant: str
    claimed_at: int
    attempts: int
    created_at: int
    about: Incident | ReportToSend
    told: tuple[str, ...] = ()


class Transaction(Protocol):
    """An open transaction; rows that it reads by `incident…` are its own until it ends."""

    @property
    def now(self) -> int:
        """When it began."""
        ...

    async def incident(self, tenant: str, id: str) -> Incident | None:  # noqa: A002
        """An incident of a tenant."""
        ...

    async def incident_of_task(self, tenant: str, receiver: str, id: str) -> Incident | None:  # noqa: A002
        """The youngest incident whose task a tracker calls so."""
        ...

    async def open_incidents(self, subjects: Collection[Subject]) -> dict[Subject, Incident]:
        """The open incidents of these subjects."""
        ...

    async def open_of(self, tenant: str) -> list[Incident]:
        """All open incidents of a tenant."""
        ...

    async def due_incidents(self, most: int) -> list[Incident]:
        """Open incidents whose timer is due, the longest first, but those that others hold."""
        ...

    async def known(self, incidents: Collection[Incident]) -> dict[str, Known]:
        """What surrounds each of these, by id; of new ones too."""
        ...

    async def store(self, changes: Sequence[Change]) -> None:
        """Incidents, their timelines and notices as decided; a new incident whose id is there
        already stays as it is.
        """
        ...

    async def audit(self, entries: Sequence[AuditEntry]) -> None:
        """What was done, into the audit log, as the last thing of the transaction."""
        ...

    async def store_states(self, states: Mapping[Subject, AlertState]) -> None:
        """Where alerts stand; those of which nothing need be remembered go."""
        ...

    async def add_silence(self, silence: Silence) -> None:
        """A new silence."""
        ...

    async def end_silence(self, tenant: str, id: str) -> bool:  # noqa: A002
        """End a silence now; False where there is none that has not ended."""
        ...

    async def add_override(self, tenant: str, rota: str, span: Span, by: tuple[str, str]) -> None:
        """Somebody else is on call for a span; `by` is (id, author)."""
        ...

    async def end_override(self, tenant: str, id: str) -> bool:  # noqa: A002
        """End an override now; False where there is none that has not ended."""
        ...

    async def claim_notices(
        self, epoch: int, most: int, span: int, under_way: Collection[str] = ()
    ) -> list[ClaimedNotice]:
        """Notices that are due become this epoch's for `span` milliseconds, but those that others
        hold. A claim that has ended is due again, unless its key is `under_way`.
        """
        ...

    async def notice_sent(self, claim: ClaimedNotice, epoch: int, answer: str) -> bool:
        """A channel took it; False where it is another epoch's by now."""
        ...

    async def notice_pending(
        self, claim: ClaimedNotice, epoch: int, due_at: int, answer: str
    ) -> bool:
        """It is to be tried again, or is withdrawn where nobody needs it; False as above."""
        ...

    async def notice_failed(self, claim: ClaimedNotice, epoch: int, answer: str) -> bool:
        """No channel will take it; False as above."""
        ...

    async def first_in_line(self, claim: ClaimedNotice) -> bool:
        """Whether no older notice to the same target is pending."""
        ...

    async def bring_forward(self, tenant: str, target: str) -> None:
        """Pending notices to this target are due now: it takes messages again."""
        ...

    async def unfailed(self, incident: str, kind: NoticeKind, step: int) -> bool:
        """Whether any notice of a step has not failed."""
        ...


class IncidentStore(Protocol):
    """Where incidents are."""

    def transaction(self, epoch: int | None = None) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that is stored whole when it ends well.

        Of the acting replica it names its epoch; LeaseLost where that is not the lease's.
        """
        ...

    async def open_incidents(self) -> Iterable[Incident]:
        """All open incidents, for the auditor."""
        ...

    async def overdue_notices(self, late: int) -> int:
        """How many notices are due since more than `late` milliseconds."""
        ...
