"""Time of agents in their states over many spans, and who was in which state when each began, out
of the states they told and the contacts they took.

told         available ├───────────────────────────┄
contacts              answered ├──────┤ ended
shown        available ├───────┤ busy ├──────┤ available           what `AgentRecord` says
spans        ├──────────────┼──────────────┼──────────────┤
             available 9 min   busy 7 min     available
             + busy 6 min      + available 8  15 min so far

The last state lasts to now. What is kept grows with the rows and with the contacts of two days, not
with the states.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import methodcaller
from typing import Generic, NamedTuple, TypeVar

import msgspec

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.agents import LONGEST, Entered
from floorpulse.contracts.visits import Visit, queue_of, wrap_of
from floorpulse.counting.agent_record import (
    AWHILE,
    LEFT_OPEN,
    WORK,
    AgentContact,
    AgentRecord,
)

K = TypeVar("K")

DAY = 24 * HOUR
AT_ONCE = 2 * DAY
"""Milliseconds of spans that are worked out at once"""
WAIT = 4 * HOUR
"""How long before its answer a visit may have been offered that is looked at"""
DRIFT = HOUR
"""How far an answer may be stamped before its offer by a source with two clocks"""


class AgentEntered(NamedTuple):
    """A state that an agent entered."""

    agent: str
    entered: Entered


class AgentTook(NamedTuple):
    """A contact that an agent took."""

    agent: str
    contact: AgentContact


class StayInSpan(NamedTuple, Generic[K]):
    """Part of an agent's state that lies in the span with this index; `there` says whether it was
    the state when the span began.
    """

    span: int
    about: K
    entered: Entered
    lasted: int
    there: bool


class Piece(NamedTuple):
    """A part of the span with this number; `first`: it is the part with which the span begins."""

    number: int
    begin: int
    end: int
    first: bool


def contact_of(visit: Visit, conversation: int) -> AgentTook | None:
    """What an agent took of a visit; one without an end lasts for the longest `conversation`,
    milliseconds. None where nobody is known to have answered.
    """
    since = visit.answered_at
    if since is None or not visit.agent:
        return None
    until = since + conversation if visit.ended_at is None else max(since, visit.ended_at)
    wrapped = until if visit.ended_at is None else until + wrap_of(visit)
    return AgentTook(visit.agent, AgentContact(queue_of(visit) or "", since, until, wrapped))


def lookback(begin: int, end: int) -> Span:
    """When states were entered that are read one by one for [begin, end)."""
    return Span(begin - LONGEST, end)


def offered_before(begin: int, end: int) -> Span:
    """When visits were offered whose answers may matter to [begin, end)."""
    return Span(begin - WAIT - AWHILE, end + DRIFT)


def pieces_of(spans: Sequence[Span]) -> Iterator[list[Piece]]:
    """Spans (contiguous, ascending) in portions of about two days; longer ones are cut."""
    portion: list[Piece] = []
    for index, span in enumerate(spans):
        for begin in range(span.begin, span.end, AT_ONCE):
            end = min(begin + AT_ONCE, span.end)
            if portion and end - portion[0].begin > AT_ONCE:
                yield portion
                portion = []
            portion.append(Piece(index, begin, end, begin == span.begin))
    if portion:
        yield portion


class Attendance(Generic[K]):
    """Cuts what is known of agents into stays: states are told in the order of agents and times."""

    def __init__(
        self,
        pieces: Sequence[Piece],
        now: int,
        about: Callable[[AgentEntered], K],
        contacts: Mapping[str, Sequence[AgentContact]],
    ) -> None:
        """`pieces` are contiguous and ascending; `about` says whom a state's stays are noted for;
        `contacts` are those that each agent took.
        """
        self._pieces = pieces
        self._ends = [piece.end for piece in pieces]
        self._now = now
        self._about = about
        self._contacts = contacts
        self._agent = ""
        self._told: list[Entered] = []
        self._done: set[str] = set()

    def enter(self, told: AgentEntered) -> Iterable[StayInSpan[K]]:
        """The stays of the agent whose last state was told before."""
        if told.agent == self._agent and self._told:
            self._told.append(told.entered)
            return ()
        stays = self._finish()
        self._agent = told.agent
        self._told = [told.entered]
        return stays

    def close(self) -> Iterator[StayInSpan[K]]:
        """The stays of the last agent of all, and of those who told no state."""
        yield from self._finish()
        for agent in sorted(self._contacts.keys() - self._done):
            yield from self._stays(agent, [])

    def _finish(self) -> Iterable[StayInSpan[K]]:
        told = self._told
        self._told = []
        if not told:
            return ()
        if self._agent in self._contacts:
            self._done.add(self._agent)
        return list(self._stays(self._agent, told))

    def _stays(self, agent: str, told: Sequence[Entered]) -> Iterator[StayInSpan[K]]:
        """The stays of one agent."""
        begin = self._pieces[0].begin
        end = min(self._pieces[-1].end, self._now + 1)
        contacts = untold(told, self._contacts.get(agent, ()))
        shown = shown_over(told, contacts, begin, end) if contacts else told_over(told, begin, end)
        for since, until, entered in shown:
            if entered.state == "offline":
                continue
            about = self._about(AgentEntered(agent, entered))
            over = min(until, self._now)
            for number in range(bisect_right(self._ends, since), len(self._pieces)):
                piece = self._pieces[number]
                if piece.begin >= until:
                    break
                lasted = max(0, min(over, piece.end) - max(since, piece.begin))
                there = piece.first and since <= piece.begin
                yield StayInSpan(piece.number, about, entered, lasted, there)


def untold(told: Sequence[Entered], contacts: Sequence[AgentContact]) -> Sequence[AgentContact]:
    """The contacts that an agent's states do not tell: it told none of work in the day before their
    end and before their begin; `told` ascending.
    """
    if not contacts:
        return ()
    works = [entered.at for entered in told if entered.state in WORK]

    def is_told(contact: AgentContact) -> bool:
        place = bisect_right(works, contact.since)
        return place > 0 and works[place - 1] > contact.wrapped - LONGEST

    return [contact for contact in contacts if not is_told(contact)]


def told_over(told: Sequence[Entered], begin: int, end: int) -> Iterator[tuple[int, int, Entered]]:
    """What is shown in [begin, end) of an agent of whom only states are known, as `shown_over` has
    it, but quickly.
    """
    for number, entered in enumerate(told):
        following = told[number + 1].at if number + 1 < len(told) else end
        believed = entered.at + entered.lasts
        since = max(begin, entered.at)
        until = min(following, believed, end)
        if since < until:
            yield since, until, entered
        if entered.state != "offline":
            since = max(begin, believed)
            until = min(following, believed + LEFT_OPEN, end)
            if since < until:
                yield (
                    since,
                    until,
                    msgspec.structs.replace(
                        entered, at=believed, state="unknown", reason="", lasts=LONGEST
                    ),
                )


def shown_over(
    told: Sequence[Entered], contacts: Sequence[AgentContact], begin: int, end: int
) -> Iterator[tuple[int, int, Entered]]:
    """What is shown of an agent in [begin, end), one state after the other, each with the span of
    it; `told` ascending.
    """
    record = AgentRecord()
    heard = sorted(_heard(told, contacts), key=lambda one: one[0])
    place = 0
    at = begin
    while at < end:
        while place < len(heard) and heard[place][0] <= at:
            heard[place][1](record)
            place += 1
        until = min(record.due(at), end)
        if place < len(heard):
            until = min(until, heard[place][0])
        entered = record.shown(at)
        if entered is not None:
            yield at, until, entered
        at = until


def _heard(
    told: Sequence[Entered], contacts: Sequence[AgentContact]
) -> Iterator[tuple[int, Callable[[AgentRecord], None]]]:
    """What an agent's record hears, each with its instant."""
    for entered in told:
        yield entered.at, methodcaller("tell", entered)
    for name, contact in enumerate(contacts):
        yield contact.since, methodcaller("take", name, contact)
        yield contact.wrapped, methodcaller("finish", name, contact.until)
