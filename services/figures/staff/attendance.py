"""Time of agents in their states over many spans, and who was in which state when each began, out
of the states they entered.

entered      available ├────────┤ busy ├──────┤ wrap-up ├──┄          each lasts to the next, at
most a day
spans        ├──────────────┼──────────────┼──────────────┤
             available 9 min   busy 7 min     wrap-up 4 min
             + busy 6 min      + wrap-up 8    so far

The last state lasts to now. What is kept grows with the rows, not with the states.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import LONGEST, Entered
from floorpulse.kpis.formulas.staffing import LOGGED_IN

K = TypeVar("K")


class AgentEntered(NamedTuple):
    """A state that an agent entered."""

    agent: str
    entered: Entered


class StayInSpan(NamedTuple, Generic[K]):
    """Part of an agent's state that lies in the span with this index; `there` says whether it was
    the state when the span began.
    """

    span: int
    about: K
    entered: Entered
    lasted: int
    there: bool


def lookback(spans: Sequence[Span]) -> Span:
    """When states were entered that may matter to spans (contiguous, ascending)."""
    return Span(spans[0].begin - LONGEST, spans[-1].end)


class Attendance(Generic[K]):
    """Cuts the states of agents, told in the order of agents and times, into stays."""

    def __init__(self, spans: Sequence[Span], now: int, about: Callable[[AgentEntered], K]) -> None:
        """`spans` are contiguous and ascending; `about` says whom a state's stays are noted for."""
        self._spans = spans
        self._ends = [span.end for span in spans]
        self._now = now
        self._about = about
        self._last: AgentEntered | None = None

    def enter(self, told: AgentEntered) -> Iterable[StayInSpan[K]]:
        """The stays of the state that this one ends."""
        last = self._last
        self._last = told
        if last is None:
            return ()
        return self._stays(last, told.entered.at) if last.agent == told.agent else self._open(last)

    def close(self) -> Iterable[StayInSpan[K]]:
        """The stays of the last state of all."""
        last = self._last
        self._last = None
        return () if last is None else self._open(last)

    def _open(self, last: AgentEntered) -> Iterable[StayInSpan[K]]:
        return self._stays(last, self._now, open_end=1)

    def _stays(self, told: AgentEntered, until: int, open_end: int = 0) -> Iterable[StayInSpan[K]]:
        entered = told.entered
        longest = told.entered.at + LONGEST
        if entered.state not in LOGGED_IN:
            return
        there_until = min(until + open_end, longest)
        until = min(until, longest)
        for number in range(bisect_right(self._ends, entered.at), len(self._spans)):
            span = self._spans[number]
            if span.begin >= there_until:
                return
            lasted = max(0, min(until, span.end) - max(entered.at, span.begin))
            yield StayInSpan(number, self._about(told), entered, lasted, entered.at <= span.begin)
