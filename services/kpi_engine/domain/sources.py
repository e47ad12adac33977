"""Which sources speak, and how long each is usually silent: who falls silent for far longer has likely broken down."""

from collections.abc import Iterable

from services.contracts.events import AnyEvent
from services.contracts.updates import SourceSeen

WEIGHT = 8
"""A new gap counts an eighth against those before."""


class Sources:
    """The sources of one partition."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str | None, str], SourceSeen] = {}

    def note(self, events: Iterable[AnyEvent], now: int) -> None:
        """These events arrived by `now`, epoch milliseconds."""
        for tenant, source in {(event.tenant, event.source) for event in events}:
            known = self._seen.get((tenant, source))
            gap = 0 if known is None else known.usual_gap + (now - known.last_at - known.usual_gap) // WEIGHT
            self._seen[tenant, source] = SourceSeen(tenant or "", source, now, gap)

    def seen(self) -> list[SourceSeen]:
        """All sources heard of, as of now."""
        return list(self._seen.values())
