"""What settlements need from outside: a place where they are kept. Calls raise `StoreUnavailable`
when it is away.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from floorpulse.reports.domain.settlement_states import (
    NotPossible,
    SettlementAct,
    SettlementState,
)
from floorpulse.reports.domain.visit_records import VisitPage


class ChangedMeanwhileError(Exception):
    """Somebody else settled or issued the same period in between; nothing was changed."""


class SettledAlreadyError(Exception):
    """Contacts of the period are in a settlement that was issued, within other bounds or under
    another contract: they would be in two. Nothing was changed.
    """


@dataclass(frozen=True)
class SettlementPlace:
    """A period of a contract: instants are epoch milliseconds."""

    tenant: str
    contract: str
    begin: int
    end: int


@dataclass(frozen=True)
class StoredSettlement:
    """A settlement (`number` 0) or credit note as it stands; instants are epoch milliseconds."""

    id: str
    place: SettlementPlace
    number: int
    state: SettlementState
    sha256: str
    visits: int
    frozen: Mapping[str, object]
    created_at: int
    changed_at: int


@dataclass(frozen=True)
class NewSettlement:
    """A draft to keep. It stands on the document with the hash `before` (None: on nothing), which
    must still be the last that was issued.
    """

    id: str
    place: SettlementPlace
    number: int
    document: bytes
    sha256: str
    pages: Sequence[VisitPage]
    before: str | None
    frozen: Mapping[str, object] = field(default_factory=dict)

    @property
    def visits(self) -> int:
        """How many visits are its evidence."""
        return sum(page.visits for page in self.pages)


@dataclass(frozen=True)
class SettlementEvent:
    """What was done with a settlement: its state after it, by whom, why."""

    number: int
    at: int
    state: SettlementState
    actor: str
    reason: str


@dataclass(frozen=True)
class Actor:
    """Who does something at `at` (epoch milliseconds), and why."""

    name: str
    at: int
    reason: str = ""


class SettlementStore(Protocol):
    """Settlements, their events and the visits they counted."""

    async def of_period(self, place: SettlementPlace) -> Sequence[StoredSettlement]:
        """The settlement of a period and its credit notes, in order."""
        ...

    async def before(self, place: SettlementPlace) -> StoredSettlement | None:
        """The last that was issued of the contract's period that ends where this one begins."""
        ...

    async def find(self, tenant: str, id: str) -> StoredSettlement | None:  # noqa: A002
        """One of a tenant."""
        ...

    async def document(self, id: str) -> bytes:  # noqa: A002
        """The canonical text of one that is there."""
        ...

    async def events(self, id: str) -> Sequence[SettlementEvent]:  # noqa: A002
        """What was done with one, in order."""
        ...

    async def listing(
        self, tenant: str, contract: str | None, after: tuple[int, str] | None, limit: int
    ) -> Sequence[StoredSettlement]:
        """Those of a tenant, or of one contract, the newest period first, behind (begin, id)."""
        ...

    async def page(self, id: str, number: int) -> bytes | None:  # noqa: A002
        """A page of the visits that one counted, deflated; None behind the last."""
        ...

    def pages(self, id: str) -> AsyncIterator[bytes]:  # noqa: A002
        """All pages, in order."""
        ...

    async def save(self, new: NewSettlement, by: Actor) -> None:
        """Keep a draft in the place of the draft that is there, all or nothing. Raises
        `ChangedMeanwhileError` and `SettledAlreadyError`.
        """
        ...

    async def drop_draft(self, place: SettlementPlace, number: int) -> None:
        """Forget a draft that nothing needs any more."""
        ...

    async def act(
        self,
        tenant: str,
        id: str,  # noqa: A002  as everybody calls it
        act: SettlementAct,
        by: Actor,
    ) -> StoredSettlement | NotPossible | None:
        """Do something with one: as it is afterwards, why it is not possible, None where there is
        none. Raises `SettledAlreadyError` of one that is to be issued.
        """
        ...
