"""The demo's life: start, keep alive, show, stop.

servers ─► tables, topics, key ─► http, engine, alerts, simulator ─► ready ═══ shows the floor,
revives what dies ═══► told to stop
stop: simulator ─► http, alerts (no more events) ─► all accepted events are durable ─► engine ─►
broker, database
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field

import httpx
from aiokafka.errors import KafkaError

from floorpulse.demo.domain.season import Season, season
from floorpulse.demo.floor import DemoFloor, floor
from floorpulse.demo.folder import StateFolder
from floorpulse.demo.options import DemoError, DemoOptions
from floorpulse.demo.programs import (
    ALERTS,
    ENGINE,
    HTTP,
    SIMULATOR,
    environment,
    metrics_ports,
    programs,
)
from floorpulse.demo.screen import Screen
from floorpulse.demo.servers import EmbeddedServers
from floorpulse.demo.supervisor import Launch, Program, Supervisor, ending, spawned
from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.database import away
from floorpulse.simulator.domain.scenarios import SCENARIOS

READY_WITHIN = 180.0
LOOK_AGAIN_AFTER = 0.2
STOP_WITHIN = 6.5
SERVERS_WITHIN = 1.5
SIMULATOR_GRACE = 2.0
HTTP_GRACE = 2.0
COUNTING = 4.0
ENGINE_GRACE = 3.0
"""Seconds for each step of a stop, within what is left of all"""
IDLE_ENGINE_GRACE = 1.0
"""Of an engine that has nothing left to write"""
HOPELESS = 5
NOBODY: Mapping[str, list[int]] = {HTTP: [], ENGINE: [], ALERTS: [], SIMULATOR: []}
LOG_TAIL = 2000


@dataclass(frozen=True)
class Told:
    """The signals that the demo got: to stop, and then to hurry."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)


class Demo:
    """One run over a claimed folder."""

    def __init__(
        self,
        options: DemoOptions,
        folder: StateFolder,
        screen: Screen,
        inherited: Mapping[str, str],
        launch: Launch = spawned,
    ) -> None:
        self._options = options
        self._folder = folder
        self._screen = screen
        self._inherited = inherited
        self._servers = EmbeddedServers(folder)
        self._supervisor = Supervisor(self, launch=launch)
        self._programs: list[Program] = []
        self._season: Season | None = None
        self._ended: dict[str, int] = {}

    async def run(self, told: Told) -> None:
        """Run until told to stop; raises DemoError or EmbeddedServerError when it cannot go on.
        Everything is stopped then.
        """
        try:
            await first_of(self._live(), told.stop.wait())
        finally:
            await self._stop(told.hurry)

    # ------------------------------------------------------------- the supervisor's watcher

    def changed(self, pids: Mapping[str, list[int]]) -> None:
        """Write down who lives."""
        try:
            self._folder.keep_processes({**NOBODY, **pids, **self._servers.pids()})
        except OSError as wrong:
            self._screen.say(f"the processes could not be written down: {wrong}", "red")

    def ended(self, program: Program, how: str, again_in: float) -> None:
        """Say so; the supervisor starts it again."""
        self._ended[program.name] = self._ended.get(program.name, 0) + 1
        self._screen.say(
            f"{program.name} {how}; it starts again in {again_in:g} s (log: {program.log})",
            "yellow",
        )

    # ------------------------------------------------------------- start and life

    async def _live(self) -> None:
        began = monotonic()
        await self._start()
        async with floor(self._options.url, self._folder.key()) as view:
            with self._screen.step("starting ingest, API and engine"):
                await self._until_ready(view)
            self._screen.welcome(self._options, self._folder, monotonic() - began)
            await first_of(self._revive_broker(), self._revive_postgres(), self._show(view))

    async def _start(self) -> None:
        with self._screen.step("starting the broker"):
            await self._servers.broker.start()
        with self._screen.step("starting PostgreSQL"):
            await self._servers.postgres.start()
        with self._screen.step("making tables, topics and a key"):
            await self._servers.migrate()
            await self._servers.ensure_topics()
            await self._servers.ensure_key()
        if self._options.simulate:
            self._open_season()
        env = environment(self._inherited, self._servers.addresses, self._options, self._folder)
        self._folder.keep_running(self._options.url, env)
        ports = metrics_ports(self._options)
        self._folder.keep_targets(ports.targets(self._options))
        self._programs = programs(self._options, env, self._folder, self._season, ports)
        self._keep_all()

    def _open_season(self) -> None:
        scenario = self._options.scenario
        self._season = season(
            self._folder.season(), scenario, SCENARIOS[scenario].liveliest, now_ms()
        )
        self._folder.keep_season(self._season)

    def _keep_all(self) -> None:
        for program in self._programs:
            self._supervisor.keep(program)

    async def _until_ready(self, view: DemoFloor) -> None:
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not await view.ready():
                    self._expect_hope()
                    await asyncio.sleep(LOOK_AGAIN_AFTER)
        except TimeoutError as late:
            message = f"the API was not ready within {READY_WITHIN:g} s; {self._last_words(HTTP)}"
            raise DemoError(message) from late

    def _expect_hope(self) -> None:
        for name, times in self._ended.items():
            if times >= HOPELESS:
                message = f"{name} ended {times} times while starting; {self._last_words(name)}"
                raise DemoError(message)

    def _last_words(self, name: str) -> str:
        log = self._folder.log(name)
        tail = log.read_bytes()[-LOG_TAIL:].decode(errors="replace") if log.exists() else ""
        return f"{log} ends with:\n{tail}"

    async def _show(self, view: DemoFloor) -> None:
        with self._screen.moving():
            while True:
                try:
                    self._screen.show(await view.look())
                except httpx.HTTPError:
                    self._screen.show(None)
                await asyncio.sleep(self._screen.look_every)

    async def _revive_broker(self) -> None:
        """A broker that died took its log along: another begins, and all who knew the old one begin
        again with it.

        The simulator is killed, not closed, so that it tells its floor again from the start: events
        that were lost come back, the others are duplicates.
        """
        while True:
            how = ending(await self._servers.broker.wait())
            await self._servers.broker.stop()
            self._screen.say(
                f"the broker {how}; events it held in memory that were not counted are lost. "
                "Starting again",
                "red",
            )
            await self._supervisor.kill([SIMULATOR])
            await self._supervisor.stop(grace=ENGINE_GRACE)
            await self._servers.broker.start()
            await self._servers.ensure_topics()
            self._keep_all()

    async def _revive_postgres(self) -> None:
        while True:
            how = ending(await self._servers.postgres.wait())
            await self._servers.postgres.stop()
            self.changed(self._supervisor.pids())
            self._screen.say(
                f"PostgreSQL {how}; it starts again, nothing durable is lost", "yellow"
            )
            await self._servers.postgres.start()
            self.changed(self._supervisor.pids())

    # ------------------------------------------------------------- stop

    async def _stop(self, hurry: asyncio.Event) -> None:
        began = monotonic()
        self._screen.say("stopping: what was accepted is counted first (Ctrl-C again hurries)")
        try:
            await first_of(self._stop_in_order(began + STOP_WITHIN), hurry.wait())
        finally:
            await self._supervisor.kill()
            await self._servers.stop(SERVERS_WITHIN)
            self._folder.keep_processes(NOBODY)
        self._screen.say(
            f"stopped after {monotonic() - began:.1f} s; {self._options.state_dir} keeps the "
            "figures"
        )

    async def _stop_in_order(self, until: float) -> None:
        def left(most: float) -> float:
            return max(0.0, min(most, until - monotonic()))

        closed = await self._supervisor.stop([SIMULATOR], left(SIMULATOR_GRACE))
        if self._season is not None and closed:
            self._folder.keep_season(self._season.closed(now_ms()))
        await self._supervisor.stop([HTTP, ALERTS], left(HTTP_GRACE))
        counted = await self._all_counted(left(COUNTING))
        await self._supervisor.stop([ENGINE], left(IDLE_ENGINE_GRACE if counted else ENGINE_GRACE))

    async def _all_counted(self, within: float) -> bool:
        if not self._supervisor.pids().get(ENGINE):
            return False
        try:
            async with asyncio.timeout(within):
                await self._servers.counted()
        except (KafkaError, *away(), LookupError) as wrong:
            why = f"not within {within:.1f} s" if isinstance(wrong, TimeoutError) else str(wrong)
            self._screen.say(
                f"not all accepted events were counted ({why}); the embedded broker forgets them",
                "red",
            )
            return False
        return True


async def first_of(*works: Coroutine[object, object, object]) -> None:
    """Until one of them ends; the others are cancelled then. Raises what that one raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
