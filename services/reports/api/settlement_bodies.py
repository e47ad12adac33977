"""What is said to and told by the routes of settlements."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta
from pydantic import BaseModel, ConfigDict, Field

from floorpulse.access.parameters import PLAIN, Cursor, Limit, PageParameters
from floorpulse.figures.timestamps import Instant, text
from floorpulse.reports.api.figure_links import FigureLinkRow
from floorpulse.reports.domain.document import FORMAT
from floorpulse.reports.domain.settlement_states import SettlementState
from floorpulse.reports.domain.visit_records import VisitRecord
from floorpulse.reports.settlement.desk import Settled
from floorpulse.reports.settlement.ports import SettlementEvent, StoredSettlement

Next = Annotated[
    str | None,
    Meta(description="cursor of the next page; null on the last", examples=["k8QIjTkxNzQ2MA"]),
]


class SettlementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement, or a credit note of one."""

    settlement: Annotated[str, Meta(description="its id", examples=["9f1c2a3b4d5e6f70"])]
    contract: Annotated[str, Meta(examples=["acme-care"])]
    kind: Literal["settlement", "credit_note"]
    number: Annotated[int, Meta(description="0; of credit notes 1, 2, …", examples=[0])]
    begin: Instant
    end: Instant
    state: SettlementState
    sha256: Annotated[
        str,
        Meta(description="over the canonical text of the document", examples=["ac57f68064347074"]),
    ]
    visits: Annotated[int, Meta(description="how many are its evidence", examples=[41204])]
    created_at: Instant
    changed_at: Instant


class SettlementEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """What was done with a settlement."""

    at: Instant
    state: Annotated[SettlementState, Meta(description="after it")]
    by: Annotated[str, Meta(examples=["zhang"])]
    reason: Annotated[str, Meta(examples=["as agreed on the phone"])]


class SettlementsAnswer(msgspec.Struct, frozen=True):
    """Settlements and credit notes, the newest period first."""

    rows: list[SettlementRow]
    next: Next


class SettlementAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement whole: `document` is what is signed, `frozen` what the snapshot had applied,
    and once issued the `audit_anchor` for `floorpulse audit verify --anchor`; `links` show what its
    figures were made of.
    """

    settlement: SettlementRow
    outcome: Annotated[
        Settled | None, Meta(description="of settling: what it came to; null where it was read")
    ]
    events: list[SettlementEventRow]
    frozen: Annotated[dict[str, Any], Meta(examples=[{"definition_set": 7, "revision": 0}])]
    document: Annotated[
        dict[str, Any], Meta(examples=[{"format": FORMAT, "contract": "acme-care"}])
    ]
    links: list[FigureLinkRow]


class SettledVisitRow(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as the settlement counted it; spans are seconds."""

    offered_at: Instant
    contact: Annotated[str, Meta(examples=["call-4711"])]
    visit: Annotated[int, Meta(examples=[1])]
    queue: Annotated[str, Meta(examples=["sales"])]
    channel: Annotated[str, Meta(examples=["voice"])]
    outcome: Annotated[
        str | None, Meta(description="answered, abandoned or left", examples=["answered"])
    ]
    wait: Annotated[float | None, Meta(description="until the outcome", examples=[12.5])]
    talk: Annotated[float, Meta(examples=[184.0])]
    hold: Annotated[float, Meta(examples=[0.0])]
    wrap: Annotated[float, Meta(examples=[35.0])]
    completed_at: Instant | None


class SettledVisitsAnswer(msgspec.Struct, frozen=True):
    """The visits that a settlement counted, in the order of their offers."""

    rows: list[SettledVisitRow]
    next: Next


class SettleBody(BaseModel):
    """What is to be settled: a contract and one period of it."""

    model_config = ConfigDict(extra="forbid")

    contract: Annotated[
        str, Field(min_length=1, max_length=64, pattern=PLAIN, examples=["acme-care"])
    ]
    month: Annotated[str | None, Field(max_length=7, examples=["2026-10"])] = None
    week: Annotated[str | None, Field(max_length=8, examples=["2026-W41"])] = None
    day: Annotated[str | None, Field(max_length=10, examples=["2026-10-05"])] = None
    draft: Annotated[
        bool, Field(description="also where the period is not final; such a draft is never issued")
    ] = False
    by: Annotated[
        str | None,
        Field(min_length=1, max_length=64, pattern=PLAIN, examples=["Zhang Wei"]),
    ] = None


class SettlementActBody(BaseModel):
    """Who acts, and why."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=64,
            pattern=PLAIN,
            description="a name, where several people share a key; the key's id unless given",
            examples=["Zhang Wei"],
        ),
    ] = None
    reason: Annotated[
        str, Field(max_length=1000, pattern=PLAIN, examples=["as agreed on the phone"])
    ] = ""


class SettlementsParameters(PageParameters):
    """Which settlements: all where nothing is said."""

    limit: Limit = None
    cursor: Cursor = None
    contract: Annotated[str | None, Field(max_length=64, pattern=PLAIN, examples=["acme-care"])] = (
        None
    )


class VisitsParameters(PageParameters):
    """Which page of visits."""

    limit: Limit = None
    cursor: Cursor = None


def settlement_row(stored: StoredSettlement, zone: ZoneInfo) -> SettlementRow:
    """A settlement as it is told, times in `zone`."""
    return SettlementRow(
        settlement=stored.id,
        contract=stored.place.contract,
        kind="credit_note" if stored.number else "settlement",
        number=stored.number,
        begin=text(stored.place.begin, zone),
        end=text(stored.place.end, zone),
        state=stored.state,
        sha256=stored.sha256,
        visits=stored.visits,
        created_at=text(stored.created_at, zone),
        changed_at=text(stored.changed_at, zone),
    )


def event_row(event: SettlementEvent, zone: ZoneInfo) -> SettlementEventRow:
    """What was done, as it is told."""
    return SettlementEventRow(
        at=text(event.at, zone), state=event.state, by=event.actor, reason=event.reason
    )


def visit_row(record: VisitRecord, zone: ZoneInfo) -> SettledVisitRow:
    """A visit as it is told; spans in seconds."""
    return SettledVisitRow(
        offered_at=text(record.offered_at, zone),
        contact=record.contact,
        visit=record.visit,
        queue=record.queue,
        channel=record.channel,
        outcome=record.outcome,
        wait=None if record.wait is None else record.wait / 1000,
        talk=record.talk / 1000,
        hold=record.hold / 1000,
        wrap=record.wrap / 1000,
        completed_at=None if record.completed_at is None else text(record.completed_at, zone),
    )
