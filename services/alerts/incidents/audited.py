"""What the audit log has of people's acts with incidents and silences."""

import msgspec

from floorpulse.access.audit_chain import Action as Audited
from floorpulse.access.audit_chain import AuditEntry
from floorpulse.alerts.domain.acknowledging import Action
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.silences import Silence


def acted(incident: Incident, action: Action, actor: str, now: int) -> AuditEntry:
    """Somebody acknowledged, snoozed, resolved, commented or handed over an incident."""
    subject = incident.subject
    details: dict[str, object] = {
        "act": type(action).__name__.lower(),
        **msgspec.to_builtins(action),
        "rule": subject.rule,
        "queue": subject.queue,
        "channel": subject.channel,
    }
    name = f"incident/{incident.id}"
    return AuditEntry(subject.tenant, now, actor, Audited.INCIDENT_ACTED, name, details)


def silence_added(silence: Silence, now: int) -> AuditEntry:
    """Somebody silenced what matches."""
    details: dict[str, object] = {
        "matchers": msgspec.to_builtins(silence.matchers),
        "begins_at": silence.begins_at,
        "ends_at": silence.ends_at,
        "comment": silence.comment,
    }
    name = f"silence/{silence.id}"
    return AuditEntry(silence.tenant, now, silence.author, Audited.SILENCE_ADDED, name, details)


def silence_ended(tenant: str, silence: str, actor: str, now: int) -> AuditEntry:
    """Somebody ended a silence before its time."""
    return AuditEntry(tenant, now, actor, Audited.SILENCE_ENDED, f"silence/{silence}")
