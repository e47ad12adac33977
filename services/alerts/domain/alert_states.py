"""Where an alert stands: inactive, pending or firing; what of it is stored, as JSON."""

from enum import StrEnum

import msgspec

from floorpulse.alerts.domain.flapping import STEADY, Flaps


class Phase(StrEnum):
    """What an alert does."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"


class Inactive(msgspec.Struct, frozen=True, omit_defaults=True, tag="inactive", tag_field="phase"):
    """Nothing is wrong; `flaps` remembers the last changes."""

    flaps: Flaps = STEADY

    @property
    def phase(self) -> Phase:
        """Its phase."""
        return Phase.INACTIVE


class Pending(msgspec.Struct, frozen=True, omit_defaults=True, tag="pending", tag_field="phase"):
    """The breach began at `since`, not counting what stood still; it has not lasted long enough.

    Nothing is known since `unknown_since`.
    """

    since: int
    condition: str
    unknown_since: int | None = None
    flaps: Flaps = STEADY

    @property
    def phase(self) -> Phase:
        """Its phase."""
        return Phase.PENDING


class Firing(msgspec.Struct, frozen=True, omit_defaults=True, tag="firing", tag_field="phase"):
    """It fired at `since`, under `condition`; `depth` is how bad it was when that was told last, at
    `told_at`.

    The figure is clear since `clear_since`, not counting what stood still.
    """

    since: int
    condition: str
    depth: float
    told_at: int
    clear_since: int | None = None
    unknown_since: int | None = None
    flaps: Flaps = STEADY

    @property
    def phase(self) -> Phase:
        """Its phase."""
        return Phase.FIRING


AlertState = Inactive | Pending | Firing
INACTIVE = Inactive()
"""An alert of which nothing need be remembered"""


def encoded(state: AlertState) -> bytes:
    """A state as JSON."""
    return msgspec.json.encode(state)


def decoded(stored: bytes | str) -> AlertState:
    """A state from JSON; msgspec.ValidationError where it is none."""
    state: AlertState = msgspec.json.decode(stored, type=AlertState)
    return state
