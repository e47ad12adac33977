"""Agents count once and by their last state."""

from collections import Counter
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from floorpulse.board.domain.agents import BoardAgents
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.folded_team import REMEMBERED
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.agents import LONGEST, AgentNow, Entered, StateNow
from floorpulse.contracts.events import AgentState
from tests.fakes.floor import MemoryFloor

NOW = 1_794_300_000_000
MINUTE = 60_000


def now(
    agent: str, state: AgentState, at: int = NOW, queues: tuple[str, ...] = ("sales",)
) -> AgentNow:
    return AgentNow("acme", agent, Entered(at, state, queues))


def agents_of(*told: AgentNow) -> BoardAgents:
    agents = BoardAgents()
    for one in told:
        agents.take(one)
    return agents


def states(agents: BoardAgents, tenant: str = "acme") -> dict[str, StateNow]:
    return {agent: entered.state for agent, entered in agents.of(tenant, NOW).items()}


def test_each_tenant_has_its_own_agents() -> None:
    agents = agents_of(now("ann", "available"), now("bob", "busy"))

    assert states(agents) == {"ann": "available", "bob": "busy"}
    assert states(agents, "other") == {}


def test_the_later_state_stays_in_whatever_order_they_come() -> None:
    told = now("ann", "busy", NOW), now("ann", "available", NOW - 1)

    assert states(agents_of(*told)) == states(agents_of(*told[::-1])) == {"ann": "busy"}


def test_a_word_from_the_future_does_not_count_and_one_older_than_a_day_tells_nothing_more() -> (
    None
):
    agents = agents_of(
        now("ann", "busy", NOW - LONGEST),
        now("bob", "busy", NOW + 2 * MINUTE),
        now("cem", "busy", NOW - 2 * LONGEST),
    )

    assert states(agents) == {"ann": "unknown"}


def test_heads_are_counted_once_each_until_their_word_is_a_day_old() -> None:
    agents = agents_of(
        now("ann", "busy"), now("bob", "busy", queues=("help",)), now("cem", "break")
    )
    agents.take(now("ann", "available", NOW + 1))

    changes, heads = agents.heads("acme", NOW)
    assert dict(heads) == {
        (("sales",), "available"): 1,
        (("help",), "busy"): 1,
        (("sales",), "break"): 1,
    }
    assert agents.heads("acme", NOW) == (changes, heads)
    assert dict(agents.heads("acme", NOW + LONGEST)[1]) == {
        (("sales",), "available"): 1,
        (("help",), "unknown"): 1,
        (("sales",), "unknown"): 1,
    }
    assert dict(agents.heads("acme", NOW + 2 * LONGEST + 1)[1]) == {}
    assert agents.listed("acme") == []
    assert agents.queues("acme") == set()


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.integers(-LONGEST, 2 * MINUTE),
            st.sampled_from(("busy", "break")),
        ),
        max_size=12,
    ),
    st.lists(st.integers(0, LONGEST), max_size=4),
)
def test_heads_are_those_of_the_states_that_count(
    told: list[tuple[str, int, AgentState]], looks: list[int]
) -> None:
    agents = agents_of(*(now(agent, state, NOW + at) for agent, at, state in told))

    for look in sorted(looks):
        counted = Counter(
            (entered.queues, entered.state) for entered in agents.of("acme", NOW + look).values()
        )
        assert dict(agents.heads("acme", NOW + look)[1]) == dict(counted)


def test_agents_beyond_the_bound_count_and_are_known_by_name_but_are_not_listed() -> None:
    agents = BoardAgents(most=2)
    for one in (now("zoe", "busy"), now("ann", "busy"), now("bob", "busy")):
        agents.take(one)

    assert list(agents.listed("acme")) == ["ann", "zoe"]
    assert list(agents.listed("acme", "ann")) == ["zoe"]
    assert agents.folded("acme") == 1
    assert dict(agents.heads("acme", NOW)[1]) == {(("sales",), "busy"): 3}
    assert agents.state("acme", "bob", NOW) is not None


def test_a_board_hears_of_agents_with_an_update() -> None:
    floor = MemoryFloor(entered=[now("ann", "break")])
    board = Board(Rules(ZoneInfo("UTC")), lambda: NOW)
    for update in floor.updates(NOW):
        board.take(update, NOW)

    assert states(board.agents) == {"ann": "break"}


def test_of_an_unknown_tenant_nobody_is_known() -> None:
    agents = agents_of(now("ann", "available"))

    assert agents.queues("other") == set()
    assert agents.listed("other") == ()


def test_a_state_that_is_a_day_old_takes_no_later_one_along() -> None:
    agents = agents_of(now("ann", "available"))
    agents.settle(NOW)
    agents.take(now("ann", "busy", NOW + MINUTE))
    agents.settle(NOW + MINUTE)
    agents.settle(NOW + LONGEST)

    assert agents.state("acme", "ann", NOW + LONGEST) == Entered(NOW + MINUTE, "busy", ("sales",))
    assert sum(agents.heads("acme", NOW + LONGEST)[1].values()) == 1


def test_who_is_not_listed_is_forgotten_like_all_others() -> None:
    agents = BoardAgents(most=1)
    agents.take(now("ann", "available"))
    agents.take(now("bob", "available"))
    agents.settle(NOW)
    assert (agents.listed("acme"), agents.folded("acme")) == (["ann"], 1)

    agents.settle(NOW + 2 * LONGEST)
    assert states(agents) == {}
    assert (agents.listed("acme"), agents.folded("acme")) == ([], 0)


def test_whose_numbers_changed_is_told_by_skills_as_long_as_it_is_remembered() -> None:
    agents = agents_of(now("ann", "available"), now("bob", "available", queues=("help",)))
    changes, _ = agents.heads("acme", NOW)
    assert agents.touched("acme", changes) is None

    agents.take(now("bob", "busy", NOW + 1, ("help",)))
    agents.heads("acme", NOW + 1)

    assert agents.touched("acme", changes) == {("help",)}
    assert agents.touched("nobody", 0) is None

    for at in range(NOW + 2, NOW + 2 + 2 * REMEMBERED):
        agents.take(now("ann", "busy" if at % 2 else "break", at))
        agents.heads("acme", at)
    assert agents.touched("acme", changes) is None
    assert agents.touched("acme", agents.heads("acme", NOW)[0] - 1) == {("sales",)}
