"""A tenant's floor as a question finds it: board, definitions, zone, and how old its figures are.

Figures are asked of a `TenantView`; `Floors` makes one for any tenant, of the moment.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.access.keys import Credential
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.windows import MINUTE
from floorpulse.contracts.horizons import Horizons
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.contracts import EVER
from floorpulse.definitions.domain.definition_history import Definitions, TenantDefinitions
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.figures.contract_limits import (
    CHANNELS,
    Limits,
    groups_of,
    limits_of,
    policies_of,
    targets_of,
)
from floorpulse.figures.policies_in_force import BUILT_IN, names, target_ids
from floorpulse.figures.selection import By, Selection
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
    silent, `planned` the queues that have a forecast around now. `contract` is the only one whose
    queues and channels may be seen, None where all may. What may be asked for (`queues`,
    `channels`, `policies`, `targets`, `groups`) and what is chosen where nothing is (`select`) keep
    to it.
    """

    tenant: str
    board: Board
    known: TenantDefinitions
    zone: ZoneInfo
    now: int
    sources: SourceWatch
    planned: Callable[[], Collection[str]] = tuple
    contract: str | None = None

    @cached_property
    def limits(self) -> Limits | None:
        """What may be seen; None: everything."""
        if self.contract is None:
            return None
        return limits_of(self.contract, self.known, self.zone)

    @property
    def until(self) -> int:
        """The instant up to which it may be seen: the end of the contract."""
        return EVER if self.limits is None else self.limits.until

    @cached_property
    def queues(self) -> Collection[str]:
        """The queues that may be asked for."""
        return self.board.queues(self.tenant) if self.limits is None else self.limits.queues

    @property
    def channels(self) -> Collection[str]:
        """The channels that may be asked for."""
        return (self.limits and self.limits.channels) or CHANNELS

    def select(
        self, queues: tuple[str, ...] = (), channels: tuple[str, ...] = (), by: By = By.QUEUE
    ) -> Selection:
        """The contacts of these queues and channels, which may be asked for; of all that may be
        where none is named.
        """
        if self.limits is None:
            return Selection(self.tenant, queues, channels, by)
        queues = queues or self.limits.queues
        channels = channels or self.limits.channels
        return Selection(self.tenant, queues, channels, by, contract=self.contract)

    @property
    def policies(self) -> list[str]:
        """The names of service-level policies that a question may use."""
        known = names(self.known)
        if self.limits is None:
            return known
        mine = policies_of(self.limits, self.known)
        return [name for name in known if name in BUILT_IN or name.partition("@")[0] in mine]

    @property
    def targets(self) -> list[str]:
        """The ids of the targets that may be asked for."""
        known = target_ids(self.known)
        return known if self.limits is None else targets_of(self.limits, self.known)

    def groups(self, grouping: Grouping) -> Collection[str]:
        """The teams, sites or clients that may be asked for."""
        if self.limits is None:
            return self.known.ids.get(Kind(grouping.plural), ())
        return groups_of(self.limits, self.known, grouping)

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
        """Whether questions may name a queue: it was heard of, or has a forecast around now; where
        only a contract may be seen, whether the queue is one of its.
        """
        if self.limits is not None:
            return queue in self.limits.queues
        return (
            queue in self.board.queues(self.tenant)
            or queue in self.heard_queues
            or queue in self.planned()
        )

    @property
    def known_queues(self) -> Collection[str]:
        """All queues that questions may name."""
        if self.limits is not None:
            return self.limits.queues
        return self.heard_queues.union(self.planned())

    @property
    def freshness(self) -> Staleness:
        """What of the figures is old."""
        told = (sorted(self.silent.standing), sorted(self.silent.touched))
        standing, touched = ([one for one in names if self._shows(one)] for names in told)
        return Staleness(self.stale, standing, touched)

    def _shows(self, queue: str) -> bool:
        return self.limits is None or queue in self.limits.queues


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

    @property
    def as_of(self) -> int:
        """The instant that figures speak of now, but for queues whose sources are silent."""
        return self.board.as_of(self._now())

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

    def seen_by(self, caller: Credential) -> TenantView:
        """The floor of a caller's tenant now, as far as the caller may see it."""
        view = self.view(caller.tenant)
        return view if caller.contract is None else replace(view, contract=caller.contract)

    def view(self, tenant: str) -> TenantView:
        """A tenant's floor now."""
        known = self.definitions().of(tenant)
        zone = known.zone or self.board.rules.zone
        planned = partial(self._planned, tenant)
        return TenantView(tenant, self.board, known, zone, self._now(), self._sources, planned)
