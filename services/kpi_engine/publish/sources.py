"""The sources heard in one partition: the minutes in which they sent events, and the queues that
they feed. A source with a rhythm that falls silent has likely broken down.

minutes   1 1 0 1 1 1 0 1 ●      a bit a minute up to the last event; events of history leave none

Instants are milliseconds of the worker's steady clock.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

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
_source_of = attrgetter("tenant", "source")
_queue_of = attrgetter("queue")
_at = attrgetter("at")


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
        telling: set[SourceKey] = set(map(_source_of, events))
        speaking = _speaking(telling, events, appended_at - HISTORY)
        for key in telling:
            self._hear(key, now, live=key in speaking)
        offers = [event for event in events if type(event) is ContactOffered]
        for key, queue in set(zip(map(_source_of, offers), map(_queue_of, offers), strict=True)):
            heard = self._known.get(key)
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


def _speaking(
    telling: set[SourceKey], events: Sequence[AnyEvent], since: int
) -> Collection[SourceKey]:
    """Those of the sources `telling` these events that tell something of `since` or later."""
    oldest: int = min(map(_at, events), default=since)
    if oldest >= since:
        return telling
    return {_source_of(event) for event in events if event.at >= since}  # type: ignore[operator]  # decoded: milliseconds


def _taken(key: SourceKey, heard: _HeardSource, now: int, queues: list[str]) -> SourceHeard:
    heard.news = False
    heard.unpublished_queues = []
    return SourceHeard(*key, max(0, now - heard.last_at), heard.minutes, queues or None)
