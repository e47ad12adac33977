"""What may be asked of visits, contacts, journeys and corrections."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from floorpulse.access.parameters import (
    EARLIEST,
    FROM,
    LATEST,
    PLAIN,
    TO,
    AnswerZone,
    Cursor,
    Limit,
    List,
    Parameters,
    begin_of,
    end_of,
    refuse_strangers,
)
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Outcome
from floorpulse.figures.corrections.figures import CorrectionQuery
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import By
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.visits.drilldown import VisitQuery
from floorpulse.query.api.asked import kpis, span_of, zone_of
from floorpulse.query.api.parameters import BEGIN, END, KPIS, QueueParameters
from floorpulse.query.api.seen import seen
from floorpulse.query.api.taken import Taken
from floorpulse.runtime.problems import Problem


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
    tz: AnswerZone = None
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

    tz: AnswerZone = None


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
    tz: AnswerZone = None
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
