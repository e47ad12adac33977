"""What is defined of management by indicators: targets of agents and teams, who answers for whom
as trainer, quality assurer or leader, and trainings.

binding       leader li ── team east          ├── since ──────────── until ──┤   both days included
training      refunds ── ann, bob      before ├────────┤ day ├────────┤ after   windows named ahead
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import Channel
from floorpulse.definitions.domain.terms import Body, Comparison, Day, Id, Label, Names, QueueId

AgentId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="the agent's name in events",
        examples=["a-7"],
    ),
]
Agents = Annotated[list[AgentId], Meta(description="agents by name, beside or instead of a team")]
TeamOfAgents = Annotated[
    Id | None,
    Meta(description="all agents of a team, whoever is in it then", examples=["orders-east"]),
]
ScheduledHours = Annotated[
    float,
    Meta(
        gt=0,
        le=744,
        description="hours that an agent is scheduled to be logged in in the window; the "
        "projection reckons with the calendar where nothing is said",
        examples=[37.5],
    ),
]
LONGEST_WINDOW = 183


class Role(StrEnum):
    """What somebody answers for a team or agents as."""

    TRAINER = "trainer"
    QA = "qa"
    LEADER = "leader"


class Period(StrEnum):
    """Over what a target of agents is reached."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Together(StrEnum):
    """Whether a target is each agent's own, or that of all of them together."""

    AGENT = "agent"
    TEAM = "team"


class AgentTargetBody(Body, frozen=True, kw_only=True):
    """What agents or a team are to reach in a day, week or month."""

    id: Id
    metric: Annotated[
        str,
        Meta(min_length=1, description="a KPI that agents have", examples=["handled"]),
    ]
    comparison: Annotated[Comparison, Meta(description="at_least or at_most")]
    value: Annotated[
        float,
        Meta(description="in the unit of the KPI: ratios 0 to 1, seconds, counts", examples=[80]),
    ]
    window: Annotated[
        Period, Meta(description="over what it is reached: day, week (from Monday) or month")
    ] = Period.DAY
    of: Annotated[
        Together,
        Meta(description="agent: each of them reaches it; team: all of them together do"),
    ] = Together.AGENT
    team: TeamOfAgents = None
    agents: Agents = []
    queues: Annotated[
        list[QueueId], Meta(description="only contacts of these queues", examples=[["orders"]])
    ] = []
    channels: Annotated[
        list[Channel], Meta(description="only contacts of these channels", examples=[["voice"]])
    ] = []
    hours: ScheduledHours | None = None


class BindingBody(Body, frozen=True, kw_only=True):
    """Who answers as what for a team or agents, from when until when."""

    id: Id
    role: Annotated[Role, Meta(description="trainer, qa or leader")]
    person: Annotated[Label, Meta(description="who it is, as people call them", examples=["Li Na"])]
    team: TeamOfAgents = None
    agents: Agents = []
    since: Annotated[Day, Meta(description="the first day of the binding")]
    until: Annotated[
        Day | None, Meta(description="its last day, included; still bound where nothing is said")
    ] = None


class TrainingBody(Body, frozen=True, kw_only=True):
    """A training, and how its effect is to be told: which KPIs, over which days, said
    beforehand.
    """

    id: Id
    names: Names
    day: Annotated[Day, Meta(description="when it was, or its first day")]
    last: Annotated[
        Day | None, Meta(description="its last day, included; the same where nothing is said")
    ] = None
    team: TeamOfAgents = None
    agents: Agents = []
    trainer: Annotated[Label | None, Meta(description="who held it", examples=["Li Na"])] = None
    metrics: Annotated[
        list[str],
        Meta(
            min_length=1,
            description="the KPIs that it is to change",
            examples=[["qa_mean", "aht"]],
        ),
    ]
    before: Annotated[
        int,
        Meta(ge=1, le=LONGEST_WINDOW, description="days before it that are compared"),
    ] = 28
    after: Annotated[
        int,
        Meta(ge=1, le=LONGEST_WINDOW, description="days after it that are compared"),
    ] = 28
    queues: Annotated[
        list[QueueId], Meta(description="only contacts of these queues", examples=[["orders"]])
    ] = []
    channels: Annotated[
        list[Channel], Meta(description="only contacts of these channels", examples=[["voice"]])
    ] = []

    @property
    def day_held(self) -> date:
        """The first day of it."""
        return date.fromisoformat(self.day)

    @property
    def day_over(self) -> date:
        """The day after its last."""
        return date.fromisoformat(self.last or self.day) + timedelta(days=1)


class Bound(msgspec.Struct, frozen=True):
    """The agents of a body: those of a team and those named."""

    team: str | None
    agents: frozenset[str]

    def holds(self, agent: str, team: str) -> bool:
        """Whether an agent is one of them while in a team; the empty name is no team."""
        return agent in self.agents or (bool(team) and team == self.team)


def bound_of(body: AgentTargetBody | BindingBody | TrainingBody) -> Bound:
    """Whom a body speaks of."""
    return Bound(body.team, frozenset(body.agents))
