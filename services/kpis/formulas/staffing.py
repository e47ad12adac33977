"""How many agents there are and how busy they were: formulas over agents by state and the time they
spent in each.

logged in     ├ available ┼ ringing ┼── busy ──┼ wrap-up ┼ break ┤
occupied                            ├────────────────────┤
expected to   ├───────────┤         ├────────────────────┤

An agent who is busy talks, or has the customer on hold. Ringing is neither: until the agent picks
up nobody is served, and the agent could not take another contact either.

An agent who is `unknown` is there, and no source tells what it does: how many are free, or how much
of their time they were, has no value then, never 0.
"""

from collections.abc import Sequence

from floorpulse.contracts.events import AgentState
from floorpulse.kpis.figures import (
    MomentFigures,
    MomentMeasure,
    NoValue,
    SpanFigures,
    Staff,
    Value,
    count,
)
from floorpulse.kpis.policies import ServiceLevelPolicy

LOGGED_IN: tuple[AgentState, ...] = ("available", "ringing", "busy", "wrap_up", "break")
"""The states of an agent who is at work"""
HANDLING: tuple[AgentState, ...] = ("busy", "wrap_up")
EXPECTED: tuple[AgentState, ...] = (*HANDLING, "available")


def agents(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """Distinct agents who are known to be logged in at a moment: they told so, or are in a contact.

    Null where only such are there of whom no source tells the state.
    """
    return _known(figures.staff, LOGGED_IN)


def agents_in(state: AgentState) -> MomentMeasure:
    """Distinct agents in one state at a moment; who is busy is known of all."""
    if state in HANDLING:
        return lambda figures, _: count(_of(figures.staff, (state,)))
    return lambda figures, _: _known(figures.staff, (state,))


def break_time(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    """Time on break, seconds: of the reasons that are asked for, else of all."""
    paused = (
        _of(figures.staff, ("break",)) if figures.breaks is None else sum(figures.breaks.values())
    )
    if not paused and _is_unknown(figures.staff):
        return Value(None, None, None, reason=NoValue.NO_STATES)
    return count(paused / 1000)


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
    """Some time of all; seconds are no sample, so there is no interval. Of agents whose state
    nobody tells all is not known.
    """
    some = _of(staff, part) / 1000
    if _is_unknown(staff):
        return Value(None, some, None, reason=NoValue.NO_STATES)
    everything = _of(staff, whole) / 1000
    return Value(some / everything if everything else None, some, everything)


def _known(staff: Staff, states: Sequence[AgentState]) -> Value:
    """How many are known to be in these states; never a 0 that may be wrong."""
    there = _of(staff, states)
    if not there and _is_unknown(staff):
        return Value(None, None, None, reason=NoValue.NO_STATES)
    return count(there)


def _is_unknown(staff: Staff) -> bool:
    return bool(staff.get("unknown"))


def _of(staff: Staff, states: Sequence[AgentState]) -> int:
    return sum(staff.get(state, 0) for state in states)
