"""What is tallied of configured sources, as the table `source_tally` names it."""

from enum import StrEnum


class What(StrEnum):
    """Deliveries, events that were accepted, what made none, by its kind or by the reason of its
    refusal; and accepted events of which something seems wrong, by the code of the warning.
    """

    HEARD = "heard"
    EVENTS = "events"
    IGNORED = "ignored"
    REFUSED = "refused"
    WARNED = "warned"
