"""Incidents that are pushed, and an Alertmanager in memory."""

from collections.abc import Hashable, Mapping, Sequence

from floorpulse.alerts.bridges.alertmanager_client import AlertmanagerAway, AlertsRefusedError
from floorpulse.alerts.domain.alertmanager_in import PresentAlert
from floorpulse.alerts.domain.alertmanager_out import OURS, REPEATED, PostableAlert
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.runtime.unavailable import StoreUnavailable


class MemoryIncidents:
    """The incidents that are pushed; `away` is the store's absence."""

    def __init__(self, *incidents: Incident) -> None:
        self.incidents = list(incidents)
        self.away = False

    async def revision(self, now: int) -> Hashable:
        if self.away:
            message = "PostgreSQL does not answer"
            raise StoreUnavailable(message)
        return tuple((one.id, one.revision, one.state) for one in self._posted(now))

    async def read(self, now: int) -> Sequence[Incident]:
        return self._posted(now)

    def _posted(self, now: int) -> list[Incident]:
        return [
            one
            for one in self.incidents
            if one.resolved_at is None or now - one.resolved_at <= REPEATED
        ]


class MemoryAlertmanager:
    """Keeps the posts that it takes; refuses incidents in `bad`, as a whole batch."""

    def __init__(self) -> None:
        self.posts: list[list[str]] = []
        self.refused = 0
        self.bad: set[str] = set()
        self.away = False
        self.here: dict[str, PresentAlert] = {}
        self.running = 3600.0

    async def post(self, alerts: Sequence[PostableAlert]) -> None:
        self._insist()
        ids = [one.labels[OURS] for one in alerts]
        if self.bad & set(ids):
            self.refused += 1
            message = "invalid label set"
            raise AlertsRefusedError(message)
        self.posts.append(ids)

    async def present(self) -> Mapping[str, PresentAlert]:
        self._insist()
        return dict(self.here)

    async def running_for(self) -> float:
        self._insist()
        return self.running

    def _insist(self) -> None:
        if self.away:
            message = "Alertmanager does not answer"
            raise AlertmanagerAway(message)
