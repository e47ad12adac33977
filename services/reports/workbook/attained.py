"""The tables of promises: what was counted by half hours, what became of each window, what does not
count and why.
"""

from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal

from floorpulse.definitions.domain.contract_words import Judged
from floorpulse.definitions.domain.contracts import Metric
from floorpulse.reports.domain.evidence import Slice
from floorpulse.reports.domain.statement import Attainment, ExemptSlice, PartStatement, WindowResult
from floorpulse.reports.workbook.binary import cell_round, formula
from floorpulse.reports.workbook.parts import PLACES, numbered
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.tables import Cell, Column, Look, Table


def promises_table(book: SettledBook) -> Table:
    """Each metric of a part: target, windows kept and missed, the figure that was judged."""
    columns = (
        *PLACES.values(),
        Column("metric"),
        Column("kpi"),
        Column("comparison"),
        Column("target", Look.EXACT),
        Column("window"),
        Column("judged"),
        Column("share_target", Look.EXACT),
        Column("kept", Look.COUNT),
        Column("missed", Look.COUNT),
        Column("not_judged", Look.COUNT),
        Column("numerator", Look.EXACT),
        Column("denominator", Look.EXACT),
        Column("value", Look.EXACT),
        Column("tier", Look.COUNT),
        Column("bonus_tier", Look.COUNT),
        Column("promised"),
    )
    rows = [
        _promise_row(book, number, part, one)
        for number, part in numbered(book)
        for one in part.attainments
    ]
    return Table("promises", columns, rows)


def _promise_row(
    book: SettledBook, number: int, part: PartStatement, one: Attainment
) -> list[Cell]:
    metric = book.metric(part.terms, part.phase, one.metric)
    counted = (
        "COUNTIFS({{windows:part}},{{part}},{{windows:metric}},{{metric}},"
        '{{windows:outcome}},"{{word:{}}}")'
    )
    shared = one.judged is Judged.SHARE
    return [
        number,
        part.terms,
        part.phase,
        one.metric,
        one.kpi,
        one.comparison,
        one.target,
        one.window,
        one.judged,
        one.share_target,
        formula(Decimal(one.kept), (counted.format("kept"), one.kept)),
        formula(Decimal(one.missed), (counted.format("missed"), one.missed)),
        one.not_judged,
        formula(one.numerator, ("{kept}", float(one.kept))) if shared else one.numerator,
        formula(one.denominator, ("{kept}+{missed}", float(one.kept + one.missed)))
        if shared
        else one.denominator,
        _share(one) if shared else _value(one.value, one.numerator, one.denominator, metric),
        _from_one(one.tier),
        _from_one(one.bonus_tier),
        metric.names.get("en", metric.id),
    ]


def _from_one(tier: int | None) -> int | None:
    return None if tier is None else tier + 1


def _share(one: Attainment) -> Cell:
    if one.value is None or not one.denominator:
        return one.value
    return formula(one.value, ("{numerator}/{denominator}", float(one.numerator / one.denominator)))


def _value(value: Decimal | None, numerator: Decimal, denominator: Decimal, metric: Metric) -> Cell:
    """The figure as it was judged: numerator / denominator in the unit of the KPI, rounded where
    the contract rounds it.
    """
    if value is None:
        return None
    if metric.is_count:
        return formula(value, ("{numerator}", float(numerator)))
    if not denominator:
        return value
    scale = float(metric.scale)
    text = "{numerator}/{denominator}" + (f"*{metric.scale}" if scale != 1 else "")
    found = float(numerator) / float(denominator) * scale
    places = metric.places
    if places is not None:
        text = f"ROUND({text},{places})"
        found = cell_round(found, places)
    return formula(value, (text, found))


class WindowRow:
    """A window of a metric in a part, with the number by which slices name it."""

    def __init__(self, part: int, attainment: Attainment, window: WindowResult) -> None:
        self.part = part
        self.metric = attainment.metric
        self.attainment = attainment
        self.window = window


def window_rows(book: SettledBook) -> list[WindowRow]:
    """All windows, in the order of the statement; the first has the number 1."""
    return [
        WindowRow(number, one, window)
        for number, part in numbered(book)
        for one in part.attainments
        for window in one.windows
    ]


def windows_table(book: SettledBook, rows: list[WindowRow]) -> Table:
    """Each window: the sums of its slices that count, its value, what became of it."""
    columns = (
        Column("number", Look.COUNT),
        PLACES["part"],
        Column("metric"),
        Column("begin"),
        Column("end"),
        Column("numerator", Look.EXACT),
        Column("denominator", Look.EXACT),
        Column("volume", Look.COUNT),
        Column("value", Look.EXACT),
        Column("target", Look.EXACT),
        Column("outcome"),
        Column("tier", Look.COUNT),
        Column("bonus_tier", Look.COUNT),
        Column("run", Look.COUNT),
        Column("exempt", Look.COUNT),
    )
    counted = _counted_by_window(book, rows)
    return Table(
        "windows",
        columns,
        [
            _window_row(book, number, row, counted.get(number, NOTHING))
            for number, row in enumerate(rows, 1)
        ],
    )


NOTHING = (Decimal(0), Decimal(0), 0)


def _window_row(
    book: SettledBook, number: int, row: WindowRow, counted: tuple[Decimal, Decimal, int]
) -> list[Cell]:
    window = row.window
    part = book.document.statement.parts[row.part - 1]
    metric = book.metric(part.terms, part.phase, row.metric)
    total = "SUMIFS({{slices:{}}},{{slices:number}},{{number}})"
    return [
        number,
        row.part,
        row.metric,
        book.local(window.begin),
        book.local(window.end),
        formula(window.numerator, (total.format("numerator"), float(counted[0]))),
        formula(window.denominator, (total.format("denominator"), float(counted[1]))),
        formula(Decimal(window.volume), (total.format("volume"), counted[2])),
        _value(window.value, window.numerator, window.denominator, metric),
        row.attainment.target,
        window.outcome,
        _from_one(window.tier),
        _from_one(window.bonus_tier),
        window.run,
        len(window.exempt),
    ]


def _counted_by_window(
    book: SettledBook, rows: list[WindowRow]
) -> dict[int, tuple[Decimal, Decimal, int]]:
    found: dict[int, tuple[Decimal, Decimal, int]] = {}
    for _, _, one, number in sliced(book, rows):
        if number is not None:
            before = found.get(number, NOTHING)
            found[number] = (
                before[0] + one.numerator,
                before[1] + one.denominator,
                before[2] + one.volume,
            )
    return found


def sliced(
    book: SettledBook, rows: list[WindowRow]
) -> Iterator[tuple[int, str, Slice, int | None]]:
    """Each slice with its part, metric, and the number of the window that it counts in; None of
    those that do not count.
    """
    windows: dict[tuple[int, str], list[tuple[int, int]]] = {}
    exempt: set[tuple[int, str, int]] = set()
    for number, row in enumerate(rows, 1):
        windows.setdefault((row.part, row.metric), []).append((row.window.begin, number))
        exempt.update((row.part, row.metric, one.begin) for one in row.window.exempt)
    for part, evidence in enumerate(book.document.evidence.parts, 1):
        for metric in evidence.metrics:
            mine = sorted(windows.get((part, metric.metric), ()))
            for one in metric.slices:
                place = bisect_right(mine, (one.begin, len(rows))) - 1
                counts = place >= 0 and (part, metric.metric, one.begin) not in exempt
                yield part, metric.metric, one, mine[place][1] if counts else None


def slices_table(book: SettledBook, rows: list[WindowRow]) -> Table:
    """What was counted by half hours: the evidence of the promises."""
    columns = (
        PLACES["part"],
        Column("metric"),
        Column("begin"),
        Column("end"),
        Column("numerator", Look.EXACT),
        Column("denominator", Look.EXACT),
        Column("volume", Look.COUNT),
        Column("forecast", Look.EXACT),
        Column("number", Look.COUNT),
    )
    lines: list[list[Cell]] = [
        [
            part,
            metric,
            book.local(one.begin),
            book.local(one.end),
            one.numerator,
            one.denominator,
            one.volume,
            one.forecast,
            number,
        ]
        for part, metric, one, number in sliced(book, rows)
    ]
    return Table("slices", columns, lines)


def exempt_table(book: SettledBook, rows: list[WindowRow]) -> Table:
    """The slices that do not count, why, and what they would have counted."""
    columns = (
        PLACES["part"],
        Column("metric"),
        Column("begin"),
        Column("end"),
        Column("cause"),
        Column("exemption"),
        Column("reason"),
        Column("numerator", Look.EXACT),
        Column("denominator", Look.EXACT),
        Column("volume", Look.COUNT),
        Column("forecast", Look.EXACT),
    )
    reasons = _reasons(book)
    lines = [_exempt_row(book, row, one, reasons) for row in rows for one in row.window.exempt]
    return Table("exemptions", columns, lines)


def _exempt_row(
    book: SettledBook, row: WindowRow, one: ExemptSlice, reasons: dict[str, str]
) -> list[Cell]:
    return [
        row.part,
        row.metric,
        book.local(one.begin),
        book.local(one.end),
        one.cause,
        one.exemption,
        reasons.get(one.exemption or ""),
        one.numerator,
        one.denominator,
        one.volume,
        one.forecast,
    ]


def _reasons(book: SettledBook) -> dict[str, str]:
    declared = [
        *(one for terms in book.contract.versions for one in terms.exemptions),
        *book.document.evidence.exemptions,
    ]
    return {one.id: one.reason for one in declared}
