"""From a report's content to the document that HTML and PDF draw, chapter by chapter."""

from collections.abc import Iterator, Sequence

from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.kpis.units import Better, Unit
from floorpulse.reports.domain.charts import Bars, Chart, Curve, svg
from floorpulse.reports.domain.report import ContractTold, Figure, Piece, Report, Whom
from floorpulse.reports.domain.report_blocks import (
    Block,
    ChartBlock,
    HeadingBlock,
    ParagraphBlock,
    ReportDocument,
    TableBlock,
    Text,
    Tile,
    TilesBlock,
    Tone,
)
from floorpulse.reports.domain.report_numbers import (
    UNKNOWN,
    clock,
    day,
    instant,
    money,
    seconds,
    shown,
)
from floorpulse.reports.domain.report_tables import MOST_QUEUES, Tables
from floorpulse.reports.domain.report_words import Words

TILES = ("offered", "answer_rate", "service_level", "asa", "aht", "csat", "qa_mean", "complaints")
PERCENT = 100
USUAL_HOURS = 24


def document(report: Report, language: str) -> ReportDocument:
    """The report in a language, `en` or `zh`."""
    say = Words(language)
    subject = report.subject
    whose = say(f"of.{subject.whom}")
    named = whose if subject.whom is Whom.TENANT else f"{whose} {say.name(subject.names)}"
    return ReportDocument(
        language=language,
        title=f"{say.name(report.tenant_names)} · {say(f'title.{report.period.kind}')}",
        subtitle=f"{named} · {report.period.label}",
        facts=_facts(report, say),
        blocks=tuple(_blocks(report, say)),
        footer=say("footer"),
    )


def _facts(report: Report, say: Words) -> Sequence[tuple[str, str]]:
    period = report.period
    told = f"{instant(period.begin)} – {instant(period.end)} ({report.zone})"
    if period.kind is PeriodKind.DAY and period.hours != USUAL_HOURS:
        told += f" · {say('hours', period.hours)}"
    return (
        (say("period"), told),
        (say("compared"), report.before.label),
        (say("as_of"), instant(report.as_of)),
        (say("state"), say("complete" if report.complete else "incomplete")),
    )


def _blocks(report: Report, say: Words) -> Iterator[Block]:
    tables = Tables(report, say)
    yield HeadingBlock(say("summary"))
    yield TilesBlock(tuple(_tiles(report, tables)))
    yield from _days(report, tables)
    yield HeadingBlock(say("kpis"))
    yield tables.kpis()
    yield HeadingBlock(say("targets"))
    yield _table_or(report.promises, tables.promises(), say("no_targets"))
    yield from _contract(report, tables)
    yield from _misses(report, tables)
    yield HeadingBlock(say("queues"))
    yield _table_or(report.queues, tables.queues(), say("no_queues"))
    if len(report.queues) > MOST_QUEUES:
        more = len(report.queues) - MOST_QUEUES
        yield ParagraphBlock((Text(say("more_queues", more)),))
    yield from _staffing(report, tables)
    yield from _incidents(report, tables)
    yield from _corrections(report, tables)
    yield HeadingBlock(say("annotations"))
    yield _table_or(report.annotations, tables.annotations(), say("annotations.none"))
    yield HeadingBlock(say("definitions"))
    yield ParagraphBlock((Text(say("definitions.says")),))
    yield tables.definitions()
    yield from _foot(report, say)


def _foot(report: Report, say: Words) -> Iterator[Block]:
    """Where the audit log ended: whoever keeps the report can show later that nobody rewrote it."""
    if report.audit_anchor:
        told = Text(say("audit_anchor", report.audit_anchor), tone=Tone.SOFT)
        yield ParagraphBlock((told,))


def _table_or(rows: Sequence[object], table: TableBlock, otherwise: str) -> Block:
    return table if rows else ParagraphBlock((Text(otherwise),))


def _tiles(report: Report, tables: Tables) -> Iterator[Tile]:
    for kpi in TILES:
        line = report.line(kpi)
        if line is not None:
            name = tables.words.name(line.names)
            yield Tile(name, tables.figure(kpi, line.figure), tables.change(line))


# ------------------------------------------------------------- days and hours


def _days(report: Report, tables: Tables) -> Iterator[Block]:
    say = tables.words
    hours = report.period.kind is PeriodKind.DAY
    yield HeadingBlock(say("by_hour" if hours else "by_day"))
    labels = [clock(one.begin) if hours else day(one.begin) for one in report.pieces]
    yield _block(_volume(report, labels, say))
    if any(_expected(one) for one in report.pieces):
        yield _block(_forecast(report, labels, say))
    yield tables.pieces(hours=hours)


def _block(chart: Chart) -> ChartBlock:
    return ChartBlock(chart.title, chart.description, svg(chart))


def _volume(report: Report, labels: Sequence[str], say: Words) -> Chart:
    answered = [_value(one, "answered") for one in report.pieces]
    abandoned = [_value(one, "abandoned") for one in report.pieces]
    others = [
        (_value(one, "offered") or 0)
        - (_value(one, "answered") or 0)
        - (_value(one, "abandoned") or 0)
        for one in report.pieces
    ]
    levels = [_value(one, "service_level") for one in report.pieces]
    goal = _goal(report)
    curve = Curve(
        name=_called(report, "service_level", say),
        values=[None if one is None else one * PERCENT for one in levels],
        top=PERCENT,
        unit="%",
        goal=None if goal is None else goal * PERCENT,
        goal_name=say("promised"),
    )
    bars = (
        Bars(_called(report, "answered", say), answered),
        Bars(_called(report, "abandoned", say), abandoned),
        Bars(say("other"), [max(0.0, one) for one in others]),
    )
    return Chart(say("chart.volume"), say("chart.volume.says"), labels, bars, curve)


def _forecast(report: Report, labels: Sequence[str], say: Words) -> Chart:
    came = Bars(_called(report, "offered", say), [_value(one, "offered") for one in report.pieces])
    curve = Curve(say("forecast"), [_expected(one) for one in report.pieces], 1.0)
    return Chart(
        say("chart.forecast"),
        say("chart.forecast.says"),
        labels,
        (came,),
        curve,
        curve_on_bars=True,
    )


def _called(report: Report, kpi: str, say: Words) -> str:
    line = report.line(kpi)
    return kpi if line is None else say.name(line.names)


def _value(piece: Piece, kpi: str) -> float | None:
    figure = piece.figures.get(kpi)
    return None if figure is None else figure.value


def _expected(piece: Piece) -> float | None:
    variance = piece.figures.get("forecast_variance")
    return None if variance is None else variance.denominator or None


def _goal(report: Report) -> float | None:
    """The promised service level, where only one value is promised for the whole subject."""
    scopes = ("", report.subject.id)
    values = {
        one.promised
        for one in report.promises
        if one.metric.partition(":")[0] == "service_level" and one.scope in scopes
    }
    return values.pop() if len(values) == 1 else None


# ------------------------------------------------------------- chapters


def _misses(report: Report, tables: Tables) -> Iterator[Block]:
    say = tables.words
    missed = report.misses
    yield HeadingBlock(say("misses"))
    if not missed.total:
        yield ParagraphBlock((Text(say("misses.none")),))
        return
    total = Text(say("misses.total", f"{missed.total:,}"), tables.link(missed.question))
    yield ParagraphBlock((total, Text(say("misses.worst"))))
    yield tables.misses()


def _contract(report: Report, tables: Tables) -> Iterator[Block]:
    say = tables.words
    told = report.contract
    if report.subject.whom is not Whom.CONTRACT:
        return
    yield HeadingBlock(say("contract"))
    if told is None:
        yield ParagraphBlock((Text(say("contract.none")),))
        return
    yield ParagraphBlock((Text(say("contract.says"), tables.link(told.question)),))
    amounts = ("fees", "minimum", "penalties", "bonuses", "total")
    yield TilesBlock(tuple(_amount(told, name, say) for name in amounts))
    yield tables.metrics(told)


def _amount(told: ContractTold, name: str, say: Words) -> Tile:
    return Tile(say(name), Text(money(getattr(told, name))), Text(told.currency, tone=Tone.SOFT))


def _staffing(report: Report, tables: Tables) -> Iterator[Block]:
    say = tables.words
    staffing = report.staffing
    yield HeadingBlock(say("staffing"))
    yield ParagraphBlock((Text(say("staffing.says")),))
    told = (
        ("scheduled", staffing.scheduled),
        ("required", staffing.required),
        ("present", staffing.present),
    )
    yield TilesBlock(tuple(_agents(name, figure, tables) for name, figure in told))


def _agents(name: str, figure: Figure, tables: Tables) -> Tile:
    say = tables.words
    value = Text(shown(figure.value, Unit.AGENTS, Better.NEITHER), tables.link(figure.question))
    known = Text(say("half_hours", f"{figure.denominator or 0:,.0f}"), tone=Tone.SOFT)
    return Tile(say(name), value, known)


def _incidents(report: Report, tables: Tables) -> Iterator[Block]:
    say = tables.words
    told = report.incidents
    yield HeadingBlock(say("incidents"))
    if not told.total:
        yield ParagraphBlock((Text(say("incidents.none")),))
        return
    taken, over = (
        UNKNOWN if mean is None else seconds(mean)
        for mean in (told.mean_to_acknowledge, told.mean_to_resolve)
    )
    counts = (told.total, told.acknowledged, taken, told.resolved, over)
    yield ParagraphBlock((Text(say("incidents.sum", *counts), tables.link(told.question)),))
    yield tables.incidents()


def _corrections(report: Report, tables: Tables) -> Iterator[Block]:
    say = tables.words
    told = report.corrections
    yield HeadingBlock(say("corrections"))
    yield _table_or(told.rows, tables.corrections(), say("corrections.none"))
    if told.more:
        yield ParagraphBlock((Text(say("corrections.more"), tables.link(told.question)),))
