"""What alerts need from outside."""

from collections.abc import Callable
from typing import Protocol

from floorpulse.alerts.domain.notices import Delivery, Message


class Notifier(Protocol):
    """One way to reach a receiver."""

    async def send(self, message: Message, still_ours: Callable[[], bool]) -> Delivery:
        """Send it once; never raises what the network raises.

        `still_ours` is asked immediately before the first byte goes out: where it says no, nothing
        is sent and the verdict is `given_up`.
        """
        ...
