"""Erlang A and C against published tables, another implementation, and the chain of states
itself.
"""

from dataclasses import replace
from itertools import count, takewhile
from math import exp, inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyworkforce.queuing import ErlangC

from floorpulse.kpis.erlang.gamma import log_lower, log_sum, log_upper
from floorpulse.kpis.erlang.models import Load, Service, fewest
from floorpulse.kpis.formulas.lending import Demand, required, spare
from floorpulse.kpis.formulas.planning import expected, fewest_for
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula, ServiceLevelPolicy

TEN_ERLANGS = Load(100 / 1800, 180)
"""100 calls in half an hour, three minutes each"""


@pytest.mark.parametrize(
    ("agents", "waits", "level"),
    [(11, 0.682, 0.390), (12, 0.449, 0.640), (13, 0.285, 0.796), (14, 0.174, 0.888)],
)
def test_the_worked_example_of_call_centre_helper(agents: int, waits: float, level: float) -> None:
    # Call Centre Helper, "Erlang C Formula - Made Simple With an Easy Worked Example": 10 erlangs,
    # 20 s
    service = Service(TEN_ERLANGS, agents)

    assert service.waits == pytest.approx(waits, abs=0.0006)
    assert service.answered_within(20) == pytest.approx(level, abs=0.0006)


def test_fifty_agents_with_and_without_patience_as_garnett_mandelbaum_and_reiman_have_it() -> None:
    # "Designing a call center with impatient customers" (2002), their comparison: 48 calls a minute
    # of a minute each, patience two minutes
    patient = Service(Load(0.8, 60), 50)
    impatient = Service(Load(0.8, 60, 120), 50)

    assert patient.wait == pytest.approx(20.8, abs=0.05)
    assert impatient.wait == pytest.approx(3.7, abs=0.05)
    assert impatient.abandons == pytest.approx(0.031, abs=0.0005)


@pytest.mark.parametrize("calls", [5, 60, 333, 2000])
@pytest.mark.parametrize("aht", [3.0, 5.5])
@pytest.mark.parametrize("target", [0.8, 0.95])
def test_erlang_c_is_that_of_pyworkforce(calls: int, aht: float, target: float) -> None:
    peer = ErlangC(transactions=calls, aht=aht, interval=30, asa=20 / 60)
    load = Load(calls / 1800, aht * 60)
    policy = ServiceLevelPolicy(formula=Formula.V2, target=target)

    required = peer.required_positions(service_level=target)

    assert fewest_for(load.rate, load.handle, inf, policy) == required["positions"]
    assert Service(load, required["positions"]).answered_within(20) == pytest.approx(
        required["service_level"], rel=1e-6
    )
    assert Service(load, required["positions"]).waits == pytest.approx(
        required["waiting_probability"], rel=1e-6
    )


def chain(load: Load, agents: int, seconds: float) -> tuple[float, float, float]:
    """P(W > 0), P(Ab) and P(answered within so many seconds), from the states' balance and a sum
    over the waiting line's stages.
    """
    leaving = 1 / load.patience
    weights = [0.0]
    for number in count(1):
        rate = min(number, agents) / load.handle + max(0, number - agents) * leaving
        weights.append(weights[-1] + log(load.rate / rate))
        if number > agents and weights[-1] < max(weights) - 45:
            break
    total = sum(exp(one - max(weights)) for one in weights)
    states = [exp(one - max(weights)) / total for one in weights]
    queue = sum((number - agents) * share for number, share in enumerate(states) if number > agents)
    return (
        sum(states[agents:]),
        leaving * queue / load.rate,
        sum(states[:agents]) + _served(load, agents, seconds, states),
    )


def _served(load: Load, agents: int, seconds: float, states: list[float]) -> float:
    """Of those who wait, the share served in time: one's own line is stepped through by
    Kolmogorov's equations (Euler's method).
    """
    ahead = states[agents:]
    served = 0.0
    steps = 2000
    step = seconds / steps
    work = agents / load.handle
    leaving = 1 / load.patience
    for _ in range(steps):
        served += ahead[0] * work * step
        stays = [
            share * (1 - step * (work + (place + 1) * leaving)) for place, share in enumerate(ahead)
        ]
        comes = [
            share * step * (work + (place + 1) * leaving) for place, share in enumerate(ahead[1:])
        ]
        ahead = [stay + come for stay, come in zip(stays, [*comes, 0.0], strict=True)]
    return served


@pytest.mark.parametrize(
    ("load", "agents"),
    [(Load(0.1, 300, 120), 25), (Load(0.05, 200, 40), 8), (Load(0.05, 200, 900), 12)],
)
def test_erlang_a_is_what_the_chain_of_states_says(load: Load, agents: int) -> None:
    waits, abandons, within = chain(load, agents, 20)
    service = Service(load, agents)

    assert service.waits == pytest.approx(waits, rel=1e-9)
    assert service.abandons == pytest.approx(abandons, rel=1e-9)
    assert service.wait == pytest.approx(abandons * load.patience, rel=1e-9)
    assert service.answered_within(20) == pytest.approx(within, abs=2e-3)


@given(
    st.floats(0.001, 50),
    st.floats(10, 1200),
    st.floats(5, 3600),
    st.integers(0, 20_000),
    st.floats(0, 300),
)
def test_chances_are_chances_for_any_floor(
    rate: float, handle: float, patience: float, agents: int, seconds: float
) -> None:
    service = Service(Load(rate, handle, patience), agents)
    answered = service.answered_within(seconds)
    gave_up = service.abandoned_within(seconds)

    assert 0 <= service.waits <= 1 + 1e-9
    assert 0 <= service.abandons <= 1 + 1e-9
    assert 0 <= answered <= 1 - service.abandons + 1e-6
    assert 0 <= gave_up <= service.abandons + 1e-6


@given(
    st.floats(0.001, 10),
    st.floats(10, 900),
    st.sampled_from(Formula),
    st.sampled_from([30.0, 120.0, inf]),
)
def test_fewest_is_enough_and_one_less_is_not(
    rate: float, handle: float, formula: Formula, patience: float
) -> None:
    policy = ServiceLevelPolicy(formula=formula)
    agents = fewest_for(rate, handle, patience, policy)

    def kept(number: int) -> bool:
        hits, total = expected(Load(rate, handle, patience), number, policy)
        return total > 0 and hits >= 0.8 * total

    assert kept(agents)
    assert agents == 0 or not kept(agents - 1)


def test_endless_patience_is_the_limit_of_long_patience() -> None:
    patient = Service(TEN_ERLANGS, 14)
    almost = Service(Load(TEN_ERLANGS.rate, 180, 1e7), 14)

    assert almost.waits == pytest.approx(patient.waits, rel=1e-3)
    assert almost.answered_within(20) == pytest.approx(patient.answered_within(20), rel=1e-3)


def test_a_line_that_only_grows_has_no_end_and_no_service_level() -> None:
    service = Service(TEN_ERLANGS, 10)

    assert (service.waits, service.wait, service.answered_within(20), service.abandons) == (
        1,
        inf,
        0,
        0,
    )
    assert service.abandoned_within(20) == 0


def test_without_agents_everybody_gives_up() -> None:
    service = Service(Load(0.1, 300, 120), 0)

    assert (service.waits, service.abandons, service.wait, service.answered_within(20)) == (
        1,
        1,
        120,
        0,
    )
    assert service.abandoned_within(20) == pytest.approx(1 - exp(-20 / 120))


def test_thousands_of_agents_neither_overflow_nor_vanish() -> None:
    policy = DEFAULT_POLICY
    load = Load(100, 300, 120)
    agents = fewest_for(100, 300, 120, policy)
    hits, total = expected(load, agents, policy)

    assert 0.8 * load.erlangs < agents < 0.9 * load.erlangs
    assert 0.8 <= hits / total < 0.801
    assert Service(Load(100, 300), 31_000).waits < 1e-6


@pytest.mark.parametrize("formula", Formula)
@pytest.mark.parametrize("patience", [60, 300])
def test_agents_can_be_spared_as_far_as_more_are_there_than_are_required(
    formula: Formula, patience: int
) -> None:
    policy = replace(DEFAULT_POLICY, formula=formula, patience=patience)
    for rate in (0.0, 0.004, 0.03, 0.2):
        demand = Demand(rate, 200.0)
        needed = required(demand, policy)
        for agents in range(max(0, needed - 3), needed + 4):
            assert spare(demand, agents, policy) == max(0, agents - needed)
        assert spare(demand, 0, policy) == 0


def test_what_ended_within_a_while_was_answered_or_given_up() -> None:
    service = Service(Load(0.1, 200, 90), 18)

    assert service.ended_within(20) == (service.answered_within(20), service.abandoned_within(20))
    assert Service(Load(0.1, 200), 25).ended_within(20)[1] == 0


def test_no_load_takes_nobody() -> None:
    assert fewest_for(0, 300, 120, DEFAULT_POLICY) == 0
    assert fewest_for(1, 0, 120, DEFAULT_POLICY) == 0


@given(st.integers(-1, 3000), st.floats(0.1, 500))
def test_the_search_finds_the_first_that_is_enough(least: int, erlangs: float) -> None:
    assert fewest(Load(erlangs, 1), lambda agents: agents >= least) == max(0, least)


@given(st.floats(0.5, 500), st.floats(0.01, 1000))
def test_lower_and_upper_gamma_are_the_whole(x: float, y: float) -> None:
    whole = log_sum(log_lower(x, y), log_upper(x, y))

    assert whole == pytest.approx(log_sum(log_upper(x, 0), log_lower(x, 0)), rel=1e-9, abs=1e-9)


def test_at_nought_the_lower_gamma_is_nothing_and_the_upper_one_the_whole() -> None:
    assert log_lower(5, 0) == -inf
    assert log_upper(5, 0) == pytest.approx(log(24))


def test_the_gamma_functions_of_whole_numbers_are_sums() -> None:
    # Γ(n + 1, a) = n! e^(−a) Σ a^k / k!, k to n: DLMF 8.4.8
    terms = [
        1.0,
        *takewhile(bool, (3.0**k / product for k, product in ((1, 1), (2, 2), (3, 6), (4, 24)))),
    ]

    assert exp(log_upper(5, 3)) == pytest.approx(24 * exp(-3) * sum(terms))
