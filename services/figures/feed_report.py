"""Feeds: what each source tells, and what is wrong with its clock, its events, its queues and its
agents.

    board            last word, state, queues, agents ──┐
    source_tally     warnings, refusals ────────────────┼──► one `Feed` a source, by name
    source_orphan    events without the one before ─────┤
    source_delay     instant to arrival ────────────────┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from floorpulse.contracts.tallies import DELAY_SLOT
from floorpulse.figures.sources.feeds import FeedReader, Mistake, Skew, joined, skews_of
from floorpulse.figures.sources.watch import HeardSource
from floorpulse.figures.tenant_view import Floors, TenantView

HOUR = 3_600_000


@dataclass(frozen=True)
class Feed:
    """All that is known of one source. `heard` is None before its first event was counted, `skew`
    without events of the last hour that are of their day.
    """

    source: str
    heard: HeardSource | None
    skew: Skew | None
    mistakes: Sequence[Mistake]
    undefined_queues: Sequence[str]
    stateless_agents: Sequence[str]


@dataclass(frozen=True)
class _Floor:
    """What a tenant's board knows of its sources, and who never told a state, with the queue."""

    view: TenantView
    heard: Mapping[str, HeardSource]
    stateless: Mapping[str, str]


class FeedReport:
    """Answers from the board and the tallies of all processes."""

    def __init__(self, floors: Floors, reader: FeedReader) -> None:
        self._floors = floors
        self._reader = reader

    async def all(self, tenant: str) -> list[Feed]:
        """Every source of a tenant that was heard, or of which something is tallied, by name.
        Raises `StoreUnavailable`.
        """
        view = self._floors.view(tenant)
        since = view.now - HOUR
        tallies = await self._reader.tallies(tenant)
        mistakes = joined(tallies, await self._reader.orphans(tenant))
        skews = skews_of(await self._reader.delays(tenant, since - since % DELAY_SLOT))
        heard = {one.source.source: one for one in view.sources.all(tenant)}
        floor = _Floor(view, heard, view.board.agents.stateless(tenant, view.as_of))
        return [
            _feed(name, floor, skews.get(name), mistakes.get(name, ()))
            for name in sorted({*heard, *skews, *mistakes})
        ]


def _feed(name: str, floor: _Floor, skew: Skew | None, mistakes: Sequence[Mistake]) -> Feed:
    heard = floor.heard.get(name)
    queues: frozenset[str] = frozenset() if heard is None else heard.source.queues
    undefined = sorted(floor.view.unknown_queues & queues)
    agents = sorted(agent for agent, queue in floor.stateless.items() if queue in queues)
    return Feed(name, heard, skew, mistakes, undefined, agents)
