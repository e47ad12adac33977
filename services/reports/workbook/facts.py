"""The tables around the figures: what was settled, what was done with it, what corrects it, what
its definitions say, the hash over it all, and the visits.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec
import yaml

from floorpulse.reports.domain.document import CreditNote, SettlementDocument
from floorpulse.reports.domain.settlement_links import FigureLink
from floorpulse.reports.domain.visit_records import VisitChange, VisitRecord
from floorpulse.reports.workbook.binary import formula
from floorpulse.reports.workbook.settled import SettledBook, seconds
from floorpulse.reports.workbook.tables import Address, Cell, Column, Look, Table, Word

VERIFY = "floorpulse settle --verify FILE.json"


def about_table(book: SettledBook, language: str) -> Table:
    """What was settled, and how to check it."""
    document = book.document
    terms = book.terms(document.statement.parts[-1].terms)
    facts: list[tuple[str, Cell]] = [
        ("contract", document.contract),
        ("name", terms.names.get(language) or terms.names.get("en") or terms.id),
        ("client", terms.client),
        ("vendor", terms.vendor.get(language) or next(iter(terms.vendor.values()), "")),
        ("first_day", document.period.first.isoformat()),
        ("last_day", document.period.last.isoformat()),
        ("zone", document.statement.zone),
        ("currency", document.statement.currency),
        ("state", Word(book.state)),
        ("final", document.final),
        ("total", _total(book)),
        ("sha256", book.sha256),
        ("visits", document.visits.count),
        ("visits_sha256", document.visits.sha256),
        ("verify", VERIFY),
    ]
    rows: list[list[Cell]] = [[Word(name), said] for name, said in facts]
    return Table("about", (Column("fact"), Column("value")), rows)


def history_table(book: SettledBook) -> Table:
    """What was done with it."""
    columns = Column("at"), Column("state"), Column("actor"), Column("reason")
    rows: list[list[Cell]] = [
        [book.local(one.at), Word(one.state), one.actor, one.reason] for one in book.history
    ]
    return Table("history", columns, rows)


def corrections_table(book: SettledBook) -> Table:
    """The lines that credit notes change: difference = after − before."""
    columns = (
        Column("note", Look.COUNT),
        Column("state"),
        Column("sha256"),
        Column("line"),
        Column("before", Look.MONEY),
        Column("after", Look.MONEY),
        Column("difference", Look.MONEY),
    )
    rows: list[list[Cell]] = [
        [
            note.number,
            Word(state),
            digest,
            line.line,
            line.before,
            line.after,
            formula(line.difference, ("{after}-{before}", float(line.after - line.before))),
        ]
        for note, state, digest in _notes(book)
        for line in note.lines
    ]
    return Table("corrections", columns, rows)


def _notes(book: SettledBook) -> Iterator[tuple[CreditNote, str, str]]:
    own = (book.document, book.state, book.sha256)
    for document, state, digest in (
        own,
        *((one.document, one.state, one.sha256) for one in book.notes),
    ):
        if document.credit_note is not None:
            yield document.credit_note, state, digest


VISIT_COLUMNS = (
    Column("offered"),
    Column("contact"),
    Column("visit", Look.COUNT),
    Column("queue"),
    Column("channel"),
    Column("outcome"),
    Column("wait", Look.EXACT),
    Column("talk", Look.EXACT),
    Column("hold", Look.EXACT),
    Column("wrap", Look.EXACT),
    Column("completed"),
)


def changed_table(book: SettledBook) -> Table:
    """The visits that count otherwise since: as they were counted, and as they are now."""
    columns = Column("note", Look.COUNT), Column("counted"), *VISIT_COLUMNS
    rows: list[list[Cell]] = [
        [note.number, *row]
        for note, _, _ in _notes(book)
        for change in note.visits
        for row in _change_rows(book, change)
    ]
    return Table("changed", columns, rows)


def _change_rows(book: SettledBook, change: VisitChange) -> Iterator[list[Cell]]:
    if change.before is not None:
        yield [Word("before"), *visit_row(book, change.before)]
    if change.after is not None:
        yield [Word("after"), *visit_row(book, change.after)]


def definitions_table(document: SettlementDocument) -> Table:
    """What the definitions say that the figures were counted under, line by line."""
    columns = (
        Column("kind"),
        Column("definition"),
        Column("line_number", Look.COUNT),
        Column("text"),
    )
    rows: list[list[Cell]] = [
        [one.kind, one.name, number, line]
        for one in document.definitions
        for number, line in enumerate(_lines(one.body), 1)
    ]
    return Table("definitions", columns, rows)


def _lines(body: object) -> list[str]:
    plain = msgspec.to_builtins(body)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=100).splitlines()


def links_table(book: SettledBook) -> Table:
    """Where each figure can be asked for again: its counts, its visits, what changed since, and the
    text it was promised by.
    """
    columns = (
        Column("part", Look.COUNT),
        Column("kind"),
        Column("name"),
        Column("begin"),
        Column("end"),
        Column("numerator", Look.EXACT),
        Column("denominator", Look.EXACT),
        Column("figure"),
        Column("visits"),
        Column("missed_visits"),
        Column("corrections"),
        Column("definition"),
        Column("inexact"),
    )
    return Table("links", columns, [_link_row(book, one) for one in book.links])


def _link_row(book: SettledBook, link: FigureLink) -> list[Cell]:
    addresses = link.figure, link.visits, link.missed, link.corrections, link.definition
    return [
        link.part,
        Word(f"{link.line}_line"),
        link.name,
        book.local(link.begin),
        book.local(link.end),
        link.numerator,
        link.denominator,
        *(_address(book, one) for one in addresses),
        None if link.inexact is None else Word(f"inexact_{link.inexact}"),
    ]


def _address(book: SettledBook, path: str | None) -> Cell:
    """A whole address where the public one is known; else the path, which leads nowhere itself."""
    if path is None or not book.address:
        return path
    return Address(book.address + path)


def visit_row(book: SettledBook, visit: VisitRecord) -> list[Cell]:
    """A visit as a line of a table; spans in seconds."""
    return [
        book.local(visit.offered_at),
        visit.contact,
        visit.visit,
        visit.queue,
        visit.channel,
        visit.outcome,
        seconds(visit.wait),
        _spent(visit.talk),
        _spent(visit.hold),
        _spent(visit.wrap),
        None if visit.completed_at is None else book.local(visit.completed_at),
    ]


def visit_rows(book: SettledBook, visits: Iterable[VisitRecord]) -> Iterator[list[Cell]]:
    """The visits as lines of a table."""
    return (visit_row(book, visit) for visit in visits)


def _spent(span: int) -> Decimal:
    return Decimal(span) / 1000


def _total(book: SettledBook) -> Cell:
    total = book.document.statement.totals.total
    return formula(total, ("INDEX({totals:amount},8)", float(total)))
