"""Time of agents by span and by hand, and against a reader that looks at every instant."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.contracts.agents import LONGEST, Entered
from floorpulse.contracts.events import AgentState
from floorpulse.figures.staff.attendance import AgentEntered, Attendance, lookback, pieces_of
from floorpulse.figures.staff.by_span import StaffBySpan

NOON = 1_794_398_400_000
QUARTERS = [
    Span(NOON + number * 15 * MINUTE, NOON + (number + 1) * 15 * MINUTE) for number in range(3)
]


def told(agent: str, minute: float, state: AgentState, *queues: str) -> AgentEntered:
    return AgentEntered(agent, Entered(NOON + round(minute * MINUTE), state, queues))


def staff_over(
    *states: AgentEntered, spans: list[Span] | None = None, now: int = NOON + HOUR
) -> StaffBySpan:
    staff_by_span = StaffBySpan()
    for pieces in pieces_of(QUARTERS if spans is None else spans):
        attendance = Attendance(pieces, now, lambda one: one.entered.queues, {})
        for one in states:
            staff_by_span.note(attendance.enter(one))
        staff_by_span.note(attendance.close())
    return staff_by_span


def minutes(staff_by_span: StaffBySpan, span: int, *queues: str) -> dict[str, float]:
    return {
        state: lasted / MINUTE for state, lasted in staff_by_span.time(span, queues or None).items()
    }


def heads(staff_by_span: StaffBySpan, span: int, *queues: str) -> dict[str, int]:
    staff = staff_by_span.at_begin(span, queues or None)
    return {state: number for state, number in staff.items()}  # noqa: C416  for its type


def test_states_are_cut_at_the_edges_of_spans_and_the_last_lasts_to_now() -> None:
    staff_by_span = staff_over(
        told("ann", -5, "available"),
        told("ann", 9, "busy"),
        told("ann", 22, "wrap_up"),
        now=NOON + 40 * MINUTE,
    )

    assert minutes(staff_by_span, 0) == {"available": 9, "busy": 6}
    assert minutes(staff_by_span, 1) == {"busy": 7, "wrap_up": 8}
    assert minutes(staff_by_span, 2) == {"wrap_up": 10}


def test_heads_are_those_in_a_state_when_the_span_began_each_once() -> None:
    staff_by_span = staff_over(
        told("ann", 0, "available", "help", "sales"),
        told("ann", 20, "offline"),
        told("bob", 15, "busy", "sales"),
    )

    assert [heads(staff_by_span, span) for span in range(3)] == [
        {"available": 1},
        {"available": 1, "busy": 1},
        {"busy": 1},
    ]
    assert heads(staff_by_span, 1, "sales", "help") == {"available": 1, "busy": 1}
    assert heads(staff_by_span, 1, "help") == {"available": 1}


def test_a_state_is_believed_for_a_day_and_then_unknown() -> None:
    day_later = [
        Span(NOON + LONGEST - MINUTE, NOON + LONGEST),
        Span(NOON + LONGEST, NOON + LONGEST + MINUTE),
    ]
    staff_by_span = staff_over(told("ann", 0, "busy"), spans=day_later, now=NOON + 2 * LONGEST)

    assert [minutes(staff_by_span, 0), minutes(staff_by_span, 1)] == [
        {"busy": 1},
        {"unknown": 1},
    ]
    assert [heads(staff_by_span, 0), heads(staff_by_span, 1)] == [{"busy": 1}, {"unknown": 1}]


def test_somebody_who_entered_a_state_this_very_instant_is_there() -> None:
    staff_by_span = staff_over(told("ann", 0, "available"), now=NOON)

    assert heads(staff_by_span, 0) == {"available": 1}
    assert minutes(staff_by_span, 0) == {}


def test_nothing_is_known_of_a_crew_nobody_asked_for() -> None:
    assert heads(StaffBySpan(), 0) == minutes(StaffBySpan(), 0) == {}


STATES = st.tuples(
    st.sampled_from("ab"), st.integers(-90, 60), st.sampled_from(("available", "busy", "offline"))
)


@given(st.lists(STATES, max_size=12), st.integers(0, 60))
def test_every_minute_of_every_agent_counts_once(
    entered: list[tuple[str, int, AgentState]], now: int
) -> None:
    states = sorted(
        {told(*one) for one in entered if one[1] <= now},
        key=lambda one: (one.agent, one.entered.at, one.entered.state),
    )
    staff_by_span = staff_over(*states, now=NOON + now * MINUTE)

    assert all(
        one.entered.at >= lookback(QUARTERS[0].begin, QUARTERS[-1].end).begin for one in states
    )
    for number, span in enumerate(QUARTERS):
        expected = Counter[str]()
        for minute in range(span.begin, min(span.end, NOON + now * MINUTE), MINUTE):
            for agent in "ab":
                before = [
                    one.entered for one in states if one.agent == agent and one.entered.at <= minute
                ]
                if before and before[-1].state != "offline":
                    expected[before[-1].state] += 1
        assert minutes(staff_by_span, number) == expected
