"""What a few KPIs need beside the panes of their span, so that it is looked up only when they are
asked for.
"""

from enum import Flag, auto


class Need(Flag):
    """What must be looked up."""

    NOTHING = 0
    PACE = auto()
    """What the half hour before a moment counted"""
    COMPLAINTS = auto()
    """The complaints that are open, or were at a moment"""
    RETURNS = auto()
    """Which visits' customers had been there before"""
    AGENTS = auto()
    """Who is in which state at a moment"""
    AGENT_TIME = auto()
    """How long agents were in each state"""
    PLAN = auto()
    """What was forecast for the span so far"""
    ARRIVALS = auto()
    """What came in each of its forecast intervals"""
    REST = auto()
    """What is forecast for the rest, and what the interval in progress counted so far"""


LOOKED_UP = Need.COMPLAINTS | Need.RETURNS | Need.AGENT_TIME
"""What only the tables know"""

STAFF = Need.AGENTS | Need.AGENT_TIME
"""What is told of agents"""

_NEEDS = {
    "estimated_wait": Need.PACE,
    "complaints_open": Need.COMPLAINTS,
    "complaints_closed_in_time": Need.COMPLAINTS,
    "repeat_rate": Need.RETURNS,
    "agents": Need.AGENTS,
    "occupancy": Need.AGENT_TIME,
    "utilisation": Need.AGENT_TIME,
    "forecast_variance": Need.PLAN | Need.ARRIVALS,
    "wape": Need.PLAN | Need.ARRIVALS,
    "agents_required": Need.PLAN,
    "agents_required:rest": Need.PLAN | Need.REST,
    "agents_gap": Need.PLAN | Need.AGENT_TIME,
    "agents_gap:planned": Need.PLAN,
    "service_level_projected": Need.PLAN | Need.REST,
}


def need_of(kpi: str) -> Need:
    """What a KPI or a variant of it, by its id, must have looked up."""
    return _NEEDS.get(kpi, _NEEDS.get(kpi.partition(":")[0], Need.NOTHING))
