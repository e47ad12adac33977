"""The built-in channel: the page of messages shows the rows of its notices, nothing is sent."""

from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.transport import StillOurs


class Screen:
    """A receiver who looks at the page."""

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """The row of the notice is what is shown."""
        if not still_ours():
            return Delivery(Verdict.GIVEN_UP, "another replica acts now")
        return Delivery(Verdict.ACCEPTED, f"shown: {message.title}")
