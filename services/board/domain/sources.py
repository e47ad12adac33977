"""Sources that fell silent: one that is quiet for far longer than it ever is has likely broken down, and its figures are old.

heard   ●  ● ●   ●  ●                      silent since the last ●, once that is longer than `grace` and 20 usual gaps
        usual gaps    ├──── silence ────► now
"""

from services.contracts.updates import SourceSeen

GAPS = 20
"""Times its usual gap that a source may be quiet: by chance alone, a steady one is once in 500 million gaps."""
RETIRED = 24 * 3_600_000
"""Milliseconds after which a silent source is taken to be gone for good."""


class Sources:
    """When each source of the floor was last heard."""

    def __init__(self, grace: int) -> None:
        """`grace` is milliseconds of silence that are always believed; 0: any silence is."""
        self._grace = grace
        self._seen: dict[tuple[str, str], dict[int, SourceSeen]] = {}

    def take(self, partition: int, seen: SourceSeen) -> None:
        """What one partition heard of a source."""
        self._seen.setdefault((seen.tenant, seen.source), {})[partition] = seen

    def silent_since(self, tenant: str, now: int) -> int | None:
        """When the source of `tenant` that has been silent longest was last heard; None while all speak as usual."""
        if not self._grace:
            return None
        last = [_last(heard) for (theirs, _), heard in self._seen.items() if theirs == tenant]
        return min((seen.last_at for seen in last if self._silent(seen, now)), default=None)

    def _silent(self, seen: SourceSeen, now: int) -> bool:
        quiet = now - seen.last_at
        return max(self._grace, GAPS * seen.usual_gap) < quiet < RETIRED


def _last(heard: dict[int, SourceSeen]) -> SourceSeen:
    return max(heard.values(), key=lambda seen: seen.last_at)
