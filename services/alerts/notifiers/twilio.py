"""Twilio: text messages in words of our own.

201 is yes: the message is queued. Errors are 4xx with a `code`; 429 and 20429 mean too many.
https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/api/errors
"""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlencode

from floorpulse.alerts.domain.messages.cut import Layout, as_text, text_messages
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.answers import Answer, by_status, pause
from floorpulse.alerts.notifiers.delivering import deliver
from floorpulse.alerts.notifiers.settings import TwilioSettings
from floorpulse.alerts.notifiers.transport import Call, StillOurs, Transport

LAYOUT = Layout(4, text_messages, mark="...")
"""In text messages: each is paid for"""
TOO_MANY = 20429


@dataclass(frozen=True)
class Twilio:
    """An account."""

    transport: Transport
    settings: TwilioSettings

    async def text(self, number: str, message: Message, still_ours: StillOurs) -> Delivery:
        """Send a message to one number."""
        settings = self.settings
        token = settings.token.get_secret_value()
        basic = b64encode(f"{settings.account}:{token}".encode()).decode()
        form = {"To": number, "From": settings.sender, "Body": as_text(message, LAYOUT)}
        call = Call(
            url=f"{settings.origin}/2010-04-01/Accounts/{settings.account}/Messages.json",
            body=urlencode(form).encode(),
            headers={
                "Authorization": f"Basic {basic}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            who=settings.account,
            hidden=(token, basic),
        )
        return await deliver(self.transport, call, judged, still_ours)


def judged(answer: Answer) -> Delivery:
    """By the status, and one code that passes."""
    fields = answer.fields() or {}
    if fields.get("code") == TOO_MANY:
        return Delivery(Verdict.TRANSIENT, f"{TOO_MANY}: {fields.get('message')}", pause(answer))
    return by_status(answer)
