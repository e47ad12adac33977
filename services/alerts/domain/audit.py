"""The audit: each open incident is on its way to somebody, has an owner, or is known to have none.

An incident that is none of these is adrift: nobody would ever be told of it again. That cannot
happen as long as every change is one transaction; the audit looks whether it did.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from floorpulse.alerts.domain.incidents import Incident, IncidentState

LATE = 10_000
"""Milliseconds after which a timer that is due and not taken is overdue"""


class Standing(StrEnum):
    """What keeps an open incident from being forgotten."""

    TIMER = "timer"
    OWNER = "owner"
    EXHAUSTED = "exhausted"
    """The ladder is at its end: known, and told"""
    NO_POLICY = "no_policy"
    """Its rule names nobody"""
    OVERDUE = "overdue"
    """Its timer is due and nobody takes it"""
    ADRIFT = "adrift"


WRONG = frozenset({Standing.OVERDUE, Standing.ADRIFT})


def standing(incident: Incident, now: int) -> Standing:
    """What keeps this incident from being forgotten."""
    if incident.next_at is not None:
        return Standing.TIMER if incident.next_at > now - LATE else Standing.OVERDUE
    if incident.state is IncidentState.ACKNOWLEDGED and incident.owner:
        return Standing.OWNER
    if incident.policy is None:
        return Standing.NO_POLICY
    return Standing.EXHAUSTED if incident.exhausted else Standing.ADRIFT


def audited(incidents: Iterable[Incident], now: int) -> Mapping[Standing, list[str]]:
    """The ids of open incidents by what keeps them; every standing is there."""
    found: dict[Standing, list[str]] = {one: [] for one in Standing}
    for incident in incidents:
        found[standing(incident, now)].append(incident.id)
    return found
