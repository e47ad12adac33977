"""Agents' states: by hand, and the law that order, repetition and forgetting cannot matter."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.contracts import events
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.events import AgentState, AgentStateChanged
from floorpulse.kpi_engine.fold.agents import AgentStates, StateHistory, entered
from tests.fakes.engine import MemoryStore
from tests.unit.kpi_engine.builders import event
from tests.unit.kpi_engine.test_laws import flush

pytestmark = pytest.mark.timeout(900)  # hundreds of examples of the law at the end

KEY = ("acme", "ann")
DAY = 24 * 60 * 60_000


def state(name: AgentState, at: int, queues: Sequence[str] = ()) -> AgentStateChanged:
    told = event(events.AgentStateChanged, at, agent="ann", state=name, queues=list(queues))
    assert isinstance(told, AgentStateChanged)
    return told


def test_of_two_words_about_one_state_at_one_instant_one_stays_whichever_came_first() -> None:
    words = [
        Entered(0, "available", ("sales",)),
        Entered(0, "available", ("service",)),
        Entered(9_000, "offline"),
    ]

    assert known_after(words).points == known_after(words[::-1]).points


def known_after(points: Sequence[Entered]) -> StateHistory:
    agents = AgentStates()
    for point in points:
        agents.enter(KEY, point)
    agents.join(agents.wanted(), {})
    return agents.histories[KEY]


def test_readers_hear_of_the_last_state_only() -> None:
    agents = AgentStates()
    for one in (state("break", 2_000), state("available", 1_000)):
        agents.enter(KEY, entered(one))
    agents.join(agents.wanted(), {})

    assert [one.entered.state for one in agents.take_unpublished()] == ["break"]
    agents.enter(KEY, entered(state("ringing", 1_500)))
    assert agents.take_unpublished() == []


STATES = st.builds(
    state,
    st.sampled_from(["available", "busy", "break", "offline"]),
    st.integers(0, 40).map(lambda step: step * 7_000_000),
    st.sampled_from([(), ("sales",), ("sales", "service")]),
)
STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["flush", "lose", "crash", "forget"])), max_size=8
)


@settings(settings.get_profile("laws"), max_examples=100)
@given(st.lists(STATES, max_size=12), STEPS)
def test_any_order_loss_crash_or_forgetting_stores_every_state_and_publishes_the_last(
    history: list[AgentStateChanged], steps: list[tuple[int, str]]
) -> None:
    store = MemoryStore()
    partition = store.own(0)
    published = []
    for size, step in [*steps, *[(len(history), "flush")] * 3]:
        begin = partition.next_offset
        until = min(len(history), partition.next_offset + size)
        partition.apply(list(enumerate(history))[begin:until], until)
        watermark = max((int(one.at) for one in history[:until]), default=0)
        partition.watermark = watermark
        if step == "crash":
            partition = store.own(0)
            continue
        flush(partition, store, lost=step == "lose")
        published += [one.entered for one in partition.agents.take_unpublished()]
        if step == "forget":
            partition.agents.trim(0, watermark)

    expected: dict[tuple[int, str], Entered] = {}
    for point in map(entered, history):
        known = expected.get((point.at, point.state), point)
        expected[point.at, point.state] = max(point, known, key=lambda one: one.queues)
    assert store.tables[0].agent_states == {
        (KEY, *place): point for place, point in expected.items()
    }
    assert published[-1:] == [expected[place] for place in sorted(expected)[-1:]]


def test_beyond_so_many_stored_states_those_that_were_left_long_ago_are_forgotten() -> None:
    agents = AgentStates()
    for point in (
        Entered(0, "available"),
        Entered(1, "break"),
        Entered(1, "busy"),
        Entered(2, "wrap_up"),
        Entered(9, "offline"),
    ):
        agents.enter(KEY, point)
    agents.join(agents.wanted(), {})
    agents.trim(0, 1)
    with_dirty_ones = len(agents.histories[KEY].points)
    agents.dirty = {}
    agents.trim(4, 1)
    as_many_as_allowed = len(agents.histories[KEY].points)
    agents.trim(3, 1)

    assert (with_dirty_ones, as_many_as_allowed) == (5, 5)
    assert [point.state for point in agents.histories[KEY].points] == [
        "break",
        "busy",
        "wrap_up",
        "offline",
    ]
    assert not agents.enter(KEY, Entered(0, "available"))


def test_a_state_before_the_known_ones_waits_for_the_stored_ones() -> None:
    agents = AgentStates()
    agents.enter(KEY, Entered(0, "available"))
    agents.join(agents.wanted(), {})

    assert agents.enter(KEY, Entered(5 * DAY, "busy"))
    assert not agents.enter(KEY, Entered(-1, "busy"))
