"""Finality: a family of a span is final once the watermark has passed the span by its lateness.

span ├────┤── 2 min ──► completions final ──── 15 min ────► offers final          maturing: never
     begin end

The watermark that decides is the lowest of all source partitions that ever had an event. Later
events still count, as corrections.
"""

from floorpulse.counting.families import Family
from floorpulse.counting.grains import QUARTER

LATENESS: dict[Family, int] = {Family.COMPLETION: 120_000, Family.OFFER: 900_000}
"""Milliseconds after the end of a span until a family is final"""

FINAL = Family.OFFER | Family.COMPLETION
"""Everything that ever becomes final"""


def families_at(watermark: int | None, end: int) -> Family:
    """The families of a span up to `end` that are final once the watermark has come so far."""
    final = Family(0)
    for family, lateness in LATENESS.items():
        if watermark is not None and watermark >= end + lateness:
            final |= family
    return final


def passed(watermark: int | None, family: Family) -> int:
    """Quarter hours that end at or before this instant are final in a family; 0 without a
    watermark.
    """
    if watermark is None:
        return 0
    at = watermark - LATENESS[family]
    return at - at % QUARTER
