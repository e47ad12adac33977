"""From definitions in force and what the tables know to what decisions look at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from floorpulse.alerts.domain.decisions import Circumstances
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.on_call_now import Arranged, OnCallNow
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import silenced_until
from floorpulse.alerts.incidents.ports import Known
from floorpulse.definitions.domain.definition_history import Definitions

Feeds = Callable[[str], Mapping[str, Sequence[Span]]]
"""Shifts of iCal feeds of a tenant, by rota"""


def no_feeds(_: str) -> Mapping[str, Sequence[Span]]:
    """Where no feed is read."""
    return {}


@dataclass(frozen=True)
class Surroundings:
    """The definitions as they are when asked, and the zone of tenants that name none."""

    definitions: Callable[[], Definitions]
    zone: ZoneInfo
    feeds: Feeds = field(default=no_feeds)

    def on_call(self, tenant: str, now: int, overrides: Mapping[str, Sequence[Span]]) -> OnCallNow:
        """Who can be told for a tenant at an instant."""
        mine = self.definitions().of(tenant)
        arranged = Arranged(overrides, self.feeds(tenant))
        return OnCallNow(mine.at(now), mine.zone or self.zone, now, arranged)

    def of(self, incident: Incident, known: Known, now: int) -> Circumstances:
        """What a decision about an incident looks at."""
        return Circumstances(
            self.on_call(incident.subject.tenant, now, known.overrides),
            silenced_until(known.silences, incident, now),
            known.told,
            known.flapped_at,
        )
