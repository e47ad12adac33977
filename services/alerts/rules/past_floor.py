"""The floor as it was: a board that is told, instant by instant, what it would have been told then.

stored visits   c1 ├── waits ──┤ talks ├─┤     c2 ├── waits ─────┤
told at                ▲ c1 waits         ▲ c1 answered, c2 waits

What a contact did later is not in the panes of the instant: the board is the one that live figures
read, so a figure of the past is made as it was made then. Events count as told at their own
instant: history does not hold when each one came.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from floorpulse.alerts.domain.past_visits import as_known, moments
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import HOUR
from floorpulse.contracts.agents import AgentNow
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.updates import Gauge, PaneKey, PaneRow, Talk, Update, revision
from floorpulse.contracts.visits import Visit, is_open, offer_at, queue_of
from floorpulse.counting.contributions import Contributions, contributions, deltas

LOG = "history"
"""The log that a board of the past is told of"""

Home = tuple[str, str]
"""(queue, channel)"""
NOWHERE: Home = "", ""


@dataclass(eq=False)
class _Running:
    """A visit of which more will become known: its instants to come, the last first; what it adds
    to panes so far.
    """

    visit: Visit
    to_come: list[int]
    added: Contributions = field(default_factory=dict)
    home: Home = NOWHERE


class PastFloor:
    """The floor of one tenant at `now`, epoch milliseconds, which only moves forward."""

    def __init__(self, rules: Rules, tenant: str, begin: int) -> None:
        self.tenant = tenant
        self.now = begin
        self.board = Board(rules, lambda: self.now)
        self.visits = 0
        self._running: list[tuple[int, int, _Running]] = []
        self._panes: dict[PaneKey, Cells] = {}
        self._waiting: defaultdict[Home, dict[int, int]] = defaultdict(dict)
        self._talking: defaultdict[Home, dict[int, int]] = defaultdict(dict)
        self._talks: dict[int, Talk] = {}
        self._agents: list[tuple[int, int, AgentNow]] = []
        self._entered = 0
        self._changed: set[Home] = set()
        self._told = 0
        self._prune(begin)

    def take(self, visits: Iterable[Visit]) -> None:
        """Note visits; each becomes known event by event."""
        for visit in visits:
            to_come = moments(visit)[::-1]
            if to_come:
                self.visits += 1
                running = _Running(visit, to_come)
                heappush(self._running, (to_come[-1], self.visits, running))

    def enter(self, agents: Iterable[AgentNow]) -> None:
        """Note states of agents; each becomes known at its own instant."""
        for one in agents:
            self._entered += 1
            heappush(self._agents, (one.entered.at, self._entered, one))

    def advance(self, to: int) -> set[QueueChannel]:
        """Tell the board all that was known at `to`; the queues and channels it was told of."""
        touched = self._happened(to)
        self.now = to
        self.board.take(self._update([self._row(key) for key in touched]), to)
        if to - self._pruned_at >= HOUR:
            self._prune(to)
        changed = {key[:3] for key in touched} | {(self.tenant, *home) for home in self._changed}
        self._changed.clear()
        return changed

    def _happened(self, to: int) -> set[PaneKey]:
        """Let everything up to an instant become known; the panes that change."""
        touched: set[PaneKey] = set()
        while self._running and self._running[0][0] <= to:
            _, number, running = heappop(self._running)
            while running.to_come and running.to_come[-1] <= to:
                running.to_come.pop()
            self._know(number, running, to, touched)
            if running.to_come:
                heappush(self._running, (running.to_come[-1], number, running))
        return touched

    def _know(self, number: int, running: _Running, to: int, touched: set[PaneKey]) -> None:
        visit = as_known(running.visit, to) if running.to_come else running.visit
        adds = contributions(self.tenant, visit, self.board.rules.pane)
        for key, change in deltas(running.added, adds):
            add(self._panes.setdefault(key, {}), change)
            touched.add(key)
        running.added = adds
        self._changed.add(running.home)
        self._waiting[running.home].pop(number, None)
        if self._talking[running.home].pop(number, None) is not None:
            self._talks[number] = Talk(self.tenant, str(number), 1)
        queue = queue_of(visit)
        if queue is not None and is_open(visit):
            running.home = queue, visit.channel
            self._changed.add(running.home)
            self._enter_floor(number, running.home, visit)

    def _enter_floor(self, number: int, home: Home, visit: Visit) -> None:
        offered = offer_at(visit)
        if visit.answered_at is not None:
            self._talking[home][number] = visit.answered_at
            self._talks[number] = Talk(
                self.tenant, str(number), 1, visit.agent or "", home[0], visit.answered_at
            )
        elif offered is not None:
            self._waiting[home][number] = offered

    def _row(self, key: PaneKey) -> PaneRow:
        self._told += 1
        return PaneRow(*key, revision(1, self._told), dict(self._panes[key]))

    def _update(self, rows: list[PaneRow]) -> Update:
        agents: list[AgentNow] = []
        while self._agents and self._agents[0][0] <= self.now:
            agents.append(heappop(self._agents)[2])
        talks = list(self._talks.values())
        self._talks = {}
        return Update(
            partition=0,
            log_id=LOG,
            generation=1,
            epoch=1,
            next_offset=self._told,
            published_at=self.now,
            lag=0,
            applied=self._told,
            dead=0,
            watermark=self.now,
            rows=rows,
            gauges=self._gauges(),
            agents=agents,
            talks=talks,
        )

    def _gauges(self) -> list[Gauge]:
        """Who is there; the board leaves out what lasts too long to be believed."""
        found: list[Gauge] = []
        for home in sorted(self._waiting.keys() | self._talking.keys()):
            waiting = sorted(self._waiting[home].values())
            talking = sorted(self._talking[home].values())
            if waiting or talking:
                found.append(Gauge(self.tenant, *home, waiting, 0, 0, talking))
        return found

    def _prune(self, now: int) -> None:
        """Forget what lies before the live span, as the board does."""
        self._pruned_at = now
        self.board.prune(now)
        since = self.board.live_since(now)
        self._panes = {key: cells for key, cells in self._panes.items() if key[3] >= since}
