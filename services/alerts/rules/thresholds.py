"""Thresholds on rows of live figures: the very rows that the API tells, each read once for all the
rules that look at it.

A row changes with news of its queues, which mark its place. Without news it changes at instants
that are known ahead: a pane leaves the window, a contact's wait passes the policy's threshold or
the longest wait, the longest wait passes a bound.
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import NamedTuple
from zlib import crc32

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.thresholds import Bounds, bounds_of, called, judge
from floorpulse.alerts.rules.reading import PlaceJudged, earliest, figure_of
from floorpulse.alerts.rules.watched import GroupKey, Read, WatchedPlace, WatchedRule
from floorpulse.board.domain.windows import HOUR, Window, span_of
from floorpulse.contracts.horizons import channels
from floorpulse.figures.by_policy import Parted, definition_of
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures, OpenAnswer
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import KpiValue, Question, RowInput, value_in
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import ASKED, Kpi, MomentKpi
from floorpulse.kpis.figures import Value
from floorpulse.kpis.inputs import STAFF, Need
from floorpulse.kpis.policies import Policy
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


class ThresholdReader:
    """Judges the places of one group of threshold rules."""

    def __init__(self, live: LiveFigures, key: GroupKey, rules: Sequence[WatchedRule]) -> None:
        kpis = {rule: kpi_of(rule) for rule in rules}
        self._live = live
        self._key = key
        self._rules = {rule: (kpi, bounds(rule)) for rule, kpi in kpis.items()}
        distinct = tuple(dict.fromkeys(kpis.values()))
        self._query = LiveQuery(key.selection, key.window, Question(distinct, AS_IN_FORCE))
        self._leveled = any(kpi.judged_by is Policy.SERVICE_LEVEL for kpi in distinct)
        self._turns = any(
            not isinstance(kpi, MomentKpi) or Need.THROUGHPUT in kpi.needs for kpi in distinct
        )
        self.growing = frozenset(rule.id for rule, kpi in kpis.items() if kpi.id == LONGEST_WAIT)
        self._answer: OpenAnswer | None = None
        self._at = 0
        self._turn: int | None = None
        self._longest: Sequence[int] = ()
        self._judges: dict[WatchedRule, _Judge] = {}

    async def open(self, view: TenantView, known_since: int | None) -> None:
        """Make ready what all rows share; the floor is known since an instant (None: not at
        all).
        """
        pane = view.board.rules.pane
        self._at = view.as_of
        horizons = view.horizons(self._at)
        self._longest = sorted({horizons.of(one).wait for one in channels()})
        self._answer = await self._live.open(self._query, view)
        begin = span_of(self._key.window, self._at, pane, view.zone).begin
        today = self._key.window is Window.TODAY
        needed = max(begin, self._at - HOUR) if today else begin
        self._judges = {
            rule: _Judge(
                kpi, held, known_since is not None and known_since <= self._back(kpi, needed)
            )
            for rule, (kpi, held) in self._rules.items()
        }
        turns = self._turns or not all(one.filled for one in self._judges.values())
        self._turn = self._at - self._at % pane + pane if turns else None

    def _back(self, kpi: Kpi, begin: int) -> int:
        """How far a KPI looks back: it needs no time before now, half an hour, or its window."""
        if not isinstance(kpi, MomentKpi):
            return begin
        return self._at - PACE if Need.THROUGHPUT in kpi.needs else self._at

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:
        """Judge the alerts of a place by its row."""
        assert self._answer is not None  # noqa: S101  opened before
        seen = self._live.read(self._answer, place.row_key)
        known: dict[Kpi, Value] = {}
        judgements = [
            self._judged(alert.rule, seen, known, told=told)
            for alert, told in zip(place.alerts, active, strict=True)
        ]
        if self._key.read is Read.CLOCK:
            return PlaceJudged(judgements, looked_at_again(self._at, place))
        return PlaceJudged(judgements, self._until(place, seen))

    def _judged(
        self, rule: WatchedRule, seen: RowInput, known: dict[Kpi, Value], *, told: bool
    ) -> Judgement:
        kpi, held_against, filled = self._judges[rule]
        if not filled:
            return NOT_FILLED
        value = known.get(kpi)
        if value is None:
            value = known[kpi] = value_in(kpi, seen)
        found = called(held_against, value)
        if not told and found.call is not Call.BREACH:
            return found
        return judge(held_against, self._figure(kpi, value, seen, held_against.fire))

    def _figure(self, kpi: Kpi, value: Value, seen: RowInput, bound: float) -> Figure:
        assert self._answer is not None  # noqa: S101  opened before
        definition = definition_of(kpi, [part.policy for part in seen.parts])
        frame = self._answer.context.frame
        return figure_of(KpiValue(kpi, value, definition), frame, self._key.window.value, bound)

    # ------------------------------------------------------------- instants that are known ahead

    def _until(self, place: WatchedPlace, seen: RowInput) -> int | None:
        waits = seen.present.waits
        if not waits:
            return self._turn
        ahead = [*_too_long(waits, self._longest), *self._bound_passed(place, waits[0])]
        if self._leveled:
            ahead += _threshold_passed(seen.counted.waits, seen.parts)
        passed = min((one for one in ahead if one > 0), default=None)
        return earliest(self._turn, None if passed is None else self._at + passed)

    def _bound_passed(self, place: WatchedPlace, wait: int) -> Iterator[int]:
        """In how many milliseconds the longest wait passes a bound of a rule."""
        for alert in place.alerts if self.growing else ():
            if alert.rule.id in self.growing:
                held_against = self._judges[alert.rule].bounds
                for bound in (held_against.fire, held_against.clear):
                    passed = ceil(bound * 1000) if held_against.below else floor(bound * 1000) + 1
                    yield passed - wait


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


def _threshold_passed(waits: Sequence[int], parts: Sequence[Parted]) -> Iterator[int]:
    """In how many milliseconds the next waiting contact is no longer in time; waits descend."""
    for policy, _ in parts:
        late = policy.threshold * 1000 + (policy.boundary == "le")
        wait = _first_within(waits, late - 1)
        if wait is not None:
            yield late - wait
