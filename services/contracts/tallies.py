"""What is tallied of sources, as the tables `source_tally` and `source_delay` name it."""

from enum import StrEnum

import msgspec

MOST_EXAMPLES = 3
"""Examples of one tally that are kept: the latest ones"""
DELAY_SLOT = 300_000
"""Milliseconds of arrivals that are counted together when delays are"""


class What(StrEnum):
    """Deliveries, events that were accepted, what made none, by its kind or by the reason of its
    refusal; accepted events of which something seems wrong, by the code of the warning; and those
    without the event that must have come before, by what is missing.
    """

    HEARD = "heard"
    EVENTS = "events"
    IGNORED = "ignored"
    REFUSED = "refused"
    WARNED = "warned"
    ORPHAN = "orphan"


class Example(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of a tally: its id and contact, its instant (epoch milliseconds), and what it told;
    what could not be read of a refused one is left out.
    """

    event: str = ""
    contact: str = ""
    at: int | None = None
    told: str = ""


def delay_slot(arrived: int) -> int:
    """The begin of the slot that an arrival is counted in, epoch milliseconds."""
    return arrived - arrived % DELAY_SLOT
