"""The floor as Prometheus metrics: counters since this process started, exact gauges per window, and how far to trust them.

Written as text directly: the client library's families cost ten times as much at 10,000 series.
Counters tell of the live span only: a replay of last year must not look like a rush today. They start at 0 with
the process and never fall, so a correction downwards is held back until new contacts have made up for it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from zoneinfo import ZoneInfo

from services.board.domain.board import Board
from services.board.domain.positions import current
from services.board.domain.series import Home, Scope
from services.board.domain.windows import Window
from services.contracts.cells import BUCKETS, COMPLAINTS, LEFT, Cell, Cells, Histogram, add
from services.contracts.definitions import ServiceLevelPolicy
from services.contracts.figures import Figures
from services.contracts.histograms import bucket_seconds, count_within
from services.contracts.kpis import CATALOGUE
from services.contracts.staffing import LOGGED_IN
from services.definitions.domain.calendars import is_open
from services.definitions.domain.in_force import Definitions
from services.query.domain.families import COUNTERS, GAUGES
from services.query.domain.roster import roster_of
from services.query.domain.shares import Parted, by_policy, value_of
from services.query.domain.state import State, state_of
from services.query.domain.terms import AS_IN_FORCE, Terms

OTHER = "__other__"
SERIES_PER_QUEUE = 149
"""Series of one queue and channel, rounded up; `test_exposition` counts them."""

BOUNDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
SURVEYS = {"csat": Cell.CSAT_COUNT, "nps": Cell.NPS_COUNT, "fcr": Cell.FCR_COUNT, "ces": Cell.CES_COUNT}
QUANTILES = {"0.5": "wait_p50", "0.9": "wait_p90", "0.95": "wait_p95", "0.99": "wait_p99"}

WINDOWED = {
    "contactcenter_service_level_ratio": ("service_level", 1.0),
    "contactcenter_average_handle_seconds": ("aht", 1.0),
    "contactcenter_average_speed_of_answer_seconds": ("asa", 1.0),
    "contactcenter_abandonment_ratio": ("abandonment_rate", 1.0),
    "contactcenter_satisfaction_ratio": ("csat", 1.0),
    "contactcenter_qa_score_ratio": ("qa_mean", 0.01),
    "contactcenter_complaints_per_10k_handled": ("complaints_per_10k", 1.0),
}
"""Gauge per window: its KPI, and what turns the KPI's unit into the metric's."""

WAITS = "contactcenter_wait_seconds"


@dataclass(frozen=True)
class Subject:
    """What one set of series stands for."""

    labels: str
    homes: Sequence[Home]

    @property
    def scopes(self) -> list[Scope]:
        """The board's scopes that add up to it."""
        return list(self.homes)


@dataclass(frozen=True)
class View:
    """How a tenant's floor is seen now; `as_of` is epoch milliseconds."""

    terms: Terms
    as_of: int
    zone: ZoneInfo
    stale: bool

    def closed(self, homes: Sequence[Home]) -> bool:
        """Whether all these queues are outside their business hours."""
        calendars = {queue: self.terms.in_force.calendar(queue) for _, queue, _ in homes}
        return all(one is not None and not is_open(one, self.as_of, self.zone) for one in calendars.values())


Parts = Sequence[tuple[ServiceLevelPolicy, Sequence[Home]]]
"""Homes with the same policies together"""


@dataclass(eq=False)
class Page:
    """Lines of metrics, collected by family."""

    families: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def put(self, name: str, labels: str, value: float | None, family: str | None = None) -> None:
        """Add a sample; None is NaN: undefined, never 0."""
        self.families[family or name].append(f"{name}{{{labels}}} {'NaN' if value is None else value}\n")

    def text(self) -> str:
        """The page in the text format of Prometheus."""
        return "".join(line for name, lines in self.families.items() for line in (_header(name), *lines))


def _header(name: str) -> str:
    kind = "counter" if name in COUNTERS else "histogram" if name == WAITS else "gauge"
    return f"# HELP {name} {_help(name)}\n# TYPE {name} {kind}\n"


def _help(name: str) -> str:
    if name in COUNTERS or name in GAUGES:
        return COUNTERS.get(name) or GAUGES[name]
    if name == WAITS:
        return "Waits of answered contacts."
    if name.startswith("contactcenter_wait_quantile_seconds"):
        return "Quantile of answered waits in the window, to the second; or its sample size."
    kpi = CATALOGUE[WINDOWED[name.removesuffix("_sample_size")][0]]
    return f"{kpi.en} in the window: {kpi.formula}" + ("; its sample size." if name.endswith("_sample_size") else ".")


class Exposition:
    """Renders a board; remembers what its counters told, because a counter never falls."""

    def __init__(self, board: Board, definitions: Callable[[], Definitions], most_series: int) -> None:
        self._board = board
        self._definitions = definitions
        self._most = max(1, most_series // SERIES_PER_QUEUE)
        self._told: dict[tuple[str, str], float] = {}

    def text(self, now: int) -> str:
        """All metrics of the floor at `now`."""
        page = Page()
        shown, folded = self._homes(now)
        views: dict[str, View] = {}
        for subject in [*map(_own, shown), *_folded(folded)]:
            tenant = subject.homes[0][0]
            view = views.get(tenant) or views.setdefault(tenant, self._view(tenant, now))
            parts = by_policy(view.terms, subject.homes)
            self._count(page, subject, parts)
            self._measure(page, subject, view, parts)
            self._watch(page, subject, view, parts)
        for tenant, view in views.items():
            self._staff(page, tenant, view, sorted({queue for theirs, queue, _ in shown if theirs == tenant}))
        page.put("floorpulse_metrics_folded_queues", "", len(folded))
        self._trust(page, now)
        return page.text()

    def _view(self, tenant: str, now: int) -> View:
        known, as_of = self._definitions().of(tenant), self._board.as_of(now)
        stale = self._board.stale_since(now) is not None
        return View(AS_IN_FORCE.terms(known, as_of), as_of, known.zone or self._board.rules.zone, stale)

    def _homes(self, now: int) -> tuple[list[Home], list[Home]]:
        homes = sorted(home for home, last in self._board.last_seen.items() if last >= now - self._board.rules.idle)
        return homes[: self._most], homes[self._most :]

    def _count(self, page: Page, subject: Subject, parts: Parts) -> None:
        cells = self._counted(subject.homes)
        judged = [(policy, cells if len(parts) == 1 else self._counted(homes)) for policy, homes in parts]
        for name, labels, value in (*_counts(cells), *_judged(judged)):
            self._put_counter(page, name, subject.labels + labels, value)
        for suffix, labels, value in _waits(cells):
            self._put_counter(page, WAITS + suffix, subject.labels + labels, value, WAITS)

    def _counted(self, homes: Iterable[Home]) -> Cells:
        cells: Cells = {}
        for home in homes:
            known = self._board.series.get(home)
            add(cells, known.counted if known else {})
        return cells

    def _put_counter(self, page: Page, name: str, labels: str, value: float, family: str | None = None) -> None:
        told = self._told[name, labels] = max(value, self._told.get((name, labels), 0))
        page.put(name, labels, told, family)

    def _measure(self, page: Page, subject: Subject, view: View, parts: Parts) -> None:
        for window in Window:
            counted = self._read(subject.homes, window, view)
            parted = self._parted(counted, window, view, parts)
            labels = f'{subject.labels},window="{window.value}"'
            for name, (kpi, scale) in WINDOWED.items():
                value = value_of(CATALOGUE[kpi], counted, parted)
                page.put(name, labels, None if value.value is None else value.value * scale)
                page.put(f"{name}_sample_size", labels, value.denominator)
            for quantile, kpi in QUANTILES.items():
                page.put(
                    "contactcenter_wait_quantile_seconds",
                    f'{labels},quantile="{quantile}"',
                    value_of(CATALOGUE[kpi], counted, parted).value,
                )
            page.put("contactcenter_wait_quantile_seconds_sample_size", labels, counted.of(Cell.ANSWERED))

    def _read(self, homes: Sequence[Home], window: Window, view: View) -> Figures:
        return self._board.read(list[Scope](homes), window, view.as_of, view.zone).counted

    def _parted(self, counted: Figures, window: Window, view: View, parts: Parts) -> list[Parted]:
        if len(parts) == 1:
            return [Parted(parts[0][0], counted)]
        return [Parted(policy, self._read(homes, window, view)) for policy, homes in parts]

    def _watch(self, page: Page, subject: Subject, view: View, parts: Parts) -> None:
        reading, as_of = self._board.read(subject.scopes, Window.M30, view.as_of), view.as_of
        present = reading.present
        page.put("contactcenter_contacts_waiting", subject.labels, len(present.waits))
        page.put("contactcenter_longest_wait_seconds", subject.labels, max(present.waits, default=0) / 1000)
        page.put("contactcenter_contacts_in_progress", subject.labels, present.in_progress)
        page.put("contactcenter_contacts_unresolved", subject.labels, present.unresolved)
        page.put("contactcenter_service_level_target_ratio", subject.labels, max(policy.target for policy, _ in parts))
        page.put("contactcenter_conservation_residual", subject.labels, sum(self._board.residual(home, as_of) for home in subject.homes))
        level = value_of(CATALOGUE["service_level"], reading.counted, self._parted(reading.counted, Window.M30, view, parts))
        state = state_of(stale=view.stale, closed=view.closed(subject.homes), level=level)
        for one in State:
            page.put("contactcenter_kpi_state", f'{subject.labels},state="{one.value}"', int(one is state))

    def _staff(self, page: Page, tenant: str, view: View, queues: Sequence[str]) -> None:
        """Agents by state: never by name."""
        roster, owner = roster_of(self._board.agents.of(tenant, view.as_of).values()), f'tenant="{escaped(tenant)}"'
        for name, labels, known in (
            ("contactcenter_floor_agents", owner, roster.together(None)),
            *(("contactcenter_agents", f'{owner},queue="{escaped(queue)}"', roster.together((queue,))) for queue in queues),
        ):
            for state in LOGGED_IN:
                page.put(name, f'{labels},state="{state}"', known.get(state, 0))

    def _trust(self, page: Page, now: int) -> None:
        positions = current(self._board.positions.values())
        oldest = now - self._board.age(now) if positions else None
        page.put("contactcenter_kpi_last_update_timestamp_seconds", "", None if oldest is None else oldest / 1000)
        for position in sorted(positions, key=lambda one: one.partition):
            at = None if position.watermark is None else position.watermark / 1000
            page.put("contactcenter_source_watermark_timestamp_seconds", f'partition="{position.partition}"', at)


def _own(home: Home) -> Subject:
    return Subject(_labels(*home), [home])


def _folded(homes: Iterable[Home]) -> Iterator[Subject]:
    tenants: defaultdict[str, list[Home]] = defaultdict(list)
    for home in homes:
        tenants[home[0]].append(home)
    for tenant, theirs in tenants.items():
        yield Subject(_labels(tenant, OTHER, OTHER), theirs)


def _labels(tenant: str, queue: str, channel: str) -> str:
    return f'tenant="{escaped(tenant)}",queue="{escaped(queue)}",channel="{escaped(channel)}"'


def escaped(value: str) -> str:
    """A label's value as the text format writes it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _judged(parts: Sequence[tuple[ServiceLevelPolicy, Cells]]) -> Iterator[tuple[str, str, float]]:
    """What definitions decide, each part under its own."""
    waits, abandons = Histogram.ANSWERED_WAIT, Histogram.ABANDONED_WAIT
    within = sum(count_within(cells, waits, policy.threshold, policy.boundary) for policy, cells in parts)
    short = sum(count_within(cells, abandons, policy.short, policy.boundary) for policy, cells in parts)
    yield "contactcenter_contacts_answered_within_threshold_total", "", within
    yield "contactcenter_contacts_short_abandoned_total", "", short


def _counts(cells: Cells) -> Iterator[tuple[str, str, float]]:
    handle = sum(cells.get(cell, 0) for cell in (Cell.TALK, Cell.HOLD, Cell.WRAP))
    yield "contactcenter_contacts_offered_total", "", cells.get(Cell.OFFERED, 0)
    yield "contactcenter_contacts_answered_total", "", cells.get(Cell.ANSWERED, 0)
    yield "contactcenter_contacts_abandoned_total", "", cells.get(Cell.ABANDONED, 0)
    for reason, cell in LEFT.items():
        yield "contactcenter_contacts_left_total", f',reason="{reason}"', cells.get(cell, 0)
    yield "contactcenter_contacts_handled_total", "", cells.get(Cell.HANDLED, 0)
    yield "contactcenter_handle_seconds_total", "", handle / 1000
    for kind, cell in SURVEYS.items():
        yield "contactcenter_survey_responses_total", f',kind="{kind}"', cells.get(cell, 0)
    for severity, cell in COMPLAINTS.items():
        yield "contactcenter_complaints_total", f',severity="{severity}"', cells.get(cell, 0)


def _waits(cells: Cells) -> Iterator[tuple[str, str, float]]:
    """The histogram of answered waits; a bucket's upper edge is exact, so every bound of whole seconds is."""
    steps = [0] * (len(BOUNDS) + 1)
    for code, count in cells.items():
        if Histogram.ANSWERED_WAIT <= code < Histogram.ANSWERED_WAIT + BUCKETS:
            steps[bisect_left(BOUNDS, bucket_seconds(code - Histogram.ANSWERED_WAIT))] += count
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), accumulate(steps), strict=True):
        yield "_bucket", f',le="{bound}"', count
    yield "_sum", "", cells.get(Cell.ANSWERED_WAIT, 0) / 1000
    yield "_count", "", cells.get(Cell.ANSWERED, 0)
