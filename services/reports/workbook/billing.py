"""The tables of what is billed: lines, contacts by day, minimums."""

from decimal import Decimal

from floorpulse.reports.domain.statement import BillingLine, PartStatement
from floorpulse.reports.workbook.binary import amount, formula
from floorpulse.reports.workbook.parts import PLACES, numbered
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.tables import Cell, Column, Look, Table


def billing_table(book: SettledBook) -> Table:
    """What is billed: numerator / denominator × rate, rounded."""
    columns = (
        *PLACES.values(),
        Column("rule"),
        Column("per"),
        Column("contacts", Look.COUNT),
        Column("numerator", Look.COUNT),
        Column("denominator", Look.COUNT),
        Column("quantity", Look.EXACT),
        Column("rate", Look.EXACT),
        Column("exact", Look.EXACT),
        Column("amount", Look.MONEY),
    )
    rows = [
        _billing_row(book, number, part, line)
        for number, part in numbered(book)
        for line in part.billing
    ]
    return Table("billing", columns, rows)


def _billing_row(
    book: SettledBook, number: int, part: PartStatement, line: BillingLine
) -> list[Cell]:
    quotient = line.numerator / line.denominator
    exact = quotient * float(line.rate)
    text = "{numerator}/{denominator}*{rate}"
    return [
        number,
        part.terms,
        part.phase,
        line.rule,
        line.per,
        line.contacts,
        _counted(book, number, line),
        line.denominator,
        formula(line.quantity, ("{numerator}/{denominator}", quotient)),
        line.rate,
        formula(line.exact, (text, exact)),
        amount(line.amount, "{exact}", float(line.exact), book.line_rounding(part.terms)),
    ]


def _counted(book: SettledBook, number: int, line: BillingLine) -> Cell:
    """The sum over the days, where these are counted alike."""
    evidence = book.document.evidence.parts[number - 1]
    days = [day for one in evidence.billing if one.rule == line.rule for day in one.days]
    alike = {day.denominator for day in days} == {line.denominator}
    total = sum(day.numerator for day in days) if alike else -1
    text = "SUMIFS({days:numerator},{days:part},{part},{days:rule},{rule})"
    return formula(Decimal(line.numerator), (text, total))


def days_table(book: SettledBook) -> Table:
    """The billable quantities by day."""
    columns = (
        PLACES["part"],
        Column("rule"),
        Column("begin"),
        Column("end"),
        Column("contacts", Look.COUNT),
        Column("numerator", Look.COUNT),
        Column("denominator", Look.COUNT),
    )
    rows: list[list[Cell]] = [
        [
            number,
            billing.rule,
            book.local(day.begin),
            book.local(day.end),
            day.contacts,
            day.numerator,
            day.denominator,
        ]
        for number, part in enumerate(book.document.evidence.parts, 1)
        for billing in part.billing
        for day in billing.days
    ]
    return Table("days", columns, rows)


def minimums_table(book: SettledBook) -> Table:
    """What is missing to the minimum charge: its days' share without the fees, rounded."""
    columns = (
        PLACES["terms"],
        Column("rules"),
        Column("minimum", Look.MONEY),
        Column("days", Look.COUNT),
        Column("of_days", Look.COUNT),
        Column("fees", Look.MONEY),
        Column("exact", Look.EXACT),
        Column("amount", Look.MONEY),
    )
    rows: list[list[Cell]] = []
    for line in book.document.statement.minimums:
        found = float(line.minimum) * line.days / line.of_days - float(line.fees)
        rows.append(
            [
                line.terms,
                ", ".join(line.rules),
                line.minimum,
                line.days,
                line.of_days,
                line.fees,
                formula(line.exact, ("{minimum}*{days}/{of_days}-{fees}", found)),
                amount(line.amount, "{exact}", float(line.exact), book.line_rounding(line.terms)),
            ]
        )
    return Table("minimums", columns, rows)
