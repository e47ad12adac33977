"""Simulate: a model contact centre, its events posted to a running Floorpulse as they happen."""

import asyncio
from collections import deque
from contextlib import suppress

import msgspec
from rich.console import Console

from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.tables import show
from floorpulse.simulator.answers import UndeliverableError
from floorpulse.simulator.domain.scenarios import SCENARIOS
from floorpulse.simulator.domain.spans import MINUTE
from floorpulse.simulator.domain.wire import Delivery, Wire
from floorpulse.simulator.feed import EventBatch, EventFeed, feed
from floorpulse.simulator.options import SimulateOptions
from floorpulse.simulator.pace import Course, Pace, course
from floorpulse.simulator.planner import upload
from floorpulse.simulator.show import floor_table, summary

TICK = 0.2
SLICE = 5 * MINUTE
CLOSING_WITHIN = 5.0


class Simulation:
    """One run: a floor moved forward slice by slice, its deliveries put into a feed."""

    def __init__(self, wire: Wire, opened: EventFeed, events: int) -> None:
        self._wire = wire
        self._feed = opened
        self._events = events
        self._encode = msgspec.json.Encoder().encode
        self._pending: deque[EventBatch] = deque()

    async def run(self, way: Course, pace: Pace) -> None:
        """Keep up with the pace until the course ends."""
        reached = way.start
        while way.until is None or reached < way.until:
            goal = min(pace.reached(now_ms()), reached + SLICE)
            goal = goal if way.until is None else min(goal, way.until)
            await self._send(self._wire.before(goal))
            if goal < reached + SLICE:
                await asyncio.sleep(TICK)
            reached = max(reached, goal)

    async def close(self) -> None:
        """Close the floor, so that nobody waits on it for ever, and send all that is left."""
        await self._send(self._wire.close())
        await self._feed.drain()

    async def _send(self, deliveries: list[Delivery]) -> None:
        """Batches wait in line until the feed has them, so that a cancellation in between loses
        none.
        """
        for first in range(0, len(deliveries), self._events):
            part = deliveries[first : first + self._events]
            lines = tuple(self._encode(delivery.event) for delivery in part)
            self._pending.append(EventBatch(lines, tuple(delivery.number for delivery in part)))
        while self._pending:
            await self._feed.put(self._pending[0])
            self._pending.popleft()


async def simulate(options: SimulateOptions) -> int:
    """Run a floor; the exit status is 1 when events could not be sent or were rejected, else 0.

    At the end of its duration, and on cancellation, the floor closes: who waits is sent away,
    conversations end, and this is sent too, within seconds, before a cancellation goes on.
    """
    launch = now_ms()
    way = course(options, launch)
    wire = Wire(SCENARIOS[options.scenario], options.seed, way.start, way.opening, options.noise)
    said = Console(highlight=False, soft_wrap=True, quiet=options.quiet)
    said.print(
        f"simulating {options.scenario}, seed {options.seed}, into {options.target.url}",
        markup=False,
    )
    try:
        return await _simulated(options, wire, way, Pace(way.start, launch, options.speed))
    finally:
        show(said, floor_table(wire.truth.totals()))


async def _simulated(options: SimulateOptions, wire: Wire, way: Course, pace: Pace) -> int:
    failure = None
    began = monotonic()
    async with feed(options.target) as opened:
        try:
            if options.forecast:
                await upload(options.target, SCENARIOS[options.scenario], way)
            await _run(Simulation(wire, opened, options.target.batch), way, pace)
        except UndeliverableError as wrong:
            failure = str(wrong)
        receipt = opened.receipt
    if failure is not None or receipt.refused:
        told = (
            f"simulate: {failure or 'events were rejected'}\n"
            f"{summary(receipt, monotonic() - began)}"
        )
        Console(stderr=True, highlight=False, soft_wrap=True).print(told, markup=False)
    return 0 if failure is None and not receipt.refused else 1


async def _run(simulation: Simulation, way: Course, pace: Pace) -> None:
    try:
        await simulation.run(way, pace)
    except asyncio.CancelledError:
        with suppress(TimeoutError, UndeliverableError):
            async with asyncio.timeout(CLOSING_WITHIN):
                await simulation.close()
        raise
    await simulation.close()
