"""What of a rule concerns time: how long a breach must last before it fires, how long it must be
clear before it resolves.
"""

from dataclasses import dataclass
from hashlib import sha256

import msgspec

from floorpulse.definitions.domain.rule_terms import RuleBody

MINUTE = 60_000


@dataclass(frozen=True)
class AlertRule:
    """What of a rule concerns time: spans are milliseconds, numbers count minutes.

    `version` is the rule's name with its number; `condition` tells conditions apart: where it
    stays, a new version of the rule judges like the one before.
    """

    version: str
    condition: str
    hold: int = 0
    keep: int = 0
    min_breaches: int = 1
    min_clears: int = 1

    @property
    def waits(self) -> bool:
        """Whether a breach must last before it fires."""
        return self.hold > 0 or self.min_breaches > 1

    def fires_at(self, since: int) -> int:
        """When a breach that began at `since` fires."""
        return max(since + self.hold, _minute_of(since, self.min_breaches))

    def resolves_at(self, since: int) -> int:
        """When a firing alert that is clear since `since` resolves."""
        return max(since + self.keep, _minute_of(since, self.min_clears))


def _minute_of(since: int, number: int) -> int:
    """When the minute of this number begins, that of `since` being the first; `since` in that."""
    return since if number == 1 else since - since % MINUTE + (number - 1) * MINUTE


def alert_rule(version: str, body: RuleBody) -> AlertRule:
    """The rule of that version, as far as it concerns time."""
    conditions = (
        body.threshold,
        body.abandons,
        body.recovery,
        body.streak,
        body.spike,
        body.concentration,
        body.staleness,
        *([] if body.tier is None else [body.tier]),
    )
    return AlertRule(
        version,
        sha256(msgspec.json.encode(conditions)).hexdigest()[:16],
        body.pending * 1000,
        body.keep_firing_for * 1000,
        body.min_breaches,
        body.min_clears,
    )
