"""What is kept of agents: every state one entered, and the time spent in each, by quarter hours.

A state lasts until the agent's next one, at most a day: a source that lost the end of a shift must
not fill a month. The time of a state that still lasts is in no quarter yet; readers add it from the
live picture.
"""

from enum import IntEnum

import msgspec

from services.contracts.events import AgentState

AgentKey = tuple[str, str]
"""(tenant, agent)"""

QUARTER = 900_000
LONGEST = 86_400_000
"""Milliseconds a state is believed without a word."""

EVERYWHERE = ""
"""Stands for the queue in rows that count an agent's time once, however many queues it served."""


class Spent(IntEnum):
    """Codes of the cells of an agent's pane, each a sum of milliseconds. Stored: never renumber,
    only add.
    """

    AVAILABLE = 1
    RINGING = 2
    BUSY = 3
    WRAP_UP = 4
    BREAK = 5


SPENT: dict[AgentState, Spent] = {
    "available": Spent.AVAILABLE,
    "ringing": Spent.RINGING,
    "busy": Spent.BUSY,
    "wrap_up": Spent.WRAP_UP,
    "break": Spent.BREAK,
}
"""The cell a state's time goes to; being offline is not counted."""


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
