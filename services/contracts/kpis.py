"""The KPI catalogue: every figure's id, names, unit, direction and formula over pane counts, in one place.

The API, the metrics, the wallboard and the docs read this table; a formula changes here and nowhere else.
0/0 is always None with its counts, never 0 % or 100 %.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from services.contracts.cells import COMPLAINTS, LEFT, Cell, Cells, Histogram
from services.contracts.definitions import Formula, ServiceLevelPolicy
from services.contracts.histograms import bucket_seconds, buckets, count_scores, count_within, quantile
from services.contracts.statistics import wilson


class Unit(StrEnum):
    """What a value is measured in."""

    CONTACTS = "contacts"
    SECONDS = "seconds"
    RATIO = "ratio"
    POINTS = "points"
    PER_10K = "per 10,000"


class Better(StrEnum):
    """Which direction is the good one."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class Figures:
    """All that a formula may look at: summed cells, and the visits of the same span that still wait.

    `waits` are the waits so far of those visits, in milliseconds.
    """

    cells: Cells
    waits: tuple[int, ...] = ()
    in_progress: int = 0
    unresolved: int = 0

    def of(self, *cells: Cell) -> int:
        """Sum of the named counters."""
        return sum(self.cells.get(cell, 0) for cell in cells)


@dataclass(frozen=True)
class Value:
    """A figure with its parts.

    A count has no denominator; a mean's numerator is the sum in the unit of its value; a share's parts are counts and
    come with the 95 % Wilson interval `low`…`high`; a quantile's denominator is its sample.
    """

    value: float | None
    numerator: float | None
    denominator: float | None
    low: float | None = None
    high: float | None = None


Measure = Callable[[Figures, ServiceLevelPolicy], Value]


@dataclass(frozen=True)
class Kpi:
    """One entry of the catalogue; `live` figures exist only for now, not for a past interval."""

    id: str
    en: str
    zh: str
    unit: Unit
    better: Better
    formula: str
    measure: Measure = field(repr=False, compare=False)
    live: bool = False


def count(number: float) -> Value:
    """A count."""
    return Value(number, number, None)


def mean(total: float, size: int, unit: int = 1000) -> Value:
    """A mean of `size` amounts whose sum `total` is kept in `1/unit` of the value's unit."""
    return Value(total / unit / size if size else None, total / unit, size)


def share(part: int, whole: int) -> Value:
    """A proportion with its Wilson interval.

    Parts may outrun the whole where both belong to different instants (an answer to yesterday's survey): then no interval.
    """
    if whole <= 0:
        return Value(None, part, whole)
    low, high = wilson(part, whole) if part <= whole else (None, None)
    return Value(part / whole, part, whole, low, high)


def service_level(figures: Figures, policy: ServiceLevelPolicy) -> Value:
    """The service level under any of the six formulas and options of kpis (see `Formula`)."""
    within_threshold = count_within(figures.cells, Histogram.ANSWERED_WAIT, policy.threshold, policy.boundary)
    early = count_within(figures.cells, Histogram.ABANDONED_WAIT, policy.threshold, policy.boundary)
    short = count_within(figures.cells, Histogram.ABANDONED_WAIT, policy.short, policy.boundary)
    answered, abandoned = figures.of(Cell.ANSWERED), figures.of(Cell.ABANDONED)
    hit, total = {
        Formula.V1: (within_threshold + early, answered + abandoned),
        Formula.V2: (within_threshold, answered),
        Formula.V3: (within_threshold, answered + abandoned),
        Formula.V4: (within_threshold, answered + abandoned - early),
        Formula.V5: (within_threshold, answered + abandoned - short),
        Formula.V6: (within_threshold + short, answered + abandoned),
    }[policy.formula]
    if policy.flow_outs:
        total += figures.of(*LEFT.values())
    if policy.waiting_past_threshold:
        total += sum(past_threshold(wait, policy) for wait in figures.waits)
    return share(hit, total)


def past_threshold(wait: int, policy: ServiceLevelPolicy) -> bool:
    """Whether a wait of `wait` milliseconds is no longer within the policy's threshold."""
    limit = policy.threshold * 1000
    return wait > limit if policy.boundary == "le" else wait >= limit


def _counter(*cells: Cell) -> Measure:
    return lambda figures, _: count(figures.of(*cells))


def _mean(total: tuple[Cell, ...], size: Cell) -> Measure:
    return lambda figures, _: mean(figures.of(*total), figures.of(size))


def _share(part: tuple[Cell, ...], whole: tuple[Cell, ...]) -> Measure:
    return lambda figures, _: share(figures.of(*part), figures.of(*whole))


def _short_abandoned(figures: Figures, policy: ServiceLevelPolicy) -> Value:
    return count(count_within(figures.cells, Histogram.ABANDONED_WAIT, policy.short, policy.boundary))


def _longest_wait(figures: Figures, _: ServiceLevelPolicy) -> Value:
    return count(max(figures.waits, default=0) / 1000)


def _quantile(histogram: Histogram, q: float) -> Measure:
    def measure(figures: Figures, _: ServiceLevelPolicy) -> Value:
        value, size = quantile(figures.cells, histogram, q)
        return Value(value, value, size)

    return measure


def _wait_max(figures: Figures, _: ServiceLevelPolicy) -> Value:
    ordered = buckets(figures.cells, Histogram.ANSWERED_WAIT)
    longest = bucket_seconds(ordered[-1][0]) if ordered else None
    return Value(longest, longest, sum(number for _, number in ordered))


SATISFIED = 0.75
"""From this share of the way from worst to best a customer counts as satisfied: 4 and 5 of 1 to 5 (top two boxes)."""


def _csat(figures: Figures, _: ServiceLevelPolicy) -> Value:
    return share(count_scores(figures.cells, Histogram.CSAT, SATISFIED, 1.0), figures.of(Cell.CSAT_COUNT))


def _nps(figures: Figures, _: ServiceLevelPolicy) -> Value:
    promoters = count_scores(figures.cells, Histogram.NPS, 0.9, 1.0)
    detractors = count_scores(figures.cells, Histogram.NPS, 0.0, 0.6)
    size = figures.of(Cell.NPS_COUNT)
    return Value(100 * (promoters - detractors) / size if size else None, promoters - detractors, size)


def _complaints_per_10k(figures: Figures, _: ServiceLevelPolicy) -> Value:
    complaints, handled = figures.of(*COMPLAINTS.values()), figures.of(Cell.HANDLED)
    return Value(10_000 * complaints / handled if handled else None, complaints, handled)


_LEFT = tuple(LEFT.values())
_HANDLE = (Cell.TALK, Cell.HOLD, Cell.WRAP)
_OUTCOMES = (Cell.ANSWERED, Cell.ABANDONED, *_LEFT)

C, S, R, P = Unit.CONTACTS, Unit.SECONDS, Unit.RATIO, Unit.POINTS
UP, DOWN, FLAT = Better.HIGHER, Better.LOWER, Better.NEITHER

_CATALOGUE = (
    Kpi("waiting", "Waiting", "当前排队", C, DOWN, "visits offered, without an outcome", lambda f, _: count(len(f.waits)), live=True),
    Kpi("longest_wait", "Longest wait", "最长等待", S, DOWN, "now − earliest offer still waiting", _longest_wait, live=True),
    Kpi("in_progress", "In progress", "通话中", C, FLAT, "visits answered, not ended", lambda f, _: count(f.in_progress), live=True),
    Kpi(
        "unresolved",
        "Unresolved",
        "结果不明",
        C,
        DOWN,
        "visits without an outcome beyond the longest wait",
        lambda f, _: count(f.unresolved),
        live=True,
    ),
    Kpi("offered", "Offered", "进线量", C, FLAT, "contacts that entered the queue", _counter(Cell.OFFERED)),
    Kpi("answered", "Answered", "接通量", C, UP, "contacts an agent took", _counter(Cell.ANSWERED)),
    Kpi("abandoned", "Abandoned", "放弃量", C, DOWN, "contacts that gave up waiting", _counter(Cell.ABANDONED)),
    Kpi("short_abandoned", "Short abandons", "短时放弃量", C, FLAT, "abandoned within S", _short_abandoned),
    Kpi("left", "Left otherwise", "转出量", C, FLAT, "contacts that left by another door", _counter(*_LEFT)),
    Kpi("transferred", "Transferred", "转接量", C, FLAT, "visits passed on by the agent", _counter(Cell.TRANSFERRED)),
    Kpi("answer_rate", "Answer rate", "接通率", R, UP, "answered / offered", _share((Cell.ANSWERED,), (Cell.OFFERED,))),
    Kpi("abandonment_rate", "Abandonment rate", "放弃率", R, DOWN, "abandoned / offered", _share((Cell.ABANDONED,), (Cell.OFFERED,))),
    Kpi("service_level", "Service level", "服务水平", R, UP, "formulas V1 to V6", service_level),
    Kpi(
        "asa",
        "Average speed of answer",
        "平均应答速度",
        S,
        DOWN,
        "Σ wait of answered / answered",
        _mean((Cell.ANSWERED_WAIT,), Cell.ANSWERED),
    ),
    Kpi("wait_p50", "Median wait", "等待中位数", S, DOWN, "nearest rank of answered waits", _quantile(Histogram.ANSWERED_WAIT, 0.5)),
    Kpi(
        "wait_p90",
        "90th percentile wait",
        "等待九十分位",
        S,
        DOWN,
        "nearest rank of answered waits",
        _quantile(Histogram.ANSWERED_WAIT, 0.9),
    ),
    Kpi(
        "wait_p95",
        "95th percentile wait",
        "等待九十五分位",
        S,
        DOWN,
        "nearest rank of answered waits",
        _quantile(Histogram.ANSWERED_WAIT, 0.95),
    ),
    Kpi(
        "wait_p99",
        "99th percentile wait",
        "等待九十九分位",
        S,
        DOWN,
        "nearest rank of answered waits",
        _quantile(Histogram.ANSWERED_WAIT, 0.99),
    ),
    Kpi("wait_max", "Longest answered wait", "最长应答等待", S, DOWN, "largest answered wait, to the second", _wait_max),
    Kpi(
        "abandon_wait",
        "Average time to abandon",
        "平均放弃等待",
        S,
        FLAT,
        "Σ wait of abandoned / abandoned",
        _mean((Cell.ABANDONED_WAIT,), Cell.ABANDONED),
    ),
    Kpi("handled", "Handled", "处理量", C, UP, "answered contacts that were completed", _counter(Cell.HANDLED)),
    Kpi("aht", "Average handle time", "平均处理时长", S, DOWN, "(talk + hold + wrap) / handled", _mean(_HANDLE, Cell.HANDLED)),
    Kpi("att", "Average talk time", "平均通话时长", S, FLAT, "talk / handled", _mean((Cell.TALK,), Cell.HANDLED)),
    Kpi("hold_time", "Average hold time", "平均保持时长", S, DOWN, "hold / handled", _mean((Cell.HOLD,), Cell.HANDLED)),
    Kpi("acw", "Average after-contact work", "平均话后时长", S, DOWN, "wrap / handled", _mean((Cell.WRAP,), Cell.HANDLED)),
    Kpi("aht_p50", "Median handle time", "处理时长中位数", S, DOWN, "nearest rank of handle times", _quantile(Histogram.HANDLE_TIME, 0.5)),
    Kpi(
        "aht_p90",
        "90th percentile handle time",
        "处理时长九十分位",
        S,
        DOWN,
        "nearest rank of handle times",
        _quantile(Histogram.HANDLE_TIME, 0.9),
    ),
    Kpi("hold_rate", "Hold rate", "保持率", R, DOWN, "handled with a hold / handled", _share((Cell.HELD,), (Cell.HANDLED,))),
    Kpi("transfer_rate", "Transfer rate", "转接率", R, DOWN, "transferred / handled", _share((Cell.TRANSFERRED,), (Cell.HANDLED,))),
    Kpi("csat", "Customer satisfaction", "满意度", R, UP, "satisfied answers / answers", _csat),
    Kpi("csat_mean", "Mean satisfaction score", "满意度均分", P, UP, "Σ score / answers", _mean((Cell.CSAT_SUM,), Cell.CSAT_COUNT)),
    Kpi(
        "survey_response_rate",
        "Survey response rate",
        "参评率",
        R,
        UP,
        "answered / offered surveys",
        _share((Cell.CSAT_COUNT, Cell.NPS_COUNT, Cell.FCR_COUNT, Cell.CES_COUNT), (Cell.SURVEY_OFFERED,)),
    ),
    Kpi("nps", "Net promoter score", "净推荐值", P, UP, "100 × (promoters − detractors) / answers", _nps),
    Kpi("fcr", "First contact resolution", "首次解决率", R, UP, "resolved / answers", _share((Cell.FCR_RESOLVED,), (Cell.FCR_COUNT,))),
    Kpi("qa_mean", "QA score", "质检得分", P, UP, "Σ score / evaluations", _mean((Cell.QA_SUM,), Cell.QA_COUNT)),
    Kpi("qa_pass_rate", "QA pass rate", "合格率", R, UP, "passed / judged evaluations", _share((Cell.QA_PASSED,), (Cell.QA_JUDGED,))),
    Kpi("qa_fatal_rate", "QA fatal error rate", "致命错误率", R, DOWN, "fatal / evaluations", _share((Cell.QA_FATAL,), (Cell.QA_COUNT,))),
    Kpi(
        "qa_coverage",
        "QA coverage",
        "抽检率",
        R,
        UP,
        "evaluations / handled",
        lambda f, _: share(min(f.of(Cell.QA_COUNT), f.of(Cell.HANDLED)), f.of(Cell.HANDLED)),
    ),
    Kpi("complaints", "Complaints", "投诉量", C, DOWN, "complaints received", _counter(*COMPLAINTS.values())),
    Kpi(
        "complaints_per_10k",
        "Complaints per 10,000 handled",
        "万投比",
        Unit.PER_10K,
        DOWN,
        "10,000 × complaints / handled",
        _complaints_per_10k,
    ),
    Kpi(
        "complaint_liable_rate",
        "Liable complaints",
        "有责投诉率",
        R,
        DOWN,
        "liable / judged complaints",
        _share((Cell.COMPLAINTS_LIABLE,), (Cell.COMPLAINTS_JUDGED,)),
    ),
)

CATALOGUE: dict[str, Kpi] = {kpi.id: kpi for kpi in _CATALOGUE}
"""Every KPI by its id, in the order documents and pages show them."""
