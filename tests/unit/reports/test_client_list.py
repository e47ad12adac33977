"""The client's list beside the settlement: every planted difference is found, none invented, and
each has its worth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from floorpulse.board.domain.windows import Span
from floorpulse.reports.domain.comparison.compared import Compared, compare
from floorpulse.reports.domain.comparison.findings import Finding, Kind
from floorpulse.reports.domain.comparison.worth import worth_of_all, worths
from floorpulse.reports.domain.visit_records import VisitRecord
from tests.fakes.client_lists import (
    BERLIN,
    HEAD,
    Line,
    October,
    clock,
    file_of,
    lines_of,
    read,
    visits,
)
from tests.fakes.contracts import SHANGHAI, at, call

ID, START, QUEUE, RESULT, WAIT, TALK, BILLED, WITHIN = range(len(HEAD))
Plant = Callable[[list[Line]], None]


def compared(
    october: October, lines: list[Line], zone: ZoneInfo = SHANGHAI, **said: object
) -> Compared:
    """A comparison of a settled October with a client's lines."""
    theirs = read(file_of(lines), zone, **said).visits
    return compare(october.listing(), theirs, Span(october.period.begin, october.period.end))


@cache
def usual() -> October:
    """The October of the usual visits."""
    return October(visits())


def found(of: Compared) -> dict[str, int]:
    """How many visits differ in each way."""
    return {finding.kind.value: len(finding) for finding in of.findings}


def finding(of: Compared, kind: Kind) -> Finding:
    """The finding of a kind."""
    [one] = [one for one in of.findings if one.kind is kind]
    return one


def put(place: int, column: int, text: str) -> Plant:
    """Write something else into a cell."""

    def plant(lines: list[Line]) -> None:
        lines[place][column] = text

    return plant


def later(place: int, seconds: int) -> Plant:
    """Move an offer."""
    return put(place, START, clock(visits()[place].offered_at + seconds * 1000, SHANGHAI))


def drop(place: int) -> Plant:
    def plant(lines: list[Line]) -> None:
        lines.pop(place)

    return plant


def again(place: int) -> Plant:
    return lambda lines: lines.append(list(lines[place]))


def stranger(lines: list[Line]) -> None:
    start = clock(at("10-05 15:00") + 1000, SHANGHAI)
    lines.append(["x-1", start, "sales", "answered", "8", "44", "yes", "yes"])


def november(lines: list[Line]) -> None:
    lines.append(["x-2", "2026-11-01 00:00:00", "sales", "answered", "8", "44", "yes", "yes"])


def split(place: int) -> Plant:
    def plant(lines: list[Line]) -> None:
        rest = list(lines[place])
        begin = visits()[place].offered_at
        rest[START] = clock(begin + 30_000, SHANGHAI)
        rest[WAIT] = "0"
        rest[TALK] = str(int(lines[place][TALK]) - 20)
        lines[place][TALK] = "20"
        lines.append(rest)

    return plant


@dataclass(frozen=True)
class Case:
    """What is planted, and what must be found, to the visit."""

    name: str
    plant: Plant
    found: dict[str, int]


ONE_BY_ONE = [
    Case("missing there", drop(10), {"missing_there": 1}),
    Case("missing here", stranger, {"missing_here": 1}),
    Case("listed twice", again(11), {"duplicate_there": 1}),
    Case("split", split(12), {"split_there": 2}),
    Case("another month", november, {"outside_period": 1}),
    Case("another id", put(13, ID, "q-77"), {"other_id": 1}),
    Case("offered later", later(15, 90), {"offered": 1}),
    Case("another queue", put(16, QUEUE, "help"), {"queue": 1}),
    Case("another outcome", put(17, RESULT, "abandoned"), {"outcome": 1}),
    Case("another wait", put(18, WAIT, "99"), {"wait": 1}),
    Case("another talk", put(20, TALK, "999"), {"talk": 1}),
    Case("not billed", put(21, BILLED, "no"), {"billable": 1}),
    Case("not within", put(22, WITHIN, "no"), {"within": 1}),
    Case("upper case", put(23, ID, "C-1023"), {"ids_respelled": 1}),
    Case("signs", put(25, ID, "c1025"), {"ids_respelled": 1}),
    Case("prefix", put(26, ID, "ACME/1026"), {"ids_respelled": 1}),
    Case("zeros", put(27, ID, "00001027"), {"ids_respelled": 1}),
]


def _all(column: int, change: Callable[[str], str]) -> Plant:
    def plant(lines: list[Line]) -> None:
        for line in lines:
            line[column] = change(line[column])

    return plant


def other_zone(lines: list[Line]) -> None:
    for line, visit in zip(lines, visits(), strict=True):
        line[START] = clock(visit.offered_at, BERLIN)


def with_hold(lines: list[Line]) -> None:
    for line, visit in zip(lines, visits(), strict=True):
        line[TALK] = str((visit.talk + visit.hold) // 1000)


def by_forty_seconds(lines: list[Line]) -> None:
    for line in lines:
        if line[RESULT] == "answered":
            line[WITHIN] = "yes" if int(line[WAIT]) <= 40 else "no"


HELD = sum(visit.hold > 0 for visit in visits())
JUDGED_OTHERWISE = sum(
    visit.completed_at is not None and 30_000 < (visit.wait or 0) <= 40_000 for visit in visits()
)
HABITS = [
    Case("another zone", other_zone, {"times_shifted": 100}),
    Case("talk with hold", with_hold, {"talk_with_more": HELD}),
    Case("another threshold", by_forty_seconds, {"other_threshold": JUDGED_OTHERWISE}),
    Case("queues by other names", _all(QUEUE, lambda _: "Verkauf"), {"queues_renamed": 100}),
    Case("times of minutes", _all(START, lambda text: text[:-2] + "00"), {"times_rounded": 96}),
    Case("prefixes", _all(ID, lambda text: f"ACME-{text}"), {"ids_respelled": 100}),
]


def test_a_list_without_differences_has_none() -> None:
    october = usual()

    same = compared(october, lines_of(october.listing(), SHANGHAI))

    assert found(same) == {}
    assert same.alike == 100
    assert worth_of_all(october.settled(), same) is None


@pytest.mark.parametrize("case", [*ONE_BY_ONE, *HABITS], ids=lambda case: case.name)
def test_what_is_planted_is_found_and_nothing_else(case: Case) -> None:
    october = usual()
    lines = lines_of(october.listing(), SHANGHAI)
    case.plant(lines)

    assert found(compared(october, lines)) == case.found


def test_differences_of_all_kinds_are_told_apart_in_one_list() -> None:
    october = usual()
    lines = lines_of(october.listing(), SHANGHAI)
    for case in reversed(ONE_BY_ONE):
        case.plant(lines)
    wanted: dict[str, int] = {}
    for case in ONE_BY_ONE:
        for kind, number in case.found.items():
            wanted[kind] = wanted.get(kind, 0) + number

    assert len(wanted) == 14
    assert found(compared(october, lines)) == wanted


def test_a_constant_shift_is_one_finding_and_hides_no_other() -> None:
    october = usual()
    lines = lines_of(october.listing(), BERLIN)
    lines[40][WAIT] = "77"

    of = compared(october, lines)

    assert found(of) == {"wait": 1, "times_shifted": 100}
    assert finding(of, Kind.TIMES_SHIFTED).told == {"seconds": "-21600"}
    assert found(compared(october, lines, zone=BERLIN)) == {"wait": 1}


def test_whole_seconds_are_rounding_where_we_know_more() -> None:
    finer = [_finer(visit, index) for index, visit in enumerate(visits())]
    october = October(finer)

    of = compared(october, lines_of(october.listing(), SHANGHAI))

    spans = {one.told["span"]: one.told["way"] for one in of.findings if "span" in one.told}
    assert {one.kind for one in of.findings} == {Kind.TIMES_ROUNDED, Kind.SPANS_ROUNDED}
    assert spans == {"wait": "down", "talk": "down"}
    assert of.pairs.clock.shift == 0


def _finer(visit: VisitRecord, index: int) -> VisitRecord:
    return structs.replace(
        visit,
        offered_at=visit.offered_at + index * 37 % 1000,
        wait=(visit.wait or 0) + index * 13 % 1000,
        talk=visit.talk and visit.talk + index * 17 % 1000,
    )


def test_visits_are_found_without_any_id() -> None:
    october = usual()
    lines = lines_of(october.listing(), SHANGHAI)
    for line in lines:
        line[ID] = ""
    lines[30][WAIT] = "88"
    lines.pop(50)

    of = compared(october, lines)

    assert found(of) == {"wait": 1, "missing_there": 1}


def test_ids_of_another_numbering_mean_nothing() -> None:
    october = usual()
    lines = lines_of(october.listing(), SHANGHAI)
    for place, line in enumerate(lines):
        line[ID] = f"c-{1000 + (place * 37) % 100}"

    of = compared(october, lines)

    assert found(of) == {"other_id": 100}


def test_stays_that_they_join_are_ours_of_one_contact() -> None:
    begin = at("10-05 11:00")
    first = call(begin, contact="j", visit=1, wait=10, talk=60_000)
    second = call(begin + 70_000, contact="j", visit=2, wait=5, talk=30_000)
    october = October([*visits(), first, second])
    lines = lines_of(october.listing(), SHANGHAI)
    lines.pop()
    lines[-1][TALK] = "95"

    assert found(compared(october, lines)) == {"joined_there": 2}


def test_one_that_we_have_twice_is_told() -> None:
    twice = call(at("10-05 11:00"), contact="j", visit=1)
    october = October([*visits(), twice, call(at("10-05 11:00"), contact="j", visit=2)])
    lines = lines_of(october.listing(), SHANGHAI)
    lines.pop()

    assert found(compared(october, lines)) == {"duplicate_here": 1}


def test_each_difference_is_worth_what_the_contract_says() -> None:
    """2.50 a call and 0.35 a handled minute; 5 % of the fee below 80 % within 30 s.

    Call 10 of ours: talk 70 s, hold 10 s, wrap-up 20 s: 100 s. x-1 of theirs: talk 44 s.
    """
    october = usual()
    settled = october.settled()
    lines = lines_of(october.listing(), SHANGHAI)
    stranger(lines)
    lines.pop(10)
    before = sum(visit.handle_time for visit in visits())
    fees = Decimal(200) + _minutes(before)

    of = compared(october, lines)
    alone = {one.kind: worth for one, worth in worths(settled, of)}
    both = worth_of_all(settled, of)

    missing = alone[Kind.MISSING_THERE]
    assert missing is not None
    assert both is not None
    assert settled.statement.totals.fees == fees
    assert missing.fees == Decimal("197.50") + _minutes(before - 100_000) - fees
    assert both.fees == Decimal(200) + _minutes(before - 100_000 + 44_000) - fees
    assert both.total == both.fees - both.penalties + both.bonuses


def _minutes(milliseconds: int) -> Decimal:
    return (Decimal(milliseconds) / 60_000 * Decimal("0.35")).quantize(Decimal("0.01"))
