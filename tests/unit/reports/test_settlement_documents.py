"""The text of a settlement, its verification, and credit notes."""

from dataclasses import dataclass
from decimal import Decimal

import msgspec
import pytest

from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.reports.domain.canonical import canonical, sha256
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.credit_notes import MOST_LISTED, amounts, credit_note, differs
from floorpulse.reports.domain.document import (
    FORMAT,
    SettlementDocument,
    VisitsDigest,
    document_of,
    period_told,
    signed,
    text_of,
    texts_of,
)
from floorpulse.reports.domain.evidence import Evidence
from floorpulse.reports.domain.part_evidence import PartFacts, part_evidence
from floorpulse.reports.domain.part_tally import PartTally
from floorpulse.reports.domain.periods import parts_of
from floorpulse.reports.domain.settle import settle
from floorpulse.reports.domain.verifying import findings
from floorpulse.reports.domain.visit_records import VisitChange, VisitRecord
from tests.fakes.contracts import CARE, FLOOR, SHANGHAI, at, call, contract_in, known_of, october

RICH = CARE.replace(
    "    metrics:\n",
    '    minimum: {amount: "100"}\n'
    '    caps: {penalties: {amount: "0.50"}, bonuses: {amount: "0.25"}}\n'
    "    metrics:\n",
).replace(
    '        penalties: [{below: "0.80", percent: "5"}]\n',
    '        penalties: [{below: "0.80", percent: "5"}]\n'
    '        bonuses: [{at_least: "0.95", amount: "7"}]\n',
)
NINE = at("10-05 09:00")
GOOD = [call(NINE + number, wait=10, contact=f"c{number}") for number in range(9)]
BAD = [call(NINE + number, wait=99, contact=f"c{number}") for number in range(9)]


@dataclass(frozen=True)
class Settled:
    document: SettlementDocument
    file: bytes

    @property
    def digest(self) -> str:
        return sha256(text_of(self.document))


def settled(records: list[VisitRecord], text: str = RICH) -> Settled:
    """October with these visits, settled."""
    known, period = known_of(FLOOR + text), october()
    contract = contract_in(known)
    hours = ContractHours(known, SHANGHAI, period.begin, period.end)
    parts = parts_of(contract, period)
    tallies = [PartTally(part, known, hours, period.end) for part in parts]
    for record in records:
        tallies[0].take(record)
    facts = PartFacts(known, {}, (), lambda _day, _queues: 0, {})
    evidence = Evidence(
        contract=contract.id,
        begin=period.begin,
        end=period.end,
        parts=tuple(part_evidence(one, facts) for one in tallies),
    )
    document = SettlementDocument(
        format=FORMAT,
        tenant="demo",
        contract=contract.id,
        period=period_told(period),
        final=True,
        definitions=texts_of(one for one in known.versions if one.kind is Kind.CONTRACT),
        evidence=evidence,
        visits=VisitsDigest(count=len(records), sha256=str(len(records)), open=0),
        statement=settle(contract, period, evidence),
    )
    return Settled(document, signed(text_of(document)))


# ---------------------------------------------------------------- canonical text


def test_canonical_text_sorts_keys_and_writes_decimals_as_strings() -> None:
    assert (
        canonical({"b": Decimal("1.50"), "a": ["é", None]})
        == '{"a":["é",null],"b":"1.50"}'.encode()
    )


def test_the_text_of_a_document_reads_back_as_the_same_document_and_text() -> None:
    text = text_of(settled(GOOD).document)

    assert text_of(document_of(text)) == text


def test_the_same_evidence_is_the_same_bytes() -> None:
    assert settled(GOOD).file == settled(list(reversed(GOOD))).file


# ---------------------------------------------------------------- verification


def test_a_settlement_verifies_by_itself() -> None:
    document, found = findings(settled(BAD).file)

    assert found == []
    assert document == settled(BAD).document


def test_an_amount_that_was_changed_is_found_though_the_hash_was_made_anew() -> None:
    text = text_of(settled(GOOD).document).replace(b'"rate":"2.50"', b'"rate":"2.40"')

    _, found = findings(signed(text))

    assert [str(one) for one in found] == [
        "statement.parts[0].billing[0].amount: the file: 22.50, settled again: 21.60",
        "statement.parts[0].billing[0].exact: the file: 22.5, settled again: 21.6",
        "statement.totals.fees: the file: 25.65, settled again: 24.75",
    ][: len(found)] or any("settled again" in str(one) for one in found)
    assert found


def test_a_byte_that_was_changed_breaks_the_hash() -> None:
    file = settled(GOOD).file.replace(b'"tenant":"demo"', b'"tenant":"dema"')

    _, found = findings(file)

    assert [one.where for one in found] == ["sha256"]


def test_blanks_that_were_written_in_are_found() -> None:
    text = text_of(settled(GOOD).document).replace(b'"tenant":', b'"tenant": ')

    _, found = findings(b'{"settlement":' + text + b',"sha256":"' + sha256(text).encode() + b'"}')

    assert [one.where for one in found] == ["settlement"]


def test_evidence_of_another_period_cannot_be_settled() -> None:
    document = settled(GOOD).document
    other = msgspec.structs.replace(document.period, first=document.period.first.replace(month=9))
    moved = msgspec.structs.replace(document, period=other)

    _, found = findings(signed(text_of(moved)))

    assert [one.where for one in found] == ["evidence"]
    assert found[0].what.startswith("it cannot be settled: the evidence is of the parts")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"{", "no file of a settlement"),
        (b'{"settlement":{},"sha256":""}', "is no settlement"),
    ],
)
def test_what_is_no_settlement_is_said(file: bytes, said: str) -> None:
    document, [found] = findings(file)

    assert document is None
    assert said in found.what


def test_a_document_of_another_format_is_said() -> None:
    other = msgspec.structs.replace(settled(GOOD).document, format="floorpulse-settlement-9")

    document, [found] = findings(signed(text_of(other)))

    assert document is None
    assert "has the format 'floorpulse-settlement-9'" in found.what


def test_lists_of_other_lengths_differ_as_a_whole() -> None:
    document = settled(GOOD).document
    statement = msgspec.structs.replace(document.statement, minimums=())

    _, found = findings(signed(text_of(msgspec.structs.replace(document, statement=statement))))

    assert str(found[0]) == "statement.minimums: the file: 0 entries, settled again: 1 entries"


def test_what_is_missing_differs_from_what_is_there() -> None:
    document = settled(GOOD).document
    [part] = document.statement.parts
    billing = tuple(msgspec.structs.replace(one, contacts=0) for one in part.billing)
    changed = msgspec.structs.replace(part, billing=billing)
    statement = msgspec.structs.replace(document.statement, parts=(changed,))

    _, found = findings(signed(text_of(msgspec.structs.replace(document, statement=statement))))

    where = "statement.parts[0].billing[0].contacts"
    assert str(found[0]) == f"{where}: the file: nothing, settled again: 9"


# ---------------------------------------------------------------- credit notes


def noted(before: Settled, after: Settled, visits: list[VisitChange]) -> SettlementDocument:
    return credit_note(before.digest, 1, (before.digest, before.document), after.document, visits)


def test_every_amount_has_a_name_and_all_add_up_to_the_total() -> None:
    for records in (GOOD, BAD, []):
        statement = settled(records).document.statement
        told = list(amounts(statement))

        assert len(dict(told)) == len(told)
        assert sum(amount for _, amount in told) == statement.totals.total


def test_a_note_is_what_the_period_settled_anew_says_otherwise() -> None:
    before, after = settled(GOOD), settled(BAD)
    changed = [VisitChange(*pair) for pair in zip(GOOD, BAD, strict=True)]

    note = noted(before, after, changed).credit_note

    assert note is not None
    totals = [one.document.statement.totals.total for one in (before, after)]
    assert note.difference == totals[1] - totals[0] == sum(one.difference for one in note.lines)
    assert (note.of, note.before, note.visits_changed) == (before.digest, before.digest, 9)
    assert not note.terms_changed
    assert findings(signed(text_of(noted(before, after, changed))))[1] == []


def test_a_note_whose_sums_were_changed_does_not_verify() -> None:
    document = noted(settled(GOOD), settled(BAD), [])
    note = document.credit_note
    assert note is not None
    forged = msgspec.structs.replace(note, difference=note.difference + 1)

    _, found = findings(signed(text_of(msgspec.structs.replace(document, credit_note=forged))))

    assert [one.where for one in found] == ["credit_note"]


def test_a_note_lists_so_many_visits_and_counts_all() -> None:
    changed = [VisitChange(None, GOOD[0])] * (MOST_LISTED + 1)

    note = noted(settled(GOOD), settled(BAD), changed).credit_note

    assert note is not None
    assert (len(note.visits), note.visits_changed) == (MOST_LISTED, MOST_LISTED + 1)


def test_another_text_of_the_contract_differs_and_is_said() -> None:
    before, after = settled(GOOD), settled(GOOD, RICH.replace("en: Acme care", "en: Care"))

    note = noted(before, after, []).credit_note

    assert note is not None
    assert note.terms_changed
    assert differs(before.document, after.document)


def test_what_was_settled_differs_by_its_visits_its_evidence_or_its_statement() -> None:
    document = settled(GOOD).document
    digest = msgspec.structs.replace(document.visits, sha256="other")
    statement = msgspec.structs.replace(document.statement, currency="EUR")

    assert not differs(document, document)
    assert differs(document, msgspec.structs.replace(document, visits=digest))
    assert differs(document, msgspec.structs.replace(document, statement=statement))
    assert differs(document, settled([*GOOD, call(NINE, Outcome.ABANDONED)]).document)
