"""The floor's queues: who waits in each now, and how far its figures can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.board.domain.series import Home
from services.board.domain.windows import Window
from services.contracts.events import AgentState
from services.contracts.figures import Value
from services.contracts.kpis import CATALOGUE
from services.definitions.domain.calendars import is_open
from services.query.app.live import LiveFigures
from services.query.domain.roster import Roster, roster_of
from services.query.domain.selection import Selection, Subject
from services.query.domain.shares import Share, by_policy, shares, summed
from services.query.domain.state import State, state_of
from services.query.domain.terms import AS_IN_FORCE, Terms


@dataclass(frozen=True)
class QueueNow:
    """One queue over all its channels; `longest_wait` is seconds, `as_of` epoch milliseconds, `target` the highest of its channels."""

    queue: str
    en: str
    zh: str
    channels: tuple[str, ...]
    team: str | None
    site: str | None
    state: State
    waiting: int
    longest_wait: float
    in_progress: int
    unresolved: int
    agents: Mapping[AgentState, int]
    target: float
    as_of: int


@dataclass(frozen=True)
class _Moment:
    """What all rows are seen with."""

    as_of: int
    terms: Terms
    roster: Roster
    stale: bool


class Queues:
    """Answers from the board, under the definitions of the moment."""

    def __init__(self, live: LiveFigures) -> None:
        self._live = live

    def rows(self, tenant: str) -> list[QueueNow]:
        """The queues of the tenant's floor, sorted."""
        board = self._live.board
        as_of = self._live.as_of()
        homes: dict[str, list[Home]] = {}
        for home in board.homes(tenant, as_of):
            homes.setdefault(home[1], []).append(home)
        terms = AS_IN_FORCE.terms(self._live.known(tenant), as_of)
        moment = _Moment(as_of, terms, roster_of(board.agents.of(tenant, as_of).values()), self._live.stale())
        silent = self._live.silent(tenant)
        rows: list[QueueNow] = []
        for queue, theirs in homes.items():
            seen = replace(moment, as_of=silent.as_of((queue,), as_of), stale=moment.stale or silent.touches((queue,)))
            rows.append(self._row(tenant, queue, theirs, seen))
        return rows

    def _row(self, tenant: str, queue: str, homes: list[Home], moment: _Moment) -> QueueNow:
        as_of, terms = moment.as_of, moment.terms
        board, known = self._live.board, terms.in_force.queue(queue)
        present = board.read([(tenant, queue, None)], Window.M30, as_of).present
        return QueueNow(
            queue=queue,
            en=known.names.en if known else queue,
            zh=known.names.zh if known else queue,
            channels=tuple(channel for _, _, channel in homes),
            team=terms.in_force.team(queue) or None,
            site=terms.in_force.site(queue) or None,
            state=self._state(tenant, queue, homes, moment),
            waiting=len(present.waits),
            longest_wait=max(present.waits, default=0) / 1000,
            in_progress=present.in_progress,
            unresolved=present.unresolved,
            agents=moment.roster.together((queue,)),
            target=max(policy.target for policy, _ in by_policy(terms, homes)),
            as_of=as_of,
        )

    def _state(self, tenant: str, queue: str, homes: list[Home], moment: _Moment) -> State:
        as_of, terms = moment.as_of, moment.terms
        calendar = terms.in_force.calendar(queue)
        parts = shares(Selection(tenant), Subject(queue), terms, homes)
        levels = [self._level(part, as_of) for part in parts]
        closed = calendar is not None and not is_open(calendar, as_of, self._live.zone(tenant))
        return state_of(stale=moment.stale, closed=closed, level=summed(levels))

    def _level(self, part: Share, as_of: int) -> Value:
        counted = self._live.board.read(part.scopes, Window.M30, as_of).counted
        return CATALOGUE["service_level"].measure(counted, part.policy)
