"""The contacts behind a service level are exactly those it counts against."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.contracts.visits import Outcome
from floorpulse.counting.histograms import span_bucket
from floorpulse.figures.visits.missed import missed
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
