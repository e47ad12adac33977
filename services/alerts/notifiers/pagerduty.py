"""PagerDuty: Events API v2, one alert an incident.

The incident's id is `dedup_key`: further notices of an open incident join its alert, and the
notice that it is over resolves it. 202 is yes, 400 says what is wrong, 429 that it was too much.
https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
"""

from dataclasses import dataclass

from floorpulse.alerts.domain.messages.cut import shortened
from floorpulse.alerts.domain.notices import Delivery, Message, NoticeKind
from floorpulse.alerts.notifiers.answers import by_status
from floorpulse.alerts.notifiers.delivering import JSON, deliver, encoded
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.alerts.notifiers.transport import Call, StillOurs, Transport

MOST_SUMMARY = 1024
RATES = (Rate(120, 60),)


@dataclass(frozen=True)
class PagerDutyService:
    """A service by the routing key of its integration."""

    transport: Transport
    origin: str
    routing_key: str

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Trigger or resolve the alert of its incident."""
        call = Call(
            url=f"{self.origin}/v2/enqueue",
            body=encoded({"routing_key": self.routing_key, **event(message)}),
            headers=JSON,
            who=self.routing_key,
            rates=RATES,
            hidden=(self.routing_key,),
        )
        return await deliver(self.transport, call, by_status, still_ours)


def event(message: Message) -> dict[str, object]:
    """The event without its routing key."""
    if message.kind is NoticeKind.RESOLVED:
        return {"event_action": "resolve", "dedup_key": message.incident}
    return {
        "event_action": "trigger",
        "dedup_key": message.incident,
        "client": "Floorpulse",
        "links": [{"text": label, "href": address} for label, address in message.links],
        "payload": {
            "summary": shortened(message.title, MOST_SUMMARY, len),
            "source": message.short.get("where") or "floorpulse",
            "severity": message.severity,
            "custom_details": {**dict(message.lines), "facts": message.facts},
        },
    }
