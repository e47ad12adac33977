"""The team and site of agents over time, as their states told them.

told      east ├───────────────┤ west ├──────────┤  (longer without a word)   ┤ west
spans     │ east │ east │ west │ west │   nothing is known   │ west │

In a span an agent belongs where its last state in it, or before it and still believed, says.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from floorpulse.board.domain.windows import Span
from floorpulse.figures.staff.attendance import AgentEntered


class Membership(NamedTuple):
    """Where an agent belongs; empty names where nobody said."""

    team: str = ""
    site: str = ""


@dataclass
class _Run:
    """States one after another, each believed when the next came, that told the same: from `first`,
    believed until `until`.
    """

    first: int
    last: int
    until: int
    membership: Membership


class TeamMembership:
    """The teams and sites of all agents."""

    def __init__(self) -> None:
        self._runs: defaultdict[str, list[_Run]] = defaultdict(list)

    def note(self, told: AgentEntered) -> None:
        """A state, told in the order of times, maybe again; one without team and site says nothing
        new.
        """
        at = told.entered.at
        until = at + told.entered.lasts
        membership = Membership(told.entered.team, told.entered.site)
        runs = self._runs[told.agent]
        if runs and at < runs[-1].last:
            return
        known = runs[-1] if runs and at <= runs[-1].until else None
        if known is not None and membership in (known.membership, Membership()):
            known.last = at
            known.until = max(known.until, until)
        else:
            runs.append(_Run(at, at, until, membership))

    def of(self, agent: str, span: Span) -> Membership:
        """The team and site in a span."""
        runs = self._runs.get(agent, [])
        before = bisect_left(runs, span.end, key=lambda run: run.first)
        return (
            runs[before - 1].membership
            if before and runs[before - 1].until >= span.begin
            else Membership()
        )
