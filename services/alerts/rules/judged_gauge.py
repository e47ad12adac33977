"""What is left of the last judgement of a gauge: by what it cannot be a breach."""

from collections.abc import Sequence
from dataclasses import dataclass

from floorpulse.alerts.rules.judged_window import JudgedWindow
from floorpulse.alerts.rules.threshold_judge import ThresholdJudge
from floorpulse.figures.live.layout import RowLayout
from floorpulse.kpis.figures import Staff, Value
from floorpulse.kpis.inputs import Need

WAITING = "waiting"
LONGEST_WAIT = "longest_wait"
ESTIMATED_WAIT = "estimated_wait"


@dataclass(eq=False, slots=True)
class JudgedGauge:
    """An alert of a place that looks at a gauge, by its number there, and what it cannot be a
    breach by: so many who wait, so long a longest wait (milliseconds), these agents. Negative, or
    None, where nothing is said.
    """

    number: int
    window: JudgedWindow
    judge: ThresholdJudge
    layout: RowLayout
    most_waiting: int = -1
    longest_wait: int = -1
    staff: Staff | None = None

    def __post_init__(self) -> None:
        """Keep what bounds alone say."""
        kpi = self.judge.kpi.id
        if kpi == WAITING:
            self.most_waiting = self.judge.bounds.room_of_line()
        if kpi == LONGEST_WAIT:
            self.longest_wait = self.judge.bounds.room_of_longest()

    def note(self, value: Value, staff: Staff, *, breached: bool, tells: bool) -> None:
        """Note a judgement; `tells`: somebody tells how the place grows. The pace is that of panes
        that are over: it only grows while no cell becomes less and no pane ends.
        """
        kpi = self.judge.kpi
        if kpi.id == ESTIMATED_WAIT:
            room = self.judge.bounds.room_of_wait(value.denominator or 0)
            self.most_waiting = room if tells and not breached else -1
        if kpi.needs is Need.AGENTS:
            self.staff = None if breached else staff

    def forget_pace(self) -> None:
        """The pace may have become less."""
        if self.judge.kpi.id == ESTIMATED_WAIT:
            self.most_waiting = -1

    def rests(self, waits: Sequence[int]) -> bool:
        """Whether it is no breach while these wait, who were offered in this order; it stays so
        until more wait, or one of them for longer than `longest_wait`.
        """
        longest = waits[0] if waits else 0
        return len(waits) <= self.most_waiting or longest <= self.longest_wait

    def is_staffed_as_before(self) -> bool:
        """Whether its agents are those by whom it was no breach."""
        return self.staff is not None and self.staff is self._staff_now

    @property
    def _staff_now(self) -> Staff:
        return self.window.opened.context.staff_by_queue.together(self.layout.queues)
