"""The figures of a report: KPIs beside the period before, by queue, by day or hour; staffing."""

from collections.abc import Sequence
from itertools import groupby

from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.intervals import Interval
from floorpulse.figures.rows import HistoryRow
from floorpulse.figures.selection import By
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.units import Group as Told
from floorpulse.reports.contents.asking import Scope, figure_of, rows_of
from floorpulse.reports.domain.comparing import change, verdict
from floorpulse.reports.domain.report import Figure, Group, Line, Piece, Row, Staffing
from floorpulse.reports.domain.report_tables import BY_PIECE, BY_QUEUE

GROUPS: dict[str, tuple[str, ...]] = {
    "VOLUME": ("offered", "answered", "abandoned", "left", "answer_rate", "abandonment_rate"),
    "SPEED": ("service_level", "asa", "wait_p90", "wait_max", "abandon_wait"),
    "HANDLING": ("handled", "aht", "att", "acw", "transfer_rate", "occupancy", "utilisation"),
    "SATISFACTION": ("csat", "csat_mean", "survey_response_rate", "nps", "fcr"),
    "QUALITY": ("qa_mean", "qa_pass_rate", "qa_fatal_rate", "qa_coverage"),
    "COMPLAINTS": (
        "complaints",
        "complaints_per_10k",
        "complaint_liable_rate",
        "complaints_closed_in_time",
    ),
    "PLAN": ("forecast_variance", "wape"),
}
"""The KPIs of a report, by what they tell of"""
AT_WORK = "agents_gap"
AS_PLANNED = "agents_gap:planned"
PIECES = {
    PeriodKind.DAY: Interval.H1,
    PeriodKind.WEEK: Interval.D1,
    PeriodKind.MONTH: Interval.D1,
}


async def groups(past: PastFigures, scope: Scope) -> tuple[Group, ...]:
    """All KPIs over the period, beside those of the period before."""
    kpis = [kpi for mine in GROUPS.values() for kpi in mine]
    now = await _over_all(past, scope, kpis)
    before = await _over_all(past, scope.before, kpis)
    return tuple(
        Group(
            id=name.lower(),
            names=dict(zip(("en", "zh"), Told[name].value, strict=True)),
            lines=tuple(_line(kpi, now[kpi], before[kpi]) for kpi in mine),
        )
        for name, mine in GROUPS.items()
    )


async def _over_all(past: PastFigures, scope: Scope, kpis: Sequence[str]) -> dict[str, Figure]:
    rows = await rows_of(past, scope, kpis, By.TOTAL, Interval.ALL)
    asked = scope.asked
    return {
        row.kpi: figure_of(row, asked.history(row.kpi) if scope.reaches else "") for row in rows
    }


def _line(kpi: str, figure: Figure, before: Figure) -> Line:
    known = ASKED[kpi]
    difference = change(figure.value, before.value)
    return Line(
        kpi=kpi,
        names={"en": known.en, "zh": known.zh},
        unit=known.unit,
        better=known.better,
        figure=figure,
        before=before,
        change=difference,
        verdict=verdict(difference, known.better),
    )


async def queues(past: PastFigures, scope: Scope) -> tuple[Row, ...]:
    """Some KPIs of each queue that had a contact."""
    rows = await rows_of(past, scope, BY_QUEUE, By.QUEUE, Interval.ALL)
    told = []
    for queue, theirs in groupby(rows, key=lambda row: row.queue or ""):
        asked = scope.asked.of(queue)
        figures = {row.kpi: figure_of(row, asked.history(row.kpi)) for row in theirs}
        if any(one.value for one in figures.values()):
            told.append(Row(queue=queue, names=scope.names_of(queue), figures=figures))
    return tuple(told)


async def pieces(past: PastFigures, scope: Scope) -> tuple[Piece, ...]:
    """Some KPIs of each day of the period, of a day each hour."""
    rows = await rows_of(
        past, scope, (*BY_PIECE, "forecast_variance"), By.TOTAL, PIECES[scope.period.kind]
    )
    return tuple(_piece(scope, list(theirs)) for _, theirs in groupby(rows, lambda row: row.time))


def _piece(scope: Scope, rows: Sequence[HistoryRow]) -> Piece:
    begin = rows[0].time
    end = rows[0].end
    asked = scope.asked.during(begin, end)
    figures = {row.kpi: figure_of(row, asked.history(row.kpi)) for row in rows}
    return Piece(begin=begin, end=end, figures=figures)


async def staffing(past: PastFigures, scope: Scope) -> Staffing:
    """Agents on average over the half hours of the period of which they are known."""
    rows = await rows_of(past, scope, (AT_WORK, AS_PLANNED), By.TOTAL, Interval.M30)
    at_work = [row for row in rows if row.kpi == AT_WORK]
    planned = [row for row in rows if row.kpi == AS_PLANNED]
    question = scope.asked.half_hours(AT_WORK, AS_PLANNED)
    return Staffing(
        scheduled=_mean([row.numerator for row in planned], question),
        required=_mean([row.denominator for row in at_work], question),
        present=_mean([row.numerator for row in at_work], question),
    )


def _mean(agents: Sequence[float | None], question: str) -> Figure:
    known = [number for number in agents if number is not None]
    total = sum(known)
    value = total / len(known) if known else None
    return Figure(value=value, numerator=total, denominator=len(known), question=question)
