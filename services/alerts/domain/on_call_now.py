"""Who can be told at an instant: definitions in force, and what was arranged beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from floorpulse.alerts.domain.rotas import Rota, Span, written_overrides
from floorpulse.alerts.domain.targets import targets_of
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.calendars import is_open
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.on_call import EscalationStep, RotaBody
from floorpulse.definitions.domain.receiver_terms import ReceiverBody


@dataclass(frozen=True)
class Arranged:
    """What is not in definitions: overrides by supervisors and shifts of feeds, by rota."""

    overrides: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    feeds: Mapping[str, Sequence[Span]] = field(default_factory=dict)


@dataclass(frozen=True)
class OnCallNow:
    """Answers for one tenant at the instant `at`, epoch milliseconds; `zone` is the tenant's."""

    definitions: InForce
    zone: ZoneInfo
    at: int
    arranged: Arranged = Arranged()

    def targets(self, step: EscalationStep) -> tuple[str, ...]:
        """All `receiver/channel` of a step, each once; empty where nobody is on call."""
        ways = (way for receiver in self._receivers(step) for way in self.ways(receiver))
        return tuple(dict.fromkeys(ways))

    def ways(self, receiver: str) -> tuple[str, ...]:
        """All `receiver/channel` of one receiver; empty where it is not known."""
        known = self.definitions.versions.get(Kind.RECEIVER, {}).get(receiver)
        body = known.body if known is not None else None
        return targets_of(body) if isinstance(body, ReceiverBody) else ()

    def is_open(self, calendar: str) -> bool:
        """Whether a calendar is open now; one that is not defined is never closed."""
        known = self.definitions.calendars.get(calendar)
        return known is None or is_open(known, self.at, self.zone)

    def rota(self, name: str) -> Rota | None:
        """A rota as it is now; None where it is not known."""
        known = self.definitions.versions.get(Kind.ROTA, {}).get(name)
        body = known.body if known is not None else None
        if not isinstance(body, RotaBody):
            return None
        zone = ZoneInfo(body.zone) if body.zone else self.zone
        overrides = (*written_overrides(body, zone), *self.arranged.overrides.get(name, ()))
        feed = self.arranged.feeds.get(name, ()) if body.ical else None
        calendar = self.definitions.calendars.get(body.calendar or "")
        return Rota(body, zone, calendar, overrides, feed)

    def _receivers(self, step: EscalationStep) -> Iterator[str]:
        for target in step.targets:
            if target.receiver is not None:
                yield target.receiver
            if target.rota is not None:
                rota = self.rota(target.rota)
                member = rota.at(self.at).member if rota is not None else None
                if member is not None:
                    yield member
