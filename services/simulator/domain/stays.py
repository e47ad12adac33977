"""The objects that the model moves: stays of contacts in queues, the places they hold in line,
agents, conversations.
"""

from dataclasses import dataclass, field

from simpy import Event

from floorpulse.contracts.events import AgentState, AnyEvent
from floorpulse.simulator.domain.roster import Shift
from floorpulse.simulator.domain.scenarios import Queue, Team


@dataclass(frozen=True, eq=False)
class ModelStay:
    """One visit, and itself alone: stay number `visit` of `contact` in `queue`, offered at
    `offered_at` (epoch milliseconds).
    """

    contact: str
    visit: int
    queue: Queue
    customer: str
    offered_at: int


@dataclass(frozen=True)
class Happening:
    """An event as it is told, beside the stay it is truly about (None: about an agent)."""

    event: AnyEvent
    stay: ModelStay | None


@dataclass(frozen=True, eq=False)
class Ticket:
    """A place in line; `taken` happens when an agent is found."""

    stay: ModelStay
    taken: Event


@dataclass(eq=False)
class Agent:
    """Somebody of `team` on `shift`; `called` happens when an idle agent is handed a ticket."""

    name: str
    team: Team
    shift: Shift
    called: Event
    state: AgentState = "offline"


@dataclass(eq=False)
class Conversation:
    """One contact in an agent's hands, from the ringing to the end of wrap-up; instants are epoch
    milliseconds, `hold` a span.
    """

    agent: Agent
    stay: ModelStay
    answered_at: int | None = None
    held_since: int | None = None
    hold: int = 0
    ended_at: int | None = None


@dataclass
class Present:
    """The people on the floor right now: conversations going on, by agent's name, and agents on
    duty.
    """

    conversations: dict[str, Conversation] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
