"""Demand: the curve of contacts over a day, and arrivals drawn from it."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random

from floorpulse.simulator.domain.scenarios import Queue, Scenario
from floorpulse.simulator.domain.spans import DAY, MINUTE

SLOT = 30 * MINUTE
SLOTS = DAY // SLOT

Curve = tuple[float, ...]
"""Expected contacts in each of the 48 half hours of a day."""


def curve(weights: Sequence[float], total: float) -> Curve:
    """Spread `total` over the half hours by hourly weights; the second half of an hour leans
    towards the next hour.
    """
    halves = [
        part
        for hour, weight in enumerate(weights)
        for part in (weight, (weight + weights[(hour + 1) % len(weights)]) / 2)
    ]
    return tuple(total * part / sum(halves) for part in halves)


def planned(scenario: Scenario) -> Curve:
    """The arrivals that the roster was made for."""
    return curve(scenario.shape, scenario.forecast)


def unforeseen(scenario: Scenario) -> Curve:
    """The arrivals of the surge."""
    surge = scenario.surge
    return (0.0,) * SLOTS if surge is None else curve(surge.hours, surge.contacts)


def actual(scenario: Scenario) -> Curve:
    """The arrivals that come: the forecast's, and the surge's beside them."""
    both = zip(planned(scenario), unforeseen(scenario), strict=True)
    return tuple(base + extra for base, extra in both)


def mixes(scenario: Scenario) -> tuple[tuple[float, ...], ...]:
    """The queues of arrivals in each half hour: cumulated weights, in the order of the scenario's
    queues.
    """
    usual = [queue.share for queue in scenario.queues]
    surge = scenario.surge
    if surge is None:
        return (tuple(accumulate(usual)),) * SLOTS
    beyond = [surge.shares[queue.id] for queue in scenario.queues]
    return tuple(
        tuple(
            accumulate(base * mine + extra * more for mine, more in zip(usual, beyond, strict=True))
        )
        for base, extra in zip(planned(scenario), unforeseen(scenario), strict=True)
    )


def arrivals(rng: Random, contacts: Curve, opening: int) -> Iterator[int]:
    """Milliseconds since `opening` (a time of day in milliseconds) at which contacts arrive, day
    after day, without end.

    A Poisson process whose rate is constant within a half hour and changes between them, by
    inversion of the hazard: an exponential demand is used up along the curve.
    """
    at = float(opening)
    while True:
        demand = rng.expovariate(1.0)
        slot, elapsed = divmod(at, SLOT)
        while demand > (supply := contacts[int(slot) % SLOTS] * (1 - elapsed / SLOT)):
            demand = demand - supply
            slot = slot + 1
            elapsed = 0.0
        at = slot * SLOT + elapsed + demand / contacts[int(slot) % SLOTS] * SLOT
        yield int(at) - opening


RINGING = 3.0
"""Mean seconds an agent's time is bound before the answer."""


def load(contacts: Curve, queues: Sequence[Queue]) -> Curve:
    """Erlangs: agents busy on average in each half hour when nobody gives up."""
    handle = sum(queue.share * (RINGING + queue.talk.mean + queue.wrap.mean) for queue in queues)
    return tuple(slot * handle * 1000 / SLOT for slot in contacts)
