"""Who waits and who is in progress, queue by queue; what an event changes is one entry, however many visits are open.

    offered ──► waiting ──► in progress ──► (over)
                   └── older than the longest wait: unresolved
"""

from dataclasses import dataclass, field

from services.contracts.updates import Gauge
from services.contracts.visits import Visit, is_open, offer_at, queue_of

Home = tuple[str, str, str]
"""(tenant, queue, channel)"""

NO_END = 1 << 62


@dataclass(eq=False, slots=True)
class Floor:
    """The open visits of one queue and channel: when those that wait were offered, when the others were answered.

    Visits are told apart by their identity in memory. `gone` counts the answered ones from before `horizon`; none of the others
    is older than `until`.
    """

    waiting: dict[int, int] = field(default_factory=dict)
    answered: dict[int, int] = field(default_factory=dict)
    gone: int = 0
    horizon: int = -NO_END
    until: int = NO_END
    gauge: Gauge | None = None

    def answer(self, visit: int, at: int) -> None:
        """A visit is in progress since `at`."""
        self.answered[visit] = at
        if at < self.horizon:
            self.gone += 1
        elif at < self.until:
            self.until = at

    def leave(self, visit: int) -> None:
        """A visit is over, or belongs elsewhere."""
        if self.waiting.pop(visit, None) is None and self.answered.pop(visit, NO_END) < self.horizon:
            self.gone -= 1
        self.gauge = None

    def seen(self, home: Home, horizon: int) -> Gauge:
        """What is going on, where whatever began before `horizon` is too old to be true."""
        if self.gauge is None or not self.horizon <= horizon <= self.until:
            self._age(horizon)
            offers = sorted(at for at in self.waiting.values() if at >= horizon)
            if offers:
                self.until = min(self.until, offers[0])
            self.gauge = Gauge(*home, offers, len(self.answered) - self.gone, len(self.waiting) - len(offers))
        return self.gauge

    def _age(self, horizon: int) -> None:
        if not self.horizon <= horizon <= self.until:
            going_on = [at for at in self.answered.values() if at >= horizon]
            self.gone = len(self.answered) - len(going_on)
            self.until = min(going_on, default=NO_END)
        self.horizon = horizon


class Presence:
    """The open visits of one partition; a visit leaves before it changes otherwise than by an answer, and enters again."""

    def __init__(self) -> None:
        self._floors: dict[Home, Floor] = {}

    def wait(self, home: Home, visit: Visit, at: int) -> None:
        """A visit waits since `at`."""
        floor = self._floors.get(home)
        if floor is None:
            floor = self._floors[home] = Floor()
        floor.waiting[id(visit)] = at
        floor.gauge = None

    def answer(self, home: Home, visit: Visit, at: int) -> None:
        """A visit that waits is in progress since `at`."""
        floor, one = self._floors[home], id(visit)
        floor.leave(one)
        floor.answer(one, at)

    def leave(self, home: Home, visit: Visit) -> None:
        """An open visit is over."""
        self._floors[home].leave(id(visit))

    def enter(self, tenant: str, visit: Visit) -> None:
        """Take in a visit if it is open, and known where and since when."""
        queue, offered = queue_of(visit), offer_at(visit)
        if queue is None or offered is None or not is_open(visit):
            return
        home = tenant, queue, visit.channel
        self.wait(home, visit, offered)
        if visit.answered_at is not None:
            self.answer(home, visit, visit.answered_at)

    def withdraw(self, tenant: str, visit: Visit) -> None:
        """Undo `enter`, as long as the visit is as it was then."""
        queue = queue_of(visit)
        floor = None if queue is None else self._floors.get((tenant, queue, visit.channel))
        if floor is not None:
            floor.leave(id(visit))

    def gauges(self, horizon: int) -> list[Gauge]:
        """What is going on, per queue and channel; whoever was offered before `horizon` no longer waits."""
        for home in [home for home, floor in self._floors.items() if not floor.waiting and not floor.answered]:
            del self._floors[home]
        return [floor.seen(home, horizon) for home, floor in self._floors.items()]
