"""The rows of agents' figures: one figure of one agent, or of a team, a site or all of them, over
one span.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from floorpulse.figures.agents.membership import Membership
from floorpulse.figures.agents.performance import Performance, Work
from floorpulse.figures.by_policy import Parted, by_policy
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.rows import (
    COLUMNS,
    Frame,
    HistoryRow,
    Question,
    RowInput,
    answers,
    history_row,
)
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.kpis.figures import MomentFigures, SpanFigures

AGENT_COLUMNS = (
    "time",
    "end",
    "tenant",
    "agent",
    "team",
    "site",
    *(name for name in COLUMNS[3:] if name not in ("team", "site")),
)
"""The columns of agents' figures as CSV, in order."""


class ByAgent(StrEnum):
    """What each row stands for."""

    AGENT = "agent"
    TEAM = "team"
    SITE = "site"
    TOTAL = "total"


class AgentRow(HistoryRow, frozen=True, kw_only=True, gc=False):
    """A figure of an agent over an interval."""

    agent: Annotated[
        str | None, Meta(description="null in rows by team, site and total", examples=["a-7"])
    ]


@dataclass(frozen=True, order=True)
class Who:
    """What a row stands for; empty names where it sums over them, or nobody said."""

    agent: str = ""
    team: str = ""
    site: str = ""


def grouped(performance: Performance, span: int, by: ByAgent) -> dict[Who, Work]:
    """The work of a span by row, sorted; each agent is in one row."""
    found: dict[Who, Work] = {}
    for agent, membership, work in performance.of(span):
        found.setdefault(_who(agent, membership, by), Work()).include(work)
    return dict(sorted(found.items()))


def _who(agent: str, membership: Membership, by: ByAgent) -> Who:
    match by:
        case ByAgent.AGENT:
            return Who(agent)
        case ByAgent.TEAM:
            return Who(team=membership.team)
        case ByAgent.SITE:
            return Who(site=membership.site)
        case ByAgent.TOTAL:
            return Who()


def seen(
    selection: Selection,
    who: Who,
    work: Work,
    terms: PoliciesInForce,
    reasons: Collection[str] = (),
) -> RowInput:
    """What a row shows; counts of queues with different policies stay apart where a KPI depends on
    them. Of breaks those of `reasons` count, all where none are named.
    """
    labels = selection.labels(RowKey())
    queue_channels = sorted(work.counted)
    breaks = {
        reason: lasted for reason, lasted in work.breaks.items() if not reasons or reason in reasons
    }
    counted = SpanFigures(work.cells(), staff=work.staff, breaks=breaks)
    parts = [
        Parted(policy, SpanFigures(work.cells(theirs)))
        for policy, theirs in by_policy(terms, queue_channels)
    ]
    if len(parts) < 2:  # noqa: PLR2004  one policy, or nothing counted
        parts = [
            Parted(
                parts[0].policy
                if parts
                else terms.policy(labels.queue or "", labels.channel or ""),
                counted,
            )
        ]
    return RowInput(
        labels._replace(team=who.team or labels.team, site=who.site or labels.site),
        counted,
        parts,
        MomentFigures(),
        0,
    )


def agent_rows(
    frame: Frame, interval: Interval, question: Question, who: Who, shown: RowInput
) -> Iterator[AgentRow]:
    """The rows of one agent, or of several together, over one span."""
    for answer in answers(question, shown):
        row = history_row(frame, interval, shown, answer)
        yield AgentRow(**msgspec.structs.asdict(row), agent=who.agent or None)
