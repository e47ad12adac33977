"""The links of a settlement's figures, as the API tells them."""

from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.figures.timestamps import Instant, text
from floorpulse.reports.domain.settlement_links import FigureLink, Inexact, LinkedLine

HISTORY = "/v1/kpis/history?interval=all&kpi=service_level&formula=V2&threshold=30"
Address = Annotated[
    str | None, Meta(description="a path of this API; null where there is nothing to ask")
]


class FigureLinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where a figure of the settlement can be asked for again, as visits are known now; its
    document holds what was frozen.
    """

    part: Annotated[int, Meta(description="of the statement, from 1", examples=[1])]
    line: Annotated[
        LinkedLine, Meta(description="a metric's window, or a billing line", examples=["metric"])
    ]
    name: Annotated[str, Meta(description="of the metric or billing rule", examples=["level"])]
    begin: Instant
    end: Instant
    numerator: Annotated[
        Decimal | None,
        Meta(
            description="as settled; null: the answer has a row for each half hour",
            examples=["812"],
        ),
    ]
    denominator: Annotated[Decimal | None, Meta(description="null of counts", examples=["1004"])]
    figure: Annotated[Address, Meta(description="numerator and denominator", examples=[HISTORY])]
    visits: Annotated[
        Address, Meta(description="the visits behind it", examples=["/v1/visits?queue=sales"])
    ]
    missed: Annotated[
        Address,
        Meta(
            description="those of them that lowered a service level",
            examples=["/v1/visits?queue=sales&missed=true"],
        ),
    ]
    corrections: Annotated[
        Address,
        Meta(
            description="what changed after it was final", examples=["/v1/corrections?queue=sales"]
        ),
    ]
    definition: Annotated[
        str,
        Meta(
            description="the text of the contract's version",
            examples=["/v1/definitions/contract/acme-care?version=1"],
        ),
    ]
    inexact: Annotated[
        Inexact | None,
        Meta(
            description="why the answer is another than the settlement's; null: it is the same",
            examples=["calendar"],
        ),
    ]


def figure_link_row(link: FigureLink, zone: ZoneInfo) -> FigureLinkRow:
    """A link with its instants in a zone."""
    return FigureLinkRow(
        part=link.part,
        line=link.line,
        name=link.name,
        begin=text(link.begin, zone),
        end=text(link.end, zone),
        numerator=link.numerator,
        denominator=link.denominator,
        figure=link.figure,
        visits=link.visits,
        missed=link.missed,
        corrections=link.corrections,
        definition=link.definition,
        inexact=link.inexact,
    )
