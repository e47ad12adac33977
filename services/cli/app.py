"""`floorpulse`: the command line, the only module above all services.

Each command reads its settings from the environment and imports its service only then, so that help
is quick. Exit status 2 means that nothing could be done (settings, options, servers that are away),
1 that the work itself failed.
"""

import asyncio
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.run import (
    expect_free,
    fail,
    finish,
    loaded,
    on_database,
    serve,
    target,
    until_told,
    usable,
)

ABOUT = """Live, exact KPIs of contact-centre floors: events in over HTTP and Kafka,
figures out within a second.

Try it: floorpulse demo. In production run ingest, engine and api; all settings are
environment variables FLOORPULSE_…"""
EXAMPLE_KEYS = (
    "Scopes: events:write kpi:read agents:read alerts:read alerts:act metrics:read admin."
)
INTERRUPTED = 130

app = typer.Typer(
    help=ABOUT,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
keys = typer.Typer(
    help=f"API keys: who may send events and read figures. {EXAMPLE_KEYS}", no_args_is_help=True
)
app.add_typer(keys, name="keys")
definitions = typer.Typer(
    help="Definitions: what figures mean; `floorpulse check` says what is wrong with them.",
    no_args_is_help=True,
)
app.add_typer(definitions, name="definitions")

Tenant = Annotated[
    str, typer.Option(help="Whose events and figures: lower-case letters, digits, inner hyphens.")
]
Label = Annotated[str, typer.Option(help="What the key is for, in your words.")]
Scope = Annotated[list[str], typer.Option(help="What it may do; repeat the option for more.")]
Expires = Annotated[
    str | None,
    typer.Option(help="When it ends: 90d, 12h, 2027-01-31T00:00:00Z. Never, unless given."),
]
Url = Annotated[str, typer.Option("--to", help="Address of the Floorpulse that takes the events.")]
KeyFile = Annotated[
    Path, typer.Option(help="File that holds an API key with the scope events:write.")
]
ScenarioName = Annotated[str, typer.Option(help="quiet, normal or double-eleven.")]


class Form(StrEnum):
    """What the lines of a recording are."""

    EVENTS = "events"
    QUEUE_LOG = "queue-log"


# ---------------------------------------------------------------- services


@app.command()
def ingest() -> None:
    """Take events over HTTP and put them into Kafka (POST /v1/events)."""
    from services.ingest.settings import IngestSettings
    from services.ingest.wiring import create_ingest_app

    settings = loaded(IngestSettings)
    here = settings.ingest
    expect_free(here.host, here.port, "FLOORPULSE_INGEST__PORT")
    finish(serve(create_ingest_app(settings), here.host, here.port, settings), settings)


@app.command()
def engine() -> None:
    """Fold events into figures: one worker; run one per core, they share the partitions."""
    from services.kpi_engine.settings import EngineSettings
    from services.kpi_engine.wiring import run

    settings = loaded(EngineSettings)
    finish(run(settings), settings)


@app.command()
def api() -> None:
    """Answer questions about figures over HTTP: queries, event stream, wallboard, /metrics."""
    from services.query.settings import QuerySettings
    from services.query.wiring import create_query_app

    settings = loaded(QuerySettings)
    here = settings.api
    expect_free(here.host, here.port, "FLOORPULSE_API__PORT")
    finish(serve(create_query_app(settings), here.host, here.port, settings), settings)


@app.command()
def http() -> None:
    """Ingest and api on one origin in one process, for small installations; it listens where the
    api would.
    """
    from services.origin.app import HttpSettings, create_http_app

    settings = loaded(HttpSettings)
    here = settings.api
    expect_free(here.host, here.port, "FLOORPULSE_API__PORT")
    finish(serve(create_http_app(settings), here.host, here.port, settings), settings)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date: run it before a new version of the services."""
    from services.migrations import migrate as apply
    from services.runtime.settings import Settings

    settings = loaded(Settings)
    finish(
        on_database(lambda: apply(settings.database), settings),
        settings,
        done="the database is up to date",
    )


@app.command()
def check(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Folder of the files of definitions.")
    ] = Path("deploy/definitions"),
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Mistakes as JSON: file, line, field, problem, remedy.")
    ] = False,
) -> None:
    """Say what is wrong with definitions: file, line, field and what to do; exit status 1 where
    anything is.
    """
    from services.cli.definitions import told

    raise typer.Exit(told(folder, as_json=as_json))


@definitions.command("load")
def definitions_load(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the files of definitions.")
    ],
) -> None:
    """Check definitions and put them into force in every API process; the same again changes
    nothing.
    """
    from services.cli import definitions as operations
    from services.runtime.settings import Settings

    settings = loaded(Settings)
    finish(operations.load(settings, folder), settings)


# ---------------------------------------------------------------- keys


@keys.command("create")
def keys_create(tenant: Tenant, scope: Scope, label: Label = "", expires: Expires = None) -> None:
    """Make a key and print its token: the only time it can be seen."""
    from services.cli import keys as operations
    from services.runtime.settings import Settings

    settings = loaded(Settings)
    with usable():
        finish(operations.create(settings, tenant, label, scope, expires), settings)


@keys.command("list")
def keys_list(
    *, as_json: Annotated[bool, typer.Option("--json", help="Keys as JSON, for programs.")] = False
) -> None:
    """Show all keys, without their secrets."""
    from services.cli import keys as operations
    from services.runtime.settings import Settings

    settings = loaded(Settings)
    finish(operations.listing(settings, as_json=as_json), settings)


@keys.command("revoke")
def keys_revoke(
    key_id: Annotated[str, typer.Argument(help="The id: the middle part of fp_<id>_<secret>.")],
) -> None:
    """End a key within seconds, everywhere."""
    from services.cli import keys as operations
    from services.runtime.settings import Settings

    settings = loaded(Settings)
    finish(operations.revoke(settings, key_id), settings)


# ---------------------------------------------------------------- try, test, mend


@app.command()
def demo(
    *,
    scenario: ScenarioName = "normal",
    simulate: Annotated[
        bool, typer.Option(help="Run a model contact centre as tenant `demo`.")
    ] = True,
    state_dir: Annotated[
        Path, typer.Option(help="Folder of database, key and logs; a later demo goes on from it.")
    ] = Path(".floorpulse"),
    port: Annotated[
        int, typer.Option(min=1, max=65_535, help="Port on 127.0.0.1 of wallboard, API and ingest.")
    ] = 8000,
    engines: Annotated[int, typer.Option(min=1, max=4, help="Engine workers.")] = 1,
) -> None:
    """Everything on this machine, nothing to install: broker, database, services and a model
    contact centre.
    """
    from services.demo.embedded import EmbeddedServerError
    from services.demo.options import DemoError, DemoOptions
    from services.demo.wiring import demo as run

    try:
        raise typer.Exit(
            asyncio.run(run(DemoOptions(scenario, simulate, state_dir, port, engines)))
        )
    except (DemoError, EmbeddedServerError) as wrong:
        fail(str(wrong))


@app.command()
def simulate(
    *,
    url: Url,
    key_file: KeyFile,
    scenario: ScenarioName = "normal",
    seed: Annotated[int, typer.Option(help="The same seed and start give the same events.")] = 1,
    speed: Annotated[str, typer.Option(help="N times real time, or max.")] = "1",
    duration: Annotated[
        str | None,
        typer.Option("--for", help="How long it is open, such as 8h; without end unless given."),
    ] = None,
    backfill: Annotated[
        str, typer.Option(help="How much of the past is sent at once at the start.")
    ] = "90m",
    start: Annotated[
        str | None,
        typer.Option(
            help="The floor's first instant, RFC 3339; now less the back-fill unless given."
        ),
    ] = None,
    clock: Annotated[
        str | None,
        typer.Option(help="Time of day the floor shows at the end of the back-fill, HH:MM:SS."),
    ] = None,
    forecast: Annotated[
        bool,
        typer.Option("--forecast", help="Upload the forecast it was staffed for (scope admin)."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Run a model contact centre and post what happens on it."""
    from services.cli.option_types import multiple, seconds, time_of_day
    from services.contracts.instants import parse_instant
    from services.simulator.options import SimulateOptions
    from services.simulator.simulate import simulate as run

    with usable():
        options = SimulateOptions(
            target=target(url, key_file),
            scenario=scenario,
            seed=seed,
            speed=multiple(speed),
            backfill=seconds(backfill),
            start=None if start is None else parse_instant(start),
            duration=None if duration is None else seconds(duration),
            clock=None if clock is None else time_of_day(clock),
            forecast=forecast,
            quiet=quiet,
        )
    finish(until_told(run(options), stopped=0))


@app.command()
def replay(
    file: Annotated[
        str,
        typer.Argument(
            help="Events as NDJSON or one JSON array, plain or .gz; - for standard input."
        ),
    ],
    url: Url,
    key_file: KeyFile,
    speed: Annotated[str, typer.Option(help="N times the recorded pace, or max.")] = "max",
    form: Annotated[
        Form,
        typer.Option(
            "--format", help="What the lines are: canonical events, or Asterisk's queue_log."
        ),
    ] = Form.EVENTS,
    source: Annotated[
        str, typer.Option(help="Who a queue_log speaks for; one name for each Asterisk.")
    ] = "asterisk",
) -> None:
    """Send recorded events; replaying twice is harmless, each counts once."""
    from services.cli.option_types import multiple
    from services.ingest.sources.asterisk.events import QueueLog
    from services.simulator.options import ReplayOptions
    from services.simulator.replay import replay as run

    with usable():
        options = ReplayOptions(file, target(url, key_file), multiple(speed))
        if form is Form.QUEUE_LOG:
            log = QueueLog(source)
            options = replace(options, translate=log.events, notes=log.unknown.notes)
    finish(until_told(run(options), stopped=INTERRUPTED))


@app.command()
def redrive(
    file: Annotated[
        str,
        typer.Argument(
            help="Repaired canonical events, one JSON object a line; - for standard input."
        ),
    ],
) -> None:
    """Give repaired dead letters to the engine again; doing it twice is harmless."""
    from services.cli.redrive import redrive as run
    from services.runtime.settings import Settings

    settings = loaded(Settings)
    finish(run(settings, file), settings)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(installed("floorpulse"))


def main() -> None:
    """The command `floorpulse`."""
    app()


if __name__ == "__main__":
    main()
