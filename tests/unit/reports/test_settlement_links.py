"""A settlement's figures lead to the questions that show what they were made of."""

from collections.abc import Iterable
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.document import (
    FORMAT,
    SettlementDocument,
    VisitsDigest,
    period_told,
    texts_of,
)
from floorpulse.reports.domain.evidence import Evidence
from floorpulse.reports.domain.part_evidence import PartFacts, part_evidence
from floorpulse.reports.domain.part_tally import PartTally
from floorpulse.reports.domain.periods import parts_of
from floorpulse.reports.domain.settle import settle
from floorpulse.reports.domain.settlement_links import FigureLink, Inexact, figure_links
from tests.fakes.contracts import CARE, FLOOR, SHANGHAI, at, call, contract_in, known_of, october

NINE = at("10-05 09:00")
CALLS = (call(NINE), call(NINE, Outcome.ABANDONED, 40), call(at("10-06 09:00"), wait=45))


def nobody(_day: int, _queues: Iterable[str]) -> int:
    return 0


def document(text: str) -> SettlementDocument:
    """October settled over three calls."""
    known, period = known_of(FLOOR + text), october()
    contract = contract_in(known)
    hours = ContractHours(known, SHANGHAI, period.begin, period.end)
    tallies = [PartTally(part, known, hours, period.end) for part in parts_of(contract, period)]
    for tally in tallies:
        for one in CALLS:
            tally.take(one)
    facts = PartFacts(known, {}, [], nobody, {})
    parts = tuple(part_evidence(tally, facts) for tally in tallies)
    evidence = Evidence(contract=contract.id, begin=period.begin, end=period.end, parts=parts)
    return SettlementDocument(
        format=FORMAT,
        tenant="demo",
        contract=contract.id,
        period=period_told(period),
        final=True,
        definitions=texts_of(one for one in known.versions if one.kind is Kind.CONTRACT),
        evidence=evidence,
        visits=VisitsDigest(count=len(CALLS), sha256="", open=0),
        statement=settle(contract, period, evidence),
    )


def links(text: str, floor: str = FLOOR) -> dict[str, list[FigureLink]]:
    """By metric or rule; `floor` is what the queues are now."""
    found: dict[str, list[FigureLink]] = {}
    for one in figure_links(document(text), known_of(floor)):
        found.setdefault(one.name, []).append(one)
    return found


def asked(address: str | None) -> dict[str, str]:
    assert address is not None
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


def rule(said: str) -> FigureLink:
    """The link of a billing rule beside those of the contract."""
    text = CARE.replace(
        "    metrics:\n", f"      - {{id: more, names: {{en: More}}, {said}}}\n    metrics:\n"
    )
    [found] = links(text)["more"]
    return found


def metric(said: str) -> list[FigureLink]:
    """The links of another metric."""
    line = f"      - {{id: more, names: {{en: More}}, {said}}}\n"
    return links(CARE.replace("    metrics:\n", f"    metrics:\n{line}"))["more"]


def test_a_service_level_is_asked_for_under_the_contracts_own_policy() -> None:
    [level] = links(CARE)["level"]

    question = asked(level.figure)
    assert (level.numerator, level.denominator, level.inexact) == (Decimal(1), Decimal(2), None)
    assert question["queue"] == "help,sales"
    assert (question["from"], question["to"], question["interval"]) == (
        "2026-10-01T00:00:00+08:00",
        "2026-11-01T00:00:00+08:00",
        "all",
    )
    assert (question["formula"], question["threshold"], question["boundary"]) == ("V2", "30", "le")
    assert asked(level.missed)["missed"] == "true"
    assert asked(level.missed)["formula"] == "V2"
    assert level.definition == "/v1/definitions/contract/acme-care?version=1"
    assert "missed" not in asked(level.visits)
    assert asked(level.corrections)["kpi"] == "service_level"


def test_another_kpi_has_no_missed_visits() -> None:
    [lost] = links(CARE)["lost"]

    assert lost.missed is None
    assert asked(lost.figure)["kpi"] == "abandonment_rate"
    assert "formula" not in asked(lost.figure)


def test_each_day_has_a_link_of_its_own() -> None:
    days = metric(
        "kpi: service_level, formula: V3, threshold: 20, window: day, comparison: at_least, "
        'target: "0.5"'
    )

    assert [(one.numerator, one.denominator) for one in days] == [
        (Decimal(1), Decimal(2)),
        (Decimal(0), Decimal(1)),
    ]
    assert [asked(one.figure)["from"] for one in days] == [
        "2026-10-05T00:00:00+08:00",
        "2026-10-06T00:00:00+08:00",
    ]


def test_half_hours_are_the_rows_of_one_answer() -> None:
    [halves] = metric('kpi: answer_rate, window: interval, comparison: at_least, target: "0.5"')

    assert asked(halves.figure)["interval"] == "30m"
    assert (halves.numerator, halves.denominator) == (None, None)


def test_a_count_has_no_denominator() -> None:
    [offered] = metric('kpi: offered, comparison: at_most, target: "900"')

    assert offered.denominator is None


def test_business_hours_and_exemptions_make_another_figure_than_the_apis() -> None:
    [office] = metric('kpi: answer_rate, calendar: office, comparison: at_least, target: "0.5"')
    exempt = CARE + (
        "    exemptions:\n"
        '      - {id: cut, kind: incident, begin: "2026-10-05T09:00:00+08:00",\n'
        '         end: "2026-10-05T10:00:00+08:00", reason: a line was cut}\n'
    )
    [level] = links(exempt)["level"]

    assert office.inexact is Inexact.CALENDAR
    assert level.inexact is Inexact.EXEMPT
    assert office.figure is not None
    assert level.figure is not None


def test_queues_that_came_or_went_in_the_month_are_told() -> None:
    moved = FLOOR + (
        "  - {id: help, names: {en: Help}, client: zeta, channels: [voice], "
        'valid_from: "2026-10-15"}\n'
    )
    [level] = links(CARE, moved)["level"]

    assert level.inexact is Inexact.QUEUES
    assert asked(level.figure)["queue"] == "help,sales"


def test_a_scope_that_reaches_no_queue_asks_nothing_rather_than_for_all() -> None:
    bare = "tenant: demo\nabout: [{names: {en: Demo}, zone: Asia/Shanghai}]\n"
    [level] = links(CARE, bare)["level"]

    assert level.inexact is Inexact.QUEUES
    assert [level.figure, level.visits, level.missed, level.corrections] == [None] * 4
    assert level.definition


RULES = [
    ('per: contact, rate: "1"', Inexact.NOT_COMPLETED, "answered"),
    ('per: contact, rate: "1", billable: {contacts: answered}', None, "answered"),
    ('per: contact, rate: "1", billable: {contacts: offered}', None, "offered"),
    (
        'per: contact, rate: "1", billable: {contacts: offered, without_short: 5}',
        Inexact.CONDITIONS,
        "offered",
    ),
    (
        'per: contact, rate: "1", billable: {contacts: answered, least_talk: 5}',
        Inexact.CONDITIONS,
        "answered",
    ),
    ('per: handled_minute, rate: "1"', Inexact.WHEN_COMPLETED, "aht"),
    ('per: handled_minute, rate: "1", time: talk', Inexact.WHEN_COMPLETED, "att"),
]


@pytest.mark.parametrize(("said", "inexact", "kpi"), RULES)
def test_a_billing_line_leads_to_what_was_counted(
    said: str, inexact: Inexact | None, kpi: str
) -> None:
    line = rule(said)

    assert line.inexact is inexact
    assert asked(line.figure)["kpi"] == kpi
    assert asked(line.visits).get("outcome") == (None if kpi == "offered" else "answered")
    assert line.missed is None


def test_a_count_of_contacts_and_minutes_stand_as_they_are_billed() -> None:
    contacts = rule('per: contact, rate: "1", billable: {contacts: answered}')
    minutes = rule('per: handled_minute, rate: "1"')

    assert (contacts.numerator, contacts.denominator) == (Decimal(2), None)
    assert (minutes.numerator, minutes.denominator) == (Decimal(120_000), Decimal(60_000))


@pytest.mark.parametrize("said", ['per: seat_hour, rate: "30"', 'per: month, rate: "500"'])
def test_seats_and_months_have_no_contacts_to_show(said: str) -> None:
    line = rule(said)

    assert line.inexact is Inexact.NO_CONTACTS
    assert [line.figure, line.visits, line.missed, line.corrections] == [None] * 4
