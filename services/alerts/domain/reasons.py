"""Why an alert or incident changed: a closed list that stands in log, API, message and metric."""

from enum import StrEnum


class Reason(StrEnum):
    """The cause of a transition."""

    # evaluation
    BREACHED = "breached"
    """The figure is beyond the bound that fires."""
    HELD = "held"
    """It was beyond it for as long as the rule asks."""
    CLEARED = "cleared"
    """The figure is beyond the bound that clears, for as long as the rule asks."""
    CLOSED = "closed"
    """The rule's calendar closed."""
    RULE_CHANGED = "rule_changed"
    """The rule or its scope was changed or deleted."""
    # why nothing is decided
    TOO_FEW = "too_few"
    """Fewer contacts than the rule needs."""
    WITHIN_CHANCE = "within_chance"
    """Beyond the bound, but the Wilson interval is not."""
    BETWEEN = "between"
    """Neither beyond the bound that fires nor beyond the one that clears."""
    UNDEFINED = "undefined"
    """The figure has no value."""
    STALE = "stale"
    """The figures are old: nothing fires, nothing resolves."""
    NOT_FILLED = "not_filled"
    """The window reaches back before the floor was known."""
    # escalation
    STEP_DUE = "step_due"
    """A step of the ladder is told: the first as it opens, each next as nobody acknowledged within
    the wait."""
    STEP_EMPTY = "step_empty"
    """Nobody is on call in the step."""
    STEP_OUTSIDE = "step_outside"
    """The step's calendar is closed."""
    EXHAUSTED = "exhausted"
    """The last step of the last round has been told."""
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"
    SNOOZE_ENDED = "snooze_ended"
    # people
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    SNOOZED = "snoozed"
    REASSIGNED = "reassigned"
    COMMENTED = "commented"
    RESOLVED_BY_HAND = "resolved_by_hand"
    SILENCED = "silenced"
    SILENCE_ENDED = "silence_ended"
    # channels
    REFUSED = "refused"
    """A channel refused a notice for good."""
    TASK_OPENED = "task_opened"
    """A tracker took a task."""
    TASK_CHANGED = "task_changed"
    """The tracker told another state of it."""
    # flapping
    FLAPPING = "flapping"
    """It fires and resolves again and again: told once, then hourly."""
    STEADY = "steady"
    """It flaps no more."""
    # bridges
    TOLD_BY_ALERTMANAGER = "told_by_alertmanager"
    GONE_FROM_ALERTMANAGER = "gone_from_alertmanager"
