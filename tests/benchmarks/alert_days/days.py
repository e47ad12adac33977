"""Days of one queue whose story is known: what was planned, what came instead, from when to when.

quiet      a third more agents than it takes         shortage   agents missing for so many minutes
busy       just enough                               decline    more come, a little more each hour
night      a few calls an hour, two agents           flapping   enough and too few, turn by turn
outage     a normal day, of which nothing is heard for a while
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, exp, sqrt
from random import Random

from floorpulse.board.domain.windows import Span
from floorpulse.kpis.plan import Slot
from tests.benchmarks.alert_days.queue_model import MINUTE, Demand, QueueModel

QUEUE = "sales"
CHANNEL = "voice"
TENANT = "example"
THURSDAY = 1_794_412_800_000  # 2026-11-12T00:00:00+08:00
ROUND_THE_CLOCK = THURSDAY - 24 * 60 * MINUTE  # the example floor is open all of 2026-11-11
DAY = 24 * 60
SLOT = 30
OPENS, CLOSES = 8 * 60, 22 * 60
Minutes = Sequence[float]


@dataclass(frozen=True)
class Day:
    """A day that has happened, epoch milliseconds; `unheard` are spans in which its source told
    nothing.
    """

    kind: str
    seed: int
    model: QueueModel
    slots: tuple[Slot, ...]
    unheard: tuple[Span, ...] = ()

    @property
    def span(self) -> Span:
        """From midnight to midnight."""
        return Span(self.model.start, self.model.start + DAY * MINUTE)


@dataclass(frozen=True)
class _Plan:
    """What was foreseen for each minute, and what came instead."""

    rate: Minutes
    agents: Sequence[int]
    came: Minutes
    there: Sequence[int]


HANDLE = Demand((), ()).handle


def staffed(rate: float, safety: float) -> int:
    """Agents by the square-root rule, one at least: the load and so many of its deviations."""
    load = rate * HANDLE / 3600
    return max(1, ceil(load + safety * sqrt(load)))


def _hump(minute: int, peak: float) -> float:
    """Contacts an hour: two humps between opening and closing, as floors of shops have them."""
    if not OPENS <= minute < CLOSES:
        return 0.0
    hour = minute / 60
    return peak * (
        0.45 + 0.55 * exp(-(((hour - 10.5) / 2) ** 2)) + 0.3 * exp(-((hour - 15.5) ** 2))
    )


def _foreseen(peak: float, safety: float) -> _Plan:
    """A day as planned, that comes as planned; rosters change each half hour."""
    rate = [_hump(minute, peak) for minute in range(DAY)]
    agents: list[int] = []
    for slot in range(0, DAY, SLOT):
        needed = staffed(max(rate[slot : slot + SLOT]), safety)
        agents += [needed if any(rate[slot : slot + SLOT]) else 0] * SLOT
    return _Plan(rate, agents, rate, agents)


def quiet(_: Random) -> _Plan:
    """Few calls, agents to spare."""
    return _foreseen(70, 1.6)


def busy(_: Random) -> _Plan:
    """Many calls, just enough agents."""
    return _foreseen(190, 1.1)


def night(_: Random) -> _Plan:
    """A few calls an hour around the clock, two agents."""
    rate = [4.0] * DAY
    agents = [2] * DAY
    return _Plan(rate, agents, rate, agents)


def shortage(random: Random) -> _Plan:
    """Two thirds of the agents are missing for a while, as when a bus does not come."""
    plan = _foreseen(150, 1.2)
    begin = random.randrange(OPENS + 90, CLOSES - 120)
    end = begin + random.choice((15, 20, 30, 45))
    there = [
        max(1, agents // 3) if begin <= minute < end else agents
        for minute, agents in enumerate(plan.agents)
    ]
    return _Plan(plan.rate, plan.agents, plan.rate, there)


def decline(random: Random) -> _Plan:
    """More come than foreseen, from noon on a little more each hour."""
    plan = _foreseen(140, 1.0)
    growth = random.uniform(0.10, 0.18)
    came = [
        rate * (1 + growth * max(0, minute - 12 * 60) / 60) for minute, rate in enumerate(plan.rate)
    ]
    return _Plan(plan.rate, plan.agents, came, plan.agents)


def flapping(random: Random) -> _Plan:
    """For four hours too few agents and enough of them, turn by turn."""
    plan = _foreseen(150, 1.0)
    turn = random.choice((4, 5, 6))
    there = [
        max(1, agents // 3)
        if 10 * 60 <= minute < 14 * 60 and minute // turn % 2 == 0
        else ceil(agents * 1.5)
        for minute, agents in enumerate(plan.agents)
    ]
    return _Plan(plan.rate, plan.agents, plan.rate, there)


KINDS: dict[str, Callable[[Random], _Plan]] = {
    "quiet": quiet,
    "busy": busy,
    "night": night,
    "shortage": shortage,
    "decline": decline,
    "flapping": flapping,
    "outage": lambda random: _foreseen(random.choice((90, 120)), 1.4),
}


def day(kind: str, seed: int) -> Day:
    """The day of that kind and seed."""
    random = Random(f"{kind}/{seed}")
    plan = KINDS[kind](random)
    start = ROUND_THE_CLOCK if kind == "night" else THURSDAY
    model = QueueModel(QUEUE, TENANT, start, Demand(plan.came, plan.there), random)
    model.run()
    return Day(kind, seed, model, tuple(_slots(plan, start)), _unheard(kind, random))


def _unheard(kind: str, random: Random) -> tuple[Span, ...]:
    if kind != "outage":
        return ()
    begin = THURSDAY + random.randrange(OPENS + 120, CLOSES - 180) * MINUTE
    return (Span(begin, begin + 40 * MINUTE),)


def _slots(plan: _Plan, start: int) -> Iterator[Slot]:
    """The forecast as it was uploaded: half hours of what was foreseen."""
    for begin in range(0, DAY, SLOT):
        volume = sum(plan.rate[begin : begin + SLOT]) / 60
        if volume:
            at = start + begin * MINUTE
            end = at + SLOT * MINUTE
            yield Slot(QUEUE, CHANNEL, at, end, round(volume, 2), HANDLE, plan.agents[begin], 1)
