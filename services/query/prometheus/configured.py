"""The queues that definitions name: they are on the page before their first contact."""

from collections.abc import Iterator, Sequence

from floorpulse.board.domain.series import QueueChannel
from floorpulse.definitions.domain.bodies import Kind, QueueBody
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.figures.tenant_view import Floors


class ConfiguredQueues:
    """The queues and channels of all tenants as definitions have them."""

    def __init__(self, floors: Floors) -> None:
        self._floors = floors
        self._known: Definitions | None = None
        self._tenants: list[str] = []
        self._listed: dict[str, tuple[InForce, Sequence[QueueChannel]]] = {}

    def at(self, now: int) -> Iterator[QueueChannel]:
        """Those in force at `now`, epoch milliseconds; without those whose contacts live figures
        count together with others'.
        """
        known = self._floors.definitions()
        if known is not self._known:
            self._known = known
            self._tenants = sorted({version.tenant for version in known.versions})
        for tenant in self._tenants:
            folded = self._floors.board.names.folded(tenant)
            for queue_channel in self._of(tenant, known.at(tenant, now)):
                if queue_channel[1] not in folded:
                    yield queue_channel

    def _of(self, tenant: str, in_force: InForce) -> Sequence[QueueChannel]:
        listed = self._listed.get(tenant)
        if listed is None or listed[0] is not in_force:
            listed = self._listed[tenant] = in_force, _queue_channels(tenant, in_force)
        return listed[1]


def _queue_channels(tenant: str, in_force: InForce) -> list[QueueChannel]:
    bodies = [version.body for version in in_force.versions.get(Kind.QUEUE, {}).values()]
    return [
        (tenant, body.id, channel)
        for body in bodies
        if isinstance(body, QueueBody)
        for channel in body.channels
    ]
