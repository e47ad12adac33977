"""The parameters of the routes: what may be said, and the question it makes."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from floorpulse.access.parameters import (
    EARLIEST,
    FROM,
    LATEST,
    PLAIN,
    TO,
    Cursor,
    Limit,
    List,
    Parameters,
    begin_of,
    bounds_of,
    end_of,
    names_of,
    refuse_strangers,
)
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.windows import MINUTE, Span, Window
from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.figures.by_policy import narrowed
from floorpulse.figures.corrections.figures import CorrectionQuery
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
from floorpulse.figures.visits.drilldown import VisitQuery
from floorpulse.kpis.catalogue import ASKED, CATALOGUE, Kpi
from floorpulse.kpis.policies import Formula
from floorpulse.query.api.past_instants import At
from floorpulse.query.api.queue_groups import Clients, Sites, Teams, UnknownParameter, groups
from floorpulse.query.api.seen import seen
from floorpulse.query.api.taken import Taken, TakenFigures
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


class VisitParameters(Taken, QueueParameters):
    """Parameters of the drill-down."""

    since: Annotated[
        str | None,
        Field(
            alias="from",
            description=f"offered from then on: {FROM}; may be left out with `contact`",
            examples=[BEGIN],
        ),
    ] = None
    until: Annotated[
        str | None,
        Field(
            alias="to",
            description=f"offered before: {TO}; may be left out with `contact`",
            examples=[END],
        ),
    ] = None
    contact: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=256,
            pattern=PLAIN,
            description="only stays of this contact",
            examples=["c-1"],
        ),
    ] = None
    agent: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=256,
            pattern=PLAIN,
            description="only visits that this agent took; needs the scope agents:read",
            examples=["ann"],
        ),
    ] = None
    outcome: Annotated[Outcome | None, Field(description="only visits that ended so")] = None
    missed: Annotated[
        bool, Field(description="only visits that lower the service level under the definition")
    ] = False
    target: Annotated[
        str | None,
        Field(
            max_length=128,
            description="only visits that a target counts: its queues, its business hours",
            examples=["voice-day"],
        ),
    ] = None
    tz: Annotated[
        str | None, Field(description="IANA zone of the answer's times", examples=["Asia/Shanghai"])
    ] = None
    limit: Annotated[
        int | None, Field(ge=1, description="visits of one answer", examples=[500])
    ] = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> VisitQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        chosen = self.chosen(view, By.QUEUE)
        if self.target is not None:
            refuse_strangers("target", [self.target], view.targets)
        return VisitQuery(
            chosen,
            self._span(view),
            self.outcome,
            self.missed,
            self.basis(view, chosen),
            self.target,
            self.contact,
            self.agent,
        )

    def _span(self, view: TenantView) -> Span:
        """The offers that are asked for; of one contact all, where nothing else is said."""
        zone = self.zone(view)
        for name, said in (("from", self.since), ("to", self.until)):
            if said is None and self.contact is None:
                detail = f"{name}: Field required; only with `contact` it may be left out"
                raise Problem(422, "Invalid request", detail)
        begin = EARLIEST if self.since is None else begin_of("from", self.since, zone)
        if self.until is None:
            return Span(begin, min(LATEST, view.until))
        if self.since is not None:
            return seen(view, span_of(self.since, self.until, zone))
        return seen(view, Span(begin, end_of("to", self.until, zone)))

    def zone(self, view: TenantView) -> ZoneInfo:
        """The zone of the answer's times."""
        return zone_of(self.tz, view)


class ContactParameters(Parameters):
    """Parameters of one contact."""

    tz: Annotated[
        str | None, Field(description="IANA zone of the answer's times", examples=["Asia/Shanghai"])
    ] = None


class JourneyParameters(ContactParameters):
    """Parameters of one contact's journey."""

    contact: Annotated[
        str,
        Field(
            min_length=1,
            max_length=256,
            pattern=PLAIN,
            description="its id, as its source told it",
            examples=["c-1"],
        ),
    ]


class CorrectionParameters(Taken, QueueParameters):
    """Parameters of corrections."""

    since: Annotated[
        str,
        Field(alias="from", description=f"of the figures: {FROM}", examples=[BEGIN]),
    ]
    until: Annotated[str, Field(alias="to", description=f"of the figures: {TO}", examples=[END])]
    kpi: Annotated[List, Field(description=KPIS, examples=["service_level"])] = None
    recorded_from: Annotated[
        str | None,
        Field(description="recorded at or after; RFC 3339 with offset", examples=[BEGIN]),
    ] = None
    tz: Annotated[
        str | None, Field(description="IANA zone of the answer's times", examples=["Asia/Shanghai"])
    ] = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> CorrectionQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        chosen = self.chosen(view, By.QUEUE_AND_CHANNEL)
        zone = zone_of(self.tz, view)
        recorded = (
            EARLIEST
            if self.recorded_from is None
            else begin_of("recorded_from", self.recorded_from, zone)
        )
        question = Question(kpis(self.kpi), self.basis(view, chosen))
        span = seen(view, span_of(self.since, self.until, zone))
        return CorrectionQuery(chosen, span, recorded, zone, question)


def kpis(text: str | None) -> tuple[Kpi, ...]:
    """The KPIs and variants named, in that order; all KPIs where none is."""
    names = names_of(text) or tuple(CATALOGUE)
    refuse_strangers("KPI", names, ASKED)
    return tuple(ASKED[name] for name in names)


def selection(view: TenantView, queue: str | None, channel: str | None, by: By) -> Selection:
    """The queues and channels named, each known to the tenant's floor."""
    queues = names_of(queue)
    channels = names_of(channel)
    refuse_strangers("channel", channels, view.channels)
    if OTHER in queues and not view.knows(OTHER):
        detail = (
            f"queue: `{OTHER}` is where live figures count folded queues; history has each "
            "of them by its own name"
        )
        raise Problem(422, "Unknown queue", detail)
    refuse_unknown_queues(view, queues)
    return view.select(queues, channels, by)


def refuse_unknown_queues(view: TenantView, queues: Iterable[str]) -> None:
    """Problem 422 where a queue never had a contact, and has neither agents, definition nor
    forecast.
    """
    strangers = [name for name in queues if not view.knows(name)]
    if strangers:
        refuse_strangers("queue", strangers, view.known_queues)


def live_selection(view: TenantView, queue: str | None, channel: str | None, by: By) -> Selection:
    """The same for live figures; problem 422 where they do not tell a queue apart: 0 would be
    wrong.
    """
    queues = names_of(queue)
    channels = names_of(channel)
    folded = view.board.names.folded(view.tenant)
    refuse_strangers("channel", channels, view.channels)
    chosen = view.select(queues, channels, by)
    named = queues if view.contract is None else chosen.queues
    hidden = [name for name in named if name in folded and name != OTHER]
    if hidden:
        detail = (
            f"queue: {', '.join(hidden)} is beyond the {view.board.rules.most_queues} queues "
            f"and channels that live figures of a tenant tell apart; {_instead(view, folded)}"
        )
        raise Problem(422, "Queue not kept apart", detail)
    is_there = bool(folded) and view.contract is None
    refuse_unknown_queues(view, [name for name in queues if name != OTHER or not is_there])
    return chosen


def _instead(view: TenantView, folded: Collection[str]) -> str:
    """What to ask for in the place of a queue that is not kept apart."""
    if view.contract is not None:
        return "ask for its history"
    return (
        f"ask for queue={OTHER}, in which {len(folded)} queues are counted, or for its history, "
        "or raise FLOORPULSE_API__MOST_QUEUES"
    )


def judged_apart(view: TenantView, chosen: Selection) -> list[tuple[str, str]]:
    """The selected queues and channels that may have different policies: those that are defined,
    and one for all that are not.
    """
    defined = {queue for state in view.known.states for queue in state.versions.get(Kind.QUEUE, {})}
    known = narrowed(chosen, view.known.states).queues or view.queues
    plain = next((queue for queue in known if queue not in defined), None)
    apart = defined.intersection(known) | ({plain} if plain is not None else set())
    return [
        (queue, channel)
        for queue in sorted(apart)
        for channel in sorted(view.board.channels(view.tenant, queue))
    ]


def span_of(since: str, until: str, zone: ZoneInfo) -> Span:
    """What lies between two parameters: instants, or plain days of a zone."""
    return Span(*bounds_of(since, until, zone))


def span_of_panes(since: str, until: str, zone: ZoneInfo, pane: int) -> Span:
    """The same of whole panes: counts are kept no finer."""
    span = span_of(since, until, zone)
    for name, at, text in (("from", span.begin, since), ("to", span.end, until)):
        if at % pane:
            unit = "minute" if pane == MINUTE else f"{pane // 1000} seconds"
            raise Problem(
                422,
                "Unaligned time",
                f"{name}={text} is not a whole {unit}; counts are kept per {unit}",
            )
    return span


def zone_of(name: str | None, view: TenantView) -> ZoneInfo:
    """The zone of an answer: the tenant's where none is named."""
    if name is None:
        return view.zone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise Problem(
            422, "Unknown time zone", f"tz={name} is no IANA zone, such as Asia/Shanghai"
        ) from wrong
