"""What a fold keeps outside of Python's records: visits that are the only ones of their contacts,
packed where nobody but the fold of the usual steps looks.

A packed visit leaves whole, to `Visits.rows`, before anything else happens to its contact. Here is
the keeper of none, for Python's own fold.
"""

# Who keeps nothing answers without looking at what is asked.
# ruff: noqa: ARG002

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from floorpulse.contracts.presence import Entry, Home
from floorpulse.contracts.updates import Gauge, Talk
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.kpi_engine.fold.panes import NEVER, Pane
from floorpulse.kpi_engine.fold.rows import NO_ROWS, EncodedRows, pane_rows

ContactKey = tuple[str, str]
"""(tenant, contact)"""
Since = Mapping[str, tuple[int, int]]
"""By channel, the offers and the answers before which a visit is too old to be still open"""


@dataclass(eq=False)
class PageEntries:
    """The entries of a page of open visits: those that wait, those in progress with their agents,
    and those over; `places` numbers their queues and channels.
    """

    places: dict[Home, int] = field(default_factory=dict)
    waiting: list[Entry] = field(default_factory=list)
    answered: list[Entry] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    over: list[VisitKey] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.waiting) + len(self.answered) + len(self.over)


class KeyColumns(NamedTuple):
    """The keys of visits as columns, with a line end between two values, none of which holds
    one.
    """

    tenants: str = ""
    contacts: str = ""
    numbers: str = ""

    def visits(self) -> list[VisitKey]:
        """The key of each."""
        if not self.numbers:
            return []
        tenants, contacts, numbers = (column.split("\n") for column in self)
        return list(zip(tenants, contacts, map(int, numbers), strict=True))


NO_KEYS = KeyColumns()


@dataclass(frozen=True)
class VisitRows:
    """Rows of visits to write: of those that the database does not have, and of those it has;
    `lonely` are the new ones of whose contacts nothing is stored, as far as is known, and so are
    `lonely_packed`.
    """

    new: EncodedRows = NO_ROWS
    known: EncodedRows = NO_ROWS
    lonely: list[VisitKey] = field(default_factory=list)
    lonely_packed: KeyColumns = NO_KEYS


class OpenSince(NamedTuple):
    """When the visits of a queue and channel were offered that wait, and the others answered that
    are in progress, in any order.
    """

    waiting: Sequence[int]
    answered: Sequence[int]


NOBODY = OpenSince((), ())


class GaugeAges(NamedTuple):
    """By which gauges are told at `now`: conversations answered behind `until` have not begun;
    `since` has by channel the offers and the answers before which a visit is too old to be told of,
    and the answers before which a conversation lasts long.
    """

    now: int
    until: int
    since: Mapping[str, tuple[int, int, int]]


PackedGauge = tuple[Home, int, Gauge, int, int]
"""Where packed visits are, the number of that place in the core, their gauge, the instant up to
which it holds, and how many they are
"""


class NothingPacked:
    """The keeper of no packed visits, and what all such keepers are asked."""

    dirty = 0
    """How many are to be written"""
    going_on = 0
    """How many wait, or are in progress"""

    def __len__(self) -> int:
        """How many there are."""
        return 0

    def settle(self) -> None:
        """Add to the panes what the steps of packed visits changed."""

    def peek(self, key: VisitKey) -> Visit | None:
        """A copy of a visit that stays packed."""

    def release(self, contact: ContactKey) -> None:
        """Let a contact's visit go to Python's records, if it is packed."""

    def release_older(self, since: Since) -> None:
        """Let those go to Python's records that are too old to be still open."""

    def release_taken(self) -> None:
        """Let those go to Python's records that are being written."""

    # ------------------------------------------------------------- who is open

    def changed(self) -> Iterable[Home]:
        """Where somebody came or went since this was last asked."""
        return ()

    def gauges(self, ages: GaugeAges) -> Iterable[PackedGauge]:
        """The gauges of packed visits alone, of where somebody came or went since this, or
        `changed`, was last asked.
        """
        return ()

    def instants(self, home: Home) -> OpenSince:
        """Since when visits wait there, and are in progress."""
        return NOBODY

    def open(self, home: Home, *, answered: bool) -> Mapping[VisitKey, int]:
        """Since when visits wait there, or (`answered`) are in progress, by their keys."""
        return {}

    def talks(self, *, everything: bool) -> Iterable[Talk]:
        """The conversations that began or ended since this was last asked, or all there are."""
        return ()

    # ------------------------------------------------------------- flushing

    def take(self, partition: int, entries: PageEntries) -> VisitRows:
        """The rows to write; those that are open, or over, are added to the entries of a page."""
        return VisitRows()

    def pane_rows(self, partition: int, panes: list[Pane]) -> EncodedRows:
        """The rows of a partition's panes."""
        return pane_rows(partition, panes)

    def flushed(self) -> None:
        """What was taken is stored."""

    def put_back(self) -> None:
        """What was taken is to be written again."""

    # ------------------------------------------------------------- memory

    def lasts(self, since: Since) -> Sequence[int]:
        """The last instants of those that are stored, not going on and without feedback."""
        return ()

    def trim(self, since: Since, until: int, before: int) -> int:
        """Forget those of them whose last instant is `until` at most, and those with feedback that
        was told before `before`; the instant since when visits that are not in memory are new. Of
        one without its end that is `before`.
        """
        return NEVER
