"""The tables of a report: KPIs, days, queues, targets, misses, incidents, corrections, notes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.units import Better, Unit
from floorpulse.reports.domain.report import (
    ContractTold,
    Figure,
    IncidentTold,
    Line,
    MetricTold,
    MissedVisit,
    Promise,
    Report,
    Row,
    Verdict,
    WorstSpan,
)
from floorpulse.reports.domain.report_blocks import Column, Section, TableBlock, Text, Tone
from floorpulse.reports.domain.report_numbers import (
    NOTHING,
    UNKNOWN,
    clock,
    day,
    difference,
    instant,
    money,
    parts,
    seconds,
    shown,
)
from floorpulse.reports.domain.report_words import Words

TONES = {Verdict.BETTER: Tone.GOOD, Verdict.WORSE: Tone.BAD}
BY_QUEUE = (
    "offered",
    "answered",
    "abandoned",
    "service_level",
    "asa",
    "aht",
    "csat",
    "complaints",
    "wape",
)
"""The KPIs of a queue"""
BY_PIECE = ("offered", "answered", "abandoned", "service_level", "asa", "aht")
"""The KPIs of a day or an hour"""
ARROWS = {Verdict.BETTER: "▲", Verdict.WORSE: "▼", Verdict.SAME: "＝"}
"""Signs beside the colour of a change, which tell it also in black and white"""
MOST_QUEUES = 100
"""Queues that a document tells of"""
Rows = list[Sequence[Text] | Section]


class Tables:
    """Makes the tables of one report in one language."""

    def __init__(self, report: Report, words: Words) -> None:
        self.report = report
        self.words = words

    def link(self, question: str) -> str:
        """The address of a question."""
        return f"{self.report.link}{question}"

    def figure(self, kpi: str, figure: Figure | None) -> Text:
        """A figure of a KPI that leads to its question."""
        if figure is None:
            return Text(UNKNOWN, tone=Tone.SOFT)
        known = ASKED[kpi]
        told = shown(figure.value, known.unit, known.better)
        return Text(told, self._asked(figure.question))

    def change(self, line: Line) -> Text:
        """The change of a line, with a sign of whether it is a good one."""
        told = difference(line.change, line.before.value, line.unit, self.words("pp"))
        verdict = Verdict.SAME if told.startswith(NOTHING) else line.verdict
        sign = ARROWS.get(verdict, "")
        return Text(f"{told} {sign}".strip(), tone=TONES.get(verdict, Tone.PLAIN))

    def kpis(self) -> TableBlock:
        """All KPIs beside the period before."""
        say = self.words
        columns = (
            Column(say("kpi"), 2.6),
            Column(say("value"), 1.2, right=True),
            Column(say("parts"), 2.0, right=True),
            Column(say("before"), 1.3, right=True),
            Column(say("change"), 1.7, right=True),
            Column(say("definition"), 2.0),
        )
        rows: Rows = []
        for group in self.report.groups:
            rows.append(Section(Text(say.name(group.names))))
            rows += [self._kpi(line) for line in group.lines]
        return TableBlock(say("kpis"), columns, rows)

    def _kpi(self, line: Line) -> tuple[Text, ...]:
        figure = line.figure
        return (
            Text(self.words.name(line.names)),
            self.figure(line.kpi, figure),
            Text(parts(figure.numerator, figure.denominator), tone=Tone.SOFT),
            self.figure(line.kpi, line.before),
            self.change(line),
            Text(figure.definition if figure.value is not None else "", tone=Tone.SOFT),
        )

    def pieces(self, *, hours: bool) -> TableBlock:
        """Some KPIs of each day or hour, with the forecast."""
        say = self.words
        columns = (
            Column(say("hour" if hours else "day"), 1.3),
            *(Column(self._title(kpi), 1.2, right=True) for kpi in BY_PIECE),
            Column(say("forecast"), 1.1, right=True),
            Column(say("variance"), 1.1, right=True),
        )
        rows: Rows = []
        for piece in self.report.pieces:
            variance = piece.figures.get("forecast_variance")
            expected = None if variance is None else variance.denominator
            rows.append(
                (
                    Text(clock(piece.begin) if hours else day(piece.begin)),
                    *(self.figure(kpi, piece.figures.get(kpi)) for kpi in BY_PIECE),
                    Text(shown(expected or None, Unit.CONTACTS)),
                    self.figure("forecast_variance", variance),
                )
            )
        return TableBlock(say("by_hour" if hours else "by_day"), columns, rows)

    def _title(self, kpi: str) -> str:
        known = ASKED[kpi]
        return known.zh if self.words.language == "zh" else known.en

    def queues(self) -> TableBlock:
        """Some KPIs of each queue, of very many those with the most contacts."""
        columns = (
            Column(self.words("queue"), 2.2),
            *(Column(self._title(kpi), 1.2, right=True) for kpi in BY_QUEUE),
        )
        rows: Rows = [
            (
                Text(self.words.name(row.names)),
                *(self.figure(kpi, row.figures.get(kpi)) for kpi in BY_QUEUE),
            )
            for row in sorted(self.report.queues, key=_volume, reverse=True)[:MOST_QUEUES]
        ]
        return TableBlock(self.words("queues"), columns, rows)

    def promises(self) -> TableBlock:
        """Targets, and over how many stretches they were met."""
        say = self.words
        columns = (
            Column(say("target"), 2.0),
            Column(say("kpi"), 1.8),
            Column(say("scope"), 1.4),
            Column(say("promised"), 1.2, right=True),
            Column(say("window"), 1.1),
            Column(say("met"), 0.9, right=True),
            Column(say("missed"), 0.9, right=True),
            Column(say("without"), 1.1, right=True),
            Column(say("worst"), 2.0, right=True),
        )
        rows: Rows = [self._promise(one) for one in self.report.promises]
        return TableBlock(say("targets"), columns, rows)

    def _promise(self, one: Promise) -> tuple[Text, ...]:
        say = self.words
        better = Better.HIGHER if one.comparison == "at_least" else Better.LOWER
        missed = Text(
            str(one.missed),
            self.link(one.visits) if one.visits and one.missed else "",
            Tone.BAD if one.missed else Tone.PLAIN,
        )
        worst = shown(one.worst, one.unit, better)
        if one.worst_begin is not None:
            worst = f"{worst} ({day(one.worst_begin)} {clock(one.worst_begin)})"
        return (
            Text(one.target, self.link(one.question)),
            Text(say.name(one.names)),
            Text(one.scope or say("whole")),
            Text(f"{say.known(one.comparison)} {shown(one.promised, one.unit)}"),
            Text(say.known(f"window.{one.window}")),
            Text(str(one.met)),
            missed,
            Text(str(one.without)),
            Text(worst),
        )

    def metrics(self, contract: ContractTold) -> TableBlock:
        """The promises of a contract, and what they cost and earned."""
        say = self.words
        columns = (
            Column(say("metric"), 2.2),
            Column(say("window"), 1.1),
            Column(say("promised"), 1.2, right=True),
            Column(say("value"), 1.1, right=True),
            Column(say("kept"), 0.8, right=True),
            Column(say("missed"), 0.9, right=True),
            Column(say("not_judged"), 1.0, right=True),
            Column(say("penalties"), 1.4, right=True),
            Column(say("bonuses"), 1.4, right=True),
        )
        rows: Rows = [self._metric(one) for one in contract.metrics]
        return TableBlock(say("contract"), columns, rows)

    def _metric(self, one: MetricTold) -> tuple[Text, ...]:
        say = self.words
        better = Better.HIGHER if one.comparison == "at_least" else Better.LOWER
        value = None if one.value is None else float(one.value)
        bad = Tone.BAD if one.missed else Tone.PLAIN
        return (
            Text(f"{one.metric} · {say.name(one.names)}"),
            Text(say.known(f"window.{one.window}")),
            Text(f"{say.known(one.comparison)} {shown(float(one.target), one.unit)}"),
            Text(shown(value, one.unit, better), self._asked(one.question)),
            Text(str(one.kept)),
            Text(str(one.missed), self._asked(one.missed_question), bad),
            Text(str(one.not_judged)),
            Text(money(one.penalties)),
            Text(money(one.bonuses)),
        )

    def _asked(self, question: str) -> str:
        return self.link(question) if question else ""

    def misses(self) -> TableBlock:
        """The worst half hours with some of their visits."""
        say = self.words
        columns = (
            Column(say("offered_at"), 1.6),
            Column(say("queue"), 1.6),
            Column(say("channel"), 1.0),
            Column(say("wait"), 0.9, right=True),
            Column(say("why"), 1.3),
            Column(say("contact"), 2.2),
        )
        return TableBlock(say("misses"), columns, list(self._misses()))

    def _misses(self) -> Iterator[Sequence[Text] | Section]:
        for span in self.report.misses.spans:
            yield Section(Text(self._span(span), self.link(span.question)))
            for visit in span.visits:
                yield self._visit(visit)

    def _span(self, span: WorstSpan) -> str:
        level = shown(span.figure.value, Unit.RATIO, Better.HIGHER)
        counts = parts(span.figure.numerator, span.figure.denominator)
        return f"{instant(span.begin)}–{clock(span.end)} · {level} ({counts})"

    def _visit(self, visit: MissedVisit) -> tuple[Text, ...]:
        return (
            Text(instant(visit.offered_at)),
            Text(self.queue(visit.queue)),
            Text(visit.channel),
            Text(UNKNOWN if visit.wait is None else seconds(visit.wait)),
            Text(self.words.known(visit.reason)),
            Text(visit.contact, self.link(visit.question)),
        )

    def queue(self, queue: str) -> str:
        """What a queue is called."""
        known = next((row for row in self.report.queues if row.queue == queue), None)
        return queue if known is None else self.words.name(known.names)

    def incidents(self) -> TableBlock:
        """The latest incidents with their response times."""
        say = self.words
        columns = (
            Column(say("opened"), 1.6),
            Column(say("incident"), 2.6),
            Column(say("queue"), 1.5),
            Column(say("severity"), 1.0),
            Column(say("acknowledged"), 1.3, right=True),
            Column(say("resolved"), 1.3, right=True),
        )
        rows: Rows = [self._incident(one) for one in self.report.incidents.rows]
        return TableBlock(say("incidents"), columns, rows)

    def _incident(self, one: IncidentTold) -> tuple[Text, ...]:
        say = self.words
        return (
            Text(instant(one.opened_at)),
            Text(say.name(one.names), self.link(one.question)),
            Text(self.queue(one.queue) if one.queue else say("whole")),
            Text(say.known(one.severity)),
            *(
                Text(UNKNOWN if spent is None else seconds(spent))
                for spent in (one.to_acknowledge, one.to_resolve)
            ),
        )

    def corrections(self) -> TableBlock:
        """Figures that changed after they were final."""
        say = self.words
        columns = (
            Column(say("quarter"), 1.6),
            Column(say("queue"), 1.6),
            Column(say("kpi"), 1.8),
            Column(say("old"), 1.0, right=True),
            Column(say("new"), 1.0, right=True),
            Column(say("by"), 1.8),
            Column(say("recorded"), 1.6),
        )
        rows: Rows = [
            (
                Text(instant(one.begin)),
                Text(f"{self.queue(one.queue)} · {one.channel}"),
                Text(say.name(one.names)),
                Text(shown(one.old, one.unit)),
                Text(shown(one.new, one.unit)),
                Text(one.why),
                Text(instant(one.recorded_at)),
            )
            for one in self.report.corrections.rows
        ]
        return TableBlock(say("corrections"), columns, rows)

    def annotations(self) -> TableBlock:
        """What was done."""
        say = self.words
        columns = (
            Column(say("when"), 2.0),
            Column(say("queue"), 1.3),
            Column(say("note"), 5.0),
            Column(say("author"), 1.2),
        )
        rows: Rows = [
            (
                Text(f"{instant(one.begin)} – {instant(one.end)}"),
                Text(self.queue(one.queue) if one.queue else say("whole")),
                Text(one.text),
                Text(one.author),
            )
            for one in self.report.annotations
        ]
        return TableBlock(say("annotations"), columns, rows)

    def definitions(self) -> TableBlock:
        """The definitions, each with its text."""
        say = self.words
        columns = (Column(say("version"), 1.6), Column(say("text"), 6.0))
        rows: Rows = [
            (
                Text(one.name, self.link(one.question)),
                Text("; ".join(f"{name}: {value}" for name, value in _flat(one.said))),
            )
            for one in self.report.definitions
        ]
        return TableBlock(say("definitions"), columns, rows)


def _volume(row: Row) -> float:
    offered = row.figures.get("offered")
    return 0.0 if offered is None else offered.value or 0.0


def _flat(said: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """What a definition says, line by line: `csat.satisfied`, `0.75`."""
    for name, value in said.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{name}.")
        elif value is not None:
            told = str(value).lower() if isinstance(value, bool) else str(value)
            yield f"{within}{name}", told
