"""What configured sources delivered over HTTP, beside the definitions in force, and what seemed
wrong of the events of any source: tallies of all ingest processes.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from floorpulse.contracts.tallies import Example, What
from floorpulse.definitions.domain.definition_history import Definitions


@dataclass(frozen=True)
class SourceTally:
    """One tally of a source: how often, first and last (epoch milliseconds), and the latest events
    as examples, the newest first.
    """

    source: str
    what: What
    kind: str
    count: int
    first_at: int
    last_at: int
    examples: Sequence[Example] = ()


class TallyReader(Protocol):
    """Where tallies are. May raise `StoreUnavailable`."""

    async def tallies(self, tenant: str) -> Sequence[SourceTally]:
        """All tallies of a tenant."""
        ...


@dataclass(frozen=True)
class DeliveringSource:
    """A configured source, and what it delivered: nothing yet where `tallies` is empty."""

    source: str
    vendor: str
    tallies: Sequence[SourceTally] = field(default=())

    @property
    def since(self) -> int | None:
        """The first delivery, epoch milliseconds; None before it."""
        return min((one.first_at for one in self.tallies), default=None)

    @property
    def last_heard(self) -> int | None:
        """The last delivery, epoch milliseconds; None before the first."""
        return max((one.last_at for one in self.tallies), default=None)

    def total(self, what: What) -> int:
        """How often, of all kinds."""
        return sum(one.count for one in self.tallies if one.what is what)

    def by_kind(self, what: What) -> Sequence[SourceTally]:
        """Of what has kinds or reasons, the most frequent first."""
        mine = (one for one in self.tallies if one.what is what)
        return sorted(mine, key=lambda one: (-one.count, one.kind))


class Deliveries:
    """Answers for a tenant, by the clock `now`, under the definitions of the moment."""

    def __init__(
        self,
        reader: TallyReader,
        now: Callable[[], int],
        definitions: Callable[[], Definitions],
    ) -> None:
        self._reader = reader
        self._now = now
        self._definitions = definitions

    async def warnings(self, tenant: str) -> list[SourceTally]:
        """Of which events something seemed wrong, by source, the most frequent first."""
        warned = [one for one in await self._reader.tallies(tenant) if one.what is What.WARNED]
        return sorted(warned, key=lambda one: (one.source, -one.count, one.kind))

    async def all(self, tenant: str) -> list[DeliveringSource]:
        """Every source that says its platform in the definitions in force, by name."""
        in_force = self._definitions().at(tenant, self._now())
        configured = {
            name: body.vendor for name, body in in_force.sources.items() if body.vendor is not None
        }
        if not configured:
            return []
        known: defaultdict[str, list[SourceTally]] = defaultdict(list)
        for one in await self._reader.tallies(tenant):
            if one.what is not What.WARNED:
                known[one.source].append(one)
        return [
            DeliveringSource(name, vendor, known.get(name, ()))
            for name, vendor in sorted(configured.items())
        ]
