"""The parameters of the routes: what may be said, and the question it makes."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from floorpulse.access.parameters import (
    FROM,
    TO,
    Cursor,
    Limit,
    List,
    Parameters,
    refuse_strangers,
)
from floorpulse.board.domain.windows import Window
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.intervals import Interval
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.policies_in_force import (
    BUILT_IN,
    DefinitionChoice,
    impossible,
)
from floorpulse.figures.restate import Restatement
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import By, NamedGroups, Selection, UnknownQueues
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.policies import Formula
from floorpulse.query.api.asked import (
    judged_apart,
    kpis,
    live_selection,
    selection,
    span_of_panes,
    zone_of,
)
from floorpulse.query.api.past_instants import At
from floorpulse.query.api.queue_groups import Clients, Sites, Teams, UnknownParameter, groups
from floorpulse.query.api.seen import seen
from floorpulse.query.api.taken import TakenFigures
from floorpulse.runtime.problems import Problem

BEGIN = "2026-11-11T00:00:00+08:00"
END = "2026-11-12T00:00:00+08:00"
"""Of the examples"""

"""What a table can hold"""
KPIS = "KPI ids, or `KPI:VARIANT`, comma-separated; all KPIs where nothing is said"
QUEUES = "queues, comma-separated, in double quotes what holds a comma; all where nothing is said"
Queues = Annotated[List, Field(description=QUEUES, examples=["sales,help"])]
Channels = Annotated[
    List,
    Field(
        description="channels, comma-separated; all where nothing is said", examples=["voice,chat"]
    ),
]


class Restated(Parameters):
    """A definition, and what is said differently."""

    definition: Annotated[
        str | None,
        Field(
            description="a service-level policy, `name` or `name@version`, for all queues; each "
            "queue's own where nothing is said",
            examples=["vip@2"],
        ),
    ] = None
    formula: Annotated[Formula | None, Field(description="service-level formula V1 to V6")] = None
    threshold: Annotated[int | None, Field(description="T, whole seconds", examples=[20])] = None
    boundary: Annotated[
        Literal["le", "lt"] | None, Field(description="whether a wait of exactly T is within")
    ] = None
    short: Annotated[int | None, Field(description="S, whole seconds", examples=[5])] = None
    flow_outs: Annotated[
        bool | None, Field(description="add visits that left by another door to the denominator")
    ] = None
    waiting_past_threshold: Annotated[
        bool | None, Field(description="count a visit that waits beyond T as missed")
    ] = None
    clock: Annotated[
        Literal["wall", "calendar"] | None,
        Field(description="calendar: waits run only in the business hours of the queue"),
    ] = None

    def basis(self, view: TenantView, chosen: Selection) -> DefinitionChoice:
        """The definitions that figures are computed with; problem 422 where they are unknown or
        cannot be restated so.
        """
        if self.definition not in (None, *BUILT_IN):
            refuse_strangers("definition", [str(self.definition)], view.policies)
        options = (
            self.formula,
            self.threshold,
            self.boundary,
            self.short,
            self.flow_outs,
            self.waiting_past_threshold,
            self.clock,
        )
        basis = DefinitionChoice(self.definition, Restatement(*options))
        if any(option is not None for option in options):
            why = impossible(basis, view.known, judged_apart(view, chosen))
            if why is not None:
                raise Problem(422, "Invalid definition", why)
        return basis


class QueueParameters(Restated):
    """Which contacts."""

    queue: Queues = None
    channel: Channels = None
    team: Teams = None
    site: Sites = None
    client: Clients = None

    def groups(self, view: TenantView) -> tuple[NamedGroups, ...]:
        """The teams, sites and clients whose queues count."""
        return groups(view, self.team, self.site, self.client)

    def chosen(self, view: TenantView, by: By) -> Selection:
        """The contacts that count, in rows told apart by something."""
        plain = selection(view, self.queue, self.channel, by)
        return replace(plain, groups=self.groups(view))


class FigureParameters(QueueParameters):
    """Which figures of which queues."""

    kpi: Annotated[List, Field(description=KPIS, examples=["service_level,aht,left:overflow"])] = (
        None
    )
    unknown: UnknownParameter = UnknownQueues.INCLUDE
    by: Annotated[By, Field(description="what each row stands for")] = By.QUEUE

    def question(self, view: TenantView, chosen: Selection) -> Question:
        """The KPIs and their definitions."""
        return Question(kpis(self.kpi), self.basis(view, chosen))

    def selection(self, view: TenantView) -> Selection:
        """The contacts that count."""
        return replace(self.chosen(view, self.by), unknown=self.unknown)


class LiveParameters(FigureParameters):
    """Parameters of live figures."""

    window: Annotated[
        Window, Field(description="how far back; `today` begins at the floor's midnight")
    ] = Window.M15

    def query(self, view: TenantView) -> LiveQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        plain = live_selection(view, self.queue, self.channel, self.by)
        chosen = replace(plain, groups=self.groups(view), unknown=self.unknown)
        return LiveQuery(chosen, self.window, self.question(view, chosen))


class LivePageParameters(TakenFigures, LiveParameters):
    """Parameters of a page of live figures."""

    at: At = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> LiveQuery:
        """The question; problems 422. Of a past instant history tells every queue apart."""
        if self.at is None:
            return super().query(view)
        self.refuse_unknown()
        chosen = self.selection(view)
        return LiveQuery(chosen, self.window, self.question(view, chosen))


class HistoryParameters(TakenFigures, FigureParameters):
    """Parameters of history."""

    since: Annotated[
        str, Field(alias="from", description=f"{FROM}; a whole minute", examples=[BEGIN])
    ]
    until: Annotated[str, Field(alias="to", description=f"{TO}; a whole minute", examples=[END])]
    interval: Annotated[
        Interval,
        Field(
            description="length of a row on the calendar of `tz`; `all`: one row over everything"
        ),
    ] = Interval.M30
    tz: Annotated[
        str | None,
        Field(
            description="IANA zone of the calendar and of the answer's times; the tenant's where "
            "nothing is said",
            examples=["Asia/Shanghai"],
        ),
    ] = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> HistoryQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        chosen = self.selection(view)
        zone = zone_of(self.tz, view)
        span = seen(view, span_of_panes(self.since, self.until, zone, view.board.rules.pane))
        return HistoryQuery(chosen, span, self.interval, zone, self.question(view, chosen))
