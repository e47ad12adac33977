"""The page about growing cost, on figures made up here."""

import pytest

from tests.benchmarks.growth import CASES, ratio
from tests.benchmarks.workload import Shape


def test_each_portion_is_held_against_the_first_case_of_the_same_round() -> None:
    assert ratio([20.0, 30.0, 11.0], [10.0, 10.0, 10.0]) == pytest.approx(2.0)


def test_cases_differ_from_the_first_one_in_one_thing_each() -> None:
    first = CASES[0]
    differences = [
        (case.shape.queues != first.shape.queues)
        + (case.shape.partitions != first.shape.partitions)
        + (case.before != first.before)
        for case in CASES[1:]
    ]

    assert first.shape == Shape()
    assert differences == [1] * len(differences)
