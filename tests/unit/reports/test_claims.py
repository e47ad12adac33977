"""What a client's list claims, counted as the settlement counts its own visits: the worth of a
difference is that of the settlement made of the other visits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest
from msgspec import structs

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.reports.domain.comparison.claims import Claim
from floorpulse.reports.domain.comparison.compared import Compared, compare
from floorpulse.reports.domain.comparison.counted import claimed, record_of
from floorpulse.reports.domain.comparison.findings import Kind
from floorpulse.reports.domain.comparison.listing import ListedVisit, Listing
from floorpulse.reports.domain.comparison.our_list import our_list
from floorpulse.reports.domain.comparison.worth import Worth, worth_of_all, worths
from floorpulse.reports.domain.visit_records import VisitRecord
from tests.fakes.client_lists import October, visits
from tests.fakes.contracts import CARE, at, call

Records = list[VisitRecord]
Listed = list[ListedVisit]
OURS = visits(20)
OCTOBER = October(OURS)


def theirs(edit: Callable[[Listed], None]) -> Compared:
    """Our visits as their list has them, beside ours."""
    ours = OCTOBER.listing()
    listed = [_bare(ours.at(place)) for place in range(len(ours))]
    edit(listed)
    return compare(ours, Listing(listed), Span(OCTOBER.period.begin, OCTOBER.period.end))


def _bare(visit: ListedVisit) -> ListedVisit:
    return visit._replace(hold=None, wrap=None, channel=None)


def made_of(edit: Callable[[Records], None]) -> Decimal:
    """How much more the settlement comes to that is made of other visits."""
    records = list(OURS)
    edit(records)
    other = October(records).settled().statement.totals
    return other.total - OCTOBER.settled().statement.totals.total


def listed_as(place: int, **fields: object) -> Callable[[Listed], None]:
    def edit(listed: Listed) -> None:
        listed[place] = listed[place]._replace(**fields)  # type: ignore[arg-type]

    return edit


def counted_as(place: int, **fields: object) -> Callable[[Records], None]:
    def edit(records: Records) -> None:
        records[place] = structs.replace(records[place], **fields)

    return edit


def cut_in_two(listed: Listed) -> None:
    first = listed[5]
    talk = first.talk or 0
    listed[5] = first._replace(talk=20_000, queue=None)
    listed.append(first._replace(offered=first.offered + 30_000, wait=0, talk=talk - 20_000))


def counted_in_two(records: Records) -> None:
    first = records[5]
    rest = structs.replace(
        first, offered_at=first.offered_at + 30_000, wait=0, talk=first.talk - 20_000
    )
    records[5] = structs.replace(first, talk=20_000, hold=0, wrap=0)
    records.append(structs.replace(rest, hold=0, wrap=0))


NEW = at("10-05 15:00")
STRANGER = ListedVisit("x", NEW, "sales", Outcome.ANSWERED, wait=8_000, talk=44_000)


@dataclass(frozen=True)
class Case:
    kind: Kind
    listed: Callable[[Listed], None]
    counted: Callable[[Records], None]


CASES = [
    Case(Kind.MISSING_THERE, lambda all_: all_.__delitem__(5), lambda all_: all_.__delitem__(5)),
    Case(
        Kind.MISSING_HERE,
        lambda listed: listed.append(STRANGER),
        lambda records: records.append(call(NEW, wait=8, talk=44_000)),
    ),
    Case(
        Kind.MISSING_HERE,
        lambda listed: listed.append(STRANGER._replace(queue="elsewhere", outcome=None)),
        lambda _: None,
    ),
    Case(
        Kind.DUPLICATE_THERE,
        lambda listed: listed.append(listed[6]),
        lambda records: records.append(structs.replace(records[6], hold=0, wrap=0)),
    ),
    Case(Kind.SPLIT_THERE, cut_in_two, counted_in_two),
    Case(
        Kind.OFFERED,
        listed_as(7, offered=NEW),
        counted_as(7, offered_at=NEW),
    ),
    Case(Kind.QUEUE, listed_as(8, queue="other"), lambda all_: all_.__delitem__(8)),
    Case(
        Kind.OUTCOME,
        listed_as(10, outcome=Outcome.ABANDONED),
        counted_as(10, outcome=Outcome.ABANDONED, completed_at=None, talk=0, hold=0, wrap=0),
    ),
    Case(
        Kind.OUTCOME,
        listed_as(10, outcome=Outcome.LEFT),
        counted_as(10, outcome=Outcome.LEFT, completed_at=None, talk=0, hold=0, wrap=0),
    ),
    Case(Kind.WAIT, listed_as(11, wait=99_000, within=None), counted_as(11, wait=99_000)),
    Case(Kind.TALK, listed_as(12, talk=999_000), counted_as(12, talk=999_000)),
    Case(Kind.WITHIN, listed_as(10, within=False), counted_as(10, wait=99_000)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_claim_is_worth_the_settlement_of_the_other_visits(case: Case) -> None:
    of = theirs(case.listed)
    worth = worth_of_all(OCTOBER.settled(), of)

    assert [one.kind for one in of.findings] == [case.kind]
    assert worth is not None
    assert worth.total == made_of(case.counted)


def test_a_visit_that_differs_in_two_things_is_claimed_once() -> None:
    of = theirs(listed_as(12, talk=999_000, queue="other"))

    both = worth_of_all(OCTOBER.settled(), of)

    assert {one.kind for one in of.findings} == {Kind.TALK, Kind.QUEUE}
    assert both is not None
    assert both.total == made_of(lambda records: records.__delitem__(12))


@pytest.mark.parametrize(("billable", "place"), [(False, 14), (True, 4), (True, 8)])
def test_what_they_bill_is_billed_and_judged_all_the_same(billable: bool, place: int) -> None:  # noqa: FBT001  a case
    of = theirs(listed_as(place, billable=billable))
    settled = OCTOBER.settled()
    unlike = OURS[place].outcome is (Outcome.ANSWERED if not billable else Outcome.ABANDONED)

    worth = worth_of_all(settled, of)

    if not unlike:
        assert worth is None
        return
    visit = OURS[place]
    minutes = Decimal(visit.handle_time) / 60_000
    sign = 1 if billable else -1
    assert worth is not None
    assert abs(worth.fees - sign * (Decimal("2.50") + minutes * Decimal("0.35"))) < Decimal("0.01")
    assert [type(one) for _, one in worths(settled, of)] == [Worth]


def test_hold_that_they_have_within_talk_is_not_counted_beside_it() -> None:
    def with_hold(listed: Listed) -> None:
        for place, visit in enumerate(OURS):
            listed[place] = listed[place]._replace(talk=visit.talk + visit.hold)

    of = theirs(with_hold)
    worth = worth_of_all(OCTOBER.settled(), of)

    assert [one.kind for one in of.findings] == [Kind.TALK_WITH_MORE]
    assert worth is not None
    assert worth.total == 0


def test_findings_that_touch_no_count_have_no_worth() -> None:
    def renumbered(listed: Listed) -> None:
        for place, visit in enumerate(listed):
            listed[place] = visit._replace(contact=visit.contact.upper())

    of = theirs(renumbered)

    assert worths(OCTOBER.settled(), of) == [(of.findings[0], None)]


def test_panes_and_half_hours_that_nothing_was_counted_in_come_into_the_evidence() -> None:
    claims = [Claim(None, STRANGER), Claim(None, STRANGER._replace(offered=0))]

    evidence = claimed(OCTOBER.evidence, OCTOBER.grounds, claims)

    level, lost = evidence.parts[0].metrics
    before, _ = OCTOBER.evidence.parts[0].metrics
    assert len(level.slices) == len(before.slices) + 1
    assert level.slices[-1].numerator == level.slices[-1].volume == 1
    assert lost.slices[-1].numerator == 0
    assert lost.slices[-1].denominator == 1


def test_where_no_metric_is_counted_by_panes_visits_alone_are_counted() -> None:
    october = October(OURS[:2], CARE[: CARE.index("      - id: lost")])

    evidence = claimed(october.evidence, october.grounds, [Claim(None, STRANGER)])

    [level] = evidence.parts[0].metrics
    assert level.slices[-1].numerator == 1


def test_a_visit_of_which_a_list_says_little_took_no_time() -> None:
    waiting = record_of(ListedVisit("c", 5))
    answered = record_of(ListedVisit("c", 5, outcome=Outcome.ANSWERED, within=True))

    assert (waiting.queue, waiting.channel, waiting.wait, waiting.completed_at) == (
        "",
        "voice",
        None,
        None,
    )
    assert (answered.wait, answered.completed_at, answered.talk) == (0, 5, 0)


BY_SEATS = CARE.replace(
    """      - {id: calls, names: {en: Calls}, per: contact, rate: "2.50"}
      - {id: minutes, names: {en: Minutes}, per: handled_minute, rate: "0.35"}
""",
    """      - {id: seats, names: {en: Seats}, per: seat_hour, rate: "25"}
""",
)


def test_our_list_says_what_the_contract_says_of_each_visit() -> None:
    records = [
        call(at("10-05 09:00"), wait=30),
        call(at("10-05 09:00"), wait=31),
        call(at("10-05 09:00"), Outcome.ABANDONED, wait=3),
        call(at("10-05 09:00"), queue="other"),
        call(at("10-05 09:00"), None),
        call(0),
    ]

    def said(contract: Contract, others: Sequence[VisitRecord]) -> list[tuple[object, object]]:
        parts = [part for part in OCTOBER.parts if part.terms.id == contract.id]
        listing = our_list(others, parts, OCTOBER.known)
        return [(one.billable, one.within) for one in map(listing.at, range(len(listing)))]

    assert said(OCTOBER.contract, records) == [
        (True, True),
        (True, False),
        (False, None),
        (False, None),
        (False, None),
        (None, None),
    ]
    by_seats = October(records[:1], BY_SEATS)
    assert by_seats.listing().at(0).billable is None
