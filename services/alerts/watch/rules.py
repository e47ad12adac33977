"""What the complaint watch goes by."""

from dataclasses import dataclass, field

from floorpulse.alerts.domain.contacts_at_risk import RiskThresholds
from floorpulse.board.domain.windows import HOUR, MINUTE


@dataclass(frozen=True)
class WatchRules:
    """What makes a contact a risk, and how far back is looked.

    `days` are local days, today included; `repeat` (milliseconds) is how long before a contact
    others of its customer count; `within` (milliseconds) are the business hours until it is due.
    """

    thresholds: RiskThresholds = field(default_factory=RiskThresholds)
    days: int = 2
    keep_days: int = 90
    repeat: int = 24 * HOUR
    within: int = 240 * MINUTE
