"""Thresholds on rows of live figures: the very rows that the API tells, each read once for all the
rules that look at it, and all windows of a queue in one look.

A row changes with news of its queues, which mark its place. Without news it changes at instants
that are known ahead: a pane leaves the window, a contact's wait passes the policy's threshold or
the longest wait, the longest wait passes a bound. A look judges what can have changed: figures of a
span only where its cells, or who of it waits, did.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from math import ceil, floor
from operator import itemgetter
from zlib import crc32

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.thresholds import Bounds, called
from floorpulse.alerts.domain.thresholds import judge as judged
from floorpulse.alerts.rules.judged_gauge import LONGEST_WAIT, JudgedGauge
from floorpulse.alerts.rules.judged_place import JudgedPlace
from floorpulse.alerts.rules.judged_row import JudgedAlert, JudgedRow
from floorpulse.alerts.rules.judged_window import JudgedWindow, windows_of
from floorpulse.alerts.rules.reading import PlaceJudged, earliest, figure_of
from floorpulse.alerts.rules.threshold_judge import ThresholdJudge, bounds, kpi_of
from floorpulse.alerts.rules.watched import GroupKey, Read, WatchedPlace, WatchedRule
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.reading import WindowReading
from floorpulse.board.domain.series import Grown
from floorpulse.board.domain.windows import HOUR, Window
from floorpulse.contracts.horizons import channels
from floorpulse.figures.by_policy import definition_of
from floorpulse.figures.live.context import LiveRowSource
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.layout import Layout, RowLayout
from floorpulse.figures.live.opened import RowReading
from floorpulse.figures.rows import KpiValue, RowInput, value_in
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import Kpi, MomentKpi, SpanKpi
from floorpulse.kpis.figures import MomentFigures, SpanFigures, Value
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import Policy, ServiceLevelPolicy

CLOCK_EVERY = 10_000
"""Milliseconds after which a figure that moves with the clock is looked at again"""
PACE = 30 * 60_000
"""Milliseconds that a figure by the pace of the last half hour looks back"""
NOT_FILLED = unknown(Reason.NOT_FILLED)
NOTHING_COUNTED = SpanFigures({})
NUMBER = itemgetter(0)


def looked_at_again(at: int, place: WatchedPlace) -> int:
    """When a place whose figure moves with the clock is looked at again: each at an instant of its
    own within every `CLOCK_EVERY`, lest a thousand be looked at at once.
    """
    own = crc32(f"{place.row_key.queue}/{place.row_key.channel}".encode()) % CLOCK_EVERY
    return at + CLOCK_EVERY - (at - own) % CLOCK_EVERY


class ThresholdReader:
    """Judges the places of one group of threshold rules."""

    def __init__(self, live: LiveFigures, key: GroupKey, rules: Sequence[WatchedRule]) -> None:
        kpis = {rule.id: kpi_of(rule) for rule in rules}
        self._live = live
        self._key = key
        self._windows = list(windows_of(key, rules))
        self._leveled = any(kpi.judged_by is Policy.SERVICE_LEVEL for kpi in kpis.values())
        self._turns = any(
            not isinstance(kpi, MomentKpi) or Need.THROUGHPUT in kpi.needs for kpi in kpis.values()
        )
        self.growing = frozenset(rule for rule, kpi in kpis.items() if kpi.id == LONGEST_WAIT)
        longest = [bounds(rule) for rule in rules if rule.id in self.growing]
        self._passed = [bound for one in longest for bound in _passed(one)]
        self._fires = [_passed_at(one.fire, one) for one in longest]
        self._board: Board | None = None
        self._at = 0
        self._end = 0
        self._turn: int | None = None
        self._longest: Sequence[int] = ()
        self._layouts: list[Layout] = []
        self._places: dict[WatchedPlace, JudgedPlace] = {}

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
        layouts = [window.opened.layout for window in self._windows]
        if any(one is not other for one, other in zip_longest(layouts, self._layouts)):
            self._layouts = layouts
        turns = self._turns or not all(window.filled for window in self._windows)
        self._end = self._at - self._at % pane + pane
        self._turn = self._end if turns else None

    def _back(self, kpi: Kpi, begin: int) -> int:
        """How far a KPI looks back: it needs no time before now, half an hour, or its window."""
        if not isinstance(kpi, MomentKpi):
            return begin
        return self._at - PACE if Need.THROUGHPUT in kpi.needs else self._at

    def rests(self, place: WatchedPlace) -> bool:  # noqa: ARG002  a look says so
        """No: who waits is looked at."""
        return False

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:
        """Judge the alerts of a place by its rows."""
        board = self._board
        assert board is not None  # noqa: S101  opened before
        known = self._places.get(place)
        if known is None or known.layouts is not self._layouts:
            known = self._places[place] = self._known(place)
        look = board.look(known.series_keys, self._at)
        present = look.present
        grown = look.grown
        most = known.growth(look, self._end)
        judgements = list(self._judged_gauges(known, present, active, tells=grown is not None))
        rows = known.to_read(most, active)
        if rows:
            # rules name their queues, so a row sums the same series keys in every window
            readings = look.read([row.window.span for row in rows])
            for row, reading in zip(rows, readings, strict=True):
                to_judge = row.to_judge(reading, most, active)
                if to_judge:
                    judgements += self._judged(row, reading, to_judge, grown, active)
                    row.judged()
            known.judged()
        judgements.sort(key=NUMBER)
        if self._key.read is Read.CLOCK:
            return PlaceJudged(judgements, looked_at_again(self._at, place))
        is_still = known.is_still(present.waits, most, active)
        return PlaceJudged(judgements, self._until(known, present.waits, is_still=is_still))

    def _known(self, place: WatchedPlace) -> JudgedPlace:
        rows: list[JudgedRow] = []
        gauges: list[JudgedGauge] = []
        layouts = [layout.of(place.row_key) for layout in self._layouts]
        for window, layout in zip(self._windows, layouts, strict=True):
            mine = [
                (number, window.judges[alert.rule])
                for number, alert in enumerate(place.alerts)
                if alert.rule in window.judges
            ]
            gauges += [
                JudgedGauge(number, window, judge, layout)
                for number, judge in mine
                if isinstance(judge.kpi, MomentKpi)
            ]
            counted = [
                JudgedAlert(number, judge)
                for number, judge in mine
                if isinstance(judge.kpi, SpanKpi)
            ]
            if counted:
                rows.append(JudgedRow(window, layout, counted))
        policies = {id(one.policy): one.policy for layout in layouts for one in layout.shares}
        return JudgedPlace(
            self._layouts, layouts[0].series_keys, rows, gauges, list(policies.values())
        )

    def _judged_gauges(
        self,
        known: JudgedPlace,
        present: MomentFigures,
        active: Sequence[bool],
        *,
        tells: bool,
    ) -> Iterator[tuple[int, Judgement]]:
        """`tells`: somebody tells how the place grows."""
        for one in known.gauges:
            is_active = active[one.number]
            if not is_active and (one.rests(present.waits) or one.is_staffed_as_before()):
                continue
            judge = one.judge
            if not judge.filled:
                yield one.number, NOT_FILLED
                continue
            there = present
            if judge.completed is not None:
                source = LiveRowSource(one.window.opened.context, one.layout)
                there = judge.completed(present, source)
            value = self._gauge(one, there)
            found = called(judge.bounds, value)
            breached = found.call is Call.BREACH
            one.note(value, there.staff, breached=breached, tells=tells)
            if breached or is_active:
                found = judged(judge.bounds, _figure(one.window, judge, value, one.layout))
            yield one.number, found

    def _gauge(self, one: JudgedGauge, there: MomentFigures) -> Value:
        """A gauge, of who is there and what else it needs; what is looked up comes with the row."""
        kpi = one.judge.kpi
        assert isinstance(kpi, MomentKpi)  # noqa: S101  for the type checker: it is a gauge
        if one.judge.completed is None:
            reading = WindowReading(one.window.span[1], NOTHING_COUNTED, there, 0)
            row = RowReading(one.layout, reading)
            return value_in(kpi, self._live.row_of(one.window.opened, row))
        return kpi.measure(there, one.layout.shares[0].policy)

    def _judged(
        self,
        row: JudgedRow,
        reading: WindowReading,
        to_judge: Sequence[JudgedAlert],
        grown: Grown | None,
        active: Sequence[bool],
    ) -> Iterator[tuple[int, Judgement]]:
        seen: RowInput | None = None
        known: dict[Kpi, Value] = {}
        policy = row.layout.shares[0].policy
        base = None if row.mark is None else grown
        cells = reading.counted.cells
        for one in to_judge:
            judge = one.judge
            if base is not None and not active[one.number] and one.has_room(cells, base):
                continue
            if not judge.filled:
                yield one.number, NOT_FILLED
                continue
            value = known.get(judge.kpi)
            if value is None:
                if row.mark is not None and judge.of_span and isinstance(judge.kpi, SpanKpi):
                    value = judge.kpi.measure(reading.counted, policy)
                else:
                    seen = seen or self._live.row_of(
                        row.window.opened, RowReading(row.layout, reading)
                    )
                    value = value_in(judge.kpi, seen)
                known[judge.kpi] = value
            found = called(judge.bounds, value)
            breached = found.call is Call.BREACH
            one.note(value, cells, base, breached=breached)
            if breached or active[one.number]:
                found = judged(judge.bounds, _figure(row.window, judge, value, row.layout))
            yield one.number, found

    # ------------------------------------------------------------- instants that are known ahead

    def _until(self, known: JudgedPlace, waits: Sequence[int], *, is_still: bool) -> int | None:
        """When a place is looked at again though nobody tells; one that is still: when its longest
        wait is a breach.
        """
        if not waits:
            return self._turn
        ahead = (
            [bound - waits[0] for bound in self._fires]
            if is_still
            else self._ahead(waits, known.policies)
        )
        passed = min([one for one in ahead if one > 0], default=None)
        return earliest(self._turn, None if passed is None else self._at + passed)

    def _ahead(self, waits: Sequence[int], policies: Collection[ServiceLevelPolicy]) -> list[int]:
        """In how many milliseconds some of those who wait make another row of it."""
        ahead = [*_too_long(waits, self._longest), *[bound - waits[0] for bound in self._passed]]
        if self._leveled:
            for policy in policies:
                ahead += _threshold_passed(waits, policy)
        return ahead


def _figure(window: JudgedWindow, judge: ThresholdJudge, value: Value, layout: RowLayout) -> Figure:
    definition = definition_of(judge.kpi, [share.policy for share in layout.shares])
    frame = window.opened.context.frame
    told = KpiValue(judge.kpi, value, definition)
    return figure_of(told, frame, window.name.value, judge.bounds.fire)


def _passed(held_against: Bounds) -> Iterator[int]:
    """The waits, milliseconds, at which a longest wait passes a bound."""
    for bound in (held_against.fire, held_against.clear):
        yield _passed_at(bound, held_against)


def _passed_at(bound: float, held_against: Bounds) -> int:
    return ceil(bound * 1000) if held_against.below else floor(bound * 1000) + 1


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
