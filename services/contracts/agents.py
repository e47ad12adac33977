"""What is kept of agents: every state that one entered.

A state lasts until the agent's next one, but it is believed only so long without a word: a source
that lost the end of a shift must not fill a month. How long is told with the state, or is what
suits its source. Readers sum the time between states when they are asked.
"""

from functools import lru_cache
from typing import Literal

import msgspec

from floorpulse.contracts.events import AgentState

AgentKey = tuple[str, str]
"""(tenant, agent)"""

StateNow = AgentState | Literal["unknown"]
"""A state as readers show it: `unknown` where an agent is believed to be there, and nobody tells
what it does
"""

UNKNOWN: Literal["unknown"] = "unknown"

LONGEST = 86_400_000
"""Milliseconds a state is believed without a word, where nothing else is said of its source."""
LASTING = {"asterisk": 31 * LONGEST}
"""The same by the kind of a source, what its name begins with up to a colon: a member of a queue of
Asterisk is one until it is removed
"""
OLDEST = 92 * LONGEST
"""Milliseconds after which no state is looked back at, however long it is believed."""


def lasts_of(source: str, told: int | None) -> int:
    """Milliseconds a state is believed without a word: as `told` with it, else what suits its
    source.
    """
    return told or _suiting(source)


@lru_cache(maxsize=1024)
def _suiting(source: str) -> int:
    return LASTING.get(source.split(":", 1)[0], LONGEST)


class Entered(
    msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, order=False, gc=False
):
    """An agent entered `state` at `at` (epoch milliseconds) and serves `queues` (sorted, without
    repetition) in it; it is believed for `lasts` milliseconds.
    """

    at: int
    state: StateNow
    queues: tuple[str, ...] = ()
    reason: str = ""
    team: str = ""
    site: str = ""
    lasts: int = LONGEST


class AgentNow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The last known state of an agent.

    `worked` is when it last told, as far as the teller knows, that it rang, was busy or in wrap-up
    (epoch milliseconds; 0: not known).
    """

    tenant: str
    agent: str
    entered: Entered
    worked: int = 0


encode_entered = msgspec.msgpack.Encoder().encode
decode_entered = msgspec.msgpack.Decoder(Entered).decode
