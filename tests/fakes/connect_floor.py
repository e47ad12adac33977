"""A floor of Amazon Connect whose truth is known: contacts, and what Amazon tells of them by its
roads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from floorpulse.figures.timestamps import text

BEGIN = 1_793_610_000_000
ARN = "arn:aws:connect:eu-west-2:1:instance/i"
SECOND = 1000


@dataclass(frozen=True)
class Call:
    """The truth about one call; spans in milliseconds, whole seconds where Amazon counts them."""

    id: str
    queue: str
    agent: str
    offered_at: int
    wait: int
    outcome: str
    talk: int
    hold: int
    wrap: int

    @property
    def figures(self) -> dict[str, Any]:
        served = self.outcome == "answered"
        return {
            "outcome": self.outcome,
            "wait": self.wait,
            "talk": self.talk if served else 0,
            "hold": self.hold if served else 0,
            "wrap": self.wrap if served else 0,
        }

    def events(self) -> Iterator[dict[str, Any]]:
        """Its contact events, in their order; each repeats what is known by then."""
        over = self.offered_at + self.wait
        yield self._event("QUEUED")
        if self.outcome != "answered":
            flow = "CONTACT_FLOW_DISCONNECT" if self.outcome == "left" else "CUSTOMER_DISCONNECT"
            yield self._event("DISCONNECTED", disconnectTimestamp=text(over), disconnectReason=flow)
            return
        agent: dict[str, Any] = {
            "agentArn": f"{ARN}/agent/{self.agent}",
            "connectedToAgentTimestamp": text(over),
        }
        yield self._event("CONNECTED_TO_AGENT", agentInfo=agent)
        ended = over + self.talk + self.hold
        agent = agent | {"agentInitiatedHoldDuration": self.hold // SECOND}
        yield self._event("DISCONNECTED", agentInfo=agent, disconnectTimestamp=text(ended))
        agent = agent | {
            "afterContactWorkEndTimestamp": text(ended + self.wrap),
            "afterContactWorkDuration": self.wrap // SECOND,
        }
        yield self._event("COMPLETED", agentInfo=agent, disconnectTimestamp=text(ended))

    def _event(self, kind: str, **detail: Any) -> dict[str, Any]:
        return {
            "id": f"{self.id}-{kind}",
            "detail-type": "Amazon Connect Contact Event",
            "source": "aws.connect",
            "time": text(self.offered_at),
            "detail": {
                "eventType": kind,
                "contactId": self.id,
                "channel": "VOICE",
                "initiationMethod": "INBOUND",
                "queueInfo": {
                    "queueArn": f"{ARN}/queue/{self.queue}",
                    "enqueueTimestamp": text(self.offered_at),
                },
                **detail,
            },
        }

    def record(self) -> dict[str, Any]:
        """Its contact record, in whole seconds but for the spans."""
        over = self.offered_at + self.wait
        served = self.outcome == "answered"
        ended = over + self.talk + self.hold
        reason = "CONTACT_FLOW_DISCONNECT" if self.outcome == "left" else "CUSTOMER_DISCONNECT"
        return {
            "ContactId": self.id,
            "Channel": "VOICE",
            "InitiationMethod": "INBOUND",
            "DisconnectTimestamp": _whole(ended if served else over),
            "DisconnectReason": reason,
            "LastUpdateTimestamp": _whole(ended + 600 * SECOND),
            "Queue": {
                "ARN": f"{ARN}/queue/{self.queue}",
                "EnqueueTimestamp": _whole(self.offered_at),
                "Duration": self.wait // SECOND,
            },
            "Agent": {
                "ARN": f"{ARN}/agent/{self.agent}",
                "ConnectedToAgentTimestamp": _whole(over),
                "AgentInteractionDuration": self.talk // SECOND,
                "CustomerHoldDuration": self.hold // SECOND,
                "AfterContactWorkEndTimestamp": _whole(ended + self.wrap),
                "AfterContactWorkDuration": self.wrap // SECOND,
            }
            if served
            else None,
        }


def _whole(at: int) -> str:
    return text(at - at % SECOND)


def calls(number: int, random: Random) -> list[Call]:
    """So many calls of an hour."""
    return [
        Call(
            f"k-{index}",
            random.choice(["orders", "care", "claims"]),
            f"agent-{random.randrange(40)}",
            BEGIN + random.randrange(3_600_000),
            random.randrange(1, 200) * SECOND,
            random.choices(["answered", "abandoned", "left"], [7, 2, 1])[0],
            random.randrange(1, 600) * SECOND,
            random.randrange(60) * SECOND,
            random.randrange(1, 90) * SECOND,
        )
        for index in range(number)
    ]
