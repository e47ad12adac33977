"""What ingest knows of tenants' feeds: their floors and sources as the definitions have them, and
tallies of what seems wrong of them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from floorpulse.contracts.tallies import What
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.ingest.app import RejectedEvent, WarnedEvent
from floorpulse.ingest.domain import letters
from floorpulse.ingest.domain.warnings import NOTHING_KNOWN, KnownFloor
from floorpulse.ingest.metrics import FeedMetrics
from floorpulse.ingest.tallies import Tallies, TallyKey

HISTORY = 86_400_000
"""Milliseconds after its instant at which an event that comes in is history: it says nothing of its
source's clock
"""

ZONES = 64
"""Zones whose offset of this second is kept"""


class TalliedFeeds:
    """The `Feeds` of a process; `current` gives the definitions in force, None until they were
    read, `zone` is that of tenants who define none.
    """

    def __init__(
        self,
        current: Callable[[], Definitions | None],
        tallies: Tallies,
        zone: ZoneInfo,
        metrics: FeedMetrics,
        now: Callable[[], int],
    ) -> None:
        self._current = current
        self._tallies = tallies
        self._metrics = metrics
        self._zone = zone
        self._now = now

    def floor(self, tenant: str) -> KnownFloor:
        """The tenant's zone, queues and sources as of now."""
        definitions = self._current()
        if definitions is None:
            return NOTHING_KNOWN
        now = self._now()
        known = definitions.of(tenant)
        ahead = _ahead(known.zone or self._zone, now // 1000)
        in_force = known.at(now)
        return KnownFloor(ahead, in_force.queues, _states_last(in_force))

    def warned(self, tenant: str, one: WarnedEvent) -> None:
        """Count what seems wrong, by the source that told it."""
        key = TallyKey(tenant, one.source, What.WARNED, one.warning.code.value)
        self._tallies.count(key, example=one.example)

    def refused(self, tenant: str, one: RejectedEvent) -> None:
        """Count a refusal by the source that the text names, "" where it cannot be read."""
        source = letters.source_of(one.text)
        key = TallyKey(tenant, source, What.REFUSED, one.refusal.reason.value)
        self._tallies.count(key, example=letters.example_of(one.refusal, one.id, one.text))

    def heard(self, tenant: str, newest: Mapping[str, int], at: int) -> None:
        """Count how long after their instants the newest events of a request came, history
        apart.
        """
        for source, told in newest.items():
            delay = at - told
            if delay < HISTORY:
                self._tallies.delay(tenant, source, at, delay)
                self._metrics.told_after(delay)


@lru_cache(ZONES)
def _ahead(zone: ZoneInfo, second: int) -> int:
    """Milliseconds that a zone is ahead of UTC in a second since 1970; clocks change between two of
    them.
    """
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() * 1000)


def _states_last(in_force: InForce) -> dict[str, int]:
    """How long states of agents are believed, by the sources whose definitions say it."""
    return {
        name: body.states_last * 1000
        for name, body in in_force.sources.items()
        if body.states_last is not None
    }
