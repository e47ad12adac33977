"""The addresses that answer a report's figures anew: a figure is never further than a link from its
numerator, denominator, definition and visits.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Asked:
    """What all questions of a report have in common; `since` and `until` are RFC 3339."""

    since: str
    until: str
    zone: str
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def of(self, queue: str) -> "Asked":
        """The same of one queue."""
        return Asked(self.since, self.until, self.zone, (queue,), self.channels)

    def during(self, since: str, until: str) -> "Asked":
        """The same of another span."""
        return Asked(since, until, self.zone, self.queues, self.channels)

    def history(self, kpi: str, by: str = "total") -> str:
        """One row of history."""
        more = {"kpi": kpi, "interval": "all", "by": by, "tz": self.zone}
        return self._address("/v1/kpis/history", more)

    def visits(self, *, missed: bool = False) -> str:
        """The visits, or those that lowered the service level."""
        return self._address("/v1/visits", {"missed": "true"} if missed else {})

    def corrections(self) -> str:
        """What changed after it was final."""
        return self._address("/v1/corrections", {"tz": self.zone})

    def targets(self, target: str) -> str:
        """How a target stood."""
        span = {"from": self.since, "to": self.until}
        return _address("/v1/targets", {**span, "target": target, "tz": self.zone})

    def visits_of_target(self, target: str) -> str:
        """The visits that a target counts as missed."""
        span = {"from": self.since, "to": self.until}
        return _address("/v1/visits", {**span, "missed": "true", "target": target})

    def incidents(self) -> str:
        """The incidents that opened."""
        return _address("/v1/alerts", {"from": self.since, "to": self.until})

    def _address(self, path: str, more: dict[str, str]) -> str:
        said = {"from": self.since, "to": self.until}
        for name, values in (("queue", self.queues), ("channel", self.channels)):
            if values:
                said[name] = ",".join(map(_listed, values))
        return _address(path, said | more)


def contact(name: str) -> str:
    """All about a contact."""
    return f"/v1/contacts/{quote(name, safe='')}"


def incident(name: str) -> str:
    """All about an incident."""
    return f"/v1/alerts/{quote(name, safe='')}"


def _listed(name: str) -> str:
    """A name as lists take it: in quotes where a comma or quote is in it."""
    plain = "," not in name and '"' not in name and name == name.strip()
    return name if plain else '"' + name.replace('"', '""') + '"'


def _address(path: str, said: dict[str, str]) -> str:
    return f"{path}?{urlencode(said, safe=':,')}"
