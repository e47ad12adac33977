"""What the floor at a past instant is read from, all of one snapshot."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import AgentNow
from floorpulse.contracts.visits import Visit
from floorpulse.figures.selection import Selection
from floorpulse.figures.sums import PaneTally


class BeyondRetentionError(Exception):
    """Contacts or minutes are asked for that were deleted; they are kept from `since` on, epoch
    milliseconds.
    """

    def __init__(self, since: int) -> None:
        super().__init__(f"kept since {since}")
        self.since = since


NOTHING = Span(0, 0)


@dataclass(frozen=True)
class MomentReading:
    """What is read: panes that start in `spans` (contiguous, ascending, not empty), by queue and
    channel; visits offered in `offered`, and before it, in `earlier`, those of other channels than
    calls have; all visits of the contacts of several that had one offered in `whole` (None: nobody
    asks for whole contacts).
    """

    selection: Selection
    spans: Sequence[Span]
    offered: Span
    earlier: Span = NOTHING
    whole: Span | None = None


class MomentPortion(NamedTuple):
    """Some of what was read; of each contact of several visits those by their numbers."""

    tallies: Sequence[PaneTally] = ()
    visits: Sequence[Visit] = ()
    contacts: Sequence[Mapping[int, Visit]] = ()


class MomentHistory(Protocol):
    """Stored panes, visits and agents around a past instant. Raises StoreUnavailable."""

    def moment(self, reading: MomentReading) -> AsyncIterator[MomentPortion]:
        """Panes and visits, in portions. All are of one snapshot, so that a visit and the pane that
        counts it tell the same. Raises BeyondRetentionError.
        """
        ...

    async def agents_at(self, tenant: str, at: int) -> Sequence[AgentNow]:
        """The last state that each agent of a tenant entered up to an instant, as far as it may
        still be believed then, or was in the day before.
        """
        ...
