"""How many agents there are and how busy they were: formulas over agents by state and the time they
spent in each.

logged in     ├ available ┼ ringing ┼── busy ──┼ wrap-up ┼ break ┤
occupied                            ├────────────────────┤
expected to   ├───────────┤         ├────────────────────┤

An agent who is busy talks, or has the customer on hold. Ringing is neither: until the agent picks
up nobody is served, and the agent could not take another contact either.
"""

from collections.abc import Sequence

from floorpulse.contracts.events import AgentState
from floorpulse.kpis.figures import MomentFigures, MomentMeasure, SpanFigures, Staff, Value, count
from floorpulse.kpis.policies import ServiceLevelPolicy

LOGGED_IN: tuple[AgentState, ...] = ("available", "ringing", "busy", "wrap_up", "break")
"""The states of an agent who is at work"""
HANDLING: tuple[AgentState, ...] = ("busy", "wrap_up")
EXPECTED: tuple[AgentState, ...] = (*HANDLING, "available")


def agents(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """Distinct agents who are logged in at a moment."""
    return count(_of(figures.staff, LOGGED_IN))


def agents_in(state: AgentState) -> MomentMeasure:
    """Distinct agents in one state at a moment."""
    return lambda figures, _: count(_of(figures.staff, (state,)))


def occupancy(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    """Talk, hold and wrap-up over the same and idle time; parts are seconds.

    Amazon Connect, "Occupancy": agent on contact / (agent on contact + agent idle), where the time
    a contact takes to connect to the agent is neither; COPC and Call Centre Helper count alike.
    """
    return _ratio(figures.staff, HANDLING, EXPECTED)


def utilisation(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    """Talk, hold and wrap-up over all time logged in, breaks too; parts are seconds.

    Call Centre Helper, "Is there a utilization calculation?": handle time / sign-on time. Time that
    is paid and not logged in no event tells of.
    """
    return _ratio(figures.staff, HANDLING, LOGGED_IN)


def _ratio(staff: Staff, part: Sequence[AgentState], whole: Sequence[AgentState]) -> Value:
    """Some time of all; seconds are no sample, so there is no interval."""
    some = _of(staff, part) / 1000
    everything = _of(staff, whole) / 1000
    return Value(some / everything if everything else None, some, everything)


def _of(staff: Staff, states: Sequence[AgentState]) -> int:
    return sum(staff.get(state, 0) for state in states)
