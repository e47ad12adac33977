"""The tables of money: what misses cost and better values earned, what caps took off, the total."""

from collections.abc import Sequence
from decimal import Decimal

from floorpulse.definitions.domain.contract_words import RoundingMode
from floorpulse.reports.domain.statement import CapKind, CapStep, PartStatement, Step, StepKind
from floorpulse.reports.workbook.binary import NOISE, amount, formula, rounded
from floorpulse.reports.workbook.parts import PLACES, numbered
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.tables import Cell, Column, Look, Table, Word

STEP_COLUMNS = (
    *PLACES.values(),
    Column("kind"),
    Column("metric"),
    Column("begin"),
    Column("end"),
    Column("tier", Look.COUNT),
    Column("value", Look.EXACT),
    Column("target", Look.EXACT),
    Column("point", Look.EXACT),
    Column("counted"),
    Column("points", Look.EXACT),
    Column("percent", Look.EXACT),
    Column("rules"),
    Column("base", Look.EXACT),
    Column("rate", Look.EXACT),
    Column("exact", Look.EXACT),
    Column("amount", Look.MONEY),
    Column("missed", Look.COUNT),
)


def steps_table(book: SettledBook) -> Table:
    """Penalties and bonuses step by step: each with what it was made of."""
    rows = [
        _step_row(book, number, part, step)
        for number, part in numbered(book)
        for step in part.steps
    ]
    return Table("steps", STEP_COLUMNS, rows)


def _step_row(book: SettledBook, number: int, part: PartStatement, step: Step) -> list[Cell]:
    return [
        number,
        part.terms,
        part.phase,
        step.kind,
        step.metric,
        book.local(step.begin),
        book.local(step.end),
        step.tier + 1,
        step.value,
        step.target,
        step.point,
        step.counted,
        _points(step),
        step.percent,
        ", ".join(step.rules),
        _base(number, step, part),
        step.rate,
        _exact(step),
        amount(step.amount, "{exact}", float(step.exact), book.line_rounding(part.terms)),
        step.missed,
    ]


def _points(step: Step) -> Cell:
    if step.points is None or None in (step.value, step.target, step.point):
        return step.points
    assert step.value is not None  # noqa: S101  for the type checker
    assert step.target is not None  # noqa: S101  for the type checker
    assert step.point is not None  # noqa: S101  for the type checker
    points = abs(float(step.value) - float(step.target)) / float(step.point)
    text = "ABS({value}-{target})/{point}"
    whole = float(int(points + 1e-9))
    started = whole if abs(points - whole) < 1e-9 else whole + 1  # noqa: PLR2004  as ROUND does
    return formula(
        step.points,
        (text, points),
        (f"ROUNDDOWN(ROUND({text},9),0)", whole),
        (f"ROUNDUP(ROUND({text},9),0)", started),
    )


def _base(number: int, step: Step, part: PartStatement) -> Cell:
    """The fee: the sum of the part's lines where it is all of them, or of one rule."""
    if step.base is None:
        return None
    chosen = [line for line in part.billing if not step.rules or line.rule in step.rules]
    total = float(sum(line.amount for line in chosen))
    if not step.rules:
        return formula(step.base, ("SUMIFS({billing:amount},{billing:part},{part})", total))
    by_rule = "+".join(
        f'SUMIFS({{billing:amount}},{{billing:part}},{number},{{billing:rule}},"{rule}")'
        for rule in step.rules
    )
    return formula(step.base, (by_rule, total))


def _exact(step: Step) -> Cell:
    """The base's per cent or the rate, times the points, as far as the step has them."""
    points = 1.0 if step.points is None else float(step.points)
    times = "" if step.points is None else "*{points}"
    candidates = []
    if step.base is not None and step.percent is not None:
        found = float(step.base) * float(step.percent) / 100 * points
        candidates.append((f"{{base}}*{{percent}}/100{times}", found))
    if step.rate is not None:
        candidates.append((f"{{rate}}{times}", float(step.rate) * points))
    return formula(step.exact, *candidates)


def caps_table(book: SettledBook) -> Table:
    """What caps took off: amount = total − limit."""
    columns = (
        PLACES["terms"],
        Column("kind"),
        Column("metric"),
        Column("total", Look.EXACT),
        Column("percent", Look.EXACT),
        Column("base", Look.EXACT),
        Column("limit", Look.EXACT),
        Column("amount", Look.MONEY),
    )
    rows: list[list[Cell]] = []
    for cap in book.document.statement.caps:
        less = float(cap.total) - float(cap.limit)
        rows.append(
            [
                cap.terms,
                cap.kind,
                cap.metric,
                cap.total,
                cap.percent,
                cap.base,
                _limit(book, cap),
                formula(cap.amount, (f"ROUND({{total}}-{{limit}},{NOISE})", less)),
            ]
        )
    return Table("caps", columns, rows)


def _limit(book: SettledBook, cap: CapStep) -> Cell:
    """The per cent of the base, rounded down where lines are rounded; or an amount."""
    if cap.base is None or cap.percent is None:
        return cap.limit
    text = "{base}*{percent}/100"
    found = float(cap.base) * float(cap.percent) / 100
    rounding = book.line_rounding(cap.terms)
    if rounding is None:
        return formula(cap.limit, (text, found))
    return formula(cap.limit, rounded(text, found, rounding[0], RoundingMode.DOWN))


def totals_table(book: SettledBook) -> Table:
    """The amounts of the other tables summed, and the total of them."""
    totals = book.document.statement.totals
    sums = [
        ("fees", totals.fees, "SUM({billing:amount})", _billed(book)),
        ("minimum", totals.minimum, "SUM({minimums:amount})", _missing(book)),
        ("penalties", totals.penalties, *_of_steps(book, StepKind.PENALTY, StepKind.STREAK)),
        ("penalties_capped", totals.penalties_capped, *_of_caps(book, *TAKEN_OFF)),
        ("bonuses", totals.bonuses, *_of_steps(book, StepKind.BONUS)),
        ("bonuses_capped", totals.bonuses_capped, *_of_caps(book, CapKind.BONUSES)),
    ]
    rows: list[list[Cell]] = [
        [Word(name), formula(value, (f"ROUND({text},{NOISE})", float(found)))]
        for name, value, text, found in sums
    ]
    exact = "B2+B3-(B4-B5)+(B6-B7)"
    before = float(totals.total - totals.rounding)
    text, found = rounded(exact, before, *book.total_rounding)
    gained = f"ROUND({text}-({exact}),{NOISE})", found - before
    whole = f"ROUND({exact}+B8,{NOISE})", float(totals.total)
    rows.append([Word("rounding"), formula(totals.rounding, ("0", 0.0), gained)])
    rows.append([Word("total"), formula(totals.total, whole)])
    return Table("totals", (Column("line"), Column("amount", Look.MONEY)), rows)


TAKEN_OFF = CapKind.METRIC, CapKind.PENALTIES


def _billed(book: SettledBook) -> Decimal:
    lines = (line for part in book.document.statement.parts for line in part.billing)
    return sum((line.amount for line in lines), Decimal(0))


def _missing(book: SettledBook) -> Decimal:
    return sum((line.amount for line in book.document.statement.minimums), Decimal(0))


def _of_steps(book: SettledBook, *kinds: StepKind) -> tuple[str, Decimal]:
    steps = (step for part in book.document.statement.parts for step in part.steps)
    return _summed("steps", kinds), sum(
        (step.amount for step in steps if step.kind in kinds), Decimal(0)
    )


def _of_caps(book: SettledBook, *kinds: CapKind) -> tuple[str, Decimal]:
    caps = (cap for cap in book.document.statement.caps if cap.kind in kinds)
    return _summed("caps", kinds), sum((cap.amount for cap in caps), Decimal(0))


def _summed(table: str, kinds: Sequence[str]) -> str:
    """The amounts of a table's rows of some kinds."""
    return "+".join(
        f'SUMIFS({{{table}:amount}},{{{table}:kind}},"{{word:{kind}}}")' for kind in kinds
    )
