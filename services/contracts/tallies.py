"""What is tallied of sources, as the tables `source_tally`, `source_orphan` and `source_delay`
name it.
"""

from enum import StrEnum

import msgspec

from floorpulse.contracts.events import AnyEvent

MOST_EXAMPLES = 3
"""Examples of one tally that are kept: the latest ones"""
DELAY_SLOT = 300_000
"""Milliseconds of arrivals that are counted together when delays are"""


class What(StrEnum):
    """Deliveries, events that were accepted, what made none, by its kind or by the reason of its
    refusal; and accepted events of which something seems wrong, by the code of the warning.
    """

    HEARD = "heard"
    EVENTS = "events"
    IGNORED = "ignored"
    REFUSED = "refused"
    WARNED = "warned"


class Missing(StrEnum):
    """Which event must have come before another one, and did not: the offer before an outcome, the
    answer before an end, the end before a wrap-up.
    """

    OFFER = "outcome_without_offer"
    ANSWER = "end_without_answer"
    END = "wrap_without_end"


class Example(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of a tally: its id and contact, its instant (epoch milliseconds), and what it told;
    what could not be read of a refused one is left out.
    """

    event: str = ""
    contact: str = ""
    at: int | None = None
    told: str = ""


def example_of(event: AnyEvent, at: int) -> Example:
    """What is shown of an event of the instant `at` (epoch milliseconds): its id and contact, and
    what it told of which queue; never who.
    """
    kind = str(event.__struct_config__.tag)
    queue: str | None = getattr(event, "queue", None)
    told = kind if queue is None else f"{kind} in {queue}"
    return Example(event.id, getattr(event, "contact", None) or "", at, told)


def delay_slot(arrived: int) -> int:
    """The begin of the slot that an arrival is counted in, epoch milliseconds."""
    return arrived - arrived % DELAY_SLOT
