"""A report made by hand: two days of a small floor, with one of everything."""

from decimal import Decimal

from msgspec.structs import replace

from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.kpis.catalogue import ASKED
from floorpulse.reports.domain.comparing import change, verdict
from floorpulse.reports.domain.report import (
    FORMAT,
    AnnotationTold,
    ContractTold,
    CorrectionsTold,
    CorrectionTold,
    DefinitionTold,
    Figure,
    Group,
    Incidents,
    IncidentTold,
    Line,
    MetricTold,
    MissedVisit,
    Misses,
    PeriodTold,
    Piece,
    Promise,
    Report,
    Row,
    Staffing,
    Subject,
    Whom,
    WorstSpan,
)

SHANGHAI = "Asia/Shanghai"
BEGIN, END = "2026-11-23T00:00:00+08:00", "2026-11-30T00:00:00+08:00"
HISTORY = "/v1/kpis/history?interval=all"


def figure(
    value: float | None, numerator: float | None = None, denominator: float | None = None
) -> Figure:
    """A figure of the default policy."""
    return Figure(
        value=value,
        numerator=numerator,
        denominator=denominator,
        definition="default@1",
        question=HISTORY,
    )


def line(kpi: str, now: Figure, before: Figure) -> Line:
    """A KPI beside the period before."""
    known = ASKED[kpi]
    difference = change(now.value, before.value)
    return Line(
        kpi=kpi,
        names={"en": known.en, "zh": known.zh},
        unit=known.unit,
        better=known.better,
        figure=now,
        before=before,
        change=difference,
        verdict=verdict(difference, known.better),
    )


def a_report() -> Report:
    """A week of a tenant that is called 演示呼叫中心."""
    volume = Group(
        id="volume",
        names={"en": "Volume", "zh": "话务量"},
        lines=(
            line("offered", figure(1060, 1060), figure(1000, 1000)),
            line("answered", figure(1000, 1000), figure(940, 940)),
            line("abandoned", figure(60, 60), figure(60, 60)),
        ),
    )
    speed = Group(
        id="speed",
        names={"en": "Speed", "zh": "应答速度"},
        lines=(
            line("service_level", figure(0.8190, 860, 1050), figure(0.84, 840, 1000)),
            line("asa", figure(None, 0, 0), figure(12.5, 12500, 1000)),
        ),
    )
    return Report(
        report=FORMAT,
        tenant="demo",
        tenant_names={"en": "Demo centre", "zh": "演示呼叫中心"},
        subject=Subject(whom=Whom.TENANT, id="demo", names={"en": "Demo", "zh": "演示"}),
        zone=SHANGHAI,
        period=PeriodTold(kind=PeriodKind.WEEK, label="2026-W48", begin=BEGIN, end=END, hours=168),
        before=PeriodTold(
            kind=PeriodKind.WEEK,
            label="2026-W47",
            begin="2026-11-16T00:00:00+08:00",
            end=BEGIN,
            hours=168,
        ),
        as_of="2026-11-30T08:00:00.123+08:00",
        watermark="2026-11-30T07:59:00+08:00",
        complete=True,
        groups=(volume, speed),
        queues=(
            Row(
                queue="orders",
                names={"en": "Orders", "zh": "订单<热线>"},
                figures={"offered": figure(1060, 1060), "service_level": figure(0.819, 860, 1050)},
            ),
        ),
        pieces=tuple(_piece(day, offered) for day, offered in ((23, 500), (24, 560))),
        promises=(_promise(),),
        misses=_misses(),
        staffing=Staffing(
            scheduled=figure(None, 0, 0), required=figure(11.5, 23, 2), present=figure(12.0, 24, 2)
        ),
        incidents=_incidents(),
        corrections=_corrections(),
        annotations=(
            AnnotationTold(begin=BEGIN, end=END, text="two agents lent", author="zhang"),
            AnnotationTold(begin=BEGIN, end=END, text="线路检修", author="李", queue="orders"),
        ),
        definitions=(
            DefinitionTold(
                name="default@1",
                said={
                    "formula": "V5",
                    "flow_outs": False,
                    "csat": {"satisfied": 0.75},
                    "qa": None,
                },
                question="/v1/definitions",
            ),
        ),
    )


def of_queue(report: Report) -> Report:
    """The same of one queue."""
    subject = Subject(
        whom=Whom.QUEUE, id="orders", names={"en": "Orders", "zh": "订单"}, queues=("orders",)
    )
    return replace(report, subject=subject)


def of_contract(report: Report) -> Report:
    """The same of a contract that is settled by the week."""
    subject = Subject(
        whom=Whom.CONTRACT,
        id="acme",
        names={"en": "Acme care", "zh": "甲方客服"},
        queues=("orders",),
    )
    kept = MetricTold(
        metric="in-time",
        phase="operation",
        kpi="service_level",
        names={"en": "Service level", "zh": "服务水平"},
        unit=ASKED["service_level"].unit,
        comparison="at_least",
        target=Decimal("0.80"),
        window="day",
        kept=5,
        missed=1,
        not_judged=1,
        penalties=Decimal("120.00"),
        bonuses=Decimal(0),
        value=Decimal("0.7999"),
        question="/v1/kpis/history?kpi=service_level&interval=1d",
        missed_question="/v1/visits?missed=true",
    )
    contract = ContractTold(
        currency="CNY",
        metrics=(
            kept,
            replace(kept, metric="quick", missed=0, value=None, comparison="at_most", question=""),
        ),
        fees=Decimal("12480.00"),
        minimum=Decimal("0.00"),
        penalties=Decimal("120.00"),
        bonuses=Decimal("0.00"),
        total=Decimal("12360.00"),
        question="/v1/settlements?contract=acme",
    )
    return replace(report, subject=subject, contract=contract)


def nothing_happened(report: Report) -> Report:
    """The same of a period without anything to tell."""
    return replace(
        report,
        complete=False,
        queues=(),
        pieces=(),
        promises=(),
        misses=Misses(total=0, spans=(), question="/v1/visits"),
        incidents=Incidents(
            total=0,
            acknowledged=0,
            resolved=0,
            mean_to_acknowledge=None,
            mean_to_resolve=None,
            rows=(),
            question="/v1/alerts",
        ),
        corrections=CorrectionsTold(rows=(), more=False, question="/v1/corrections"),
        annotations=(),
    )


def _piece(day: int, offered: int) -> Piece:
    return Piece(
        begin=f"2026-11-{day}T00:00:00+08:00",
        end=f"2026-11-{day + 1}T00:00:00+08:00",
        figures={
            "offered": figure(offered, offered),
            "answered": figure(offered - 30, offered - 30),
            "abandoned": figure(30, 30),
            "service_level": figure(0.82, 410, 500),
            "forecast_variance": figure((offered - 500) / 500, offered - 500, 500),
        },
    )


def _promise() -> Promise:
    return Promise(
        target="voice-day@1",
        metric="service_level",
        names={"en": "Service level", "zh": "服务水平"},
        unit=ASKED["service_level"].unit,
        comparison="at_least",
        promised=0.8,
        window="day",
        scope="",
        met=6,
        missed=1,
        without=0,
        worst=0.7499,
        worst_begin="2026-11-25T00:00:00+08:00",
        question="/v1/targets?target=voice-day",
        visits="/v1/visits?missed=true&target=voice-day",
    )


def _misses() -> Misses:
    visit = MissedVisit(
        contact="c-1",
        visit=1,
        queue="orders",
        channel="voice",
        offered_at="2026-11-25T09:31:00+08:00",
        wait=95.0,
        reason="answered_late",
        definition="default@1",
        question="/v1/contacts/c-1",
    )
    still = replace(visit, contact="c-2", wait=None, reason="still_waiting", queue="unknown")
    span = WorstSpan(
        begin="2026-11-25T09:30:00+08:00",
        end="2026-11-25T10:00:00+08:00",
        figure=figure(0.625, 25, 40),
        missed=15,
        visits=(visit, still),
        question="/v1/visits?missed=true",
    )
    return Misses(total=190, spans=(span,), question="/v1/visits?missed=true")


def _incidents() -> Incidents:
    first = IncidentTold(
        id="i-1",
        rule="level",
        names={"en": "Level too low", "zh": "服务水平过低"},
        queue="orders",
        severity="critical",
        state="resolved",
        opened_at="2026-11-25T09:40:00+08:00",
        to_acknowledge=75.0,
        to_resolve=3725.0,
        question="/v1/alerts/i-1",
    )
    open_one = replace(first, id="i-2", queue="", to_acknowledge=None, to_resolve=None)
    return Incidents(
        total=2,
        acknowledged=1,
        resolved=1,
        mean_to_acknowledge=75.0,
        mean_to_resolve=3725.0,
        rows=(first, open_one),
        question="/v1/alerts",
    )


def _corrections() -> CorrectionsTold:
    one = CorrectionTold(
        begin="2026-11-24T10:15:00+08:00",
        queue="orders",
        channel="voice",
        kpi="answered",
        names={"en": "Answered", "zh": "接通量"},
        unit=ASKED["answered"].unit,
        old=12,
        new=13,
        why="contact.answered",
        recorded_at="2026-11-26T00:00:00+08:00",
    )
    return CorrectionsTold(rows=(one,), more=True, question="/v1/corrections")
