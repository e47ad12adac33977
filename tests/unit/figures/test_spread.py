"""Differences with their intervals, against figures worked out elsewhere and by hand."""

from statistics import mean, variance

import pytest

from floorpulse.figures.agents.spread import Measured, Spread, certain, difference, shrunk
from floorpulse.kpis.figures import Value, share
from floorpulse.kpis.figures import mean as mean_value
from floorpulse.kpis.statistics import newcombe, student95, welch


def spread(*amounts: float) -> Spread:
    found = Spread()
    for amount in amounts:
        found.take(amount, 1.0)
    return found


def measured(*seconds: float) -> Measured:
    return Measured(mean_value(sum(seconds) * 1000, len(seconds)), spread(*seconds))


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 20), (0.6791, 1.0000)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ],
)
def test_shares_differ_by_newcombes_interval(
    ours: tuple[int, int], theirs: tuple[int, int], expected: tuple[float, float]
) -> None:
    assert newcombe(ours, theirs) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    ("freedom", "expected", "within"),
    [
        (2, 4.3027, 0.04),
        (3, 3.1824, 0.005),
        (5, 2.5706, 5e-4),
        (10, 2.2281, 5e-5),
        (60, 2.0003, 5e-5),
    ],
)
def test_the_quantile_of_students_t_is_that_of_the_tables(
    freedom: float, expected: float, within: float
) -> None:
    assert student95(freedom) == pytest.approx(expected, abs=within)


def test_means_differ_by_welchs_interval() -> None:
    """27.5, 21.0, 19.0, 23.6, 17.0 and 27.1, 22.0, 20.8, 23.4: s² 16.982 and 7.2892, so
    v = 3.3964 and 1.8223; degrees of freedom 27.235 / (2.8839 + 1.1069) = 6.824.
    """
    low, high = welch(-1.705, (3.3964, 5), (1.8223, 4))

    assert (low + high) / 2 == pytest.approx(-1.705)
    assert (high - low) / 2 == pytest.approx(2.3770 * (3.3964 + 1.8223) ** 0.5, rel=1e-3)


def test_the_variance_of_a_mean_is_that_of_its_sample() -> None:
    amounts = (60.0, 75.0, 240.0, 31.0)

    assert spread(*amounts).variance == pytest.approx(variance(amounts) / len(amounts))
    assert spread(60.0, 75.0).variance is None
    assert Spread().variance is None


def test_a_difference_of_means_that_never_vary_is_exact() -> None:
    assert difference(measured(60, 60, 60), measured(90, 90, 90)) == (-30, -30)


def test_there_is_no_interval_where_contacts_cannot_tell() -> None:
    few = measured(60, 80)
    enough = measured(60, 80, 100)
    quantile = Measured(Value(80, 80, 3), enough.spread)

    assert difference(few, enough) is None
    assert difference(enough, quantile) is None
    assert difference(Measured(Value(None, 0, 0), Spread()), enough) is None
    assert difference(Measured(Value(7, 7, None), Spread()), enough) is None


def test_what_leaves_out_nought_is_more_than_chance() -> None:
    apart = difference(Measured(share(56, 70), Spread()), Measured(share(48, 80), Spread()))
    same = difference(Measured(share(5, 10), Spread()), Measured(share(6, 10), Spread()))

    assert (certain(apart), certain(same), certain(None)) == (True, False, None)


def test_few_answers_are_drawn_to_the_mean_of_all_further_than_many() -> None:
    """By hand: pooled s² = (0 + 9 + 25) / (2 + 39 + 99) = 34 / 140; v = s²/3, s²/40, s²/100."""
    answers = {
        "few": spread(1, 1, 1),
        "most": spread(*[1.0] * 26, *[0.0] * 14),
        "half": spread(*[1.0] * 50, *[0.0] * 50),
    }
    found = shrunk(answers)

    assert found is not None
    within = sum(one.squares for one in answers.values()) / 140
    chance = {name: within / one.size for name, one in answers.items()}
    weights = {name: 1 / one for name, one in chance.items()}
    means = {name: one.n / one.d for name, one in answers.items()}
    total = sum(weights.values())
    middle = sum(weights[name] * means[name] for name in means) / total
    excess = sum(weights[name] * (means[name] - middle) ** 2 for name in means) - 2
    between = excess / (total - sum(one**2 for one in weights.values()) / total)
    drawn = {name: between / (between + chance[name]) for name in means}
    centre = sum(means[name] / (between + chance[name]) for name in means) / sum(
        1 / (between + chance[name]) for name in means
    )
    assert between > 0
    assert found == pytest.approx(
        {name: centre + (means[name] - centre) * drawn[name] for name in means}
    )
    assert abs(found["few"] - 1) > abs(found["most"] - means["most"])


def test_agents_who_differ_no_more_than_chance_are_judged_alike() -> None:
    found = shrunk({"a": spread(1, 0, 1, 0), "b": spread(0, 1, 1, 0), "c": spread(1, 0)})

    assert found == pytest.approx({"a": 0.5, "b": 0.5, "c": 0.5})


def test_what_never_varies_or_was_never_told_is_not_drawn() -> None:
    assert shrunk({"a": spread(1, 1), "b": spread(0, 0)}) is None
    assert shrunk({"a": spread(1), "b": spread(0)}) is None
    assert shrunk({"a": spread(1, 0, 1), "b": Spread()}) is None
    assert shrunk({}) is None
    assert mean([1.0, 0.0]) == spread(1, 0).n / spread(1, 0).d
