"""What alerts need from outside."""

from collections.abc import Callable, Mapping
from typing import Protocol

from floorpulse.alerts.domain.alert import EvaluationBatch
from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.notices import Delivery, Message


class Notifier(Protocol):
    """One way to reach a receiver."""

    async def send(self, message: Message, still_ours: Callable[[], bool]) -> Delivery:
        """Send it once; never raises what the network raises.

        `still_ours` is asked immediately before the first byte goes out: where it says no, nothing
        is sent and the verdict is `given_up`.
        """
        ...


class IncidentTaker(Protocol):
    """Whoever keeps incidents: opens, updates and resolves them as alerts change."""

    async def take(self, batch: EvaluationBatch) -> None:
        """Store transitions and states in one transaction.

        Idempotent: a batch whose answer was lost is given again, alone or with what came since, and
        a state that is given later replaces the one before. Raises StoreUnavailable.
        """
        ...


class AlertStates(Protocol):
    """Where alerts stood when this process, or another, evaluated last."""

    async def load(self) -> Mapping[Subject, AlertState]:
        """All states that are not simply inactive. Raises StoreUnavailable."""
        ...
