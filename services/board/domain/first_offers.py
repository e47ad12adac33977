"""Since when anybody waits, by tenant: most spans of the past lie before it, and need no look at
who waits in thousands of queues.
"""

from collections.abc import Iterable, Mapping

from floorpulse.contracts.updates import Gauge


class FirstOffers:
    """The first offer of those who wait, by source partition; never later than it is, and earlier
    only until a partition tells of everybody again.
    """

    def __init__(self) -> None:
        self._told: dict[int, dict[str, int]] = {}

    def lower(self, partition: int, told: Mapping[str, int]) -> None:
        """A partition has further news, by tenant, and what it told before still holds."""
        known = self._told.setdefault(partition, {})
        for tenant, first in told.items():
            known[tenant] = min(first, known.get(tenant, first))

    def replace(self, partition: int, told: Mapping[str, int]) -> None:
        """These are all who wait in a partition."""
        self._told[partition] = dict(told)

    def of(self, tenant: str) -> int | None:
        """Since when the first contact of a tenant waits; None where nobody does."""
        return min(
            (told[tenant] for told in self._told.values() if tenant in told),
            default=None,
        )


def first_offers(gauges: Iterable[Gauge]) -> dict[str, int]:
    """The first offer of those who wait, by tenant."""
    found: dict[str, int] = {}
    for gauge in gauges:
        if gauge.waiting:
            first = gauge.waiting[0]
            found[gauge.tenant] = min(first, found.get(gauge.tenant, first))
    return found
