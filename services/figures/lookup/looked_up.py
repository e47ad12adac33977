"""What was looked up for a question beside panes and gauges."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from floorpulse.board.domain.windows import Span
from floorpulse.figures.open_complaints import OpenComplaints
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.staff.by_span import StaffBySpan
from floorpulse.figures.sums import Sums
from floorpulse.figures.visit_waits import VisitWaits
from floorpulse.kpis.inputs import Need

LOOKUPS = {
    Need.RETURNS: "returns",
    Need.COMPLAINTS: "complaints",
    Need.AGENT_TIME: "agent_time",
    Need.WAITS: "waits",
}
"""What each look-up in the tables is called in metrics"""


class Unanswered(StrEnum):
    """Why an answer goes out without a look-up."""

    LATE = "late"
    """It takes longer than this question waits, and goes on."""
    SLOW = "slow"
    """The database ended it at its time limit."""
    AWAY = "away"
    """The database does not answer."""


@dataclass(frozen=True)
class LookedUp:
    """Counts of returning customers by interval and subject, the complaints, the agents; all empty
    where no KPI needs them.

    `waits` are those of visits that policies must be judged by one by one; None where nobody asked,
    or they could not be looked up. `missing` is what is needed and could not be looked up.
    """

    open_complaints: OpenComplaints
    returns: Sums = field(default_factory=Sums)
    staff_by_span: StaffBySpan = field(default_factory=StaffBySpan)
    waits: VisitWaits | None = None
    missing: Need = Need.NOTHING

    def ages(
        self, row_keys: Sequence[RowKey], at: int, received: Span | None = None
    ) -> tuple[int, ...]:
        """Ages in milliseconds of the complaints about subjects that are open at an instant; only
        of those received in a span, where one is given.
        """
        return tuple(
            age for row_key in row_keys for age in self.open_complaints.ages(row_key, at, received)
        )


def nothing(selection: Selection) -> LookedUp:
    """Where nothing had to be looked up."""
    return LookedUp(OpenComplaints(selection))
