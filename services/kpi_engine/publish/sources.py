"""The sources heard in one partition: the minutes in which they sent events, and the queues that
they feed. A source with a rhythm that falls silent has likely broken down.

minutes   1 1 0 1 1 1 0 1 ●      a bit a minute up to the last event; events of history leave none

Instants are milliseconds of the worker's steady clock.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from floorpulse.contracts.updates import SourceHeard
from floorpulse.kpi_engine.fold.slices import SourceKey, Told

MINUTE = 60_000
REMEMBERED = (1 << 64) - 1
"""The minutes that are remembered, a bit each"""
MOST = 1000
"""Sources of one partition; beyond, the one that was quiet for longest is forgotten."""
MOST_QUEUES = 5000
"""Queues of one source"""
ALL_EVERY = 15_000
"""Milliseconds after which all sources and their queues are published again, for readers that came
later
"""


@dataclass(eq=False)
class _HeardSource:
    last_at: int
    minutes: int = 0
    queues: set[str] = field(default_factory=set)
    unpublished_queues: list[str] = field(default_factory=list)
    news: bool = True


class PartitionSources:
    """The sources of one partition."""

    def __init__(self) -> None:
        self._known: dict[SourceKey, _HeardSource] = {}
        self._published_all_at: int | None = None

    def note(self, told: Told, now: int) -> None:
        """This was told by `now`."""
        for key, live in told.pairs.items():
            self._hear(key, now, live=live)
        for tenant, name, queue in told.feeds:
            heard = self._known.get((tenant, name))
            if heard is not None and queue not in heard.queues and len(heard.queues) < MOST_QUEUES:
                heard.queues.add(queue)
                heard.unpublished_queues.append(queue)

    def _hear(self, key: SourceKey, now: int, *, live: bool) -> None:
        heard = self._known.get(key)
        if heard is None:
            heard = self._known[key] = _HeardSource(now)
            if len(self._known) > MOST:
                del self._known[min(self._known, key=lambda one: self._known[one].last_at)]
        passed = min(now // MINUTE - heard.last_at // MINUTE, 64)
        heard.minutes = (heard.minutes << passed | live) & REMEMBERED
        heard.last_at = now
        heard.news = True

    def take_unpublished(self, now: int) -> list[SourceHeard]:
        """The sources to publish at `now`: those heard since the last time, and every `ALL_EVERY`
        all, with all their queues.
        """
        everything = self._published_all_at is None or now - self._published_all_at >= ALL_EVERY
        if everything:
            self._published_all_at = now
        return [
            _taken(key, one, now, sorted(one.queues) if everything else one.unpublished_queues)
            for key, one in self._due(everything=everything)
        ]

    def _due(self, *, everything: bool) -> Collection[tuple[SourceKey, _HeardSource]]:
        return [(key, one) for key, one in self._known.items() if everything or one.news]


def _taken(key: SourceKey, heard: _HeardSource, now: int, queues: list[str]) -> SourceHeard:
    heard.news = False
    heard.unpublished_queues = []
    return SourceHeard(*key, max(0, now - heard.last_at), heard.minutes, queues or None)
