"""The ladder of an escalation policy: its steps, counted through all rounds.

position   0        1       2       3   │   4       5       6   │  7 …
           nobody   step 1  step 2  step 3  step 1  step 2  step 3
           told     └────── round 0 ────┘   └────── round 1 ────┘
"""

from dataclasses import dataclass

from floorpulse.alerts.domain.incidents import Incident
from floorpulse.definitions.domain.on_call import EscalationBody, EscalationStep


@dataclass(frozen=True)
class Ladder:
    """A policy's steps by position; position p ≥ 1 is level (p - 1) mod n + 1 of a round."""

    policy: EscalationBody

    @property
    def length(self) -> int:
        """Steps of a round."""
        return len(self.policy.steps)

    @property
    def end(self) -> int:
        """The position of the last step of the last round."""
        return self.length * (self.policy.repeat + 1)

    def step(self, position: int) -> EscalationStep:
        """The step at a position."""
        return self.policy.steps[(position - 1) % self.length]

    def place(self, position: int) -> tuple[int, int]:
        """(round, level) of a position."""
        return (position - 1) // self.length, (position - 1) % self.length + 1

    def position(self, incident: Incident) -> int:
        """Where an incident stands: the step that was last told, 0 before the first."""
        return incident.round * self.length + incident.level
