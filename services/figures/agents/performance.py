"""What agents did in each of several spans: visits and states go in, in any portions; counts and
time by agent come out.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import StateNow
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.visits import Visit
from floorpulse.counting.contributions import Contributions
from floorpulse.figures.agents.by_agent import credited
from floorpulse.figures.agents.membership import Membership, TeamMembership
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.attendance import StayInSpan

Heard = Callable[[int, str, QueueChannel, Cells], None]
"""Is told what one visit adds to a span (its index) for an agent, in a queue and channel"""


@dataclass(eq=False)
class Work:
    """Counts by queue and channel, and milliseconds by state, those on break by the reason told
    ("" where none was).
    """

    counted: defaultdict[QueueChannel, Cells] = field(default_factory=lambda: defaultdict(dict))
    staff: Counter[StateNow] = field(default_factory=Counter)
    breaks: Counter[str] = field(default_factory=Counter)

    def cells(self, queue_channels: Iterable[QueueChannel] | None = None) -> Cells:
        """The sum over some queues and channels; over all where None."""
        total: Cells = {}
        for queue_channel in self.counted if queue_channels is None else queue_channels:
            add(total, self.counted[queue_channel])
        return total

    def include(self, other: "Work") -> None:
        """Add another agent's."""
        for queue_channel, cells in other.counted.items():
            add(self.counted[queue_channel], cells)
        self.staff.update(other.staff)
        self.breaks.update(other.breaks)


class Performance:
    """The work of a tenant's agents over `spans` (contiguous, ascending), in the queues and
    channels that are selected for each of them.

    Time in states counts where the agent served a selected queue; channels do not tell it apart.
    """

    def __init__(
        self,
        selections: Sequence[Selection],
        agents: Collection[str],
        spans: Sequence[Span],
        heard: Heard | None = None,
    ) -> None:
        """Of these agents only, where any are named; a selection a span. `heard` is told each
        visit by itself.
        """
        self._tenant = selections[0].tenant
        self._selections = selections
        self._agents = agents
        self._spans = spans
        self._ends = [span.end for span in spans]
        self._heard = heard
        self.team_membership = TeamMembership()
        self._work: list[defaultdict[str, Work]] = [defaultdict(Work) for _ in spans]

    def handle(self, visits: Iterable[Visit]) -> None:
        """Take in visits, each once, in any order."""
        for visit in visits:
            for agent, panes in credited(self._tenant, visit):
                if not self._agents or agent in self._agents:
                    self._count(agent, panes)

    def _count(self, agent: str, panes: Contributions) -> None:
        added: dict[tuple[int, QueueChannel], Cells] = {}
        begin = self._spans[0].begin
        end = self._ends[-1]
        for (tenant, queue, channel, at), cells in panes.items():
            if begin <= at < end:
                span = bisect_right(self._ends, at)
                if self._selections[span].includes(queue, channel):
                    add(self._work[span][agent].counted[tenant, queue, channel], cells)
                    if self._heard is not None:
                        add(added.setdefault((span, (tenant, queue, channel)), {}), cells)
        if self._heard is not None:
            for (span, queue_channel), cells in added.items():
                self._heard(span, agent, queue_channel, cells)

    def note(self, stays: Iterable[StayInSpan[str]]) -> None:
        """Take in what agents were doing, noted for their names."""
        for stay in stays:
            asked = self._selections[stay.span].queues
            serves = not asked or not set(asked).isdisjoint(stay.entered.queues)
            if stay.lasted and serves and (not self._agents or stay.about in self._agents):
                work = self._work[stay.span][stay.about]
                work.staff[stay.entered.state] += stay.lasted
                if stay.entered.state == "break":
                    work.breaks[stay.entered.reason] += stay.lasted

    def of(self, span: int) -> Iterator[tuple[str, Membership, Work]]:
        """The agents who did anything in the span with this index, sorted, with where they
        belong.
        """
        for agent, work in sorted(self._work[span].items()):
            yield agent, self.team_membership.of(agent, self._spans[span]), work
