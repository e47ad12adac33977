"""Corrections as rows: one for each KPI whose final figure changed, with what it was and what it
became.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from floorpulse.contracts.cells import Cells
from floorpulse.figures.timestamps import Instant
from floorpulse.kpis.catalogue import Kpi, SpanKpi
from floorpulse.kpis.figures import SpanFigures, Value
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import ServiceLevelPolicy

COLUMNS = (
    "time",
    "end",
    "tenant",
    "queue",
    "channel",
    "kpi",
    "old_value",
    "old_numerator",
    "old_denominator",
    "new_value",
    "new_numerator",
    "new_denominator",
    "source",
    "event",
    "type",
    "reason",
    "recorded_at",
    "definition",
)
"""The columns of corrections as CSV, in order."""


class CorrectionRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A figure of one queue and channel over a quarter hour that changed after it was final."""

    time: Annotated[Instant, Meta(description="begin of the quarter hour")]
    end: Annotated[Instant, Meta(description="its end, not included")]
    tenant: Annotated[str, Meta(examples=["demo"])]
    queue: Annotated[str, Meta(examples=["sales"])]
    channel: Annotated[str, Meta(examples=["voice"])]
    kpi: Annotated[str, Meta(examples=["service_level"])]
    old_value: Annotated[float | None, Meta(description="what it was", examples=[0.75])]
    old_numerator: Annotated[float | None, Meta(examples=[15])]
    old_denominator: Annotated[float | None, Meta(examples=[20])]
    new_value: Annotated[float | None, Meta(description="what it became", examples=[0.7619])]
    new_numerator: Annotated[float | None, Meta(examples=[16])]
    new_denominator: Annotated[float | None, Meta(examples=[21])]
    source: Annotated[str, Meta(description="of the event that did it", examples=["asterisk:pbx1"])]
    event: Annotated[
        str,
        Meta(
            description="its id; the last one where several did",
            examples=["1762840020.17-answered"],
        ),
    ]
    type: Annotated[
        str,
        Meta(
            description="its type; `partition.joined` where a part of the log came in late",
            examples=["contact.answered"],
        ),
    ]
    reason: Annotated[
        str | None,
        Meta(
            description="why, where the event is an amendment or a retraction",
            examples=["imported twice"],
        ),
    ]
    recorded_at: Annotated[Instant, Meta(description="when it was noticed")]
    definition: Annotated[str, Meta(examples=["default@1"])]


def changed(
    kpis: Sequence[Kpi], policy: ServiceLevelPolicy, old: Cells, new: Cells
) -> Iterator[tuple[int, Kpi, Value, Value]]:
    """The KPIs that differ between two states of the final cells under a policy, each with its
    number among them.

    Neither gauges nor what compares with a plan: it says nothing new beside its counts.
    """
    before = SpanFigures(old)
    after = SpanFigures(new)
    for number, kpi in enumerate(kpis):
        if not isinstance(kpi, SpanKpi) or Need.PLAN in kpi.needs:
            continue
        was = kpi.measure(before, policy)
        became = kpi.measure(after, policy)
        if was != became:
            yield number, kpi, was, became
