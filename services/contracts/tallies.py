"""What is tallied of configured sources, as the table `source_tally` names it."""

from enum import StrEnum


class What(StrEnum):
    """Deliveries, events that were accepted, and what made none: by its kind, or by the reason of
    its refusal.
    """

    HEARD = "heard"
    EVENTS = "events"
    IGNORED = "ignored"
    REFUSED = "refused"
