"""Thresholds on rows of live figures: the very rows that the API tells, each read once for all the
rules that look at it, and all windows of a queue in one look.

A row changes with news of its queues, which mark its place. Without news it changes at instants
that are known ahead: a pane leaves the window, a contact's wait passes the policy's threshold or
the longest wait, the longest wait passes a bound. A look judges what can have changed: figures of a
span only where its cells, or who of it waits, did.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from typing import NamedTuple
from zlib import crc32

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.thresholds import Bounds, bounds_of, called, judge
from floorpulse.alerts.rules.reading import PlaceJudged, earliest, figure_of
from floorpulse.alerts.rules.watched import (
    GroupKey,
    Read,
    WatchedAlert,
    WatchedPlace,
    WatchedRule,
)
from floorpulse.board.domain.windows import HOUR, Window
from floorpulse.contracts.horizons import channels
from floorpulse.figures.by_policy import definition_of
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures, OpenAnswer, RowReading
from floorpulse.figures.live.layout import RowLayout
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import KpiValue, Question, RowInput, value_in
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import ASKED, Kpi, MomentKpi, SpanKpi
from floorpulse.kpis.figures import Value
from floorpulse.kpis.formulas.service_level import past_threshold
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


class _Judge(NamedTuple):
    """How a rule judges a row of now."""

    kpi: Kpi
    bounds: Bounds
    filled: bool


class _Mark(NamedTuple):
    """What the KPIs of a row's span depend on: the place with its policies, the cells, the contacts
    of the span that wait, those of them that are late already, and those whose outcome was lost.
    """

    place: RowLayout
    cells: int
    waiting: int
    late: int
    unresolved: int


def _mark_of(row: RowReading) -> _Mark | None:
    """None where that takes more than one sum and one policy, or the visits themselves."""
    (place, reading) = row
    policy = place.shares[0].policy
    if reading.state is None or len(place.shares) > 1 or policy.by_visits:
        return None
    (_, waits, *_, unresolved, _, _) = reading.counted
    late = sum([past_threshold(wait, policy) for wait in waits]) if waits else 0
    return _Mark(place, reading.state, len(waits), late, unresolved)


@dataclass(eq=False)
class _WatchedRow:
    """The alerts of a place that look at one window, each with its number among all of the place.

    `mark` is that of the last look; a KPI of the span is as it was then while that stays.
    `breached` are the alerts whose last judgement was a breach.
    """

    window: "_WindowOfRules"
    alerts: list[tuple[int, WatchedAlert]]
    mark: _Mark | None = None
    breached: set[int] = field(default_factory=set)


@dataclass(eq=False)
class _WindowOfRules:
    """The rules that look at one window, and how they judge now: `filled` where the floor is known
    for as long as any of them looks back.
    """

    window: Window
    query: LiveQuery
    answer: OpenAnswer | None = None
    judges: dict[WatchedRule, _Judge] = field(default_factory=dict)
    filled: bool = False

    @property
    def opened(self) -> OpenAnswer:
        """Its answer of now."""
        assert self.answer is not None  # noqa: S101  opened before
        return self.answer


class ThresholdReader:
    """Judges the places of one group of threshold rules."""

    def __init__(self, live: LiveFigures, key: GroupKey, rules: Sequence[WatchedRule]) -> None:
        kpis = {rule: kpi_of(rule) for rule in rules}
        self._live = live
        self._key = key
        self._rules = {rule: (kpi, bounds(rule)) for rule, kpi in kpis.items()}
        self._windows = [
            _WindowOfRules(window, _query(key, window, rules))
            for window in dict.fromkeys(rule.window for rule in rules)
        ]
        self._of_span = frozenset(
            rule
            for rule, kpi in kpis.items()
            if isinstance(kpi, SpanKpi) and kpi.needs is Need.NOTHING
        )
        self._leveled = any(kpi.judged_by is Policy.SERVICE_LEVEL for kpi in kpis.values())
        self._turns = any(
            not isinstance(kpi, MomentKpi) or Need.THROUGHPUT in kpi.needs for kpi in kpis.values()
        )
        self.growing = frozenset(rule.id for rule, kpi in kpis.items() if kpi.id == LONGEST_WAIT)
        self._at = 0
        self._turn: int | None = None
        self._longest: Sequence[int] = ()
        self._rows: dict[WatchedPlace, list[_WatchedRow]] = {}

    async def open(self, view: TenantView, known_since: int | None) -> None:
        """Make ready what all rows share; the floor is known since an instant (None: not at
        all).
        """
        pane = view.board.rules.pane
        self._at = view.as_of
        horizons = view.horizons(self._at)
        self._longest = sorted({horizons.of(one).wait for one in channels()})
        for one in self._windows:
            one.answer = await self._live.open(one.query, view)
            begin = one.answer.context.span.begin
            needed = max(begin, self._at - HOUR) if one.window is Window.TODAY else begin
            one.judges = {
                rule: _Judge(
                    kpi, held, known_since is not None and known_since <= self._back(kpi, needed)
                )
                for rule, (kpi, held) in self._rules.items()
                if rule.window is one.window
            }
            one.filled = all(judge.filled for judge in one.judges.values())
        turns = self._turns or not all(one.filled for one in self._windows)
        self._turn = self._at - self._at % pane + pane if turns else None

    def _back(self, kpi: Kpi, begin: int) -> int:
        """How far a KPI looks back: it needs no time before now, half an hour, or its window."""
        if not isinstance(kpi, MomentKpi):
            return begin
        return self._at - PACE if Need.THROUGHPUT in kpi.needs else self._at

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:
        """Judge the alerts of a place by its rows."""
        rows = self._rows.get(place)
        if rows is None:
            rows = self._rows[place] = self._rows_of(place)
        judgements: list[Judgement | None] = [None] * len(place.alerts)
        seen: list[RowReading] = []
        for row in rows:
            reading = self._live.reading(row.window.opened, place.row_key)
            seen.append(reading)
            self._judge_row(row, reading, active, judgements)
        if self._key.read is Read.CLOCK:
            return PlaceJudged(judgements, looked_at_again(self._at, place))
        return PlaceJudged(judgements, self._until(rows, seen))

    def _rows_of(self, place: WatchedPlace) -> list[_WatchedRow]:
        numbered = list(enumerate(place.alerts))
        rows = [
            _WatchedRow(window, [one for one in numbered if one[1].rule.window is window.window])
            for window in self._windows
        ]
        return [row for row in rows if row.alerts]

    def _judge_row(
        self,
        row: _WatchedRow,
        reading: RowReading,
        active: Sequence[bool],
        judgements: list[Judgement | None],
    ) -> None:
        """Judge the alerts of one window; not those of its span that are neither active nor were a
        breach when all that they depend on was as it is.
        """
        mark = _mark_of(reading) if row.window.filled else None
        stands = mark is not None and mark == row.mark
        row.mark = mark
        seen: RowInput | None = None
        known: dict[Kpi, Value] = {}
        for number, alert in row.alerts:
            told = active[number]
            if stands and not told and alert.rule in self._of_span and number not in row.breached:
                continue
            if seen is None:
                seen = self._live.row_of(row.window.opened, reading)
            judgement = judgements[number] = _judged(row.window, alert.rule, seen, known, told=told)
            if judgement.call is Call.BREACH:
                row.breached.add(number)
            else:
                row.breached.discard(number)

    # ------------------------------------------------------------- instants that are known ahead

    def _until(self, rows: Sequence[_WatchedRow], seen: Sequence[RowReading]) -> int | None:
        waits = seen[0].reading.present.waits
        if not waits:
            return self._turn
        ahead = [*_too_long(waits, self._longest), *self._bound_passed(rows, waits[0])]
        if self._leveled:
            policies = {
                id(share.policy): share.policy for one in seen for share in one.place.shares
            }
            for policy in policies.values():
                ahead += _threshold_passed(waits, policy)
        passed = min((one for one in ahead if one > 0), default=None)
        return earliest(self._turn, None if passed is None else self._at + passed)

    def _bound_passed(self, rows: Sequence[_WatchedRow], wait: int) -> Iterator[int]:
        """In how many milliseconds the longest wait passes a bound of a rule."""
        for row in rows if self.growing else ():
            for _, alert in row.alerts:
                if alert.rule.id in self.growing:
                    held_against = row.window.judges[alert.rule].bounds
                    for bound in (held_against.fire, held_against.clear):
                        below = held_against.below
                        passed = ceil(bound * 1000) if below else floor(bound * 1000) + 1
                        yield passed - wait


def _query(key: GroupKey, window: Window, rules: Sequence[WatchedRule]) -> LiveQuery:
    kpis = dict.fromkeys(kpi_of(rule) for rule in rules if rule.window is window)
    return LiveQuery(key.selection, window, Question(tuple(kpis), AS_IN_FORCE))


def _judged(
    window: _WindowOfRules,
    rule: WatchedRule,
    seen: RowInput,
    known: dict[Kpi, Value],
    *,
    told: bool,
) -> Judgement:
    kpi, held_against, filled = window.judges[rule]
    if not filled:
        return NOT_FILLED
    value = known.get(kpi)
    if value is None:
        value = known[kpi] = value_in(kpi, seen)
    found = called(held_against, value)
    if not told and found.call is not Call.BREACH:
        return found
    return judge(held_against, _figure(window, kpi, value, seen, held_against.fire))


def _figure(window: _WindowOfRules, kpi: Kpi, value: Value, seen: RowInput, bound: float) -> Figure:
    definition = definition_of(kpi, [part.policy for part in seen.parts])
    frame = window.opened.context.frame
    return figure_of(KpiValue(kpi, value, definition), frame, window.window.value, bound)


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
