"""The sources heard in one partition: the minutes in which they sent events, and the queues that
they feed. A source with a rhythm that falls silent has likely broken down.

minutes   1 1 0 1 1 1 0 1 ●      a bit a minute up to the last event; events of history leave none

Instants are milliseconds of the worker's steady clock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from floorpulse.contracts.events import AnyEvent, ContactOffered
from floorpulse.contracts.updates import SourceHeard

MINUTE = 60_000
REMEMBERED = (1 << 64) - 1
"""The minutes that are remembered, a bit each"""
HISTORY = 60 * MINUTE
"""Milliseconds before its arrival at which an event is history: its source may be silent now"""
MOST = 1000
"""Sources of one partition; beyond, the one that was quiet for longest is forgotten."""
MOST_QUEUES = 5000
"""Queues of one source"""
ALL_EVERY = 15_000
"""Milliseconds after which all sources and their queues are published again, for readers that came
later
"""

SourceKey = tuple[str, str]
"""(tenant, source)"""


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

    def note(self, events: Sequence[AnyEvent], appended_at: int, now: int) -> None:
        """These events arrived by `now`; the broker had appended the last of them at `appended_at`,
        epoch milliseconds.
        """
        young = appended_at - HISTORY
        speaking = {(event.tenant, event.source) for event in events if event.at >= young}  # type: ignore[operator]  # decoded: milliseconds
        telling = {(event.tenant, event.source) for event in events}
        feeds = {
            (one.tenant, one.source, one.queue) for one in events if type(one) is ContactOffered
        }
        self.hear({key: key in speaking for key in telling}, feeds, now)  # type: ignore[misc, arg-type]  # ingest set the tenant

    def hear(
        self, pairs: Mapping[SourceKey, bool], feeds: Iterable[tuple[str, str, str]], now: int
    ) -> None:
        """These sources spoke by `now`, some of the moment (True), and offered contacts to queues:
        (tenant, source, queue).
        """
        for key, live in pairs.items():
            self._hear(key, now, live=live)
        for tenant, name, queue in feeds:
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
