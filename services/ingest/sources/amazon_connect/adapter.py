"""What a payload of Amazon Connect is, by its shape: three roads and an export, one adapter.

{"detail-type": "Amazon Connect Contact Event", "detail": {…}}   contact event, over EventBridge
{"eventType": …, "contactId": …}                                 the same without its envelope
{"AgentARN": …, "CurrentAgentSnapshot": …}                       agent event
{"ContactId": …, "Queue": …, "Agent": …}                         contact record
{"EvaluationId": …, "Metadata": …}                               evaluation
"""

from collections.abc import Mapping, Sequence

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.amazon_connect import (
    agent_events,
    contact_events,
    contact_records,
    evaluations,
)
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored
from floorpulse.ingest.sources.source import SourceSettings

CONTACT_EVENT = "AMAZON CONNECT CONTACT EVENT"
RENAMED = "CONTACT EVENT"
"""How the kind may end since the product has another name"""
STRANGER = Refusal(
    Reason.MALFORMED,
    "no payload of Amazon Connect: neither contact event nor contact record, agent event or "
    "evaluation",
)


def events(
    payload: Mapping[str, object], settings: SourceSettings
) -> Sequence[EventBody] | Ignored | Refusal:
    """The bodies of a payload's events."""
    envelope = Fields(payload)
    kind = envelope.text("detail-type")
    if kind is not None:
        if kind.upper() != CONTACT_EVENT and not kind.upper().endswith(RENAMED):
            return Ignored(kind)
        return contact_events.events(envelope.part("detail"), envelope, settings)
    return _bare(envelope, settings)


def _bare(payload: Fields, settings: SourceSettings) -> Sequence[EventBody] | Ignored | Refusal:
    evaluation = payload.part("Evaluation") or payload
    if evaluation.text("EvaluationId"):
        return evaluations.events(evaluation, settings)
    if payload.text("AgentARN") and payload.text("EventType"):
        return agent_events.events(payload, settings)
    if payload.text("ContactId") and payload.text("EventType"):
        return contact_events.events(payload, Fields(None), settings)
    if payload.text("ContactId"):
        return contact_records.events(payload, settings)
    return STRANGER
