"""What a few KPIs need beside the panes of their span, so that it is looked up only when they are
asked for.
"""

from enum import Flag, auto


class Need(Flag):
    """What must be looked up."""

    NOTHING = 0
    THROUGHPUT = auto()
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
    WAITS = auto()
    """How long the visits of a span waited, one by one, where a policy is not judged by panes"""
    HOURS = auto()
    """How long who waits at a moment has waited in business hours"""
    REST = auto()
    """What is forecast for the rest, and what the interval in progress counted so far"""


STAFF = Need.AGENTS | Need.AGENT_TIME
"""What is told of agents"""
