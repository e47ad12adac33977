"""What ingest knows of tenants' feeds: their floors and sources as the definitions have them, and
tallies of what seems wrong of them.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from floorpulse.contracts.tallies import What
from floorpulse.definitions.domain.in_force import Definitions, InForce
from floorpulse.ingest.app import WarnedEvent
from floorpulse.ingest.domain.warnings import NOTHING_KNOWN, KnownFloor
from floorpulse.ingest.tallies import Tallies, TallyKey


class TalliedFeeds:
    """The `Feeds` of a process; `current` gives the definitions in force, None until they were
    read, `zone` is that of tenants who define none.
    """

    def __init__(
        self,
        current: Callable[[], Definitions | None],
        tallies: Tallies,
        zone: ZoneInfo,
        now: Callable[[], int],
    ) -> None:
        self._current = current
        self._tallies = tallies
        self._zone = zone
        self._now = now

    def floor(self, tenant: str) -> KnownFloor:
        """The tenant's zone, queues and sources as of now."""
        definitions = self._current()
        if definitions is None:
            return NOTHING_KNOWN
        now = self._now()
        known = definitions.of(tenant)
        offset = datetime.fromtimestamp(now / 1000, known.zone or self._zone).utcoffset()
        ahead = 0 if offset is None else int(offset.total_seconds() * 1000)
        in_force = known.at(now)
        return KnownFloor(ahead, in_force.queues, _states_last(in_force))

    def warned(self, tenant: str, one: WarnedEvent) -> None:
        """Count what seems wrong, by the source that told it."""
        key = TallyKey(tenant, one.source, What.WARNED, one.warning.code.value)
        self._tallies.count(key, example=one.id)


def _states_last(in_force: InForce) -> dict[str, int]:
    """How long states of agents are believed, by the sources whose definitions say it."""
    return {
        name: body.states_last * 1000
        for name, body in in_force.sources.items()
        if body.states_last is not None
    }
