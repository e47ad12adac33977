"""What is kept of agents: every state that one entered.

A state lasts until the agent's next one, at most a day: a source that lost the end of a shift must
not fill a month. Readers sum the time between states when they are asked.
"""

import msgspec

from floorpulse.contracts.events import AgentState

AgentKey = tuple[str, str]
"""(tenant, agent)"""

LONGEST = 86_400_000
"""Milliseconds a state is believed without a word."""


class Entered(
    msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, order=False, gc=False
):
    """An agent entered `state` at `at` (epoch milliseconds) and serves `queues` (sorted, without
    repetition) in it.
    """

    at: int
    state: AgentState
    queues: tuple[str, ...] = ()
    reason: str = ""
    team: str = ""
    site: str = ""


class AgentNow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The last known state of an agent."""

    tenant: str
    agent: str
    entered: Entered


encode_entered = msgspec.msgpack.Encoder().encode
decode_entered = msgspec.msgpack.Decoder(Entered).decode
