"""What the complaint watch needs from outside. Calls raise `StoreUnavailable` when it is away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from floorpulse.alerts.domain.contacts_at_risk import ContactAtRisk, ContactStory
from floorpulse.alerts.domain.follow_up import (
    Done,
    FollowUpRefused,
    FollowUpState,
    ListedContact,
)
from floorpulse.board.domain.windows import Span


class StoredContact(NamedTuple):
    """Where the visits of a contact are: the source partition that they came in."""

    partition: int
    contact: str


class DueContact(NamedTuple):
    """A contact for its day's list, with the instant by which somebody should have seen to it."""

    at_risk: ContactAtRisk
    due_at: int


@dataclass(frozen=True)
class ListQuery:
    """Which lines of a tenant's list: of a day, in these states (none: all)."""

    tenant: str
    day: date
    states: tuple[FollowUpState, ...] = ()


ListPlace = tuple[int, str]
"""(due at, contact): the order of a list"""


class ListCounts(NamedTuple):
    """How many lines there are, and how many of them are overdue."""

    lines: int
    overdue: int


class ChangedVisits(Protocol):
    """Stored visits, by when they were written."""

    async def mark(self) -> str:
        """Where writing stands: what is not there yet is `changed` since the mark."""
        ...

    async def changed(self, tenant: str, span: Span, mark: str | None) -> Sequence[StoredContact]:
        """Contacts with a visit offered in `span` that was written since the mark (None: ever);
        maybe others. None is left out that was committed after the mark was taken.
        """
        ...

    async def following(
        self, tenant: str, contacts: Sequence[StoredContact], within: int
    ) -> Sequence[StoredContact]:
        """Other contacts that the customers of these had up to `within` milliseconds after them."""
        ...

    async def stories(
        self, tenant: str, contacts: Sequence[StoredContact], within: int
    ) -> Sequence[ContactStory]:
        """All visits of contacts, and how many other contacts their customers had up to `within`
        milliseconds before.
        """
        ...


class RiskLists(Protocol):
    """The lists: which contacts are on them is the watch's, their states are people's."""

    async def put(
        self, tenant: str, assessed: Collection[str], at_risk: Sequence[DueContact], now: int
    ) -> None:
        """Of the `assessed` contacts, exactly those `at_risk` are on lists; a line that somebody
        has, or has seen to, stays whatever becomes known.
        """
        ...

    async def page(
        self, query: ListQuery, after: ListPlace | None, limit: int
    ) -> Sequence[ListedContact]:
        """Lines behind a place, those due first first."""
        ...

    async def follow_up(
        self, tenant: str, contact: str, done: Done, now: int
    ) -> ListedContact | FollowUpRefused | None:
        """Do something with the newest line of a contact; None where it is on no list."""
        ...

    async def counts(self, now: int) -> Mapping[tuple[str, FollowUpState], ListCounts]:
        """How many lines nobody has settled or dismissed yet, by tenant and state."""
        ...

    async def forget(self, tenant: str, before: date) -> None:
        """Delete the lists of days before one."""
        ...
