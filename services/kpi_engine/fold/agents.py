"""Agents in one partition: states by the instant they were entered, and the time in each that this
adds to quarter hours.

entered    available ├──────────┤ busy ├───────┤ break          each lasts to the next, at most a
day
quarters        │ 10:00     │ 10:15     │ 10:30

The states of an agent are a set ordered by time, so order and repetition cannot matter; of two
words about one state at one instant the greater stays. A new state changes only the interval it
falls into. `windows` hold what is known of an agent since some instant; what lies before it waits
in `parked` until the stored states were loaded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import msgspec

from services.contracts.agents import (
    EVERYWHERE,
    LONGEST,
    QUARTER,
    SPENT,
    AgentKey,
    AgentNow,
    Entered,
)
from services.contracts.cells import add
from services.contracts.events import AgentStateChanged
from services.counting.contributions import Panes as Counted
from services.counting.contributions import deltas
from services.kpi_engine.fold.merge import rank
from services.kpi_engine.fold.panes import Panes


@dataclass(frozen=True)
class WantedAgent:
    """The stored states of an agent that are needed: those entered at `since` or later, and the
    last one before.
    """

    key: AgentKey
    since: int


@dataclass(eq=False)
class Window:
    """All states of an agent since `since`, and the last one before if there is any, ordered by
    (at, state).
    """

    since: int
    points: list[Entered] = field(default_factory=list)


def entered(event: AgentStateChanged) -> Entered:
    """What the event says, for keeping."""
    at: int = event.at  # type: ignore[assignment]  # decoded events carry epoch milliseconds
    queues = tuple(sorted(set(event.queues or ())))
    return Entered(at, event.state, queues, event.reason or "", event.team or "", event.site or "")


def spent(key: AgentKey, points: Sequence[Entered]) -> Counted:
    """The time in states of one agent between the first and the last of `points`, ordered by (at,
    state).
    """
    panes: Counted = {}
    for point, following in pairwise(points):
        cell = SPENT.get(point.state)
        until = min(following.at, point.at + LONGEST)
        if cell is None or until <= point.at:
            continue
        for start in range(point.at - point.at % QUARTER, until, QUARTER):
            share = min(until, start + QUARTER) - max(point.at, start)
            for queue in (EVERYWHERE, *point.queues):
                add(panes.setdefault((*key, queue, start), {}), {int(cell): share})
    return panes


class Agents:
    """The agents of one partition; `panes` are keyed (tenant, agent, queue, start)."""

    def __init__(self, panes: Panes) -> None:
        self.panes = panes
        self.windows: dict[AgentKey, Window] = {}
        self.parked: dict[AgentKey, list[Entered]] = {}
        self.dirty: dict[tuple[AgentKey, int, str], Entered] = {}
        self._untold: set[AgentKey] = set()

    def enter(self, key: AgentKey, point: Entered) -> bool:
        """Take a state in; False where it must wait for stored ones."""
        window = self.windows.get(key)
        if window is None or point.at < window.since:
            self.parked.setdefault(key, []).append(point)
            return False
        self._insert(key, window.points, point)
        return True

    def _insert(self, key: AgentKey, points: list[Entered], point: Entered) -> None:
        place = bisect_left(points, _place(point), key=_place)
        known = (
            points[place]
            if place < len(points) and _place(points[place]) == _place(point)
            else None
        )
        if known is not None and _content(point) <= _content(known):
            return
        first = max(0, place - 1)
        replaced = 0 if known is None else 1
        before = spent(key, points[first : place + replaced + 1])
        points[place : place + replaced] = [point]
        for pane, change in deltas(before, spent(key, points[first : place + 2])):
            add(self.panes.touch(pane), change)
        self.dirty[key, point.at, point.state] = point
        if points[-1] is point:
            self._untold.add(key)

    # ------------------------------------------------------------- stored states

    def wanted(self) -> list[WantedAgent]:
        """What must be loaded before the parked states can be taken in."""
        return [
            WantedAgent(key, min(point.at for point in points))
            for key, points in self.parked.items()
        ]

    def join(
        self, wanted: Sequence[WantedAgent], stored: Mapping[AgentKey, Sequence[Entered]]
    ) -> None:
        """Take the parked states in, beside what is stored since the instants of `wanted`."""
        for one in wanted:
            window = self.windows.setdefault(one.key, Window(one.since))
            if one.since < window.since or not window.points:
                known = {
                    _place(point): point for point in (*stored.get(one.key, ()), *window.points)
                }
                window.points = [known[place] for place in sorted(known)]
                window.since = min(one.since, window.since)
            for point in self.parked.pop(one.key, []):
                self.enter(one.key, point)

    # ------------------------------------------------------------- telling

    def take_untold(self) -> list[AgentNow]:
        """Agents whose last state readers have not been told."""
        taken = self._untold
        self._untold = set()
        return [AgentNow(*key, self.windows[key].points[-1]) for key in taken]

    def not_told(self, agents: Sequence[AgentNow]) -> None:
        """These did not get out: take them again."""
        self._untold.update((one.tenant, one.agent) for one in agents)

    def trim(self, before: int) -> None:
        """Forget states that were left before `before` and are stored."""
        for window in self.windows.values():
            place = bisect_right(window.points, before, key=lambda point: point.at) - 1
            if place > 0:
                del window.points[:place]
                window.since = max(window.since, window.points[0].at)


def _place(point: Entered) -> tuple[int, str]:
    return point.at, point.state


def _content(point: Entered) -> tuple[Any, ...]:
    return rank(*msgspec.structs.astuple(point))
