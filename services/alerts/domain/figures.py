"""The figure that a rule judged, as the API tells it, to the digit."""

from typing import Any

import msgspec


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of the API, and what it is held against.

    Instants are RFC 3339 texts as in rows; `bound` is the value that fires; `n` words of the
    message come from `denominator`.
    """

    kpi: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    definition: str = ""
    window: str = ""
    begin: str = ""
    end: str = ""
    as_of: str = ""
    bound: float | None = None
    details: dict[str, Any] = {}
    """What the condition adds: agents missing, the agent or reason that stands out, days of a
    streak"""
