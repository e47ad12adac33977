"""What a comparison finds: a kind of difference, and the visits that differ so."""

from array import array
from enum import StrEnum

from floorpulse.reports.domain.comparison.listing import UNKNOWN


class Kind(StrEnum):
    """How two lists of one floor's visits may differ.

    The first are of single visits; those from `times_shifted` on are one finding of the whole list,
    whatever number of visits it touches.
    """

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    DUPLICATE_HERE = "duplicate_here"
    DUPLICATE_THERE = "duplicate_there"
    SPLIT_THERE = "split_there"
    JOINED_THERE = "joined_there"
    OUTSIDE_PERIOD = "outside_period"
    OTHER_ID = "other_id"
    OFFERED = "offered"
    QUEUE = "queue"
    OUTCOME = "outcome"
    WAIT = "wait"
    TALK = "talk"
    BILLABLE = "billable"
    WITHIN = "within"
    TIMES_SHIFTED = "times_shifted"
    TIMES_ROUNDED = "times_rounded"
    SPANS_ROUNDED = "spans_rounded"
    TALK_WITH_MORE = "talk_with_more"
    OTHER_THRESHOLD = "other_threshold"
    QUEUES_RENAMED = "queues_renamed"
    IDS_RESPELLED = "ids_respelled"
    UNREADABLE = "unreadable"


class Finding:
    """One kind of difference and its visits, as places in the two lists; `UNKNOWN` where a list
    does not have the visit. `told` says what is common to them, by name.
    """

    def __init__(self, kind: Kind, told: dict[str, str] | None = None) -> None:
        self.kind = kind
        self.told = told or {}
        self.ours = array("q")
        self.theirs = array("q")

    def add(self, mine: int = UNKNOWN, other: int = UNKNOWN) -> None:
        """One more visit, or pair of them."""
        self.ours.append(mine)
        self.theirs.append(other)

    def __len__(self) -> int:
        return len(self.ours)
