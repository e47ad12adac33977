"""How long visits are believed, by channel: how long one may wait, and a conversation last, before
its end must have been lost.

    voice     offered ├── waits ──┤ 4 h ── unresolved: its outcome was lost
    email     offered ├── waits ─────────────────────────────────┤ 28 days ── unresolved

A call that is not answered after hours was lost by its source; a mail that is not answered after
hours is a mail that waits. Tenants define their own (`channels` of the definitions), within `MOST`:
so long engines keep an open visit in mind, whatever a definition says later. Milliseconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import get_args

from floorpulse.contracts.events import Channel
from floorpulse.contracts.visits import Longest

HOUR = 3_600_000
DAY = 24 * HOUR
CALLS: frozenset[str] = frozenset({"voice", "callback"})
"""Channels on which customers wait with the receiver in their hand"""
SHORT = HOUR
"""No horizon is shorter than this: what is younger is told as a number, what is older by its
instants, so that readers can judge it
"""
_OWN: Mapping[str, Longest] = MappingProxyType({"chat": Longest(DAY, DAY)})
_WEEKS = Longest(28 * DAY, 28 * DAY)
_MOST_OF_CALLS = Longest(DAY, DAY)
_MOST = Longest(35 * DAY, 35 * DAY)


@dataclass(frozen=True)
class Horizons:
    """Horizons by channel; `other` holds for channels that `own` does not name."""

    other: Longest
    own: Mapping[str, Longest] = field(default_factory=dict)

    def of(self, channel: str) -> Longest:
        """The horizon of a channel."""
        return self.own.get(channel, self.other)

    @cached_property
    def calls(self) -> Longest:
        """No horizon of calls is longer."""
        return _longest([self.of(one) for one in CALLS])

    @cached_property
    def shortest_wait(self) -> int:
        """No channel's contacts are believed to wait for less."""
        return min(self.of(one).wait for one in channels())

    @cached_property
    def longest(self) -> Longest:
        """No channel's is longer."""
        return _longest([self.other, *self.own.values()])


def _longest(known: Sequence[Longest]) -> Longest:
    return Longest(max(one.wait for one in known), max(one.conversation for one in known))


def usual(calls: Longest) -> Horizons:
    """What holds where nothing is defined: `calls` for voice and callbacks, a day for chat, four
    weeks for all else.
    """
    return Horizons(_WEEKS, {**dict.fromkeys(CALLS, calls), **_OWN})


def most_of(channel: str) -> Longest:
    """The longest that a definition of a channel may say: a day for calls, 35 days for all else."""
    return _MOST_OF_CALLS if channel in CALLS else _MOST


def kept(calls: Longest) -> Horizons:
    """How long an engine keeps open visits in mind: as long as any definition may say, and no less
    than the settings say of `calls`.
    """
    return Horizons(_MOST, dict.fromkeys(CALLS, _longest([_MOST_OF_CALLS, calls])))


def channels() -> tuple[str, ...]:
    """All channels."""
    return get_args(Channel)
