"""Agents count once in every row, whatever queues they serve."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from floorpulse.contracts.agents import Entered, StateNow
from floorpulse.figures.staff.by_queue import (
    StaffByQueue,
    staff_of_heads,
    staff_of_states,
)

QUEUES = ("sales", "help", "vip")


def entered(state: StateNow, *queues: str) -> Entered:
    return Entered(0, state, queues)


def test_an_agent_of_two_queues_counts_in_both_and_once_on_the_floor() -> None:
    staff_by_queue = staff_of_states(
        [entered("available", "help", "sales"), entered("busy", "sales"), entered("break")]
    )

    assert staff_by_queue.together(("sales",)) == {"available": 1, "busy": 1}
    assert staff_by_queue.together(("help",)) == {"available": 1}
    assert staff_by_queue.together(("sales", "help")) == {"available": 1, "busy": 1}
    assert staff_by_queue.together(None) == {"available": 1, "busy": 1, "break": 1}
    assert staff_by_queue.together(("none",)) == staff_by_queue.together(()) == {}


def test_what_is_added_after_a_look_is_seen_by_the_next() -> None:
    staff_by_queue = StaffByQueue()
    staff_by_queue.add(("sales",), "busy", 3)
    assert staff_by_queue.together(("sales",)) == {"busy": 3}

    staff_by_queue.add(("sales", "vip"), "busy", 4)
    assert staff_by_queue.together(("sales",)) == {"busy": 7}


@given(
    st.lists(st.tuples(st.sets(st.sampled_from(QUEUES)), st.sampled_from(("available", "busy")))),
    st.sets(st.sampled_from(QUEUES), min_size=1),
)
def test_a_row_counts_each_agent_that_serves_one_of_its_queues(
    agents: list[tuple[set[str], StateNow]], asked: set[str]
) -> None:
    staff_by_queue = staff_of_states(entered(state, *sorted(queues)) for queues, state in agents)

    assert sum(staff_by_queue.together(asked).values()) == sum(
        1 for queues, _ in agents if queues & asked
    )
    assert sum(staff_by_queue.together(None).values()) == len(agents)


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(QUEUES)).map(lambda queues: tuple(sorted(queues))),
            st.sampled_from(("available", "busy")),
            st.integers(0, 3),
        )
    ),
    st.integers(0, 8),
)
def test_what_was_touched_is_renewed_and_what_was_told_before_stays(
    told: list[tuple[tuple[str, ...], StateNow, int]], early: int
) -> None:
    before = {(skills, state): number for skills, state, number in told[:early]}
    after = before | {(skills, state): number for skills, state, number in told[early:]}
    touched = {skills for skills, _, _ in told[early:]}
    first = staff_of_heads(before, None)

    renewed = first.renewed(after, touched)

    for queues in (None, *[(queue,) for queue in QUEUES], QUEUES):
        assert +Counter(renewed.together(queues)) == +Counter(
            staff_of_heads(after, None).together(queues)
        )
        assert first.together(queues) == staff_of_heads(before, None).together(queues)
