"""Agents count once in every row, whatever queues they serve."""

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.agents import Entered
from services.contracts.events import AgentState
from services.figures.staff.by_queue import Roster, roster_of

QUEUES = ("sales", "help", "vip")


def entered(state: AgentState, *queues: str) -> Entered:
    return Entered(0, state, queues)


def test_an_agent_of_two_queues_counts_in_both_and_once_on_the_floor() -> None:
    roster = roster_of(
        [entered("available", "help", "sales"), entered("busy", "sales"), entered("break")]
    )

    assert roster.together(("sales",)) == {"available": 1, "busy": 1}
    assert roster.together(("help",)) == {"available": 1}
    assert roster.together(("sales", "help")) == {"available": 1, "busy": 1}
    assert roster.together(None) == {"available": 1, "busy": 1, "break": 1}
    assert roster.together(("none",)) == roster.together(()) == {}


def test_what_is_added_after_a_look_is_seen_by_the_next() -> None:
    roster = Roster()
    roster.add(("sales",), "busy", 3)
    assert roster.together(("sales",)) == {"busy": 3}

    roster.add(("sales", "vip"), "busy", 4)
    assert roster.together(("sales",)) == {"busy": 7}


@given(
    st.lists(st.tuples(st.sets(st.sampled_from(QUEUES)), st.sampled_from(("available", "busy")))),
    st.sets(st.sampled_from(QUEUES), min_size=1),
)
def test_a_row_counts_each_agent_that_serves_one_of_its_queues(
    agents: list[tuple[set[str], AgentState]], asked: set[str]
) -> None:
    roster = roster_of(entered(state, *sorted(queues)) for queues, state in agents)

    assert sum(roster.together(asked).values()) == sum(1 for queues, _ in agents if queues & asked)
    assert sum(roster.together(None).values()) == len(agents)
