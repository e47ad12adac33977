"""The floor as Prometheus metrics: counters since this process started, exact gauges per window,
and how far to trust them.

Written as text directly: the client library's families cost ten times as much at 10,000 series.
Counters tell of the live span only: a replay of last year must not look like a rush today.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from floorpulse.board.domain.positions import current
from floorpulse.board.domain.series import QueueChannel, SeriesKey
from floorpulse.board.domain.windows import Window
from floorpulse.contracts.cells import Cell, Cells, add
from floorpulse.definitions.domain.calendars import is_open
from floorpulse.figures.by_policy import Parted, by_policy, value_of
from floorpulse.figures.policies_in_force import AS_IN_FORCE, PoliciesInForce
from floorpulse.figures.sources.silent import SilentQueues
from floorpulse.figures.staff.by_queue import staff_of_states
from floorpulse.figures.state import State, state_of
from floorpulse.figures.tenant_view import Floors
from floorpulse.kpis.catalogue import GAUGED, OVER_SPANS, SpanKpi
from floorpulse.kpis.figures import SpanFigures, Value
from floorpulse.kpis.formulas.staffing import LOGGED_IN
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.query.prometheus.counters import WAITS, Counters, counted
from floorpulse.query.prometheus.folding import OTHER, Fold, Folding, Folds, moved
from floorpulse.query.prometheus.metric_names import COUNTERS, GAUGES

SERIES_PER_QUEUE = 150
"""Series of one queue and channel, rounded up; `test_exposition` counts them."""
SERIES_PER_TENANT = 110
"""Series of a tenant beside those; `test_query_routes` counts them."""

QUANTILES = "contactcenter_wait_quantile_seconds"
SERVICE_LEVEL = OVER_SPANS["service_level"]
BY_METRIC = {
    kpi.gauge.metric: kpi for kpi in GAUGED if kpi.gauge is not None and not kpi.gauge.quantile
}
"""The KPI that a gauge for each window shows"""


@dataclass(frozen=True)
class ShownQueues:
    """What one set of series stands for."""

    labels: str
    queue_channels: Sequence[QueueChannel]

    @property
    def series_keys(self) -> list[SeriesKey]:
        """The board's series keys that add up to it."""
        return list(self.queue_channels)


@dataclass(frozen=True)
class View:
    """How a tenant's floor is seen now; `as_of` is epoch milliseconds."""

    terms: PoliciesInForce
    as_of: int
    zone: ZoneInfo
    stale: bool

    def of(self, subject: ShownQueues, silent: SilentQueues) -> "View":
        """How one subject is seen: at the last word of its sources, where they are silent."""
        queues = {queue for _, queue, _ in subject.queue_channels}
        if not silent.touches(queues):
            return self
        return replace(self, as_of=silent.as_of(queues, self.as_of), stale=True)

    def closed(self, queue_channels: Sequence[QueueChannel]) -> bool:
        """Whether all these queues are outside their business hours."""
        calendars = {queue: self.terms.in_force.calendar(queue) for _, queue, _ in queue_channels}
        return all(
            one is not None and not is_open(one, self.as_of, self.zone)
            for one in calendars.values()
        )


Parts = Sequence[tuple[ServiceLevelPolicy, Sequence[QueueChannel]]]
"""Queues and channels with the same policies together"""


@dataclass(eq=False)
class MetricsPage:
    """Lines of metrics, collected by family."""

    families: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def put(self, name: str, labels: str, value: float | None, family: str | None = None) -> None:
        """Add a sample; None is NaN: undefined, never 0."""
        self.families[family or name].append(
            f"{name}{{{labels}}} {'NaN' if value is None else value}\n"
        )

    def text(self) -> str:
        """The page in the text format of Prometheus."""
        return "".join(
            line for name, lines in self.families.items() for line in (_header(name), *lines)
        )


def _header(name: str) -> str:
    kind = "counter" if name in COUNTERS else "histogram" if name == WAITS else "gauge"
    return f"# HELP {name} {_help(name)}\n# TYPE {name} {kind}\n"


def _help(name: str) -> str:
    if name in COUNTERS or name in GAUGES:
        return COUNTERS.get(name) or GAUGES[name]
    if name == WAITS:
        return "Waits of answered contacts."
    if name.startswith(QUANTILES):
        return "Quantile of answered waits in the window, to the second; or its sample size."
    kpi = BY_METRIC[name.removesuffix("_sample_size")]
    return f"{kpi.en} in the window: {kpi.formula}" + (
        "; its sample size." if name.endswith("_sample_size") else "."
    )


def _put_kpi(page: MetricsPage, labels: str, kpi: SpanKpi, value: Value) -> None:
    gauge = kpi.gauge
    assert gauge is not None  # noqa: S101  for the type checker: those that are shown have one
    if gauge.quantile is not None:
        page.put(gauge.metric, f'{labels},quantile="{gauge.quantile}"', value.value)
        return
    page.put(gauge.metric, labels, None if value.value is None else value.value * gauge.scale)
    page.put(f"{gauge.metric}_sample_size", labels, value.denominator)


class Exposition:
    """Renders a board; remembers what its counters told, because a counter never falls."""

    def __init__(
        self,
        floors: Floors,
        most_series: int,
    ) -> None:
        self._floors = floors
        self._board = floors.board
        self._most = most_series
        self._folding = Folding(floors.board)
        self._folded: Folds = {}
        self._counters = Counters()

    def folds(self, now: int) -> Folds:
        """What is shown at `now` and what is folded, of every tenant that had a contact lately."""
        return self._folding.folds(now, self._most, SERIES_PER_TENANT, SERIES_PER_QUEUE)

    def text(self, now: int, folds: Folds) -> str:
        """All metrics of the floor at `now`."""
        page = MetricsPage()
        for tenant, fold in folds.items():
            view = self._view(tenant, now)
            silent = self._floors.view(tenant).silent
            self._carry(tenant, fold, view)
            for subject in _subjects(tenant, fold):
                seen = view.of(subject, silent)
                parts = by_policy(view.terms, subject.queue_channels)
                self._count(page, subject, parts)
                self._measure(page, subject, seen, parts)
                self._watch(page, subject, seen, parts)
            self._staff(page, tenant, view, fold)
            page.put("floorpulse_metrics_folded_queues", _owner(tenant), len(fold.other))
            unknown = self._floors.view(tenant).unknown_queues
            page.put("contactcenter_unknown_queues", _owner(tenant), len(unknown))
        self._folded = folds
        self._trust(page, now)
        return page.text()

    def _carry(self, tenant: str, fold: Fold, view: View) -> None:
        """Let the counters of what is folded go on where they were although queues and channels
        came to it or left it.
        """
        came, left = moved(self._folded.get(tenant), fold)
        for queue_channels, sign in ((came, -1), (left, 1)):
            parts = by_policy(view.terms, queue_channels)
            self._counters.carry(
                _labels(tenant, OTHER, OTHER), self._values(queue_channels, parts), sign
            )

    def _view(self, tenant: str, now: int) -> View:
        known = self._floors.view(tenant)
        as_of = self._board.as_of(now)
        stale = self._board.stale_since(now) is not None
        return View(AS_IN_FORCE.terms(known.known, as_of), as_of, known.zone, stale)

    def _count(self, page: MetricsPage, subject: ShownQueues, parts: Parts) -> None:
        for name, more, value in self._values(subject.queue_channels, parts):
            labels = subject.labels + more
            told = self._counters.tell((name, labels), value)
            page.put(name, labels, told, WAITS if name.startswith(WAITS) else None)

    def _values(
        self, queue_channels: Iterable[QueueChannel], parts: Parts
    ) -> Iterable[tuple[str, str, float]]:
        cells = self._counted(queue_channels)
        judged = [
            (policy, cells if len(parts) == 1 else self._counted(theirs))
            for policy, theirs in parts
        ]
        return counted(cells, judged)

    def _counted(self, queue_channels: Iterable[QueueChannel]) -> Cells:
        cells: Cells = {}
        for queue_channel in queue_channels:
            known = self._board.series.get(queue_channel)
            add(cells, known.counted if known else {})
        return cells

    def _measure(self, page: MetricsPage, subject: ShownQueues, view: View, parts: Parts) -> None:
        for window in Window:
            counted = self._read(subject.queue_channels, window, view)
            parted = self._parted(counted, window, view, parts)
            labels = f'{subject.labels},window="{window.value}"'
            for kpi in GAUGED:
                _put_kpi(page, labels, kpi, value_of(kpi, counted, parted))
            page.put(f"{QUANTILES}_sample_size", labels, counted.of(Cell.ANSWERED))

    def _read(
        self, queue_channels: Sequence[QueueChannel], window: Window, view: View
    ) -> SpanFigures:
        return self._board.read(
            list[SeriesKey](queue_channels), window, view.as_of, view.zone
        ).counted

    def _parted(
        self, counted: SpanFigures, window: Window, view: View, parts: Parts
    ) -> list[Parted]:
        if len(parts) == 1:
            return [Parted(parts[0][0], counted)]
        return [
            Parted(policy, self._read(queue_channels, window, view))
            for policy, queue_channels in parts
        ]

    def _watch(self, page: MetricsPage, subject: ShownQueues, view: View, parts: Parts) -> None:
        reading = self._board.read(subject.series_keys, Window.M30, view.as_of)
        as_of = view.as_of
        present = reading.present
        page.put("contactcenter_contacts_waiting", subject.labels, len(present.waits))
        page.put(
            "contactcenter_longest_wait_seconds",
            subject.labels,
            max(present.waits, default=0) / 1000,
        )
        page.put("contactcenter_contacts_in_progress", subject.labels, present.in_progress)
        page.put("contactcenter_contacts_unresolved", subject.labels, present.unresolved)
        page.put(
            "contactcenter_service_level_target_ratio",
            subject.labels,
            max(policy.target for policy, _ in parts),
        )
        page.put(
            "contactcenter_conservation_residual",
            subject.labels,
            sum(
                self._board.residual(queue_channel, as_of)
                for queue_channel in subject.queue_channels
            ),
        )
        level = value_of(
            SERVICE_LEVEL,
            reading.counted,
            self._parted(reading.counted, Window.M30, view, parts),
        )
        state = state_of(stale=view.stale, closed=view.closed(subject.queue_channels), level=level)
        for one in State:
            page.put(
                "contactcenter_kpi_state",
                f'{subject.labels},state="{one.value}"',
                int(one is state),
            )

    def _staff(self, page: MetricsPage, tenant: str, view: View, fold: Fold) -> None:
        """Agents by state, of all others who serve any of the folded queues once: never by name."""
        staff_by_queue = staff_of_states(self._board.agents.of(tenant, view.as_of).values())
        serving = [(queue, staff_by_queue.together((queue,))) for queue in fold.queues]
        if fold.other_queues:
            serving.append((OTHER, staff_by_queue.together(fold.other_queues)))
        for name, labels, known in (
            ("contactcenter_floor_agents", _owner(tenant), staff_by_queue.together(None)),
            *(
                ("contactcenter_agents", f'{_owner(tenant)},queue="{escaped(queue)}"', there)
                for queue, there in serving
            ),
        ):
            for state in LOGGED_IN:
                page.put(name, f'{labels},state="{state}"', known.get(state, 0))

    def _trust(self, page: MetricsPage, now: int) -> None:
        positions = current(self._board.positions.values())
        oldest = now - self._board.ages.oldest(now) if positions else None
        page.put(
            "contactcenter_kpi_last_update_timestamp_seconds",
            "",
            None if oldest is None else oldest / 1000,
        )
        for position in sorted(positions, key=lambda one: one.partition):
            at = None if position.watermark is None else position.watermark / 1000
            page.put(
                "contactcenter_source_watermark_timestamp_seconds",
                f'partition="{position.partition}"',
                at,
            )


def _subjects(tenant: str, fold: Fold) -> list[ShownQueues]:
    """Those with series of their own, and what is left as one."""
    own = [ShownQueues(_labels(*queue_channel), [queue_channel]) for queue_channel in fold.shown]
    return [*own, ShownQueues(_labels(tenant, OTHER, OTHER), fold.other)] if fold.other else own


def _owner(tenant: str) -> str:
    return f'tenant="{escaped(tenant)}"'


def _labels(tenant: str, queue: str, channel: str) -> str:
    return f'{_owner(tenant)},queue="{escaped(queue)}",channel="{escaped(channel)}"'


def escaped(value: str) -> str:
    """A label's value as the text format writes it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
