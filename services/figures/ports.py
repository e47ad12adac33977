"""What figures need from outside. Calls raise `StoreUnavailable` when it is away."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from floorpulse.board.domain.positions import Position
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cells
from floorpulse.contracts.visits import Visit
from floorpulse.figures.open_complaints import StoredComplaint
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.attendance import AgentEntered, AgentTook
from floorpulse.figures.sums import PaneTally
from floorpulse.runtime.cursors import Small


@dataclass(frozen=True)
class StoredVisit:
    """One visit with its key; `offered_at` is epoch milliseconds."""

    offered_at: int
    contact: str
    number: int
    visit: Visit

    @property
    def place(self) -> "Place":
        """Where it stands in the order of visits."""
        return self.offered_at, self.contact, self.number


Place = tuple[int, str, Small]
"""(offered at, contact, visit number): the order of visits"""


class PaneHistory(Protocol):
    """Stored panes of one tenant."""

    async def queue_channels(self, selection: Selection, span: Span) -> list[QueueChannel]:
        """The selected queues and channels that have panes in `span`."""
        ...

    def tallies(
        self, selection: Selection, spans: Sequence[Span]
    ) -> AsyncIterator[Sequence[PaneTally]]:
        """The selected panes that start in `spans` (contiguous, ascending), in portions."""
        ...


class VisitHistory(Protocol):
    """Stored visits, and what only they can tell."""

    def visits(
        self, selection: Selection, span: Span, after: Place | None = None
    ) -> AsyncIterator[Sequence[StoredVisit]]:
        """Visits offered in `span` to the selected queues, behind the place `after`, in order, in
        portions.
        """
        ...

    def slow_visits(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[StoredVisit]]:
        """Those among them that came by another channel than calls do, in any order, in
        portions.
        """
        ...

    async def complaints(self, tenant: str, span: Span) -> Sequence[StoredComplaint]:
        """Complaints that were open at some instant of `span`, and maybe others."""
        ...

    async def returns(self, selection: Selection, spans: Sequence[Span]) -> Sequence[PaneTally]:
        """How many of the selected visits offered in `spans` (contiguous, ascending) have a known
        customer, and by how many hours after the customer's last other contact in the queue they
        came: `Cell.CUSTOMER_KNOWN` and `Histogram.RETURN_GAP`.
        """
        ...

    async def visits_since(self) -> int:
        """The instant, epoch milliseconds, before which visits were deleted; 0: none were."""
        ...


class ContactHistory(VisitHistory, Protocol):
    """Stored visits, which can be told by their contact, too."""

    async def journey(self, tenant: str, contact: str) -> Sequence[StoredVisit]:
        """All visits of one contact whose offer is known, in order."""
        ...


class AgentHistory(Protocol):
    """Stored states of agents, and the visits they took."""

    def handled(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[Visit]]:
        """Visits that may count in `span` in the selected queues, each once, in any order, in
        portions; maybe others.

        They were offered in it or up to 90 days before: later answers to surveys, evaluations and
        complaints count for no agent.
        """
        ...

    def states(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentEntered]]:
        """The states that a tenant's agents entered in `span`, in the order of agents, times and
        states, in portions.
        """
        ...

    async def last_states(self, tenant: str, before: int) -> Sequence[AgentEntered]:
        """The last state of each agent that was entered before an instant, as far as it may still
        be believed then, or was in the day before; maybe others.
        """
        ...

    def contacts(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentTook]]:
        """The contacts that a tenant's agents took in visits offered in `span`, each once, in any
        order, in portions.
        """
        ...

    async def visits_since(self) -> int:
        """The instant, epoch milliseconds, before which visits were deleted; 0: none were."""
        ...

    async def stays_since(self) -> int:
        """The instant, epoch milliseconds, from which on it is known who was there: visits are
        kept, and agents' states from a day before on, for as long is a state believed; 0: nothing
        was deleted.
        """
        ...


@dataclass(frozen=True)
class StoredCorrection:
    """Final cells of a queue and channel that changed in [start, until), and the event that did it;
    instants are epoch milliseconds.
    """

    id: int
    start: int
    until: int
    queue: str
    channel: str
    old: Cells
    new: Cells
    source: str
    event: str
    type: str
    recorded_at: int
    reason: str | None = None

    @property
    def place(self) -> "CorrectionPlace":
        """Where it stands in the order of corrections."""
        return self.start, self.id


CorrectionPlace = tuple[int, int]
"""(start, id): the order of corrections"""


class CorrectionHistory(Protocol):
    """Recorded corrections of one tenant."""

    def corrections(
        self, selection: Selection, span: Span, recorded_since: int, since: CorrectionPlace
    ) -> AsyncIterator[Sequence[StoredCorrection]]:
        """Those in `span` of the selected queues, recorded at or after an instant, from the place
        `since` on, in order, in portions.
        """
        ...

    async def arrived(self, selection: Selection, span: Span) -> int:
        """How many quarters of the selected queues in `span` were loaded after they had passed,
        when nobody had been shown figures of them.
        """
        ...


class Positions(Protocol):
    """Durable positions."""

    async def positions(self) -> list[Position]:
        """Every source partition's durable position; `published_at` is when it was last written."""
        ...
