"""What a correction after issue comes to: every line of the statement before and now, and the
visits that count otherwise.

    settlement      total 100.00
    credit note 1           − 3.20      visits that came late
    credit note 2           + 0.50
    settled anew    total  97.30        what was issued and all notes always add up to it
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import structs

from floorpulse.reports.domain.document import (
    AmountChange,
    CreditNote,
    SettlementDocument,
    same_terms,
)
from floorpulse.reports.domain.statement import CapKind, Statement, StepKind, Totals
from floorpulse.reports.domain.visit_records import VisitChange

MOST_LISTED = 10_000
"""Visits that a note lists"""
ZERO = Decimal(0)


def amounts(statement: Statement) -> Iterator[tuple[str, Decimal]]:
    """Every amount of a statement with the name of its line, signed as it counts: they add up to
    the total. No name comes twice.
    """
    for part in statement.parts:
        place = f"{part.terms}/{part.phase}/{part.begin}"
        for line in part.billing:
            yield f"{place}/billing/{line.rule}", line.amount
        for step in part.steps:
            name = f"{step.kind}/{step.metric}/{step.begin}-{step.end}/{step.tier}"
            yield f"{place}/{name}", step.amount if step.kind is StepKind.BONUS else -step.amount
    for minimum in statement.minimums:
        yield f"{minimum.terms}/minimum", minimum.amount
    for cap in statement.caps:
        name = f"{cap.terms}/cap/{cap.kind}/{cap.metric or ''}"
        yield name, -cap.amount if cap.kind is CapKind.BONUSES else cap.amount
    yield "rounding", statement.totals.rounding


def line_changes(before: Statement, after: Statement) -> tuple[AmountChange, ...]:
    """The lines whose amounts differ, by name; one that is missing on a side has the amount 0."""
    old = dict(amounts(before))
    new = dict(amounts(after))
    names = sorted(old.keys() | new.keys())
    pairs = ((name, old.get(name, ZERO), new.get(name, ZERO)) for name in names)
    return tuple(
        AmountChange(line=name, before=one, after=other, difference=other - one)
        for name, one, other in pairs
        if one != other
    )


def total_changes(before: Totals, after: Totals) -> Totals:
    """What each total gained."""
    old = structs.asdict(before)
    new = structs.asdict(after)
    return Totals(**{name: new[name] - old[name] for name in new})


def differs(before: SettlementDocument, after: SettlementDocument) -> bool:
    """Whether anything that was signed would read otherwise now."""
    if before.visits.sha256 != after.visits.sha256 or before.evidence != after.evidence:
        return True
    return before.statement != after.statement or not same_terms(
        before.definitions, after.definitions
    )


def credit_note(
    original: str,
    number: int,
    before: tuple[str, SettlementDocument],
    after: SettlementDocument,
    visits: Sequence[VisitChange],
) -> SettlementDocument:
    """The document of a credit note: `after` is the period settled anew, `before` what stands, with
    its hash; `original` is the hash of the settlement that was issued.
    """
    digest, known = before
    totals = total_changes(known.statement.totals, after.statement.totals)
    note = CreditNote(
        of=original,
        number=number,
        before=digest,
        difference=totals.total,
        totals=totals,
        lines=line_changes(known.statement, after.statement),
        visits_changed=len(visits),
        visits=tuple(visits[:MOST_LISTED]),
        terms_changed=not same_terms(known.definitions, after.definitions),
    )
    return structs.replace(after, credit_note=note)
