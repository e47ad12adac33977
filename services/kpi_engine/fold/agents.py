"""Agents in one partition: the states they entered, by the instant of entering.

entered    available ├──────────┤ busy ├───────┤ break          each lasts to the next

The states of an agent are a set ordered by time, so order and repetition cannot matter; of two
events about one state at one instant the greater content stays. A `StateHistory` holds all states
since some instant; a state of before waits in `parked` until the stored ones were loaded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from floorpulse.contracts.agents import (
    LONGEST,
    AgentKey,
    AgentNow,
    Entered,
    encode_entered,
    lasts_of,
)
from floorpulse.contracts.events import AgentStateChanged
from floorpulse.counting.agent_record import WORK
from floorpulse.kpi_engine.fold.rank import rank

StateKey = tuple[AgentKey, int, str]
"""A state of an agent: whose, since when, which"""


@dataclass(frozen=True)
class WantedAgent:
    """The stored states of an agent that are needed: those entered at `since` or later."""

    key: AgentKey
    since: int


@dataclass(eq=False)
class StateHistory:
    """All states that an agent entered at `since` or later, ordered by (at, state)."""

    since: int
    points: list[Entered] = field(default_factory=list)


def entered(event: AgentStateChanged) -> Entered:
    """The record that is kept of an event."""
    at: int = event.at  # type: ignore[assignment]  # decoded events carry epoch milliseconds
    queues = tuple(sorted(set(event.queues or ())))
    return Entered(
        at,
        event.state,
        queues,
        event.reason or "",
        event.team or "",
        event.site or "",
        lasts_of(event.source, event.lasts_ms),
    )


class AgentStates:
    """The states of all agents of one partition, and which of them are not yet stored or
    published.
    """

    def __init__(self) -> None:
        self.histories: dict[AgentKey, StateHistory] = {}
        self.parked: dict[AgentKey, list[Entered]] = {}
        self.dirty: dict[StateKey, Entered] = {}
        self._unpublished: set[AgentKey] = set()
        self._size = 0

    def enter(self, key: AgentKey, point: Entered) -> bool:
        """Take a state in; False where it must wait for stored ones."""
        history = self.histories.get(key)
        if history is None or point.at < history.since:
            self.parked.setdefault(key, []).append(point)
            return False
        self._insert(key, history.points, point)
        return True

    def _insert(self, key: AgentKey, points: list[Entered], point: Entered) -> None:
        place = bisect_left(points, _place(point), key=_place)
        if place == len(points) or _place(points[place]) != _place(point):
            points.insert(place, point)
            self._size += 1
        elif _content(point) > _content(points[place]):
            points[place] = point
        else:
            return
        self.dirty[key, point.at, point.state] = point
        if points[-1] is point:
            self._unpublished.add(key)

    # ------------------------------------------------------------- stored states

    def wanted(self) -> list[WantedAgent]:
        """The stored states that must be loaded before the parked ones can be taken in."""
        return [
            WantedAgent(key, min(point.at for point in points))
            for key, points in self.parked.items()
        ]

    def join(
        self, wanted: Sequence[WantedAgent], stored: Mapping[AgentKey, Sequence[Entered]]
    ) -> None:
        """Take the parked states in, beside what is stored since the instants of `wanted`."""
        for one in wanted:
            history = self.histories.setdefault(one.key, StateHistory(one.since))
            known = {_place(point): point for point in (*stored.get(one.key, ()), *history.points)}
            self._size += len(known) - len(history.points)
            history.points = [known[place] for place in sorted(known)]
            history.since = min(one.since, history.since)
            for point in self.parked.pop(one.key, []):
                self.enter(one.key, point)

    # ------------------------------------------------------------- publishing

    def take_unpublished(self) -> list[AgentNow]:
        """Agents whose last state has not been published."""
        taken = self._unpublished
        self._unpublished = set()
        return [_agent_now(key, self.histories[key].points) for key in taken]

    def not_published(self, agents: Sequence[AgentNow]) -> None:
        """Publishing these failed: take them again."""
        self._unpublished.update((one.tenant, one.agent) for one in agents)

    # ------------------------------------------------------------- memory

    def trim(self, most: int, before: int) -> None:
        """Beyond `most` states and one for each agent, all of them stored, forget those that were
        left before `before`.
        """
        if self._size <= most + len(self.histories) or self.dirty:
            return
        for history in self.histories.values():
            points = history.points
            last = bisect_right(points, before, key=_instant) - 1
            place = bisect_left(points, points[last].at, key=_instant) if last > 0 else 0
            if place:
                del points[:place]
                history.since = points[0].at
                self._size -= place


def state_rows(partition: int, states: Mapping[StateKey, Entered]) -> list[tuple[object, ...]]:
    """The rows of the table `agent_state`."""
    return [
        (partition, *key, at, state, encode_entered(point), _lasts(point))
        for (key, at, state), point in states.items()
    ]


def _lasts(point: Entered) -> int | None:
    """How long a state is believed, where that is more than a day."""
    return point.lasts if point.lasts > LONGEST else None


def _agent_now(key: AgentKey, points: Sequence[Entered]) -> AgentNow:
    worked = next((point.at for point in reversed(points) if point.state in WORK), 0)
    return AgentNow(*key, points[-1], worked)


def _instant(point: Entered) -> int:
    return point.at


def _place(point: Entered) -> tuple[int, str]:
    return point.at, point.state


def _content(point: Entered) -> tuple[Any, ...]:
    return rank(*msgspec.structs.astuple(point))
