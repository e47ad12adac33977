"""What was looked up for a question beside panes and gauges."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.board.domain.windows import Span
from services.figures.ledger import Ledger
from services.figures.open_complaints import Docket
from services.figures.selection import Selection, Subject
from services.figures.staff.by_span import Crew
from services.kpis.inputs import Need

LOOKUPS = {Need.RETURNS: "returns", Need.COMPLAINTS: "complaints", Need.AGENT_TIME: "agent_time"}
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
class Found:
    """Counts of returning customers by interval and subject, the complaints, the agents; all empty
    where no KPI needs them.

    `missing` is what is needed and could not be looked up.
    """

    docket: Docket
    returns: Ledger = field(default_factory=Ledger)
    crew: Crew = field(default_factory=Crew)
    missing: Need = Need.NOTHING

    def ages(
        self, subjects: Sequence[Subject], at: int, received: Span | None = None
    ) -> tuple[int, ...]:
        """Ages in milliseconds of the complaints about subjects that are open at an instant; only
        of those received in a span, where one is given.
        """
        return tuple(age for subject in subjects for age in self.docket.ages(subject, at, received))


def nothing(selection: Selection) -> Found:
    """Where nothing had to be looked up."""
    return Found(Docket(selection))
