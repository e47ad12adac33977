"""How a queue fares with more or fewer agents: against the literature, and by the laws it must
obey.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.kpis.formulas.lending import Demand, predicted, required
from floorpulse.kpis.policies import Formula, ServiceLevelPolicy

DEMANDS = st.builds(Demand, st.floats(0.001, 2), st.floats(10, 900))
POLICIES = st.builds(
    ServiceLevelPolicy,
    formula=st.sampled_from(Formula),
    target=st.floats(0.5, 0.95),
    patience=st.integers(20, 1200),
)


def test_fifty_agents_as_garnett_mandelbaum_and_reiman_have_them() -> None:
    # "Designing a call center with impatient customers" (2002), table 1: 48 calls a minute of a
    # minute each, patience two minutes: 3.1 % give up, 3.7 s mean wait, agents are busy 93 %
    fifty = predicted(Demand(0.8, 60), 50, ServiceLevelPolicy(patience=120))

    assert fifty.abandonment == pytest.approx(0.031, abs=0.0005)
    assert fifty.wait == pytest.approx(3.7, abs=0.05)
    assert fifty.occupancy == pytest.approx(0.93, abs=0.005)


def test_where_nothing_comes_nothing_is_required_and_no_promise_is_broken() -> None:
    idle = predicted(Demand(0, 180), 3, ServiceLevelPolicy())
    deserted = predicted(Demand(0, 180), 0, ServiceLevelPolicy())

    assert idle == (3, None, 0, 0, 0)
    assert deserted == (0, None, 0, 0, None)
    assert required(Demand(0, 180), ServiceLevelPolicy()) == 0


def test_without_agents_everybody_gives_up() -> None:
    nobody = predicted(Demand(0.1, 180), 0, ServiceLevelPolicy(patience=90))

    assert nobody[:2] == (0, 0)
    assert nobody.wait == pytest.approx(90)
    assert nobody.abandonment == pytest.approx(1)
    assert nobody.occupancy is None


@given(DEMANDS, st.integers(1, 60), POLICIES)
def test_one_agent_more_makes_nothing_worse(
    demand: Demand, agents: int, policy: ServiceLevelPolicy
) -> None:
    fewer = predicted(demand, agents, policy)
    more = predicted(demand, agents + 1, policy)

    assert more.wait <= fewer.wait + 1e-6
    assert more.abandonment <= fewer.abandonment + 1e-9
    assert (more.occupancy or 0) <= (fewer.occupancy or 0) + 1e-9
    if policy.formula is not Formula.V1:  # where giving up in time counts as a hit
        assert (more.service_level or 0) >= (fewer.service_level or 0) - 1e-6


@given(DEMANDS, st.floats(0.5, 0.95))
def test_the_required_agents_keep_the_promise_and_one_fewer_would_not(
    demand: Demand, target: float
) -> None:
    policy = ServiceLevelPolicy(target=target)
    needed = required(demand, policy)

    assert (predicted(demand, needed, policy).service_level or 0) >= target
    assert (predicted(demand, needed - 1, policy).service_level or 0) < target
