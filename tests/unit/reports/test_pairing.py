"""Which visit is which: by ids, by time, and through clocks that differ."""

from datetime import datetime

import pytest

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Outcome
from floorpulse.reports.domain.comparison.clocks import (
    Clock,
    clock,
    guessed_shift,
    leeway,
    shift_of,
    step_of,
)
from floorpulse.reports.domain.comparison.compared import compare
from floorpulse.reports.domain.comparison.contact_ids import SPELLED, Spelling
from floorpulse.reports.domain.comparison.listing import ListedVisit, Listing
from floorpulse.reports.domain.comparison.pairing import MOST_STAYS, paired
from tests.fakes.client_lists import BERLIN

ALWAYS = Span(0, 2**60)
SECOND = 1_000
MINUTE = 60_000
HOUR = 3_600_000


def stay(contact: str, offered: int, **more: object) -> ListedVisit:
    """An answered stay."""
    told = {"queue": "sales", "outcome": Outcome.ANSWERED, "wait": 5_000, "talk": 60_000} | more
    return ListedVisit(contact, offered, **told)  # type: ignore[arg-type]


def uneven(number: int = 40) -> list[ListedVisit]:
    """Stays at uneven times, of uneven lengths."""
    return [
        stay(f"c{index}", index * 97_000 + index * index % 13 * SECOND, talk=30_000 + index * 900)
        for index in range(number)
    ]


def found(ours: list[ListedVisit], theirs: list[ListedVisit]) -> dict[str, int]:
    """How many visits differ in each way."""
    of = compare(Listing(ours), Listing(theirs), ALWAYS)
    return {finding.kind.value: len(finding) for finding in of.findings}


def test_a_list_has_what_was_put_into_it() -> None:
    visits = [
        stay("甲-1", 5, hold=3_000, wrap=0, billable=True, within=False, line=9, channel="voice"),
        ListedVisit("", 7, again=HOUR),
    ]
    listing = Listing(visits)

    assert [listing.at(place) for place in range(len(listing))] == visits
    assert [listing.length(place) for place in range(2)] == [68_000, 0]


@pytest.mark.parametrize(
    ("spelling", "ours", "theirs"),
    [
        (Spelling.EXACT, "c-42", "c-42"),
        (Spelling.CASE, "3F2504E0", " {3f2504e0}"),
        (Spelling.SIGNS, "3f25-04e0", "3F2504E0"),
        (Spelling.PREFIX, "c-42", "ACME:42"),
        (Spelling.ZEROS, "c-2026-7", "2026-007"),
    ],
)
def test_each_spelling_makes_one_of_two_ids(spelling: Spelling, ours: str, theirs: str) -> None:
    assert SPELLED[spelling](ours) == SPELLED[spelling](theirs)


def test_how_finely_a_list_tells_time() -> None:
    assert step_of([0, 60_000]) == 60_000
    assert step_of([0, 61_000]) == 1_000
    assert step_of([61_000, 1]) == 1
    assert step_of([]) == 1
    assert (leeway(1, 1), leeway(1, 1_000), leeway(60_000, 1_000)) == (0, 999, 59_999)


def test_pairs_that_are_apart_by_nothing_they_share_are_none() -> None:
    assert shift_of([]) is None
    assert shift_of([HOUR, HOUR + 1, 5]) == HOUR
    assert shift_of([0, HOUR, 2 * HOUR, 3 * HOUR]) is None


@pytest.mark.parametrize(
    ("late", "shift"),
    [(499, 0), (3_599_500, HOUR), (3_600_100, HOUR), (37_950, 38_000), (37_500, 38_000), (0, 0)],
)
def test_a_shift_that_is_seen_through_whole_seconds_is_whole(late: int, shift: int) -> None:
    ours = Listing([stay("a", 123), stay("b", 10_456)])
    theirs = Listing([stay("a", 1_000), stay("b", 11_000)])

    assert clock(ours, theirs, late).shift == shift


def test_the_exact_shift_holds_where_both_lists_tell_time_alike() -> None:
    ours, theirs = Listing([stay("a", 1_001)]), Listing([stay("a", 2_003)])

    assert clock(ours, theirs, 1_002) == Clock(1_002, 0, 0)


def test_a_shift_is_guessed_from_times_alone() -> None:
    ours = uneven()
    late = [one._replace(offered=one.offered + HOUR + 37_250) for one in ours]
    cut = [one._replace(offered=(one.offered + 250) // SECOND * SECOND + HOUR) for one in ours]
    finer = [
        one._replace(offered=one.offered + index * 71 % 1000) for index, one in enumerate(ours)
    ]

    assert guessed_shift(Listing(ours), Listing(late)) == HOUR + 37_250
    assert guessed_shift(Listing(ours), Listing(ours)) == 0
    assert abs(guessed_shift(Listing(finer), Listing(cut)) - HOUR) <= SECOND
    assert guessed_shift(Listing(ours), Listing([])) == 0
    assert guessed_shift(Listing(ours), Listing([stay("x", 90 * HOUR)])) == 0


def test_an_offer_that_has_none_near_it_does_not_move_the_shift() -> None:
    ours = uneven()
    late = [one._replace(offered=one.offered + HOUR) for one in ours]

    assert guessed_shift(Listing(ours), Listing([*late, stay("x", 50 * HOUR)])) == HOUR


def test_ids_that_are_only_alike_mean_one_contact_where_times_are() -> None:
    ours = [*uneven(), stay("K-7", HOUR)]
    same = [*uneven(), stay("k-7", HOUR)]
    other = [*uneven(), stay("k-7", 20 * HOUR)]

    assert found(ours, same) == {"ids_respelled": 1}
    assert found(ours, other) == {"missing_here": 1, "missing_there": 1}


def test_an_id_of_everybody_is_nobodys() -> None:
    many = int(MOST_STAYS**0.5) + 1
    ours = [one._replace(contact="anonymous") for one in uneven(many)]

    assert found(ours, list(reversed(ours))) == {"other_id": many}
    named = [one._replace(offered=one.offered + HOUR) for one in uneven(9)]
    assert found([*named, *ours], [*named, *ours]) == {"other_id": many}


def test_an_hour_that_the_clock_shows_twice_is_read_as_ours_is() -> None:
    """02:30 of the 25th of October, by id and without one."""
    early = round(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=0).timestamp()) * 1000
    first = stay("a", early, again=HOUR)
    second = stay("b", early + 5 * MINUTE, again=HOUR)
    ours = [
        stay("a", first.offered),
        stay("b", second.offered + HOUR, talk=61_000),
        stay("c", early - HOUR),
    ]
    theirs = [first, second._replace(talk=61_000), stay("c", early - HOUR)]

    assert found(ours, theirs) == {}
    nameless = [one._replace(contact="") for one in theirs]
    assert found(ours, nameless) == {}
    stranger = stay("", 99 * HOUR, outcome=None, queue=None)
    assert found(ours, [*nameless, stranger]) == {"missing_here": 1}
    nearly = nameless[0]._replace(outcome=None)
    assert found(ours, [nearly, *nameless[1:]]) == {}
    half = [*uneven(), *theirs[:1], *nameless[1:2]]
    assert found([*uneven(), *ours[:2]], half) == {}


def test_what_only_happened_at_once_is_no_pair_where_others_have_ids() -> None:
    lost = {"outcome": Outcome.ABANDONED, "wait": None, "talk": None, "queue": None}
    ours = [*uneven(), stay("x", HOUR, **lost)]
    theirs = [*uneven(), stay("y", HOUR, **lost)]

    assert found(ours, theirs) == {"missing_here": 1, "missing_there": 1}


def test_of_several_stays_at_once_each_has_one_partner() -> None:
    ours = [stay("", HOUR, talk=talk) for talk in (10_000, 20_000, 20_000, 40_000)]
    theirs = [stay("", HOUR + 1_000, talk=talk) for talk in (20_000, 20_000, 99_000)]

    pairs = paired(Listing(ours), Listing([*theirs, *uneven(20)]))

    assert len(pairs) == 3
    assert sorted(pairs.by_time) == sorted(set(pairs.by_time))


def test_further_stays_that_fit_nothing_are_missing() -> None:
    ours = [*uneven(), stay("d", 9 * HOUR), stay("e", 10 * HOUR), stay("e", 11 * HOUR)]
    theirs = [*uneven(), stay("d", 9 * HOUR), stay("d", 9 * HOUR + MINUTE), stay("e", 10 * HOUR)]

    assert found(ours, theirs) == {"missing_here": 1, "missing_there": 1}


def test_a_split_stay_may_be_listed_with_its_hold() -> None:
    ours = [*uneven(), stay("s", 9 * HOUR, hold=20_000)]
    theirs = [
        *uneven(),
        stay("s", 9 * HOUR, talk=30_000),
        stay("s", 9 * HOUR + 35_000, wait=0, talk=50_000),
    ]

    assert found(ours, theirs) == {"split_there": 2}


def test_lists_that_judge_as_wildly_as_one_likes_are_told_visit_by_visit() -> None:
    ours = [one._replace(within=True, wait=index * 1_000) for index, one in enumerate(uneven(20))]
    theirs = [one._replace(within=place not in (3, 11)) for place, one in enumerate(ours)]
    all_late = [one._replace(within=False) for one in ours]
    half = [one._replace(within=place < 12) for place, one in enumerate(ours)]

    assert found(ours, theirs) == {"within": 2}
    assert found(ours, all_late) == {"within": 20}
    assert found(ours, half) == {"other_threshold": 8}


def test_names_of_queues_are_learned_from_most_visits() -> None:
    ours = uneven(20)
    theirs = [one._replace(queue="Verkauf") for one in ours]
    theirs[3] = theirs[3]._replace(queue="Hilfe")
    theirs.append(stay("new", 99 * HOUR, queue="Verkauf"))

    of = compare(Listing(ours), Listing(theirs), ALWAYS)

    assert {one.kind.value: len(one) for one in of.findings} == {
        "missing_here": 1,
        "queue": 1,
        "queues_renamed": 19,
    }
    assert of.renamed == {"Verkauf": "sales"}
    assert (of.channel_of("sales"), of.channel_of("Hilfe")) == (None, None)
