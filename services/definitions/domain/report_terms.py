"""What a schedule of reports may say: of whom, over what, when it goes out, to whom."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.definitions.domain.terms import Body, Id, Names, QueueId

TimeOfDay = Annotated[
    str,
    Meta(
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="on the wall clock of the tenant's zone",
        examples=["08:00"],
    ),
]


class ReportOn(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Of whom a report tells: one queue or one contract; the whole tenant where neither is
    named.
    """

    queue: QueueId | None = None
    contract: Id | None = None


class ReportBody(Body, frozen=True, kw_only=True):
    """A report that goes out again and again: once a period to each receiver, by mail and by
    webhook, whichever the receiver has.
    """

    id: Id
    names: Names
    period: Annotated[PeriodKind, Meta(description="day, week (from Monday) or month")]
    on: Annotated[
        ReportOn, Meta(description="one queue or contract; the tenant where nothing is said")
    ] = ReportOn()
    at: Annotated[TimeOfDay, Meta(description="when it goes out, after the period is over")] = (
        "08:00"
    )
    calendar: Annotated[
        Id | None,
        Meta(
            description="it goes out only on days on which this calendar opens, and daily ones "
            "tell of the last such day"
        ),
    ] = None
    language: Annotated[Literal["en", "zh"], Meta(description="en or zh")] = "en"
    format: Annotated[Literal["html", "pdf", "json"], Meta(description="html, pdf or json")] = "pdf"
    receivers: Annotated[
        list[Id], Meta(min_length=1, description="receivers that have `email` or `webhook`")
    ]
