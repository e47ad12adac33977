"""The programs of the demo: which processes run, with which words and which settings."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import floorpulse.demo
from floorpulse.demo.domain.season import Season
from floorpulse.demo.embedded.child import free_port
from floorpulse.demo.folder import StateFolder
from floorpulse.demo.options import HOST, TENANT, DemoOptions
from floorpulse.demo.supervisor import Program

HTTP = "http"
ENGINE = "engine"
ALERTS = "alerts"
SIMULATOR = "simulator"
OURS = (
    "FLOORPULSE_KAFKA__",
    "FLOORPULSE_DATABASE__",
    "FLOORPULSE_API__",
    "FLOORPULSE_INGEST__",
    "FLOORPULSE_ENGINE__",
    "FLOORPULSE_ALERTS__",
)
MODULES = (
    "floorpulse.origin.app",
    "floorpulse.alerts.wiring",
    "floorpulse.kpi_engine.wiring",
    "floorpulse.simulator.simulate",
    "floorpulse.runtime.logging",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.auto",
    "httpcore",
    "anyio._backends._asyncio",
)
"""What the programs import, by the names of modules, that too which libraries import when they
are used first: the demo imports none of it itself
"""
CUSTOMER_KEY = "demo"
POOL = 6
DEFINITIONS = Path(str(files(floorpulse.demo) / "definitions"))
"""Of the model contact centre; they come with the package"""


@dataclass(frozen=True)
class Addresses:
    """The addresses of broker and database."""

    bootstrap: str
    dsn: str


@dataclass(frozen=True)
class MetricsPorts:
    """The ports of `/metrics` of the processes that nobody asks for anything else: each engine's,
    and that of the alerts service, whose routes are on the origin.
    """

    engines: tuple[int, ...]
    alerts: int

    def targets(self, options: DemoOptions) -> dict[str, list[str]]:
        """What a Prometheus scrapes (host:port), by the name of its job."""
        ports = {HTTP: (options.port,), ENGINE: self.engines, ALERTS: (self.alerts,)}
        return {
            f"floorpulse-{process}": [f"{HOST}:{port}" for port in theirs]
            for process, theirs in ports.items()
        }


def metrics_ports(options: DemoOptions) -> MetricsPorts:
    """Ports that are free now."""
    return MetricsPorts(tuple(free_port() for _ in range(options.engines)), free_port())


def environment(
    inherited: Mapping[str, str], addresses: Addresses, options: DemoOptions, folder: StateFolder
) -> dict[str, str]:
    """The environment of every process: what we inherited, save the settings that the demo decides.

    The model contact centre has its own definitions, unless others are inherited.
    """
    kept = {name: value for name, value in inherited.items() if not name.upper().startswith(OURS)}
    defined = {"FLOORPULSE_DEFINITIONS__DIR": str(DEFINITIONS)} if options.simulate else {}
    customer_keys = [{"name": CUSTOMER_KEY, "secret": folder.secret("customer-key")}]
    return (
        defined
        | kept
        | {
            "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": addresses.bootstrap,
            # the embedded broker has no idempotent producer
            "FLOORPULSE_KAFKA__IDEMPOTENCE": "false",
            "FLOORPULSE_DATABASE__URL": addresses.dsn,
            "FLOORPULSE_DATABASE__POOL": str(POOL),
            "FLOORPULSE_API__HOST": HOST,
            "FLOORPULSE_API__PORT": str(options.port),
            "FLOORPULSE_API__OPEN_TENANT": TENANT,
            "FLOORPULSE_API__METRICS_OPEN": "true",
            "FLOORPULSE_API__SESSION_SECRET": folder.secret("session-secret"),
            # nobody asks an alerts service itself: its routes are on the origin
            "FLOORPULSE_ALERTS__PORT": "0",
            "FLOORPULSE_ALERTS__OPEN_ACTS": "true",
            "FLOORPULSE_ALERTS__PUBLIC_URL": options.url,
            "FLOORPULSE_ALERTS__LINK_SECRET": folder.secret("link-secret"),
            "FLOORPULSE_INGEST__CUSTOMER_KEYS": json.dumps(customer_keys),
            # the embedded broker's first group join takes half of it
            "FLOORPULSE_ENGINE__SESSION_SECONDS": "3",
            "FLOORPULSE_ENGINE__HEARTBEAT_SECONDS": "0.5",
        }
    )


def programs(
    options: DemoOptions,
    env: Mapping[str, str],
    folder: StateFolder,
    season: Season | None,
    ports: MetricsPorts,
) -> list[Program]:
    """The processes to keep running, in the order of their start; the simulator only where there is
    a `season`.
    """
    engines = [
        _program(
            ENGINE,
            ENGINE if number == 1 else f"{ENGINE}-{number}",
            {**env, "FLOORPULSE_ENGINE__METRICS_PORT": str(port)},
            folder,
        )
        for number, port in enumerate(ports.engines, 1)
    ]
    simulator = (
        []
        if season is None
        else [_program(SIMULATOR, SIMULATOR, env, folder, *_simulation(season, options, folder))]
    )
    return [
        _program(HTTP, HTTP, env, folder),
        *engines,
        _program(ALERTS, ALERTS, {**env, "FLOORPULSE_ALERTS__PORT": str(ports.alerts)}, folder),
        *simulator,
    ]


def _program(
    name: str, log: str, env: Mapping[str, str], folder: StateFolder, *words: str
) -> Program:
    """`-P` keeps a folder `floorpulse` of the user's out of the way."""
    return Program(
        name,
        (sys.executable, "-P", "-m", "floorpulse.cli.app", *(words or (name,))),
        env,
        folder.log(log),
    )


def _simulation(season: Season, options: DemoOptions, folder: StateFolder) -> list[str]:
    start = datetime.fromtimestamp(season.start / 1000, UTC).isoformat(timespec="milliseconds")
    clock = (
        datetime.fromtimestamp(season.clock / 1000, UTC).time().isoformat(timespec="milliseconds")
    )
    where = ["--to", options.url, "--key-file", str(folder.key_file)]
    return [
        "simulate",
        *where,
        "--scenario",
        season.scenario,
        "--start",
        start,
        "--clock",
        clock,
        "--forecast",
        "--quiet",
    ]
