"""The agents of a question's rows: how long they were in each state during each span, and how many
were when it began.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from floorpulse.board.domain.windows import Span
from floorpulse.figures.staff.attendance import AgentEntered, Attendance, StayInSpan
from floorpulse.figures.staff.by_queue import StaffByQueue
from floorpulse.kpis.figures import NOBODY, Staff


class StaffBySpan:
    """Time and numbers of agents for each span; empty where no KPI needs them."""

    def __init__(self, spans: Sequence[Span] = (), now: int = 0) -> None:
        self._attendance = Attendance(spans, now, lambda told: told.entered.queues)
        self._time: defaultdict[int, StaffByQueue] = defaultdict(StaffByQueue)
        self._heads: defaultdict[int, StaffByQueue] = defaultdict(StaffByQueue)

    def take(self, told: Iterable[AgentEntered]) -> None:
        """Take in states, in the order of agents and times."""
        for one in told:
            self._note(self._attendance.enter(one))

    def close(self) -> None:
        """All states were told."""
        self._note(self._attendance.close())

    def _note(self, stays: Iterable[StayInSpan[tuple[str, ...]]]) -> None:
        for stay in stays:
            if stay.lasted:
                self._time[stay.span].add(stay.about, stay.entered.state, stay.lasted)
            if stay.there:
                self._heads[stay.span].add(stay.about, stay.entered.state, 1)

    def time(self, span: int, queues: Collection[str] | None) -> Staff:
        """The time that agents who serve any of `queues` (None: all) spent in each state during a
        span.
        """
        return self._time[span].together(queues) if span in self._time else NOBODY

    def at_begin(self, span: int, queues: Collection[str] | None) -> Staff:
        """Those agents themselves, by state, at the moment a span began."""
        return self._heads[span].together(queues) if span in self._heads else NOBODY
