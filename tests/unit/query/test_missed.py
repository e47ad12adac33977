"""The contacts behind a service level are exactly those it counts against."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.contracts.visits import Outcome
from floorpulse.counting.histograms import span_bucket
from floorpulse.figures.visits.missed import Miss, MissReason, missed
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.formulas.service_level import service_level
from floorpulse.kpis.policies import Formula, ServiceLevelPolicy

policies = st.builds(
    ServiceLevelPolicy,
    formula=st.sampled_from(Formula),
    threshold=st.integers(6, 30),
    short=st.integers(0, 5),
    boundary=st.sampled_from(["le", "lt"]),
    flow_outs=st.booleans(),
    waiting_past_threshold=st.booleans(),
)
visits = st.lists(
    st.tuples(
        st.sampled_from([*Outcome, None]),
        st.one_of(st.integers(0, 40_000), st.integers(0, 40).map(lambda seconds: seconds * 1000)),
    )
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(visits, policies)
def test_those_missed_are_the_denominator_minus_the_numerator(
    told: list[tuple[Outcome | None, int]], policy: ServiceLevelPolicy
) -> None:
    value = service_level(figures(told), policy)

    assert value.numerator is not None
    assert value.denominator is not None
    assert (
        sum(missed(outcome, wait, policy) is not None for outcome, wait in told)
        == value.denominator - value.numerator
    )


POLICY = ServiceLevelPolicy(threshold=20, short=5, flow_outs=True, waiting_past_threshold=True)


@pytest.mark.parametrize(
    ("outcome", "wait", "miss"),
    [
        (Outcome.ANSWERED, 20_000, None),
        (Outcome.ANSWERED, 20_001, Miss(MissReason.ANSWERED_LATE, 20)),
        (Outcome.ABANDONED, 5_000, None),
        (Outcome.ABANDONED, 6_000, Miss(MissReason.GAVE_UP, 5)),
        (Outcome.LEFT, 1_000, Miss(MissReason.LEFT, None)),
        (None, 20_000, None),
        (None, 21_000, Miss(MissReason.STILL_WAITING, 20)),
    ],
)
def test_a_miss_says_why_and_beyond_what(
    outcome: Outcome | None, wait: int, miss: Miss | None
) -> None:
    assert missed(outcome, wait, POLICY) == miss


@pytest.mark.parametrize(
    ("formula", "beyond"),
    [(Formula.V1, 20), (Formula.V3, None), (Formula.V4, 20), (Formula.V5, 5), (Formula.V6, 5)],
)
def test_who_gave_up_is_missed_beyond_what_the_formula_forgives(
    formula: Formula, beyond: int | None
) -> None:
    policy = ServiceLevelPolicy(formula=formula, threshold=20, short=5)

    assert missed(Outcome.ABANDONED, 50_000, policy) == Miss(MissReason.GAVE_UP, beyond)


def figures(told: list[tuple[Outcome | None, int]]) -> SpanFigures:
    cells: Cells = {}
    for outcome, wait in told:
        match outcome:
            case Outcome.ANSWERED:
                add(cells, {Cell.ANSWERED: 1, Histogram.ANSWERED_WAIT + span_bucket(wait): 1})
            case Outcome.ABANDONED:
                add(cells, {Cell.ABANDONED: 1, Histogram.ABANDONED_WAIT + span_bucket(wait): 1})
            case Outcome.LEFT:
                add(cells, {Cell.LEFT_KEY: 1})
            case None:
                continue
    return SpanFigures(cells, tuple(wait for outcome, wait in told if outcome is None))
