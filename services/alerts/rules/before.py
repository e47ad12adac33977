"""What was before: finished business days, the same interval of the weeks before, the complaints
received in a window. Each answer of the tables is kept for a while and shared by all places.

now               Wed 12:07 ├── 60m ──┤
weeks before  Wed 11:00 ├── 60 min ──┤     from the quarter hour on in which the window begins
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from floorpulse.alerts.domain import concentration, spikes, streaks, tiers
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Judgement
from floorpulse.alerts.domain.thresholds import bounds_of
from floorpulse.alerts.rules.reading import figure_of
from floorpulse.alerts.rules.threshold_judge import counted
from floorpulse.alerts.rules.watched import WatchedAlert, WatchedPlace
from floorpulse.board.domain.windows import QUARTER, Span, span_of
from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.calendars import opens
from floorpulse.definitions.domain.rule_terms import SpikeCondition, StreakCondition, TierCondition
from floorpulse.figures.by_policy import definition_of
from floorpulse.figures.complaints_received import complaints_open_in, received
from floorpulse.figures.contracts.ahead import ContractAhead, WindowAhead
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.history.coverage import NotKeptError
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.intervals import Interval, next_edge
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.ports import VisitHistory
from floorpulse.figures.rows import HistoryRow, KpiValue, Question, value_in
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import text
from floorpulse.kpis.catalogue import ASKED, OVER_SPANS
from floorpulse.kpis.figures import share

DAYS_KEPT = 10 * 60_000
"""Milliseconds for which finished days are not read again: late events change them little"""
MORE_DAYS = 14
"""Days beyond twice those of a streak in which its business days are looked for"""
EVERY_ROW = 1 << 62
COMPLAINTS = OVER_SPANS["complaints"]
T = TypeVar("T")
Rows = Mapping[str, list[HistoryRow]]
"""Rows by queue, empty where summed over"""


class Before:
    """Answers from the tables. All calls raise StoreUnavailable."""

    def __init__(
        self,
        live: LiveFigures,
        past: PastFigures,
        visits: VisitHistory,
        contracts: ContractAhead | None = None,
    ) -> None:
        self._live = live
        self._past = past
        self._visits = visits
        self._contracts = contracts
        self._known: dict[tuple[object, ...], tuple[int, object]] = {}

    # ------------------------------------------------------------- days

    async def streak(
        self,
        view: TenantView,
        place: WatchedPlace,
        alert: WatchedAlert,
        condition: StreakCondition,
    ) -> Judgement:
        """A KPI over the last business days that are finished and were known whole."""
        kpi = ASKED[condition.kpi]
        bounds = bounds_of(condition, counted=counted(kpi))
        today = local_day(view.as_of, view.zone)
        since = today - timedelta(days=2 * condition.days + MORE_DAYS)
        span = Span(first_instant(since, view.zone), first_instant(today, view.zone))
        asked = "days", place.group.selection, kpi.id, span
        rows = await self._kept(
            asked,
            view.now + DAYS_KEPT,
            view.now,
            lambda: self._days(view, place.group.selection, kpi.id, span),
        )
        known_since = _known_since(view)
        days = [
            _figure(row, bounds.fire)
            for row in rows.get(place.row_key.queue, ())
            if opens(alert.calendar, _day(row, view.zone))
            and first_instant(_day(row, view.zone), view.zone) >= known_since
        ]
        return streaks.judge(bounds, condition.days, days)

    # ------------------------------------------------------------- weeks

    async def spike(
        self,
        view: TenantView,
        place: WatchedPlace,
        alert: WatchedAlert,
        condition: SpikeCondition,
    ) -> Judgement:
        """A count of a window against the weeks before."""
        window = alert.rule.window
        kpi = ASKED[condition.kpi]
        selection = place.group.selection
        answer = await self._live.open(
            LiveQuery(selection, window, Question((kpi,), AS_IN_FORCE)), view
        )
        seen = self._live.read(answer, place.row_key)
        definition = definition_of(kpi, [part.policy for part in seen.parts])
        value = KpiValue(kpi, value_in(kpi, seen), definition)
        figure = figure_of(value, answer.context.frame, window.value, None)
        now = span_of(window, view.as_of, view.board.rules.pane, view.zone)
        counts = []
        for weeks in range(1, condition.weeks + 1):
            span = weeks_before(now, weeks, view.zone)
            if span.begin >= _known_since(view):
                counts += await self._count(view, place, kpi.id, span)
        return spikes.judge(condition, figure, counts)

    async def _count(
        self, view: TenantView, place: WatchedPlace, kpi: str, span: Span
    ) -> list[float]:
        """A week's count of a place; nothing of a queue that had no row then is no contact. None of
        a week that is kept no longer.
        """
        selection = place.group.selection
        rows = await self._kept(
            ("weeks", selection, kpi, span),
            view.now + QUARTER,
            view.now,
            lambda: self._week(view, selection, kpi, span),
        )
        if rows is None:
            return []
        values = [row.value for row in rows.get(place.row_key.queue, ())]
        return [values[0] or 0.0] if values else [0.0]

    # ------------------------------------------------------------- contracts

    async def tiers(
        self, view: TenantView, condition: TierCondition, known: Iterable[str]
    ) -> Mapping[str, Judgement]:
        """Whether a penalty tier is about to be reached, by metric; those `known` before that are
        promised no longer are clear. Nothing where no contracts are looked at.
        """
        if self._contracts is None:
            return {}
        found = await self._contracts.windows(view, condition.contract, condition.metric)
        gone = dict.fromkeys(known, tiers.GONE)
        return gone | {
            one.metric.id: tiers.judge(one.metric, _window_of(one, view), condition.margin)
            for one in found
        }

    # ------------------------------------------------------------- complaints

    async def concentration(
        self,
        view: TenantView,
        place: WatchedPlace,
        alert: WatchedAlert,
        known: Iterable[str],
    ) -> Mapping[str, Judgement]:
        """The share of each agent or reason that complaints of a window name, and of those `known`
        before.
        """
        condition = alert.rule.body.concentration
        assert condition is not None  # noqa: S101  for the type checker: no other is left
        span = span_of(alert.rule.window, view.as_of, view.board.rules.pane, view.zone)
        complaints = await self._kept(
            ("complaints", view.tenant, span),
            view.now,
            view.now,
            lambda: complaints_open_in(self._visits, view.tenant, span),
        )
        selection = replace(place.group.selection, queues=tuple(place.queues))
        found = received(complaints, span, selection, condition.by)
        frame = Figure(
            COMPLAINTS.id,
            None,
            window=alert.rule.window.value,
            begin=text(span.begin, view.zone),
            end=text(span.end, view.zone),
            as_of=text(view.as_of, view.zone),
            bound=condition.share,
        )
        return {
            name: concentration.judge(
                condition, _share(frame, condition.by, name, found.named.get(name, 0), found.total)
            )
            for name in sorted({*found.named, *known})
        }

    # ------------------------------------------------------------- the tables

    async def _days(self, view: TenantView, selection: Selection, kpi: str, span: Span) -> Rows:
        """The days of a span that are kept whole."""
        try:
            return await self._rows(view, selection, kpi, span, Interval.D1)
        except NotKeptError as gone:
            since = next_edge(gone.since, Interval.D1, view.zone)
            kept = Span(since, max(since, span.end))
            return await self._rows(view, selection, kpi, kept, Interval.D1)

    async def _week(
        self, view: TenantView, selection: Selection, kpi: str, span: Span
    ) -> Rows | None:
        """The row of a span; None where it is kept no longer."""
        try:
            return await self._rows(view, selection, kpi, span, Interval.ALL)
        except NotKeptError:
            return None

    async def _rows(
        self, view: TenantView, selection: Selection, kpi: str, span: Span, interval: Interval
    ) -> Rows:
        question = Question((ASKED[kpi],), AS_IN_FORCE)
        query = HistoryQuery(selection, span, interval, view.zone, question)
        rows, _ = await self._past.page(query, None, EVERY_ROW)
        found: dict[str, list[HistoryRow]] = {}
        for row in rows:
            found.setdefault((row.queue or "") if selection.by.queues else "", []).append(row)
        return found

    async def _kept(
        self,
        name: tuple[object, ...],
        until: int,
        now: int,
        ask: Callable[[], Coroutine[Any, Any, T]],
    ) -> T:
        """An answer that was had before, while it holds."""
        for old in [old for old, (end, _) in self._known.items() if end < now]:
            del self._known[old]
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = until, await ask()
        answer: T = known[1]  # type: ignore[assignment]  # names tell the kinds of answers apart
        return answer


def weeks_before(span: Span, weeks: int, zone: ZoneInfo) -> Span:
    """The span of as long as many weeks ago by the wall clock, from the quarter hour on in which
    it begins: quarters are kept added up.
    """
    quarter = span.begin - span.begin % QUARTER
    shown = datetime.fromtimestamp(quarter / 1000, zone).replace(tzinfo=None)
    then = (shown - timedelta(weeks=weeks)).replace(tzinfo=zone)
    begin = round(then.timestamp()) * 1000
    return Span(begin, begin + span.end - span.begin)


def _known_since(view: TenantView) -> int:
    """Since when the tenant's floor is known; never where it is not."""
    first = view.board.began(view.tenant)
    return view.now + 1 if first is None else first


def _day(row: HistoryRow, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(row.time).astimezone(zone).date()


def _figure(row: HistoryRow, bound: float) -> Figure:
    return Figure(
        row.kpi,
        row.value,
        row.numerator,
        row.denominator,
        row.low,
        row.high,
        row.definition,
        row.interval,
        row.time,
        row.end,
        row.as_of,
        bound,
    )


def _share(frame: Figure, by: str, name: str, part: int, whole: int) -> Figure:
    value = share(part, whole)
    return Figure(
        frame.kpi,
        *value.cells,
        window=frame.window,
        begin=frame.begin,
        end=frame.end,
        as_of=frame.as_of,
        bound=frame.bound,
        details={by: name},
    )


def _window_of(ahead: WindowAhead, view: TenantView) -> tiers.RunningWindow:
    """A running window as it is judged."""
    zone = ahead.terms.zone
    so_far, expected = ahead.so_far, ahead.expected
    figure = Figure(
        ahead.metric.kpi,
        None if expected.value is None else float(expected.value),
        float(expected.numerator),
        float(expected.denominator),
        definition=ahead.terms.name,
        window=ahead.metric.window.value,
        begin=text(ahead.begin, zone),
        end=text(ahead.end, zone),
        as_of=text(view.as_of, zone),
        details={
            "so_far": None if so_far.value is None else float(so_far.value),
            "contract": ahead.terms.id,
        },
    )
    return tiers.RunningWindow(figure, expected.value, expected.volume)
