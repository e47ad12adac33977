"""The floor as Prometheus metrics: counters since this process started, exact gauges per window, and how far to trust them.

Written as text directly: the client library's families cost ten times as much at 10,000 series.
Counters tell of the live span only: a replay of last year must not look like a rush today. They start at 0 with
the process and never fall, so a correction downwards is held back until new contacts have made up for it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from services.board.domain.board import Board
from services.board.domain.positions import current
from services.board.domain.series import Home, Scope
from services.board.domain.windows import Window
from services.contracts.cells import BUCKETS, COMPLAINTS, LEFT, Cell, Cells, Histogram, add
from services.contracts.definitions import ServiceLevelPolicy
from services.contracts.histograms import bucket_seconds, count_within
from services.contracts.kpis import CATALOGUE
from services.query.domain.state import State, state_of

OTHER = "__other__"
SERIES_PER_QUEUE = 144
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

COUNTERS = {
    "contactcenter_contacts_offered_total": "Contacts that entered the queue.",
    "contactcenter_contacts_answered_total": "Contacts that an agent took.",
    "contactcenter_contacts_answered_within_threshold_total": "Contacts answered within the threshold of the definition in force.",
    "contactcenter_contacts_abandoned_total": "Contacts that gave up waiting.",
    "contactcenter_contacts_short_abandoned_total": "Contacts that gave up within the definition's short time.",
    "contactcenter_contacts_left_total": "Contacts that left by another door, by reason.",
    "contactcenter_contacts_handled_total": "Answered contacts that were completed.",
    "contactcenter_handle_seconds_total": "Talk, hold and after-contact time of completed contacts.",
    "contactcenter_survey_responses_total": "Surveys answered, by kind.",
    "contactcenter_complaints_total": "Complaints received, by severity.",
}
GAUGES = {
    "contactcenter_contacts_waiting": "Contacts waiting now.",
    "contactcenter_longest_wait_seconds": "How long the first of them has waited.",
    "contactcenter_contacts_in_progress": "Contacts answered and not ended.",
    "contactcenter_contacts_unresolved": "Contacts whose outcome the source never told.",
    "contactcenter_service_level_target_ratio": "The promised service level.",
    "contactcenter_conservation_residual": "Offered minus outcomes minus waiting; anything but 0 is a defect.",
    "contactcenter_kpi_state": "1 for the state the figures are in.",
    "contactcenter_kpi_last_update_timestamp_seconds": "When the quietest partition was last heard of.",
    "contactcenter_source_watermark_timestamp_seconds": "Event time a source partition has reached.",
    "floorpulse_metrics_folded_queues": "Queues and channels folded into __other__ to bound the number of series.",
}
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

    def __init__(self, board: Board, policy: ServiceLevelPolicy, most_series: int) -> None:
        self._board = board
        self._policy = policy
        self._most = max(1, most_series // SERIES_PER_QUEUE)
        self._told: dict[tuple[str, str], float] = {}

    def text(self, now: int) -> str:
        """All metrics of the floor at `now`."""
        page = Page()
        shown, folded = self._homes(now)
        for subject in [*map(_own, shown), *_folded(folded)]:
            self._count(page, subject)
            tenant = subject.homes[0][0]
            as_of, stale = self._board.as_of(now, tenant), self._board.stale_since(now, tenant) is not None
            self._measure(page, subject, as_of)
            self._watch(page, subject, as_of, stale=stale)
        page.put("floorpulse_metrics_folded_queues", "", len(folded))
        self._trust(page)
        return page.text()

    def _homes(self, now: int) -> tuple[list[Home], list[Home]]:
        homes = sorted(home for home, last in self._board.last_seen.items() if last >= now - self._board.rules.idle)
        return homes[: self._most], homes[self._most :]

    def _count(self, page: Page, subject: Subject) -> None:
        cells: Cells = {}
        for home in subject.homes:
            known = self._board.series.get(home)
            add(cells, known.counted if known else {})
        for name, labels, value in _counts(cells, self._policy):
            self._put_counter(page, name, subject.labels + labels, value)
        for suffix, labels, value in _waits(cells):
            self._put_counter(page, WAITS + suffix, subject.labels + labels, value, WAITS)

    def _put_counter(self, page: Page, name: str, labels: str, value: float, family: str | None = None) -> None:
        told = self._told[name, labels] = max(value, self._told.get((name, labels), 0))
        page.put(name, labels, told, family)

    def _measure(self, page: Page, subject: Subject, as_of: int) -> None:
        for window in Window:
            counted = self._board.read(subject.scopes, window, as_of).counted
            labels = f'{subject.labels},window="{window.value}"'
            for name, (kpi, scale) in WINDOWED.items():
                value = CATALOGUE[kpi].measure(counted, self._policy)
                page.put(name, labels, None if value.value is None else value.value * scale)
                page.put(f"{name}_sample_size", labels, value.denominator)
            for quantile, kpi in QUANTILES.items():
                page.put(
                    "contactcenter_wait_quantile_seconds",
                    f'{labels},quantile="{quantile}"',
                    CATALOGUE[kpi].measure(counted, self._policy).value,
                )
            page.put("contactcenter_wait_quantile_seconds_sample_size", labels, counted.of(Cell.ANSWERED))

    def _watch(self, page: Page, subject: Subject, as_of: int, *, stale: bool) -> None:
        reading = self._board.read(subject.scopes, Window.M30, as_of)
        present = reading.present
        page.put("contactcenter_contacts_waiting", subject.labels, len(present.waits))
        page.put("contactcenter_longest_wait_seconds", subject.labels, max(present.waits, default=0) / 1000)
        page.put("contactcenter_contacts_in_progress", subject.labels, present.in_progress)
        page.put("contactcenter_contacts_unresolved", subject.labels, present.unresolved)
        page.put("contactcenter_service_level_target_ratio", subject.labels, self._policy.target)
        page.put("contactcenter_conservation_residual", subject.labels, sum(self._board.residual(home, as_of) for home in subject.homes))
        state = state_of(stale=stale, level=CATALOGUE["service_level"].measure(reading.counted, self._policy))
        for one in State:
            page.put("contactcenter_kpi_state", f'{subject.labels},state="{one.value}"', int(one is state))

    def _trust(self, page: Page) -> None:
        positions = current(self._board.positions.values())
        oldest = min((position.published_at for position in positions), default=None)
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
    return f'tenant="{_escaped(tenant)}",queue="{_escaped(queue)}",channel="{_escaped(channel)}"'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _counts(cells: Cells, policy: ServiceLevelPolicy) -> Iterator[tuple[str, str, float]]:
    handle = sum(cells.get(cell, 0) for cell in (Cell.TALK, Cell.HOLD, Cell.WRAP))
    yield "contactcenter_contacts_offered_total", "", cells.get(Cell.OFFERED, 0)
    yield "contactcenter_contacts_answered_total", "", cells.get(Cell.ANSWERED, 0)
    within = count_within(cells, Histogram.ANSWERED_WAIT, policy.threshold, policy.boundary)
    yield "contactcenter_contacts_answered_within_threshold_total", "", within
    yield "contactcenter_contacts_abandoned_total", "", cells.get(Cell.ABANDONED, 0)
    short = count_within(cells, Histogram.ABANDONED_WAIT, policy.short, policy.boundary)
    yield "contactcenter_contacts_short_abandoned_total", "", short
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
