"""The agents of a question's rows: how long they were in each state during each span, and how many
were when it began.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from floorpulse.figures.staff.attendance import StayInSpan
from floorpulse.figures.staff.by_queue import StaffByQueue
from floorpulse.kpis.figures import NOBODY, Staff


class StaffBySpan:
    """Time and numbers of agents for each span; empty where no KPI needs them."""

    def __init__(self) -> None:
        self._time: defaultdict[int, StaffByQueue] = defaultdict(StaffByQueue)
        self._heads: defaultdict[int, StaffByQueue] = defaultdict(StaffByQueue)

    def note(self, stays: Iterable[StayInSpan[tuple[str, ...]]]) -> None:
        """Add stays, noted for the queues that their agents served."""
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
