"""Who is a benchmark: by hand, and by the laws that any choice must keep."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.figures.agents.benchmark import (
    FEW,
    Eligibility,
    Minimum,
    Ranking,
    Record,
    Volume,
    ranking,
)

HOUR = 3_600_000
NO_MINIMUM = Minimum(1, 1)


def record(handled: int, quality: float | None, hours: float = 10, answers: int = 20) -> Record:
    return Record(handled, round(hours * HOUR), quality, answers)


def best(found: Ranking) -> set[str]:
    return {
        agent for agent, standing in found.standings.items() if standing is Eligibility.BENCHMARK
    }


def test_the_benchmark_is_good_at_both() -> None:
    """Volumes 400 > 300 > 200 > 100, qualities 0.9 > 0.8 > 0.7 > 0.6: worse ranks ann 2 of 4, bob
    3, cem 2, dee 1.
    """
    floor = {
        "ann": record(400, 0.7),
        "bob": record(300, 0.8),
        "cem": record(200, 0.9),
        "dee": record(100, 0.6),
    }

    found = ranking(floor, NO_MINIMUM)

    assert best(found) == {"bob"}
    assert found.small
    assert found.volume is Volume.PER_HOUR


def test_volume_is_by_the_hour_where_all_hours_are_known() -> None:
    floor = {"long": record(400, 0.8, hours=100), "quick": record(300, 0.8, hours=10)}

    assert best(ranking(floor, NO_MINIMUM)) == {"quick"}
    floor["unknown"] = record(1, 0.1, hours=0)
    counted = ranking(floor, NO_MINIMUM)
    assert (best(counted), counted.volume) == ({"long"}, Volume.COUNT)


def test_those_who_tie_with_the_last_of_the_tenth_belong_to_it() -> None:
    floor = {f"a{number}": record(100, 0.8) for number in range(12)} | {"slow": record(10, 0.9)}

    assert best(ranking(floor, NO_MINIMUM)) == {f"a{number}" for number in range(12)}


def test_who_did_too_little_is_not_judged_and_says_why() -> None:
    unscored = record(500, None, answers=0)
    floor = {
        "ann": record(10, 0.5),
        "new": record(9, 1.0),
        "unasked": record(500, 1.0, answers=2),
        "unscored": unscored,
    }

    found = ranking(floor, Minimum())

    assert found.standings == {
        "ann": Eligibility.BENCHMARK,
        "new": Eligibility.FEW_HANDLED,
        "unasked": Eligibility.FEW_ANSWERS,
        "unscored": Eligibility.FEW_ANSWERS,
    }
    assert found.candidates == 1


def test_three_happy_customers_make_no_benchmark() -> None:
    """(3 + 20 · 0.8) / 23 = 0.826 of the lucky, (85.5 + 20 · 0.8) / 115 = 0.883 of the steady; the
    mean is (3 + 85.5 + 85.5) / (3 + 95 + 119.5) = 0.8.
    """
    floor = {
        "lucky": record(100, 1.0, answers=3),
        "steady": record(100, 0.9, answers=95),
        "other": Record(100, 10 * HOUR, 85.5 / 119.5, 119),
    }

    found = ranking(floor, NO_MINIMUM)

    assert best(found) == {"steady"}
    assert found.judged["lucky"] == pytest.approx(0.826, abs=2e-3)
    assert found.judged["steady"] == pytest.approx(0.883, abs=2e-3)


def test_nobody_is_a_benchmark_of_nobody() -> None:
    assert ranking({}, Minimum()) == Ranking({}, Volume.PER_HOUR, 0)


RECORDS = st.builds(
    Record,
    st.integers(0, 90),
    st.sampled_from((0, HOUR, 3 * HOUR)),
    st.none() | st.sampled_from((0.0, 0.5, 0.9, 1.0)),
    st.integers(0, 20),
)
FLOORS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), RECORDS, max_size=30)
MINIMA = st.builds(Minimum, st.integers(0, 60), st.integers(0, 15))


@given(FLOORS, MINIMA, st.randoms())
def test_the_order_of_agents_and_their_names_cannot_matter(
    floor: dict[str, Record], minimum: Minimum, dice: object
) -> None:
    agents = list(floor)
    dice.shuffle(agents)  # type: ignore[attr-defined]
    renamed = dict(zip((f"{agent}!" for agent in floor), floor.values(), strict=True))

    assert ranking({agent: floor[agent] for agent in agents}, minimum) == ranking(floor, minimum)
    assert {agent[:-1] for agent in best(ranking(renamed, minimum))} == best(
        ranking(floor, minimum)
    )


@given(FLOORS, MINIMA)
def test_the_minimum_is_kept_and_the_tenth_is_never_empty(
    floor: dict[str, Record], minimum: Minimum
) -> None:
    found = ranking(floor, minimum)

    for agent in best(found):
        assert floor[agent].handled >= minimum.handled
        assert floor[agent].answers >= minimum.answers
        assert floor[agent].quality is not None
    assert len(best(found)) >= ceil(found.candidates / 10)
    assert found.small == (found.candidates < FEW)


@given(FLOORS, MINIMA)
def test_nobody_outside_is_better_at_both_than_one_inside(
    floor: dict[str, Record], minimum: Minimum
) -> None:
    found = ranking(floor, minimum)
    inside = best(found)

    def volume(one: Record) -> float:
        return one.handled / one.logged_in if found.volume is Volume.PER_HOUR else one.handled

    for agent, standing in found.standings.items():
        if standing is Eligibility.COMPARED:
            other = floor[agent]
            assert not any(
                volume(other) > volume(floor[one]) and found.judged[agent] > found.judged[one]
                for one in inside
            )
