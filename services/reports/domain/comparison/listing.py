"""A list of visits in columns: a million of them take some hundred megabytes, not a gigabyte."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from floorpulse.contracts.visits import Outcome

UNKNOWN = -1
"""Stands in a column where the list does not say"""
OUTCOMES = tuple(Outcome)


class ListedVisit(NamedTuple):
    """A visit as one side's list has it; instants are epoch milliseconds, spans milliseconds, None
    is what the list does not say.

    `line` is where it stands in its list. `again` is how much later it may have been offered as
    well: its list gives local time, and the clock showed that hour twice.
    """

    contact: str
    offered: int
    queue: str | None = None
    outcome: Outcome | None = None
    wait: int | None = None
    talk: int | None = None
    hold: int | None = None
    wrap: int | None = None
    billable: bool | None = None
    within: bool | None = None
    line: int = 0
    again: int = 0
    channel: str | None = None


class Listing:
    """The visits of one side, in the order of its list; a column has a value for each of them,
    `UNKNOWN` where the list does not say.
    """

    def __init__(self, visits: Iterable[ListedVisit] = ()) -> None:
        self.offered = array("q")
        self.again = array("i")
        self.wait = array("q")
        self.talk = array("q")
        self.hold = array("q")
        self.wrap = array("q")
        self.queue = array("i")
        self.outcome = array("b")
        self.billable = array("b")
        self.within = array("b")
        self.line = array("q")
        self.channel = array("i")
        self.queues: list[str] = []
        self.channels: list[str] = []
        self._contacts = bytearray()
        self._ends = array("q")
        self._queue_codes: dict[str, int] = {}
        self._channel_codes: dict[str, int] = {}
        for visit in visits:
            self.add(visit)

    def add(self, visit: ListedVisit) -> None:
        """One more visit at the end of the list."""
        self._contacts += visit.contact.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._contacts))
        self.offered.append(visit.offered)
        self.again.append(visit.again)
        for column, value in (
            (self.wait, visit.wait),
            (self.talk, visit.talk),
            (self.hold, visit.hold),
            (self.wrap, visit.wrap),
            (self.billable, visit.billable),
            (self.within, visit.within),
        ):
            column.append(UNKNOWN if value is None else value)
        self.queue.append(_code(self.queues, self._queue_codes, visit.queue))
        self.channel.append(_code(self.channels, self._channel_codes, visit.channel))
        self.outcome.append(UNKNOWN if visit.outcome is None else OUTCOMES.index(visit.outcome))
        self.line.append(visit.line)

    def __len__(self) -> int:
        return len(self.offered)

    def contact(self, place: int) -> str:
        """The id of the contact at a place of the list."""
        begin = self._ends[place - 1] if place else 0
        return self._contacts[begin : self._ends[place]].decode("utf-8", "surrogatepass")

    def queue_name(self, place: int) -> str | None:
        """The queue of the visit at a place of the list."""
        code = self.queue[place]
        return None if code == UNKNOWN else self.queues[code]

    def channel_name(self, place: int) -> str | None:
        """The channel of the visit at a place of the list."""
        code = self.channel[place]
        return None if code == UNKNOWN else self.channels[code]

    def at(self, place: int) -> ListedVisit:
        """The visit at a place of the list."""
        outcome = self.outcome[place]
        return ListedVisit(
            contact=self.contact(place),
            offered=self.offered[place],
            queue=self.queue_name(place),
            outcome=None if outcome == UNKNOWN else OUTCOMES[outcome],
            wait=_known(self.wait[place]),
            talk=_known(self.talk[place]),
            hold=_known(self.hold[place]),
            wrap=_known(self.wrap[place]),
            billable=_truth(self.billable[place]),
            within=_truth(self.within[place]),
            line=self.line[place],
            again=self.again[place],
            channel=self.channel_name(place),
        )

    def length(self, place: int) -> int:
        """From the offer to the end of talking, as far as the list says; milliseconds."""
        spans = (self.wait[place], self.talk[place], self.hold[place])
        return sum(span for span in spans if span != UNKNOWN)


def known(column: Sequence[int]) -> Iterator[int]:
    """The values of a column that the list says."""
    return (value for value in column if value != UNKNOWN)


def _code(names: list[str], codes: dict[str, int], name: str | None) -> int:
    if name is None:
        return UNKNOWN
    code = codes.setdefault(name, len(codes))
    if code == len(names):
        names.append(name)
    return code


def _known(value: int) -> int | None:
    return None if value == UNKNOWN else value


def _truth(value: int) -> bool | None:
    return None if value == UNKNOWN else bool(value)
