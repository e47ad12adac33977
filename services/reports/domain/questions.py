"""The addresses that answer a report's figures anew: a figure is never further than a link from its
numerator, denominator, definition and visits.
"""

from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from floorpulse.contracts.instants import parse_instant
from floorpulse.figures.links import LinkedFigure, corrections_link, history_link, visits_link
from floorpulse.figures.timestamps import text

HALF_HOURS = "30m"


@dataclass(frozen=True)
class Asked:
    """What all questions of a report have in common: [begin, end), epoch milliseconds, and whose
    contacts count; no names means all.
    """

    begin: int
    end: int
    zone: ZoneInfo
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def of(self, queue: str) -> "Asked":
        """The same of one queue."""
        return replace(self, queues=(queue,))

    def during(self, since: str, until: str) -> "Asked":
        """The same of another span, RFC 3339."""
        return replace(self, begin=parse_instant(since), end=parse_instant(until))

    def history(self, kpi: str) -> str:
        """One row of history."""
        return history_link(self._figure(kpi))

    def half_hours(self, *kpis: str) -> str:
        """A row of each half hour."""
        return history_link(self._figure(",".join(kpis)), HALF_HOURS)

    def visits(self, *, missed: bool = False) -> str:
        """The visits, or those that lowered the service level."""
        return visits_link(self._figure("service_level"), missed=missed)

    def corrections(self, kpis: tuple[str, ...]) -> str:
        """What changed after it was final."""
        return corrections_link(self._figure(",".join(kpis)))

    def targets(self, target: str) -> str:
        """How a target stood."""
        return self._address("/v1/targets", target=target, tz=self.zone.key)

    def visits_of_target(self, target: str) -> str:
        """The visits that a target counts as missed."""
        return self._address("/v1/visits", missed="true", target=target)

    def incidents(self) -> str:
        """The incidents that opened."""
        return self._address("/v1/alerts")

    def _figure(self, kpi: str) -> LinkedFigure:
        return LinkedFigure(kpi, self.begin, self.end, self.zone, self.queues, self.channels)

    def _address(self, path: str, **more: str) -> str:
        span = {"from": text(self.begin, self.zone), "to": text(self.end, self.zone)}
        return f"{path}?{urlencode(span | more)}"


def settlements(contract: str) -> str:
    """The settlements of a contract."""
    return f"/v1/settlements?{urlencode({'contract': contract})}"


def contact(name: str) -> str:
    """All about a contact."""
    return f"/v1/contacts/{quote(name, safe='')}"


def incident(name: str) -> str:
    """All about an incident."""
    return f"/v1/alerts/{quote(name, safe='')}"
