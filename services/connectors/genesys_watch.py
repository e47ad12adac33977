"""Which conversations of Genesys Cloud must be asked for again, and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SOON = 2_000
"""Milliseconds after a notice: analytics write a moment later than the notice comes"""
AGAIN = 30_000
"""Milliseconds between two questions about a conversation that goes on"""
ONCE_MORE = 60_000
"""Milliseconds after its end at which a conversation is asked for a last time: wrap-up, scores"""


@dataclass
class WatchedConversations:
    """Conversations that changed or go on; instants are milliseconds of a steady clock."""

    _due: dict[str, int] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)

    def changed(self, conversation: str, now: int) -> None:
        """A notice came."""
        self._over.discard(conversation)
        known = self._due.get(conversation)
        self._due[conversation] = now + SOON if known is None else min(known, now + SOON)

    def due(self, now: int, most: int) -> Sequence[str]:
        """Conversations to ask for now, the longest due first."""
        ready = sorted((at, one) for one, at in self._due.items() if at <= now)
        return [one for _, one in ready[:most]]

    def asked(
        self, conversations: Iterable[str], told: Iterable[Mapping[str, object]], now: int
    ) -> None:
        """These were asked for, and this was told of them: what goes on is asked for again."""
        ended = {one.get("conversationId") for one in told if one.get("conversationEnd")}
        for one in conversations:
            if one in self._over:
                self._over.discard(one)
                del self._due[one]
            elif one in ended:
                self._over.add(one)
                self._due[one] = now + ONCE_MORE
            else:
                self._due[one] = now + AGAIN
