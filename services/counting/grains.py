"""The grains of rollups: quarter hours, and the local days and months of the floor's zone.

quarter   ├──┼──┼──┼─ … ─┼──┤      of UTC; every zone of our time is offset by whole quarters
day       ├──────── … ──────┤      23, 24 or 25 hours
month     ├──────── … ──────────── … ──┤

A row of a grain is the sum of all panes that start in it, over source partitions. The queue
`ALL_QUEUES` is the sum over the tenant's queues, by channel.
"""

from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.counting.days import first_instant, local_day

QUARTER = 900_000
KNOWN = 4096
"""Rollups whose bounds are remembered: every page of a year's export asks for those of all its days
"""
ALL_QUEUES = ""


class Grain(StrEnum):
    """How long a rollup is."""

    QUARTER = "quarter"
    DAY = "day"
    MONTH = "month"


class RollupBounds(NamedTuple):
    """The instants [begin, end) of one rollup, epoch milliseconds."""

    begin: int
    end: int


def quarter_of(at: int) -> int:
    """The begin of the quarter hour that holds an instant."""
    return at - at % QUARTER


def bounds_of(grain: Grain, at: int, zone: ZoneInfo) -> RollupBounds:
    """The rollup of a grain that holds an instant, on the calendar of `zone`."""
    if grain is Grain.QUARTER:
        return RollupBounds(quarter_of(at), quarter_of(at) + QUARTER)
    return calendar_bounds(grain, at, zone)


@lru_cache(maxsize=KNOWN)
def calendar_bounds(grain: Grain, at: int, zone: ZoneInfo) -> RollupBounds:
    """The local day or month that holds an instant."""
    day = local_day(at, zone)
    if grain is Grain.DAY:
        return RollupBounds(first_instant(day, zone), first_instant(day + timedelta(days=1), zone))
    first = day.replace(day=1)
    return RollupBounds(
        first_instant(first, zone), first_instant((first + timedelta(days=32)).replace(day=1), zone)
    )


def on_the_grid(bounds: RollupBounds) -> bool:
    """Whether a rollup is made of whole quarters, as in every zone since 1990; if not, there is
    none.
    """
    return not (bounds.begin % QUARTER or bounds.end % QUARTER)
