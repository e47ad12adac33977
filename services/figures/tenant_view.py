"""A tenant's floor as a question finds it: board, definitions, zone, and how old its figures are.

Figures are asked of a `TenantView`; `Floors` makes one for any tenant, of the moment.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.windows import MINUTE
from floorpulse.contracts.horizons import Horizons
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.in_force import Definitions, TenantDefinitions
from floorpulse.figures.sources.silent import NOBODY_SILENT, SilentQueues
from floorpulse.figures.sources.watch import SourceWatch


@dataclass(frozen=True)
class Staleness:
    """What of a tenant's figures is old: all of them, queues that stand, queues that a silent
    source feeds too.
    """

    stale: bool
    standing: list[str]
    touched: list[str]


@dataclass(frozen=True)
class TenantView:
    """A tenant's floor at the instant `now` (epoch milliseconds).

    `known` are all definitions of the tenant, `zone` is that of its days; `sources` tells who fell
    silent, `planned` the queues that have a forecast around now.
    """

    tenant: str
    board: Board
    known: TenantDefinitions
    zone: ZoneInfo
    now: int
    sources: SourceWatch
    planned: Callable[[], Collection[str]] = tuple

    @cached_property
    def as_of(self) -> int:
        """The instant that figures speak of, but for queues whose sources are silent."""
        return self.board.as_of(self.now)

    @cached_property
    def stale(self) -> bool:
        """Whether all figures speak of a past instant, because a partition fell silent or
        behind.
        """
        return self.board.stale_since(self.now) is not None

    @cached_property
    def silent(self) -> SilentQueues:
        """Which queues stand at the last word of their sources."""
        silence = self.sources.silence(self.tenant)
        if not silence.touched:
            return NOBODY_SILENT
        return SilentQueues(
            {queue: self.sources.instant(at) for queue, at in silence.standing.items()},
            silence.touched,
        )

    def horizons(self, at: int) -> Horizons:
        """How long visits of each channel are believed at an instant, epoch milliseconds."""
        return self.known.at(at).horizons(self.board.rules.horizons)

    @cached_property
    def unknown_queues(self) -> frozenset[str]:
        """The queues of the floor that the definitions, where they name queues, do not know."""
        in_force = self.known.at(self.as_of)
        if not in_force.queues:
            return frozenset()
        there = {queue for _, queue, _ in self.board.queue_channels(self.tenant, self.as_of)}
        return frozenset(queue for queue in there - {OTHER} if not in_force.knows(queue))

    @cached_property
    def heard_queues(self) -> frozenset[str]:
        """The queues that ever had a contact, have agents or are defined, now or at another
        time.
        """
        defined = self.known.ids.get(Kind.QUEUE, ())
        return frozenset(self.board.queues(self.tenant)).union(
            self.board.agents.queues(self.tenant), defined
        )

    def knows(self, queue: str) -> bool:
        """Whether questions may name a queue: it was heard of, or has a forecast around now."""
        return (
            queue in self.board.queues(self.tenant)
            or queue in self.heard_queues
            or queue in self.planned()
        )

    @property
    def known_queues(self) -> frozenset[str]:
        """All queues that questions may name."""
        return self.heard_queues.union(self.planned())

    @property
    def freshness(self) -> Staleness:
        """What of the figures is old."""
        return Staleness(self.stale, sorted(self.silent.standing), sorted(self.silent.touched))


class _KnownHorizons(NamedTuple):
    """Horizons of a tenant, and what they hold for: definitions change on whole minutes."""

    of: Definitions
    minute: int
    horizons: Horizons


def _nobody_plans(tenant: str) -> Collection[str]:  # noqa: ARG001  whose makes no difference
    return ()


class Floors:
    """The floors of all tenants on one board, by the clock `now`, under the definitions of the
    moment; `planned` tells the queues of a tenant that have a forecast around now.
    """

    def __init__(
        self,
        board: Board,
        now: Callable[[], int],
        definitions: Callable[[], Definitions],
        planned: Callable[[str], Collection[str]] = _nobody_plans,
    ) -> None:
        self.board = board
        self.definitions = definitions
        self._planned = planned
        self._now = now
        self._sources = SourceWatch(board, now, definitions)
        self._horizons: dict[str, _KnownHorizons] = {}
        board.horizons_of = self.horizons

    def horizons(self, tenant: str, at: int) -> Horizons:
        """How long visits of a tenant's channels are believed at an instant, epoch
        milliseconds.
        """
        definitions = self.definitions()
        known = self._horizons.get(tenant)
        minute = at // MINUTE
        if known is None or known.of is not definitions or known.minute != minute:
            horizons = definitions.at(tenant, at).horizons(self.board.rules.horizons)
            known = self._horizons[tenant] = _KnownHorizons(definitions, minute, horizons)
        return known.horizons

    def view(self, tenant: str) -> TenantView:
        """A tenant's floor now."""
        known = self.definitions().of(tenant)
        zone = known.zone or self.board.rules.zone
        planned = partial(self._planned, tenant)
        return TenantView(tenant, self.board, known, zone, self._now(), self._sources, planned)
