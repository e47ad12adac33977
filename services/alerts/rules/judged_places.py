"""What is left of the last look at a place: which of its alerts can be no breach yet, though its
cells have grown.

judged      40 of 50 in time, 80 % are asked for: 7 contacts more and it is no breach yet
grown         +3       +2      │ +4
looked at    rests    rests    │ judged again
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from floorpulse.alerts.domain.thresholds import NEVER, Bounds, bounds_of
from floorpulse.alerts.rules.watched import GroupKey, WatchedRule
from floorpulse.board.domain.reading import Look, WindowReading
from floorpulse.board.domain.series import Grown, SeriesKey
from floorpulse.board.domain.windows import HOUR, Span, Window
from floorpulse.contracts.cells import Cells
from floorpulse.counting.growth import Growth
from floorpulse.figures.enrich import RowSource
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.layout import Layout, RowLayout
from floorpulse.figures.live.opened import OpenAnswer
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question
from floorpulse.kpis.catalogue import ASKED, Grows, Kpi, MomentKpi, SpanKpi
from floorpulse.kpis.figures import MomentFigures, Staff, Value
from floorpulse.kpis.formulas.service_level import late_of
from floorpulse.kpis.inputs import STAFF, Need
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.kpis.units import Unit

NO_ROOM = Growth(-1, -1)
MOST_LEFT = HOUR
"""So much of a window's panes is looked through for cells that left it: milliseconds"""
WAITING = "waiting"
LONGEST_WAIT = "longest_wait"
ESTIMATED_WAIT = "estimated_wait"


def kpi_of(rule: WatchedRule) -> Kpi:
    """The KPI of a threshold rule."""
    condition = rule.body.threshold
    assert condition is not None  # noqa: S101  for the type checker: the rule is one of thresholds
    return ASKED[condition.kpi]


def bounds(rule: WatchedRule) -> Bounds:
    """The bounds of a threshold rule."""
    condition = rule.body.threshold
    assert condition is not None  # noqa: S101  as above
    return bounds_of(condition, counted=counted(ASKED[condition.kpi]))


def counted(kpi: Kpi) -> bool:
    """Whether a KPI's denominator is a number of contacts: not time, agents or a pace."""
    return not (isinstance(kpi, MomentKpi) or kpi.needs & STAFF or kpi.unit is Unit.AGENTS)


def _as_they_are(present: MomentFigures, _: RowSource) -> MomentFigures:
    return present


def _with_throughput(present: MomentFigures, source: RowSource) -> MomentFigures:
    return present._replace(handled=source.handled_before())


def _with_agents(present: MomentFigures, source: RowSource) -> MomentFigures:
    return present._replace(staff=source.staff_then())


Completed = Callable[[MomentFigures, RowSource], MomentFigures]
COMPLETED: dict[Need, Completed] = {
    Need.NOTHING: _as_they_are,
    Need.THROUGHPUT: _with_throughput,
    Need.AGENTS: _with_agents,
}
"""The figures of a moment with the one thing more that a gauge needs and the board knows, as the
stages of a row have it
"""


@dataclass(eq=False, slots=True)
class ThresholdJudge:
    """How a rule judges a row of now; `of_span`: by nothing but what was counted in its span.
    `completed` makes what a gauge looks at; None where that takes the whole row. `filled` where the
    floor is known for as long as it looks back.
    """

    kpi: Kpi
    bounds: Bounds
    of_span: bool
    completed: Completed | None
    filled: bool = False


def _judge_of(rule: WatchedRule) -> ThresholdJudge:
    kpi = kpi_of(rule)
    of_span = isinstance(kpi, SpanKpi) and kpi.needs is Need.NOTHING
    return ThresholdJudge(kpi, bounds(rule), of_span, COMPLETED.get(kpi.needs))


@dataclass(eq=False, slots=True)
class JudgedWindow:
    """The rules of a group that look at one window, and its answer of now. `filled` where the floor
    is known for as long as any of them looks back.
    """

    name: Window
    query: LiveQuery
    judges: dict[WatchedRule, ThresholdJudge]
    answer: OpenAnswer | None = None
    span: tuple[str, Span] = ("", Span(0, 0))
    filled: bool = False

    @property
    def opened(self) -> OpenAnswer:
        """Its answer."""
        assert self.answer is not None  # noqa: S101  opened before
        return self.answer


def windows_of(key: GroupKey, rules: Sequence[WatchedRule]) -> Iterator[JudgedWindow]:
    """The windows of a group's rules."""
    for window in dict.fromkeys(rule.window for rule in rules):
        judges = {rule: _judge_of(rule) for rule in rules if rule.window is window}
        kpis = tuple(dict.fromkeys(judge.kpi for judge in judges.values()))
        yield JudgedWindow(
            window, LiveQuery(key.selection, window, Question(kpis, AS_IN_FORCE)), judges
        )


class RowMark(NamedTuple):
    """What the figures of a row's span depend on: its cells, how many of its contacts wait, how
    many of those are late already, and how many have lost their outcome.
    """

    cells: int
    waiting: int
    late: int
    unresolved: int


def _mark_of(layout: RowLayout, reading: WindowReading) -> RowMark | None:
    """None where that takes more than one sum and one policy, or the visits themselves."""
    policy = layout.shares[0].policy
    if reading.state is None or len(layout.shares) > 1 or policy.by_visits:
        return None
    counted = reading.counted
    waits = counted.waits
    late = late_of(waits, policy) if waits else 0
    return RowMark(reading.state, len(waits), late, counted.unresolved)


@dataclass(eq=False, slots=True)
class JudgedAlert:
    """An alert of a place, by its number there, and what is left of its last judgement: whether
    that was a breach, and how far cells may grow before it can be one (negative: not at all).
    """

    number: int
    judge: ThresholdJudge
    breached: bool = False
    limit: Growth = NO_ROOM

    def note(self, value: Value, cells: Cells, grown: Grown | None, *, breached: bool) -> None:
        """Note a judgement, when the place had grown so far."""
        self.breached = breached
        self.limit = NO_ROOM
        kpi = self.judge.kpi
        if grown is not None and not breached and self.judge.of_span and isinstance(kpi, SpanKpi):
            room = self.judge.bounds.room(kpi, value, cells)
            self.limit = (
                Growth(NEVER, grown.amounts + room)
                if kpi.grows is Grows.MEAN
                else Growth(grown.contacts + room, NEVER)
            )

    def has_room(self, cells: Cells, grown: Grown) -> bool:
        """Whether a quantile has room by the counts alone, which is noted: it is no breach then."""
        kpi = self.judge.kpi
        if not isinstance(kpi, SpanKpi) or kpi.grows is not Grows.QUANTILE:
            return False
        if not (self.judge.of_span and self.judge.filled):
            return False
        room = self.judge.bounds.room_of_quantile(kpi, cells)
        if room < 0:
            return False
        self.breached = False
        self.limit = Growth(grown.contacts + room, NEVER)
        return True


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


@dataclass(eq=False, slots=True)
class JudgedRow:
    """The alerts of a place that look at the span of one window, and how the row was at the last
    look; none of them can be a breach before the place has grown beyond `limit`, while no cell
    leaves the window that begins at `begin`.
    """

    window: JudgedWindow
    layout: RowLayout
    alerts: list[JudgedAlert]
    mark: RowMark | None = None
    limit: Growth = NO_ROOM
    begin: int = 0

    def rests(self, grown: Growth | None, active: Sequence[bool]) -> bool:
        """Whether nothing of it need be judged."""
        return _within(grown, self.limit) and not (
            True in active and any(active[one.number] for one in self.alerts)
        )

    def turn(self, look: Look) -> None:
        """Move with the window; what was in the panes that it leaves its figures have lost."""
        left = Span(self.begin, self.window.span[1].begin)
        self.begin = left.end
        if left.end - left.begin > MOST_LEFT or look.counts_in(left):
            self.forget_room()

    def forget_room(self) -> None:
        """Cells became less, or others came than those that the place grew by."""
        self.limit = NO_ROOM
        for one in self.alerts:
            one.limit = NO_ROOM

    def to_judge(
        self, reading: WindowReading, grown: Growth | None, active: Sequence[bool]
    ) -> list[JudgedAlert]:
        """The alerts that must be judged: those that are active, and those that may have become a
        breach since the last look.
        """
        before = self.mark
        mark = self.mark = _mark_of(self.layout, reading) if self.window.filled else None
        if mark is None:
            return self.alerts
        same = mark == before
        return [
            one
            for one in self.alerts
            if active[one.number]
            or one.breached
            or not one.judge.of_span
            or not (same or _within(grown, one.limit))
        ]

    def judged(self) -> None:
        """Its alerts were judged."""
        self.limit = _least([one.limit for one in self.alerts])


def _least(limits: Sequence[Growth]) -> Growth:
    """What is within all limits."""
    if len(limits) == 1:
        return limits[0]
    return Growth(
        min([contacts for contacts, _ in limits]), min([amounts for _, amounts in limits])
    )


def _within(grown: Growth | None, limit: Growth) -> bool:
    return grown is not None and grown.contacts <= limit.contacts and grown.amounts <= limit.amounts


@dataclass(eq=False, slots=True)
class JudgedPlace:
    """A place as it is laid out: its rows, its gauges, the policies of all. Growth is comparable
    `since` no cell became less; `end` is that of the last pane that was looked at.
    """

    layouts: Sequence[Layout]
    series_keys: Sequence[SeriesKey]
    rows: list[JudgedRow]
    gauges: list[JudgedGauge]
    policies: Collection[ServiceLevelPolicy]
    since: int | None = None
    end: int = 0
    limit: Growth = NO_ROOM

    def to_read(self, grown: Growth | None, active: Sequence[bool]) -> list[JudgedRow]:
        """The rows of which something must be judged."""
        if _within(grown, self.limit) and True not in active:
            return []
        return [row for row in self.rows if not row.rests(grown, active)]

    def judged(self) -> None:
        """Some of its rows were judged."""
        self.limit = _least([row.limit for row in self.rows])

    def is_still(self, waits: Sequence[int], grown: Growth | None, active: Sequence[bool]) -> bool:
        """Whether time alone makes none of it a breach before a pane ends, or one of those who wait
        does so for longer than the bound of a longest wait.
        """
        return (
            True not in active
            and all(one.rests(waits) or one.staff is not None for one in self.gauges)
            and (not self.rows or _within(grown, self.limit))
        )

    def growth(self, look: Look, end: int) -> Growth | None:
        """How far the place has grown, all counted who may count without an outcome; None where
        nobody tells. `end` is that of the current pane.
        """
        grown = look.grown
        if grown is None:
            return None
        if end != self.end:
            self._turn(look, end)
        if grown.since != self.since:
            self.since = grown.since
            self._forget()
        present = look.present
        open_contacts = len(present.waits) + present.unresolved
        return Growth(grown.contacts + open_contacts, grown.amounts)

    def _turn(self, look: Look, end: int) -> None:
        """Move with the panes. What a pane counted before it began is no growth when it enters."""
        if look.counts_in(Span(self.end, end)):
            self._forget()
        for gauge in self.gauges:
            gauge.forget_pace()
        for row in self.rows:
            row.turn(look)
        self.limit = _least([row.limit for row in self.rows]) if self.rows else NO_ROOM
        self.end = end

    def _forget(self) -> None:
        for gauge in self.gauges:
            gauge.forget_pace()
        for row in self.rows:
            row.forget_room()
        self.limit = NO_ROOM
