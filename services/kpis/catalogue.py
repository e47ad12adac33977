"""The KPI catalogue: every figure's id, names, unit, direction, formula over pane counts and
variants, in one place.

The API, the metrics, the wallboard and the docs read this table; a formula changes here and nowhere
else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from services.contracts.cells import COMPLAINTS, LEFT, Cell, Histogram
from services.contracts.events import AgentState, LeftReason, Severity
from services.counting.families import Family
from services.counting.histograms import bucket_seconds, buckets, count_within
from services.kpis.figures import (
    Figures,
    Measure,
    Value,
    count,
    counter,
    mean_of,
    quantile_of,
    share_of,
)
from services.kpis.formulas.by_contact import by_contact
from services.kpis.formulas.complaints import CLOSED_WITHIN, DAYS, closed_within, complaints_open
from services.kpis.formulas.estimated_wait import estimated_wait
from services.kpis.formulas.planning import (
    agents_gap,
    agents_required,
    agents_required_erlang_c,
    forecast_variance,
    gap_to_plan,
    required_ahead,
    service_level_projected,
    wape,
)
from services.kpis.formulas.recovery import contacts_to_recover, sla_attainment
from services.kpis.formulas.repeats import HOURS, WITHIN_HOURS, repeated_within
from services.kpis.formulas.satisfaction import csat, nps, qa_coverage, qa_pass_rate
from services.kpis.formulas.service_level import service_level, under
from services.kpis.formulas.staffing import LOGGED_IN, agents, agents_in, occupancy, utilisation
from services.kpis.formulas.waiting import in_progress, longest_wait, unresolved, waiting
from services.kpis.inputs import Need, need_of
from services.kpis.policies import Formula, ServiceLevelPolicy
from services.kpis.units import Better, Group, Unit

JUDGED = frozenset(
    {
        "service_level",
        "short_abandoned",
        "csat",
        "qa_pass_rate",
        "sla_attainment",
        "contacts_to_recover",
        "agents_required",
        "agents_gap",
        "service_level_projected",
    }
)
"""The KPIs that depend on a definition; all are counts, one sum over another, or told by the parts
of their plan.
"""


@dataclass(frozen=True)
class Kpi:
    """One entry of the catalogue; `family` is what it is computed from, and so when it is final.

    A variant, such as `left:overflow`, is the same question asked more narrowly or counted
    otherwise.
    """

    id: str
    en: str
    zh: str
    group: Group
    unit: Unit
    better: Better
    formula: str
    family: Family
    measure: Measure = field(repr=False, compare=False)

    @cached_property
    def live(self) -> bool:
        """Whether it is a gauge: how it is at an instant, rather than over a span."""
        return self.group is Group.NOW

    @cached_property
    def needs(self) -> Need:
        """What must be looked up for it beside the panes of its span."""
        return need_of(self.id)

    @cached_property
    def judged(self) -> bool:
        """Whether it depends on a definition; over queues with different ones its parts are summed,
        each under its own.
        """
        return self.id.partition(":")[0] in JUDGED


# ------------------------------------------------------------- formulas of their own


def _short_abandoned(figures: Figures, policy: ServiceLevelPolicy) -> Value:
    return count(
        count_within(figures.cells, Histogram.ABANDONED_WAIT, policy.short, policy.boundary)
    )


def _wait_max(figures: Figures, _: ServiceLevelPolicy) -> Value:
    ordered = buckets(figures.cells, Histogram.ANSWERED_WAIT)
    longest = bucket_seconds(ordered[-1][0]) if ordered else None
    return Value(longest, longest, sum(number for _, number in ordered))


def _per_10k(figures: Figures, _: ServiceLevelPolicy) -> Value:
    complaints = figures.of(*COMPLAINTS.values())
    handled = figures.of(Cell.HANDLED)
    return Value(10_000 * complaints / handled if handled else None, complaints, handled)


def _returned(hours: int) -> str:
    return (
        f"customer had another contact in the queue within {hours} h / visits with a known customer"
    )


def _in_time(days: int) -> str:
    return f"closed within {days} d of receipt / (closed + open for longer)"


# ------------------------------------------------------------- the table

C = Unit.CONTACTS
S = Unit.SECONDS
R = Unit.RATIO
P = Unit.POINTS
X = Unit.PER_10K
A = Unit.AGENTS
UP = Better.HIGHER
DOWN = Better.LOWER
FLAT = Better.NEITHER
OFFER = Family.OFFER
COMPLETION = Family.COMPLETION
MATURING = Family.MATURING

_SETTLED = OFFER | COMPLETION
_RECOVERED = "smallest k with (hit + k) / (total + k) ≥ target of the service level"
_HANDLE = (Cell.TALK, Cell.HOLD, Cell.WRAP)
_WAITS = Histogram.ANSWERED_WAIT
_TIMES = Histogram.HANDLE_TIME

_answer_rate = share_of((Cell.ANSWERED,), (Cell.OFFERED,))
_abandonment_rate = share_of((Cell.ABANDONED,), (Cell.OFFERED,))
_asa = mean_of((Cell.ANSWERED_WAIT,), Cell.ANSWERED)
_abandon_wait = mean_of((Cell.ABANDONED_WAIT,), Cell.ABANDONED)
_aht_p50 = quantile_of(_TIMES, 0.5)
_aht_p90 = quantile_of(_TIMES, 0.9)
_transfer_rate = share_of((Cell.TRANSFERRED,), (Cell.HANDLED,))
_csat_mean = mean_of((Cell.CSAT_SUM,), Cell.CSAT_COUNT)
_response_rate = share_of(
    (Cell.CSAT_COUNT, Cell.NPS_COUNT, Cell.FCR_COUNT, Cell.CES_COUNT), (Cell.SURVEY_OFFERED,)
)
_fcr = share_of((Cell.FCR_RESOLVED,), (Cell.FCR_COUNT,))
_fatal_rate = share_of((Cell.QA_FATAL,), (Cell.QA_COUNT,))
_liable_rate = share_of((Cell.COMPLAINTS_LIABLE,), (Cell.COMPLAINTS_JUDGED,))
_closed = closed_within(CLOSED_WITHIN)

Line = tuple[str, str, str, Unit, Better, str, Family, Measure]

_NOW: list[Line] = [
    (
        "waiting",
        "Waiting",
        "当前排队",
        C,
        DOWN,
        "visits offered, without an outcome",
        _SETTLED,
        waiting,
    ),
    (
        "longest_wait",
        "Longest wait",
        "最长等待",
        S,
        DOWN,
        "now − earliest offer still waiting",
        _SETTLED,
        longest_wait,
    ),
    (
        "in_progress",
        "In progress",
        "通话中",
        C,
        FLAT,
        "visits answered, not ended",
        _SETTLED,
        in_progress,
    ),
    (
        "unresolved",
        "Unresolved",
        "结果不明",
        C,
        DOWN,
        "visits without an outcome beyond the longest wait",
        _SETTLED,
        unresolved,
    ),
    (
        "estimated_wait",
        "Estimated wait",
        "预计等待",
        S,
        DOWN,
        "waiting × 30 min / handled in the last 30 min",
        _SETTLED,
        estimated_wait,
    ),
    ("agents", "Agents", "在线坐席", A, FLAT, "distinct agents logged in", _SETTLED, agents),
    (
        "complaints_open",
        "Open complaints",
        "未结投诉",
        C,
        DOWN,
        "complaints received, not closed",
        COMPLETION,
        complaints_open,
    ),
]
_VOLUME: list[Line] = [
    (
        "offered",
        "Offered",
        "进线量",
        C,
        FLAT,
        "contacts that entered the queue",
        OFFER,
        counter(Cell.OFFERED),
    ),
    (
        "answered",
        "Answered",
        "接通量",
        C,
        UP,
        "contacts an agent took",
        OFFER,
        counter(Cell.ANSWERED),
    ),
    (
        "abandoned",
        "Abandoned",
        "放弃量",
        C,
        DOWN,
        "contacts that gave up waiting",
        OFFER,
        counter(Cell.ABANDONED),
    ),
    (
        "short_abandoned",
        "Short abandons",
        "短时放弃量",
        C,
        FLAT,
        "abandoned within S",
        OFFER,
        _short_abandoned,
    ),
    (
        "left",
        "Left otherwise",
        "转出量",
        C,
        FLAT,
        "contacts that left by another door",
        OFFER,
        counter(*LEFT.values()),
    ),
    (
        "transferred",
        "Transferred",
        "转接量",
        C,
        FLAT,
        "visits passed on by the agent",
        COMPLETION,
        counter(Cell.TRANSFERRED),
    ),
    ("answer_rate", "Answer rate", "接通率", R, UP, "answered / offered", OFFER, _answer_rate),
    (
        "abandonment_rate",
        "Abandonment rate",
        "放弃率",
        R,
        DOWN,
        "abandoned / offered",
        OFFER,
        _abandonment_rate,
    ),
]
_SPEED: list[Line] = [
    (
        "service_level",
        "Service level",
        "服务水平",
        R,
        UP,
        "formulas V1 to V6",
        OFFER,
        service_level,
    ),
    (
        "asa",
        "Average speed of answer",
        "平均应答速度",
        S,
        DOWN,
        "Σ wait of answered / answered",
        OFFER,
        _asa,
    ),
    (
        "wait_p50",
        "Median wait",
        "等待中位数",
        S,
        DOWN,
        "nearest rank of answered waits",
        OFFER,
        quantile_of(_WAITS, 0.5),
    ),
    (
        "wait_p90",
        "90th percentile wait",
        "等待九十分位",
        S,
        DOWN,
        "nearest rank of answered waits",
        OFFER,
        quantile_of(_WAITS, 0.9),
    ),
    (
        "wait_p95",
        "95th percentile wait",
        "等待九十五分位",
        S,
        DOWN,
        "nearest rank of answered waits",
        OFFER,
        quantile_of(_WAITS, 0.95),
    ),
    (
        "wait_p99",
        "99th percentile wait",
        "等待九十九分位",
        S,
        DOWN,
        "nearest rank of answered waits",
        OFFER,
        quantile_of(_WAITS, 0.99),
    ),
    (
        "wait_max",
        "Longest answered wait",
        "最长应答等待",
        S,
        DOWN,
        "largest answered wait, to the second",
        OFFER,
        _wait_max,
    ),
    (
        "abandon_wait",
        "Average time to abandon",
        "平均放弃等待",
        S,
        FLAT,
        "Σ wait of abandoned / abandoned",
        OFFER,
        _abandon_wait,
    ),
]
_HANDLING: list[Line] = [
    (
        "handled",
        "Handled",
        "处理量",
        C,
        UP,
        "answered contacts that were completed",
        COMPLETION,
        counter(Cell.HANDLED),
    ),
    (
        "aht",
        "Average handle time",
        "平均处理时长",
        S,
        DOWN,
        "(talk + hold + wrap) / handled",
        COMPLETION,
        mean_of(_HANDLE, Cell.HANDLED),
    ),
    (
        "att",
        "Average talk time",
        "平均通话时长",
        S,
        FLAT,
        "talk / handled",
        COMPLETION,
        mean_of((Cell.TALK,), Cell.HANDLED),
    ),
    (
        "hold_time",
        "Average hold time",
        "平均保持时长",
        S,
        DOWN,
        "hold / handled",
        COMPLETION,
        mean_of((Cell.HOLD,), Cell.HANDLED),
    ),
    (
        "acw",
        "Average after-contact work",
        "平均话后时长",
        S,
        DOWN,
        "wrap / handled",
        COMPLETION,
        mean_of((Cell.WRAP,), Cell.HANDLED),
    ),
    (
        "aht_p50",
        "Median handle time",
        "处理时长中位数",
        S,
        DOWN,
        "nearest rank of handle times",
        COMPLETION,
        _aht_p50,
    ),
    (
        "aht_p90",
        "90th percentile handle time",
        "处理时长九十分位",
        S,
        DOWN,
        "nearest rank of handle times",
        COMPLETION,
        _aht_p90,
    ),
    (
        "occupancy",
        "Occupancy",
        "占用率",
        R,
        FLAT,
        "(busy + wrap-up) / (busy + wrap-up + available) time",
        _SETTLED,
        occupancy,
    ),
    (
        "utilisation",
        "Utilisation",
        "利用率",
        R,
        FLAT,
        "(busy + wrap-up) / logged-in time",
        _SETTLED,
        utilisation,
    ),
    (
        "hold_rate",
        "Hold rate",
        "保持率",
        R,
        DOWN,
        "handled with a hold / handled",
        COMPLETION,
        share_of((Cell.HELD,), (Cell.HANDLED,)),
    ),
    (
        "transfer_rate",
        "Transfer rate",
        "转接率",
        R,
        DOWN,
        "transferred / handled",
        COMPLETION,
        _transfer_rate,
    ),
    (
        "repeat_rate",
        "Repeat contacts",
        "重复来电率",
        R,
        DOWN,
        _returned(WITHIN_HOURS),
        OFFER,
        repeated_within(WITHIN_HOURS),
    ),
]
_SATISFACTION: list[Line] = [
    (
        "csat",
        "Customer satisfaction",
        "满意度",
        R,
        UP,
        "satisfied answers / answers",
        COMPLETION,
        csat,
    ),
    (
        "csat_mean",
        "Mean satisfaction score",
        "满意度均分",
        P,
        UP,
        "Σ score / answers",
        COMPLETION,
        _csat_mean,
    ),
    (
        "survey_response_rate",
        "Survey response rate",
        "参评率",
        R,
        UP,
        "answered / offered surveys",
        COMPLETION,
        _response_rate,
    ),
    (
        "nps",
        "Net promoter score",
        "净推荐值",
        P,
        UP,
        "100 × (promoters − detractors) / answers",
        COMPLETION,
        nps,
    ),
    (
        "fcr",
        "First contact resolution",
        "首次解决率",
        R,
        UP,
        "resolved / answers",
        COMPLETION,
        _fcr,
    ),
]
_QUALITY: list[Line] = [
    (
        "qa_mean",
        "QA score",
        "质检得分",
        P,
        UP,
        "Σ score / evaluations",
        COMPLETION,
        mean_of((Cell.QA_SUM,), Cell.QA_COUNT),
    ),
    (
        "qa_pass_rate",
        "QA pass rate",
        "合格率",
        R,
        UP,
        "passed / judged evaluations",
        COMPLETION,
        qa_pass_rate,
    ),
    (
        "qa_fatal_rate",
        "QA fatal error rate",
        "致命错误率",
        R,
        DOWN,
        "fatal / evaluations",
        COMPLETION,
        _fatal_rate,
    ),
    (
        "qa_coverage",
        "QA coverage",
        "抽检率",
        R,
        UP,
        "evaluations / handled",
        COMPLETION,
        qa_coverage,
    ),
]
_COMPLAINTS: list[Line] = [
    (
        "complaints",
        "Complaints",
        "投诉量",
        C,
        DOWN,
        "complaints received",
        COMPLETION,
        counter(*COMPLAINTS.values()),
    ),
    (
        "complaints_per_10k",
        "Complaints per 10,000 handled",
        "万投比",
        X,
        DOWN,
        "10,000 × complaints / handled",
        COMPLETION,
        _per_10k,
    ),
    (
        "complaint_liable_rate",
        "Liable complaints",
        "有责投诉率",
        R,
        DOWN,
        "liable / judged complaints",
        MATURING,
        _liable_rate,
    ),
    (
        "complaints_closed_in_time",
        "Complaints closed in time",
        "投诉及时结案率",
        R,
        UP,
        _in_time(CLOSED_WITHIN),
        MATURING,
        _closed,
    ),
]
_PROJECTED = "(hits + expected hits) / (total + expected total), at the end of the span"
_PLAN: list[Line] = [
    (
        "forecast_variance",
        "Forecast variance",
        "预测偏差",
        R,
        FLAT,
        "(came − forecast) / forecast, so far",
        OFFER,
        forecast_variance,
    ),
    (
        "wape",
        "Forecast error",
        "预测误差",
        R,
        DOWN,
        "Σ |came − forecast| / Σ forecast, by forecast interval",
        OFFER,
        wape,
    ),
    (
        "agents_required",
        "Agents required",
        "所需坐席",
        A,
        FLAT,
        "fewest for the target, Erlang A",
        _SETTLED,
        agents_required,
    ),
    (
        "agents_gap",
        "Agents gap",
        "坐席缺口",
        A,
        UP,
        "agents at work on average − agents required",
        _SETTLED,
        agents_gap,
    ),
]
_CONTRACT: list[Line] = [
    (
        "sla_attainment",
        "Service-level attainment",
        "服务水平达成率",
        R,
        UP,
        "service level / target",
        OFFER,
        sla_attainment,
    ),
    (
        "contacts_to_recover",
        "Contacts to recover",
        "达标所需接通量",
        C,
        DOWN,
        _RECOVERED,
        OFFER,
        contacts_to_recover,
    ),
    (
        "service_level_projected",
        "Projected service level",
        "预计服务水平",
        R,
        UP,
        _PROJECTED,
        _SETTLED,
        service_level_projected,
    ),
]

_TABLE = {
    Group.NOW: _NOW,
    Group.VOLUME: _VOLUME,
    Group.SPEED: _SPEED,
    Group.HANDLING: _HANDLING,
    Group.SATISFACTION: _SATISFACTION,
    Group.QUALITY: _QUALITY,
    Group.COMPLAINTS: _COMPLAINTS,
    Group.PLAN: _PLAN,
    Group.CONTRACT: _CONTRACT,
}


def _entries() -> Iterator[Kpi]:
    for group, lines in _TABLE.items():
        for name, en, zh, unit, better, formula, family, measure in lines:
            yield Kpi(name, en, zh, group, unit, better, formula, family, measure)


CATALOGUE: dict[str, Kpi] = {kpi.id: kpi for kpi in _entries()}
"""Every KPI by its id, in the order documents and pages show them."""

# ------------------------------------------------------------- variants

_LEFT_ZH: dict[LeftReason, str] = {
    "overflow": "溢出",
    "timeout": "超时",
    "callback": "回呼",
    "key": "按键",
    "closed": "非服务时间",
    "empty": "无坐席",
    "other": "其他",
}
_STATE_ZH: dict[AgentState, str] = {
    "available": "空闲",
    "ringing": "振铃",
    "busy": "通话",
    "wrap_up": "话后",
    "break": "小休",
}
_SEVERITY_ZH: dict[Severity, str] = {
    "low": "轻微",
    "normal": "一般",
    "high": "严重",
    "critical": "重大",
}


def _variant(kpi: str, name: str, zh: str, formula: str, measure: Measure) -> Kpi:
    whole = CATALOGUE[kpi]
    return replace(
        whole,
        id=f"{kpi}:{name}",
        en=f"{whole.en}, {name}",
        zh=f"{whole.zh}（{zh}）",
        formula=formula,
        measure=measure,
    )


def _states() -> Iterator[Kpi]:
    for state in LOGGED_IN:
        yield _variant(
            "agents", state, _STATE_ZH[state], f"those in state `{state}`", agents_in(state)
        )


def _variants() -> Iterator[Kpi]:
    yield from _states()
    for reason, cell in LEFT.items():
        yield _variant(
            "left", reason, _LEFT_ZH[reason], f"those with reason `{reason}`", counter(cell)
        )
    for formula in Formula:
        yield _variant(
            "service_level",
            formula,
            formula,
            f"{formula}, all else as the definition has it",
            under(formula),
        )
    for kpi in CATALOGUE.values():
        if kpi.group in {Group.SATISFACTION, Group.QUALITY}:
            variant = _variant(
                kpi.id,
                "contact",
                "按联络时间",
                f"{kpi.formula}, at the contact's offer",
                by_contact(kpi.measure),
            )
            yield replace(
                variant, family=MATURING | (COMPLETION if kpi.id == "qa_coverage" else MATURING)
            )
    calibrated = mean_of((Cell.QA_CALIBRATION_SUM,), Cell.QA_CALIBRATION_COUNT)
    yield _variant(
        "qa_mean", "calibration", "校准", "Σ score / calibration evaluations", calibrated
    )
    for hours in HOURS:
        yield _variant(
            "repeat_rate", f"{hours}h", f"{hours} 小时内", _returned(hours), repeated_within(hours)
        )
    for days in DAYS:
        yield _variant(
            "complaints_closed_in_time",
            f"{days}d",
            f"{days} 天内",
            _in_time(days),
            closed_within(days),
        )
    yield _variant(
        "agents_required",
        "erlang_c",
        "Erlang C",
        "the same, Erlang C: nobody gives up",
        agents_required_erlang_c,
    )
    yield _variant(
        "agents_gap",
        "planned",
        "按排班",
        "agents planned on average − agents required",
        gap_to_plan,
    )
    yield _variant(
        "agents_required",
        "rest",
        "剩余时段",
        "the most that a forecast interval of the rest takes, Erlang A",
        required_ahead,
    )
    for severity, cell in COMPLAINTS.items():
        yield _variant(
            "complaints",
            severity,
            _SEVERITY_ZH[severity],
            f"those of severity `{severity}`",
            counter(cell),
        )


VARIANTS: dict[str, Kpi] = {kpi.id: kpi for kpi in _variants()}
"""Variants by `KPI:VARIANT`; `contact` counts a survey or evaluation at the contact's offer instead
of its own time.
"""
