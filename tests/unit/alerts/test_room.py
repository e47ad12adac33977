"""How much cells may grow before a figure can be a breach: rules leave figures alone by that."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from floorpulse.alerts.domain.judgement import Call
from floorpulse.alerts.domain.thresholds import BREACHED, NEVER, Bounds, called
from floorpulse.contracts.cells import COMPLAINTS, LEFT, Cell, Cells, Histogram, add
from floorpulse.counting.growth import Growth, growth_of
from floorpulse.counting.histograms import span_bucket
from floorpulse.kpis.catalogue import OVER_SPANS, Grows, SpanKpi
from floorpulse.kpis.figures import MomentFigures, SpanFigures, Value, count, share
from floorpulse.kpis.formulas.estimated_wait import estimated_wait
from floorpulse.kpis.formulas.waiting import longest_wait
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula, ServiceLevelPolicy

GROWING = [kpi for kpi in OVER_SPANS.values() if kpi.grows is not None]
FIRES = {
    Grows.COUNT: (0.0, 2.5, 8.0),
    Grows.SHARE: (0.2, 0.5, 0.8, 1.0),
    Grows.SHARE_OF_SOME: (0.3, 0.6, 0.8, 1.0),
    Grows.MEAN: (12.0, 25.0, 90.0),
    Grows.QUANTILE: (0.0, 12.0, 25.5, 90.0),
}


def some_contacts(dice: random.Random) -> Cells:
    """Cells of a few contacts, what was done with them, and what was said of them."""
    cells: Cells = {}
    for _ in range(dice.randrange(4)):
        wait = dice.randrange(60_000)
        talk = dice.randrange(60_000)
        bucket = span_bucket(wait)
        score = Histogram.CSAT + dice.choice([0, 250, 750, 1000])
        of_contact = Histogram.CONTACT_CSAT + dice.choice([0, 1000])
        handled: Cells = {Cell.HANDLED: 1, Cell.TALK: talk, Cell.HOLD: wait}
        choices: list[Cells] = [
            {
                Cell.OFFERED: 1,
                Cell.ANSWERED: 1,
                Cell.ANSWERED_WAIT: wait,
                Histogram.ANSWERED_WAIT + bucket: 1,
            },
            {
                Cell.OFFERED: 1,
                Cell.ABANDONED: 1,
                Cell.ABANDONED_WAIT: wait,
                Histogram.ABANDONED_WAIT + bucket: 1,
            },
            {Cell.OFFERED: 1},
            {dice.choice(list(LEFT.values())): 1},
            {**handled, Histogram.HANDLE_TIME + span_bucket(talk + wait): 1},
            {**handled, Cell.HELD: 1, Cell.TRANSFERRED: 1},
            {Cell.CSAT_COUNT: 1, score: 1, Cell.CSAT_SUM: 4000},
            {Cell.CONTACT_CSAT_COUNT: 1, of_contact: 1},
            {dice.choice(list(COMPLAINTS.values())): 1},
            {Cell.MISSED: 1},
        ]
        add(cells, dice.choice(choices))
    return cells


def much(dice: random.Random) -> Cells:
    """Cells of some more."""
    cells: Cells = {}
    for _ in range(dice.randrange(12)):
        add(cells, some_contacts(dice))
    return cells


def growing(dice: random.Random, cells: Cells) -> Iterator[tuple[SpanFigures, Growth]]:
    """Figures as cells grow, and by how much they have; who may count without an outcome is counted
    as a contact.
    """
    contacts = amounts = 0
    for _ in range(4):
        change = some_contacts(dice)
        growth = growth_of(change)
        assert growth is not None
        contacts += growth.contacts
        amounts += growth.amounts
        add(cells, change)
        waits = tuple(dice.randrange(40_000) for _ in range(dice.randrange(3)))
        unresolved = dice.randrange(2)
        figures = SpanFigures(dict(cells), waits, unresolved=unresolved)
        yield figures, Growth(contacts + len(waits) + unresolved, amounts)


def a_policy(dice: random.Random) -> ServiceLevelPolicy:
    counted = dice.random() < 0.5
    return replace(
        DEFAULT_POLICY,
        formula=dice.choice(list(Formula)),
        flow_outs=counted,
        waiting_past_threshold=counted,
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("below", [True, False], ids=["below", "above"])
@pytest.mark.parametrize("kpi", GROWING, ids=lambda kpi: kpi.id)
def test_a_figure_that_grew_within_its_room_is_no_breach(kpi: SpanKpi, *, below: bool) -> None:
    """As far as contacts, or amounts, grew since; those who may count without an outcome count
    among the contacts.
    """
    assert kpi.grows is not None
    dice = random.Random(5)
    rested = 0
    for _ in range(300):
        policy = a_policy(dice)
        bounds = Bounds(below, dice.choice(FIRES[kpi.grows]), 0.0, dice.choice([0, 4, 10]))
        cells = much(dice)
        at_first = kpi.measure(SpanFigures(dict(cells)), policy)
        if called(bounds, at_first).call is Call.BREACH:
            continue
        room = bounds.room(kpi, at_first, dict(cells))
        for figures, growth in growing(dice, cells):
            if room >= (growth.amounts if kpi.grows is Grows.MEAN else growth.contacts):
                rested += 1
                assert called(bounds, kpi.measure(figures, policy)).call is not Call.BREACH
    assert rested or (below and kpi.grows is Grows.MEAN)


@pytest.mark.parametrize(
    "kpi",
    [kpi for kpi in GROWING if kpi.grows in {Grows.COUNT, Grows.SHARE, Grows.MEAN}],
    ids=lambda kpi: kpi.id,
)
def test_no_two_cells_grow_a_figure_by_more_than_their_growth(kpi: SpanKpi) -> None:
    for pair in combinations(Cell, 2):
        change: Cells = dict.fromkeys(map(int, pair), 1000)
        growth = growth_of(change)
        assert growth is not None
        grown = kpi.measure(SpanFigures(change), DEFAULT_POLICY)
        part, whole = grown.numerator or 0, grown.denominator or 0

        most = growth.amounts / 1000 if kpi.grows is Grows.MEAN else growth.contacts
        assert part <= most, pair
        assert whole <= growth.contacts, pair


def test_all_kinds_are_known() -> None:
    assert {kpi.grows for kpi in GROWING} == set(Grows)
    assert {"service_level:V1", "csat:contact", "wait_p90", "asa", "complaints:high"} <= {
        kpi.id for kpi in GROWING
    }


def room_of(bounds: Bounds, kpi: str, value: Value, cells: Cells | None = None) -> int:
    return bounds.room(OVER_SPANS[kpi], value, cells or {})


@pytest.mark.parametrize(
    ("part", "whole", "room"),
    [
        (0, 0, 9),  # too few
        (0, 9, 0),
        (9, 9, 6),
        (40, 50, 7),
    ],
)
def test_a_low_share_may_grow_until_the_end_of_its_interval_is_below(
    part: int, whole: int, room: int
) -> None:
    bounds = Bounds(below=True, fire=0.8, clear=0.8, min_volume=10)
    assert room_of(bounds, "answer_rate", share(part, whole)) == room
    for more in range(room + 1):
        assert called(bounds, share(part, whole + more)).call is not Call.BREACH
    assert called(bounds, share(part, whole + room + 1)).call is Call.BREACH


def test_a_high_share_may_grow_by_its_part_alone() -> None:
    bounds = Bounds(below=False, fire=0.2, clear=0.2, min_volume=10)
    room = room_of(bounds, "abandonment_rate", share(5, 100))
    assert room > 0
    assert called(bounds, share(5 + room, 100)).call is not Call.BREACH
    assert called(bounds, share(5 + room + 1, 100)).call is Call.BREACH


def test_counts_means_and_quantiles_have_room_up_to_their_bound() -> None:
    above = Bounds(below=False, fire=20, clear=20)
    answers: Cells = {Histogram.ANSWERED_WAIT + span_bucket(5000): 90}
    assert room_of(above, "complaints", count(7)) == 13
    assert room_of(above, "asa", Value(10.0, 500.0, 50)) == 499_999
    assert room_of(above, "wait_p90", Value(5.0, 5.0, 90), answers) == 9
    assert room_of(replace(above, below=True), "complaints", count(37)) == NEVER


@pytest.mark.parametrize("fire", [0.0, 60.0, 90.5, 900.0])
def test_so_many_may_wait_before_their_estimated_wait_is_beyond_the_bound(fire: float) -> None:
    bounds = Bounds(below=False, fire=fire, clear=fire)
    for handled in (0, 1, 7, 60):
        most = bounds.room_of_wait(handled)
        assert most >= 0
        for more in (0, 5):  # the pace only grows
            there = MomentFigures((0,) * most, handled=handled + more)
            found = estimated_wait(there, DEFAULT_POLICY)
            assert called(bounds, found).call is not Call.BREACH
        too_many = MomentFigures((0,) * (most + 2), handled=handled)  # one more may be the bound
        assert not handled or called(bounds, estimated_wait(too_many, DEFAULT_POLICY)) is BREACHED


def test_so_many_may_wait_before_their_number_is_beyond_the_bound() -> None:
    assert Bounds(below=False, fire=8, clear=4).room_of_line() == 8
    assert Bounds(below=False, fire=2.5, clear=2).room_of_line() == 2


def test_nothing_is_said_where_nothing_is_known() -> None:
    above = Bounds(below=False, fire=0.5, clear=0.5)
    below = replace(above, below=True)
    assert room_of(above, "wait_max", Value(0.1, 0.1, 5)) == -1
    assert room_of(above, "service_level", share(1, 10)) == -1
    assert room_of(below, "wait_p90", Value(5.0, 5.0, 90)) == -1
    assert room_of(below, "asa", Value(5.0, 50.0, 10)) == -1
    assert room_of(replace(above, fire=-1.0), "asa", Value(None, 0.0, 0)) == -1
    assert room_of(replace(below, fire=1.2), "answer_rate", share(10, 10)) == -1
    assert below.room_of_wait(50) == below.room_of_line() == -1
    assert replace(above, fire=-1.0).room_of_wait(50) == -1


@pytest.mark.parametrize("fire", [0.0, 0.29, 1.001, 20.5, 80.0])
def test_somebody_may_wait_until_the_longest_wait_is_beyond_the_bound(fire: float) -> None:
    bounds = Bounds(below=False, fire=fire, clear=fire)
    most = bounds.room_of_longest()

    assert 1000 * fire - 1 <= most + 1 <= 1000 * fire + 1
    assert called(bounds, longest_wait(MomentFigures((most,)), DEFAULT_POLICY)).call is Call.CLEAR


def test_nothing_is_said_of_a_longest_wait_that_must_not_be_short() -> None:
    assert Bounds(below=True, fire=5, clear=6).room_of_longest() == -1
    assert Bounds(below=False, fire=-1.0, clear=-1.0).room_of_longest() < 0
