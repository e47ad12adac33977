"""Agents' states and the time they make: hand-computed, and the law that order, repetition and
forgetting cannot matter.
"""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts import events
from services.contracts.agents import EVERYWHERE, LONGEST, QUARTER, Entered, Spent
from services.contracts.cells import Cells, add
from services.contracts.events import AgentState, AgentStateChanged
from services.kpi_engine.fold.agents import Agents, Window, entered, spent
from services.kpi_engine.fold.panes import Panes
from tests.fakes.engine import MemoryStore
from tests.unit.kpi_engine.builders import event
from tests.unit.kpi_engine.test_laws import flush, settle

pytestmark = pytest.mark.timeout(900)  # hundreds of examples of the law at the end

KEY = ("acme", "ann")
DAY = 24 * 60 * 60_000


def state(name: AgentState, at: int, queues: Sequence[str] = ()) -> AgentStateChanged:
    told = event(events.AgentStateChanged, at, agent="ann", state=name, queues=list(queues))
    assert isinstance(told, AgentStateChanged)
    return told


def time_in(points: list[Entered]) -> dict[tuple[str, int], Cells]:
    """(queue, quarter) → cells."""
    return {key[2:]: cells for key, cells in spent(KEY, points).items()}


def test_a_state_lasts_until_the_next_and_is_cut_at_quarter_hours() -> None:
    points = [
        Entered(QUARTER - 60_000, "available"),
        Entered(QUARTER + 30_000, "busy"),
        Entered(QUARTER + 90_000, "offline"),
    ]

    assert time_in(points) == {
        (EVERYWHERE, 0): {Spent.AVAILABLE: 60_000},
        (EVERYWHERE, QUARTER): {Spent.AVAILABLE: 30_000, Spent.BUSY: 60_000},
    }


def test_an_agent_of_two_queues_counts_in_each_and_once_everywhere() -> None:
    points = [Entered(0, "available", ("sales", "service")), Entered(5_000, "offline")]

    assert time_in(points) == {
        (queue, 0): {Spent.AVAILABLE: 5_000} for queue in (EVERYWHERE, "sales", "service")
    }


def test_being_offline_is_no_time_and_a_forgotten_state_lasts_a_day_at_most() -> None:
    points = [Entered(0, "offline"), Entered(1_000, "break"), Entered(3 * DAY, "available")]

    assert sum(cells[Spent.BREAK] for cells in time_in(points).values()) == LONGEST
    assert all(list(cells) == [Spent.BREAK] for cells in time_in(points).values())


def test_of_two_words_about_one_state_at_one_instant_one_stays_whichever_came_first() -> None:
    words = [
        Entered(0, "available", ("sales",)),
        Entered(0, "available", ("service",)),
        Entered(9_000, "offline"),
    ]

    assert known_after(words).points == known_after(words[::-1]).points


def known_after(points: Sequence[Entered]) -> Window:
    agents = Agents(Panes(telling=False))
    for point in points:
        agents.enter(KEY, point)
    agents.join(agents.wanted(), {})
    return agents.windows[KEY]


def test_readers_hear_of_the_last_state_only() -> None:
    agents = Agents(Panes(telling=False))
    for one in (state("break", 2_000), state("available", 1_000)):
        agents.enter(KEY, entered(one))
    agents.join(agents.wanted(), {})

    assert [one.entered.state for one in agents.take_untold()] == ["break"]
    agents.enter(KEY, entered(state("ringing", 1_500)))
    assert agents.take_untold() == []


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
def test_any_order_loss_crash_or_forgetting_gives_the_time_of_all_states_together(
    history: list[AgentStateChanged], steps: list[tuple[int, str]]
) -> None:
    store = MemoryStore()
    partition = store.own(0)
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
        if step == "forget":
            partition.agents.trim(watermark)
            partition.agents.panes.trim(0, watermark)

    settle(partition, store)
    points: dict[tuple[int, str], Entered] = {}
    for point in map(entered, history):
        known = points.get((point.at, point.state))
        points[point.at, point.state] = (
            max(point, known, key=lambda one: one.queues) if known else point
        )
    expected: dict[tuple[str, str, str, int], dict[int, int]] = {}
    for key, cells in spent(KEY, [points[place] for place in sorted(points)]).items():
        add(expected.setdefault(key, {}), cells)
    assert {
        key: cells for key, (_, cells) in store.tables[0].agent_panes.items() if cells
    } == expected


def test_a_state_before_the_known_ones_waits_for_the_stored_ones() -> None:
    agents = Agents(Panes(telling=False))
    agents.enter(KEY, Entered(0, "available"))
    agents.join(agents.wanted(), {})

    assert agents.enter(KEY, Entered(5 * DAY, "busy"))
    assert not agents.enter(KEY, Entered(-1, "busy"))
