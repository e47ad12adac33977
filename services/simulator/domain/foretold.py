"""The forecast: contacts, handle time and agents of each half hour, as whoever made the roster
foresaw them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from floorpulse.simulator.domain.crew import HOLD
from floorpulse.simulator.domain.demand import SLOT, SLOTS, Curve, load, planned
from floorpulse.simulator.domain.roster import RESTS, rostered
from floorpulse.simulator.domain.scenarios import Queue, Scenario

TALKED_TO = 0.95
"""Share of contacts that are expected to reach an agent, who may pass them on"""


@dataclass(frozen=True)
class ForetoldInterval:
    """A queue's half hour from `begin` (epoch milliseconds): contacts, mean handle time in seconds,
    agents.
    """

    queue: Queue
    begin: int
    volume: float
    aht: float
    staffed: int


def foretold(
    scenario: Scenario, start: int, opening: int, until: int
) -> Iterator[ForetoldInterval]:
    """The whole half hours of the clock in [start, until) (epoch milliseconds) for each queue.

    At `start` the floor's own clock shows `opening` (milliseconds since its midnight), so a half
    hour of the clock lies across two of the floor's day.
    """
    contacts = planned(scenario)
    agents = _agents(scenario)
    for begin in range(-(-start // SLOT) * SLOT, until - SLOT + 1, SLOT):
        at = opening + begin - start
        came = _around(contacts, at)
        for queue in scenario.queues:
            volume = came * (queue.share + _passed_on(scenario, queue))
            handle = queue.talk.mean + queue.holds * HOLD.mean + queue.wrap.mean
            yield ForetoldInterval(
                queue, begin, round(volume, 2), handle, max(1, round(_around(agents[queue.id], at)))
            )


def _around(slots: Curve, at: int) -> float:
    """The half hour from `at` (milliseconds since the floor's midnight) of a day's curve: its two
    slots by their shares of time.
    """
    slot, elapsed = divmod(at, SLOT)
    return slots[slot % SLOTS] * (1 - elapsed / SLOT) + slots[(slot + 1) % SLOTS] * elapsed / SLOT


def _passed_on(scenario: Scenario, to: Queue) -> float:
    """Share of all contacts that come to a queue out of another's conversations."""
    givers = (queue for queue in scenario.queues if to.id in queue.onward)
    return sum(queue.share * TALKED_TO * queue.transfers / len(queue.onward) for queue in givers)


def _agents(scenario: Scenario) -> dict[str, Curve]:
    """Agents at work for each queue in each half hour of the day: its team's, shared out by
    load.
    """
    contacts = planned(scenario)
    out = dict[str, Curve]()
    for team in scenario.teams:
        queues = [scenario.queue(name) for name in team.mainly]
        whole = load(contacts, queues)
        present = [0] * SLOTS
        for shift in rostered(scenario, team):
            for slot in shift.covers():
                present[slot] += 1
        for queue in queues:
            own = load(contacts, [queue])
            out[queue.id] = tuple(
                number / RESTS * mine / all_
                for number, mine, all_ in zip(present, own, whole, strict=True)
            )
    return out
