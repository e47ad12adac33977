"""Rules of the alerts service: what is watched, where, and when it is too much."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import Channel
from floorpulse.definitions.domain.on_call import Address, Part, Severity, Wait
from floorpulse.definitions.domain.terms import (
    Body,
    Grouping,
    Id,
    Label,
    Names,
    QueueId,
    Ratio,
)

Count = Annotated[
    int, Meta(ge=1, le=1_000_000, description="a whole number from 1 on", examples=[10])
]
Days = Annotated[int, Meta(ge=2, le=92, description="days, 2 to 92", examples=[3])]
Weeks = Annotated[int, Meta(ge=1, le=26, description="weeks, 1 to 26", examples=[4])]
Times = Annotated[float, Meta(gt=1, le=1000, description="a factor above 1", examples=[2.0])]
KpiId = Annotated[
    str, Meta(min_length=1, description="a KPI of the catalogue", examples=["service_level"])
]
WindowName = Literal["5m", "15m", "30m", "60m", "today"]


class RuleScope(Part, frozen=True, kw_only=True):
    """The queues that a rule watches, each by itself; all of the tenant where nothing is named.

    A queue must be among `queues`, of one of `teams`, at one of `sites` and of one of `clients`,
    where these are given. `total` watches the sum of the queues instead.
    """

    queues: Annotated[list[QueueId], Meta(description="queues by name")] = []
    channels: Annotated[list[Channel], Meta(description="only contacts of these channels")] = []
    teams: Annotated[list[Id], Meta(description="the queues of these teams")] = []
    sites: Annotated[list[Id], Meta(description="the queues of these sites")] = []
    clients: Annotated[list[Id], Meta(description="the queues of these clients")] = []
    total: Annotated[bool, Meta(description="watch the sum of these queues, not each")] = False

    def groups(self, grouping: Grouping) -> Sequence[str]:
        """The teams, sites or clients that it names."""
        named: Sequence[str] = getattr(self, grouping.plural)
        return named

    @property
    def everywhere(self) -> bool:
        """Whether it names neither queues nor groups of them."""
        return not self.queues and not any(map(self.groups, Grouping))


class ThresholdCondition(Part, frozen=True, kw_only=True):
    """A KPI beyond a bound: it fires beyond one bound and clears beyond another (hysteresis).

    A ratio fires only on so many contacts, and only where even the favourable end of its 95 %
    Wilson interval is beyond the bound.
    """

    kpi: KpiId
    window: Annotated[WindowName, Meta(description="5m, 15m, 30m, 60m or today")] = "15m"
    fire_below: Annotated[float | None, Meta(description="fires below this value")] = None
    fire_above: Annotated[float | None, Meta(description="fires above this value")] = None
    clear_above: Annotated[
        float | None, Meta(description="clears from this value on; `fire_below` where left out")
    ] = None
    clear_below: Annotated[
        float | None, Meta(description="clears from this value down; `fire_above` where left out")
    ] = None
    min_volume: Annotated[
        Count | None, Meta(description="contacts that a ratio needs to be judged; 10 unless given")
    ] = None


class AbandonsCondition(Part, frozen=True, kw_only=True):
    """So many contacts in a row gave up: for queues too small for a ratio."""

    in_a_row: Annotated[Count, Meta(description="abandoned, none answered between", examples=[3])]


class RecoveryCondition(Part, frozen=True, kw_only=True):
    """Whether the half hour can still keep its service level.

    `lost`: not even if everybody to come is answered in time. `at_risk`: not with the agents that
    are there (Erlang A on forecast and staff).
    """

    when: Annotated[Literal["lost", "at_risk"], Meta(description="lost or at_risk")] = "at_risk"


class StreakCondition(Part, frozen=True, kw_only=True):
    """A KPI beyond a bound on so many business days one after the other."""

    kpi: KpiId
    days: Days = 3
    fire_below: Annotated[float | None, Meta(description="fires below this value")] = None
    fire_above: Annotated[float | None, Meta(description="fires above this value")] = None
    min_volume: Annotated[Count | None, Meta(description="contacts that a day needs")] = None


class SpikeCondition(Part, frozen=True, kw_only=True):
    """A count far above what the same weekday and interval had in the weeks before."""

    kpi: Annotated[KpiId, Meta(examples=["complaints"])]
    window: Annotated[WindowName, Meta(description="5m, 15m, 30m, 60m or today")] = "60m"
    times: Annotated[Times, Meta(description="so many times the median of before")] = 2.0
    weeks: Weeks = 4
    min_volume: Annotated[Count, Meta(description="fewer than this never fire")] = 5


class ConcentrationCondition(Part, frozen=True, kw_only=True):
    """One agent or one reason holds more than a share of the complaints of a window."""

    by: Annotated[Literal["agent", "reason"], Meta(description="agent or reason")]
    window: Annotated[WindowName, Meta(description="5m, 15m, 30m, 60m or today")] = "today"
    share: Ratio = 0.5
    min_volume: Annotated[Count, Meta(description="complaints that must be there")] = 5


class TierCondition(Part, frozen=True, kw_only=True):
    """A penalty tier of a contract is about to be reached: it holds at the end of the running
    window if the forecast comes true, or nearly does.
    """

    contract: Id
    metric: Annotated[Id | None, Meta(description="a metric of it; each where none is said")] = None
    margin: Annotated[
        float,
        Meta(
            ge=0,
            description="fires so near to a tier already, in the unit of the KPI",
            examples=[0.01],
        ),
    ] = 0.0


class StalenessCondition(Part, frozen=True, kw_only=True):
    """The figures of a queue are old: no KPI rule of it fires or resolves meanwhile."""


class RuleBody(Body, frozen=True, kw_only=True):
    """When somebody is told: exactly one condition, for whom, how long, how bad."""

    id: Id
    names: Names
    scope: RuleScope = RuleScope()
    threshold: ThresholdCondition | None = None
    abandons: AbandonsCondition | None = None
    recovery: RecoveryCondition | None = None
    streak: StreakCondition | None = None
    spike: SpikeCondition | None = None
    concentration: ConcentrationCondition | None = None
    tier: TierCondition | None = None
    staleness: StalenessCondition | None = None
    pending: Annotated[
        Wait, Meta(description="seconds that the breach must last before it fires")
    ] = msgspec.field(default=0, name="for")
    keep_firing_for: Annotated[
        Wait, Meta(description="seconds that it must be clear before it resolves")
    ] = 0
    min_breaches: Annotated[
        Count, Meta(description="minutes in a row that a breach must touch")
    ] = 1
    min_clears: Annotated[Count, Meta(description="minutes in a row that it must be clear in")] = 1
    severity: Annotated[Severity, Meta(description="critical, warning or info")] = Severity.WARNING
    calendar: Annotated[
        Id | None,
        Meta(description="holds only within these hours; the queue's calendar unless given"),
    ] = None
    escalation: Annotated[
        Id | None, Meta(description="who is told, and who next; the tenant's unless given")
    ] = None
    runbook: Annotated[Address | None, Meta(description="the page that says what to do")] = None
    labels: Annotated[
        dict[Id, Label], Meta(description="words that silences and bridges match")
    ] = {}
