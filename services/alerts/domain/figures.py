"""The figure that a rule judged, as the API tells it, to the digit."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of the API, and what it is held against.

    Instants are RFC 3339 texts as in rows; `bound` is the value that fires; `n` words of the
    message come from `denominator`.
    """

    kpi: Annotated[str, Meta(examples=["service_level"])]
    value: Annotated[float | None, Meta(examples=[0.62])]
    numerator: Annotated[float | None, Meta(examples=[31])] = None
    denominator: Annotated[float | None, Meta(examples=[50])] = None
    low: Annotated[float | None, Meta(examples=[0.48])] = None
    high: Annotated[float | None, Meta(examples=[0.74])] = None
    definition: str = ""
    window: str = ""
    begin: str = ""
    end: str = ""
    as_of: str = ""
    bound: Annotated[float | None, Meta(examples=[0.75])] = None
    details: dict[str, Any] = {}
    """What the condition adds: agents missing, the agent or reason that stands out, days of a
    streak"""
