"""What happens to incidents, as `alert-events` tells it: one record a line of a timeline."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta


class AlertEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an incident's timeline; `at` and `opened_at` are epoch milliseconds.

    Records may be repeated: equal `id` is the same event. `number` counts the events of an incident
    from 1 without a gap; within an incident records come in its order, a repeated one may come
    after later ones.
    """

    id: Annotated[str, Meta(description="`incident.number`", examples=["01K3X.2"])]
    tenant: str
    incident: str
    number: int
    at: int
    opened_at: int
    rule: Annotated[str, Meta(description="the rule's id; `alertmanager` of alerts told by one")]
    severity: Annotated[str, Meta(examples=["critical", "warning", "info"])]
    state: Annotated[str, Meta(examples=["firing", "acknowledged", "resolved"])]
    level: Annotated[int, Meta(description="the step of the escalation that was told; 0: none")]
    reason: Annotated[str, Meta(description="why it changed, of a closed list")]
    queue: str = ""
    channel: str = ""
    key: Annotated[str, Meta(description="agent, reason, or fingerprint of Alertmanager")] = ""
    actor: Annotated[str | None, Meta(description="who did it, where a person did")] = None
    body: Annotated[dict[str, Any], Meta(description="figure, comment, until, owner")] = {}


encode_alert_event = msgspec.json.Encoder().encode
