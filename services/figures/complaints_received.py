"""Complaints received in a span, by the agent or the reason that they name: whether one stands out.

received   ann ●●●●   bob ●   nobody named ●●        7 in all, 4 of them about ann: 57 %
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from floorpulse.board.domain.windows import Span
from floorpulse.figures.open_complaints import StoredComplaint
from floorpulse.figures.ports import VisitHistory
from floorpulse.figures.selection import Selection

By = Literal["agent", "reason"]


@dataclass(frozen=True)
class ComplaintsReceived:
    """How many were received, and how many of them name whom or what; some name nobody."""

    total: int
    named: Mapping[str, int]


def received(
    complaints: Iterable[StoredComplaint], span: Span, selection: Selection, by: By
) -> ComplaintsReceived:
    """Those of a selection whose first receipt lies in the span."""
    mine = [
        one
        for one in complaints
        if one.opened_at in span and selection.includes(one.queue, one.channel)
    ]
    names = (one.agent if by == "agent" else one.reason for one in mine)
    return ComplaintsReceived(len(mine), Counter(name for name in names if name))


async def complaints_open_in(
    visits: VisitHistory, tenant: str, span: Span
) -> list[StoredComplaint]:
    """A tenant's stored complaints that were open in the span: no received one is missing. Raises
    StoreUnavailable.
    """
    wide = Span(span.begin - 1, span.end)  # one that is opened and closed at once was open before
    return list(await visits.complaints(tenant, wide))
