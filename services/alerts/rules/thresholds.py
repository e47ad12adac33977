"""Thresholds on rows of live figures: the very rows that the API tells, each read once for all the
rules that look at it, and all windows of a queue in one look.

A row changes with news of its queues, which mark its place. Without news it changes at instants
that are known ahead: a pane leaves the window, a contact's wait passes the policy's threshold or
the longest wait, the longest wait passes a bound. A look judges what can have changed: figures of a
span only where its cells, or who of it waits, did.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import NamedTuple
from zlib import crc32

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.thresholds import Bounds, bounds_of, called
from floorpulse.alerts.domain.thresholds import judge as judged
from floorpulse.alerts.rules.reading import PlaceJudged, earliest, figure_of
from floorpulse.alerts.rules.watched import GroupKey, Read, WatchedPlace, WatchedRule
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.windows import HOUR, Span, Window
from floorpulse.contracts.horizons import channels
from floorpulse.figures.by_policy import definition_of
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures, OpenAnswer, RowReading
from floorpulse.figures.live.layout import RowLayout
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import KpiValue, Question, RowInput, value_in
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import ASKED, Kpi, MomentKpi, SpanKpi, WholeAtMost
from floorpulse.kpis.figures import Value
from floorpulse.kpis.formulas.service_level import late_of
from floorpulse.kpis.inputs import STAFF, Need
from floorpulse.kpis.policies import Policy, ServiceLevelPolicy
from floorpulse.kpis.units import Unit

CLOCK_EVERY = 10_000
"""Milliseconds after which a figure that moves with the clock is looked at again"""
PACE = 30 * 60_000
"""Milliseconds that a figure by the pace of the last half hour looks back"""
LONGEST_WAIT = "longest_wait"
NOT_FILLED = unknown(Reason.NOT_FILLED)


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


def looked_at_again(at: int, place: WatchedPlace) -> int:
    """When a place whose figure moves with the clock is looked at again: each at an instant of its
    own within every `CLOCK_EVERY`, lest a thousand be looked at at once.
    """
    own = crc32(f"{place.row_key.queue}/{place.row_key.channel}".encode()) % CLOCK_EVERY
    return at + CLOCK_EVERY - (at - own) % CLOCK_EVERY


@dataclass(eq=False, slots=True)
class _Judge:
    """How a rule judges a row of now; `of_span`: by nothing but what was counted in its span.
    `filled` where the floor is known for as long as it looks back.
    """

    kpi: Kpi
    bounds: Bounds
    of_span: bool
    whole_at_most: WholeAtMost | None
    filled: bool = False


def _judge_of(rule: WatchedRule) -> _Judge:
    kpi = kpi_of(rule)
    if not isinstance(kpi, SpanKpi):
        return _Judge(kpi, bounds(rule), of_span=False, whole_at_most=None)
    of_span = kpi.needs is Need.NOTHING
    return _Judge(kpi, bounds(rule), of_span, kpi.whole_at_most if of_span else None)


@dataclass(eq=False, slots=True)
class _Window:
    """The rules of a group that look at one window, and its answer of now. `filled` where the floor
    is known for as long as any of them looks back.
    """

    name: Window
    query: LiveQuery
    judges: dict[WatchedRule, _Judge]
    answer: OpenAnswer | None = None
    span: tuple[str, Span] = ("", Span(0, 0))
    filled: bool = False

    @property
    def opened(self) -> OpenAnswer:
        """Its answer."""
        assert self.answer is not None  # noqa: S101  opened before
        return self.answer


def _windows_of(key: GroupKey, rules: Sequence[WatchedRule]) -> Iterator[_Window]:
    for window in dict.fromkeys(rule.window for rule in rules):
        judges = {rule: _judge_of(rule) for rule in rules if rule.window is window}
        kpis = tuple(dict.fromkeys(judge.kpi for judge in judges.values()))
        yield _Window(window, LiveQuery(key.selection, window, Question(kpis, AS_IN_FORCE)), judges)


class _Mark(NamedTuple):
    """What the figures of a row's span depend on: its policies, its cells, how many of its contacts
    wait, how many of those are late already, and how many have lost their outcome.
    """

    layout: RowLayout
    cells: int
    waiting: int
    late: int
    unresolved: int


def _mark_of(row: RowReading) -> _Mark | None:
    """None where that takes more than one sum and one policy, or the visits themselves."""
    (layout, reading) = row
    policy = layout.shares[0].policy
    if reading.state is None or len(layout.shares) > 1 or policy.by_visits:
        return None
    counted = reading.counted
    waits = counted.waits
    late = late_of(waits, policy) if waits else 0
    return _Mark(layout, reading.state, len(waits), late, counted.unresolved)


@dataclass(eq=False, slots=True)
class _JudgedBefore:
    """An alert of a row, by its number in the place, and what is left of its last judgement:
    whether that was a breach, and the part of a share that cannot be less while cells only grow.
    """

    number: int
    judge: _Judge
    breached: bool = False
    part: float | None = None

    def cannot_fire(self, row: RowReading) -> bool:
        """Whether it is no breach, though cells have grown since."""
        at_most = self.judge.whole_at_most
        if at_most is None or self.part is None:
            return False
        whole = at_most(row.reading.counted, row.layout.shares[0].policy)
        return self.judge.bounds.cannot_fire(self.part, whole)


@dataclass(eq=False, slots=True)
class _WatchedRow:
    """The alerts of a place that look at one window, and how the row was at the last look."""

    window: _Window
    alerts: list[_JudgedBefore]
    mark: _Mark | None = None
    shrunk: int | None = None

    def to_judge(self, row: RowReading, active: Sequence[bool]) -> list[_JudgedBefore]:
        """The alerts that must be judged: those that are active, and those that may have become a
        breach since the last look.
        """
        before = self.mark
        mark = self.mark = _mark_of(row) if self.window.filled else None
        grown = row.reading.shrunk == self.shrunk
        self.shrunk = row.reading.shrunk
        if mark is None or before is None or mark.layout is not before.layout:
            return self.alerts
        same = mark == before
        return [
            one
            for one in self.alerts
            if active[one.number]
            or one.breached
            or not one.judge.of_span
            or not (same or (grown and one.cannot_fire(row)))
        ]


class ThresholdReader:
    """Judges the places of one group of threshold rules."""

    def __init__(self, live: LiveFigures, key: GroupKey, rules: Sequence[WatchedRule]) -> None:
        kpis = {rule.id: kpi_of(rule) for rule in rules}
        self._live = live
        self._key = key
        self._windows = list(_windows_of(key, rules))
        self._leveled = any(kpi.judged_by is Policy.SERVICE_LEVEL for kpi in kpis.values())
        self._turns = any(
            not isinstance(kpi, MomentKpi) or Need.THROUGHPUT in kpi.needs for kpi in kpis.values()
        )
        self.growing = frozenset(rule for rule, kpi in kpis.items() if kpi.id == LONGEST_WAIT)
        self._passed = [
            bound for rule in rules if rule.id in self.growing for bound in _passed(bounds(rule))
        ]
        self._board: Board | None = None
        self._at = 0
        self._turn: int | None = None
        self._longest: Sequence[int] = ()
        self._rows: dict[WatchedPlace, list[_WatchedRow]] = {}

    async def open(self, view: TenantView, known_since: int | None) -> None:
        """Make ready what all rows share; the floor is known since an instant (None: not at
        all).
        """
        pane = view.board.rules.pane
        self._board = view.board
        self._at = view.as_of
        horizons = view.horizons(self._at)
        self._longest = sorted({horizons.of(one).wait for one in channels()})
        for window in self._windows:
            window.answer = await self._live.open(window.query, view)
            span = window.answer.context.span
            window.span = window.name.value, span
            today = window.name is Window.TODAY
            begin = max(span.begin, self._at - HOUR) if today else span.begin
            for judge in window.judges.values():
                back = self._back(judge.kpi, begin)
                judge.filled = known_since is not None and known_since <= back
            window.filled = all(judge.filled for judge in window.judges.values())
        turns = self._turns or not all(window.filled for window in self._windows)
        self._turn = self._at - self._at % pane + pane if turns else None

    def _back(self, kpi: Kpi, begin: int) -> int:
        """How far a KPI looks back: it needs no time before now, half an hour, or its window."""
        if not isinstance(kpi, MomentKpi):
            return begin
        return self._at - PACE if Need.THROUGHPUT in kpi.needs else self._at

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:
        """Judge the alerts of a place by its rows."""
        assert self._board is not None  # noqa: S101  opened before
        rows = self._rows.get(place)
        if rows is None:
            rows = self._rows[place] = list(self._rows_of(place))
        layouts = [row.window.opened.layout.of(place.row_key) for row in rows]
        # rules name their queues, so a row sums the same series keys in every window
        readings = self._board.read_spans(
            layouts[0].series_keys, [row.window.span for row in rows], self._at
        )
        judgements: list[Judgement | None] = [None] * len(place.alerts)
        for row, layout, reading in zip(rows, layouts, readings, strict=True):
            self._judge(row, RowReading(layout, reading), active, judgements)
        if self._key.read is Read.CLOCK:
            return PlaceJudged(judgements, looked_at_again(self._at, place))
        waits = readings[0].present.waits
        until = self._until(waits, layouts) if waits else self._turn
        return PlaceJudged(judgements, until)

    def _rows_of(self, place: WatchedPlace) -> Iterator[_WatchedRow]:
        for window in self._windows:
            alerts = [
                _JudgedBefore(number, window.judges[alert.rule])
                for number, alert in enumerate(place.alerts)
                if alert.rule in window.judges
            ]
            if alerts:
                yield _WatchedRow(window, alerts)

    def _judge(
        self,
        row: _WatchedRow,
        read: RowReading,
        active: Sequence[bool],
        judgements: list[Judgement | None],
    ) -> None:
        to_judge = row.to_judge(read, active)
        if not to_judge:
            return
        seen: RowInput | None = None
        known: dict[Kpi, Value] = {}
        policy = read.layout.shares[0].policy
        for one in to_judge:
            judge = one.judge
            if not judge.filled:
                judgements[one.number] = NOT_FILLED
                continue
            value = known.get(judge.kpi)
            if value is None:
                if row.mark is not None and judge.of_span and isinstance(judge.kpi, SpanKpi):
                    value = judge.kpi.measure(read.reading.counted, policy)
                else:
                    seen = seen or self._live.row_of(row.window.opened, read)
                    value = value_in(judge.kpi, seen)
                known[judge.kpi] = value
            found = called(judge.bounds, value)
            one.part = value.numerator
            one.breached = found.call is Call.BREACH
            if one.breached or active[one.number]:
                found = judged(judge.bounds, _figure(row.window, judge, value, read))
            judgements[one.number] = found

    # ------------------------------------------------------------- instants that are known ahead

    def _until(self, waits: Sequence[int], layouts: Sequence[RowLayout]) -> int | None:
        ahead = [*_too_long(waits, self._longest), *[bound - waits[0] for bound in self._passed]]
        if self._leveled:
            policies = {id(one.policy): one.policy for row in layouts for one in row.shares}
            for policy in policies.values():
                ahead += _threshold_passed(waits, policy)
        passed = min([one for one in ahead if one > 0], default=None)
        return earliest(self._turn, None if passed is None else self._at + passed)


def _figure(window: _Window, judge: _Judge, value: Value, row: RowReading) -> Figure:
    definition = definition_of(judge.kpi, [share.policy for share in row.layout.shares])
    frame = window.opened.context.frame
    told = KpiValue(judge.kpi, value, definition)
    return figure_of(told, frame, window.name.value, judge.bounds.fire)


def _passed(held_against: Bounds) -> Iterator[int]:
    """The waits, milliseconds, at which a longest wait passes a bound."""
    for bound in (held_against.fire, held_against.clear):
        yield ceil(bound * 1000) if held_against.below else floor(bound * 1000) + 1


def _too_long(waits: Sequence[int], longest: Sequence[int]) -> Iterator[int]:
    """In how many milliseconds the next contact has waited longer than is believed on any channel;
    waits descend.
    """
    for most in longest:
        wait = _first_within(waits, most)
        if wait is not None:
            yield most + 1 - wait


def _first_within(waits: Sequence[int], most: int) -> int | None:
    for wait in waits:
        if wait <= most:
            return wait
    return None


def _threshold_passed(waits: Sequence[int], policy: ServiceLevelPolicy) -> Iterator[int]:
    """In how many milliseconds the next waiting contact is no longer in time; waits descend."""
    late = policy.threshold * 1000 + (policy.boundary == "le")
    wait = _first_within(waits, late - 1)
    if wait is not None:
        yield late - wait
