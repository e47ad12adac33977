"""Agents count once and by their last state."""

from zoneinfo import ZoneInfo

from services.board.domain.agents import Agents
from services.board.domain.board import Board, Rules
from services.contracts.agents import LONGEST, AgentNow, Entered
from services.contracts.events import AgentState
from tests.fakes.floor import MemoryFloor

NOW = 1_794_300_000_000
MINUTE = 60_000


def now(agent: str, state: AgentState, at: int = NOW, queues: tuple[str, ...] = ("sales",)) -> AgentNow:
    return AgentNow("acme", agent, Entered(at, state, queues))


def agents_of(*told: AgentNow) -> Agents:
    agents = Agents()
    for one in told:
        agents.take(one)
    return agents


def states(agents: Agents, tenant: str = "acme") -> dict[str, AgentState]:
    return {agent: entered.state for agent, entered in agents.of(tenant, NOW).items()}


def test_each_tenant_has_its_own_agents() -> None:
    agents = agents_of(now("ann", "available"), now("bob", "busy"))

    assert states(agents) == {"ann": "available", "bob": "busy"}
    assert states(agents, "other") == {}


def test_the_later_state_stays_in_whatever_order_they_come() -> None:
    told = now("ann", "busy", NOW), now("ann", "available", NOW - 1)

    assert states(agents_of(*told)) == states(agents_of(*told[::-1])) == {"ann": "busy"}


def test_a_word_older_than_a_day_or_from_the_future_does_not_count() -> None:
    agents = agents_of(now("ann", "busy", NOW - LONGEST), now("bob", "busy", NOW + 2 * MINUTE))

    assert states(agents) == {}


def test_a_board_hears_of_agents_with_an_update() -> None:
    floor = MemoryFloor(entered=[now("ann", "break")])
    board = Board(Rules(ZoneInfo("UTC")), lambda: NOW)
    for update in floor.updates(NOW):
        board.take(update, NOW)

    assert states(board.agents) == {"ann": "break"}
