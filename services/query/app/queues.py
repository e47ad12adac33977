"""The floor's queues: who waits in each now, and how far its figures can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.board.domain.windows import Window
from services.contracts.definitions import ServiceLevelPolicy
from services.contracts.events import AgentState
from services.contracts.kpis import CATALOGUE
from services.query.app.live import LiveFigures
from services.query.domain.state import State, state_of


@dataclass(frozen=True)
class QueueNow:
    """One queue over all its channels; `longest_wait` is seconds, `as_of` epoch milliseconds."""

    queue: str
    channels: tuple[str, ...]
    state: State
    waiting: int
    longest_wait: float
    in_progress: int
    unresolved: int
    agents: Mapping[AgentState, int]
    target: float
    as_of: int


class Queues:
    """Answers from the board."""

    def __init__(self, live: LiveFigures, policy: ServiceLevelPolicy) -> None:
        self._live = live
        self._policy = policy

    def rows(self, tenant: str) -> list[QueueNow]:
        """The queues of the tenant's floor, sorted."""
        board = self._live.board
        as_of = board.as_of(self._live.now(), tenant)
        channels: dict[str, list[str]] = {}
        for _, queue, channel in board.homes(tenant, as_of):
            channels.setdefault(queue, []).append(channel)
        return [self._row(tenant, queue, tuple(theirs), as_of) for queue, theirs in channels.items()]

    def _row(self, tenant: str, queue: str, channels: tuple[str, ...], as_of: int) -> QueueNow:
        reading = self._live.board.read([(tenant, queue, None)], Window.M30, as_of)
        level = CATALOGUE["service_level"].measure(reading.counted, self._policy)
        present = reading.present
        return QueueNow(
            queue=queue,
            channels=channels,
            state=state_of(stale=self._live.stale(tenant), level=level),
            waiting=len(present.waits),
            longest_wait=max(present.waits, default=0) / 1000,
            in_progress=present.in_progress,
            unresolved=present.unresolved,
            agents=self._live.board.agents.by_state(tenant, queue, as_of),
            target=self._policy.target,
            as_of=as_of,
        )
