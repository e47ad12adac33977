"""`floorpulse`: the command line, the only module above all services.

Each command reads its settings from the environment and imports its service only then, so that help
is quick. Exit status 2 means that nothing could be done (settings, options, servers that are away),
1 that the work itself failed.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from floorpulse.cli import audit_commands, groups, sending, settle_command, source_pulls
from floorpulse.cli.options import AsJson, Demo
from floorpulse.cli.run import (
    fail,
    finish,
    found,
    loaded,
    on_database,
    on_tables,
    serve,
    unknown_settings,
)

ABOUT = """Live, exact KPIs of contact-centre floors: events in over HTTP and Kafka,
figures out within a second.

Try it: floorpulse demo. In production run ingest, engine and api; all settings are
environment variables FLOORPULSE_…, floorpulse settings lists them."""


class ReadingCommand(StrEnum):
    """The commands that read settings; they tell variables that are none, through their log."""

    INGEST = "ingest"
    ENGINE = "engine"
    API = "api"
    ALERTS = "alerts"
    HTTP = "http"
    MIGRATE = "migrate"
    DEFINITIONS = "definitions"
    RULES = "rules"
    KEYS = "keys"
    LETTERS = "letters"
    REDRIVE = "redrive"
    SOURCE = "source"
    RESTORED = "restored"
    REPORT = "report"
    SETTLE = "settle"
    AUDIT = "audit"


app = typer.Typer(
    help=ABOUT,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(groups.keys, name="keys")
app.add_typer(groups.definitions, name="definitions")
app.add_typer(groups.rules, name="rules")
app.add_typer(groups.letters, name="letters")
app.add_typer(source_pulls.sources, name="source")
app.add_typer(audit_commands.audit, name="audit")


def _settings_of(command: ReadingCommand) -> str:
    return (
        f"Settings: `floorpulse settings --command {command}` lists the environment variables, "
        "what each is for, its default, and what is in force."
    )


@app.callback()
def begin(context: typer.Context) -> None:
    """Tell variables that are no setting, where the command itself does not."""
    if context.invoked_subcommand not in set(ReadingCommand):
        for stranger in unknown_settings():
            typer.echo(f"floorpulse: warning: {stranger}", err=True)


# ---------------------------------------------------------------- services


@app.command(epilog=_settings_of(ReadingCommand.INGEST))
def ingest() -> None:
    """Take events over HTTP and put them into Kafka (POST /v1/events)."""
    from floorpulse.ingest.settings import IngestSettings
    from floorpulse.ingest.wiring import create_ingest_app

    settings = loaded(IngestSettings, service="ingest")
    serve(create_ingest_app(settings), settings.ingest, "FLOORPULSE_INGEST__PORT", settings)


@app.command(epilog=_settings_of(ReadingCommand.ENGINE))
def engine() -> None:
    """Fold events into figures: one worker; run one per core, they share the partitions."""
    from floorpulse.kpi_engine.native.core import NoCore
    from floorpulse.kpi_engine.settings import EngineSettings
    from floorpulse.kpi_engine.wiring import run

    settings = loaded(EngineSettings, service="engine")
    try:
        finish(on_tables(lambda: run(settings), settings), settings)
    except NoCore as missing:
        fail(str(missing))


@app.command(epilog=_settings_of(ReadingCommand.API))
def api() -> None:
    """Answer questions about figures over HTTP: queries, event stream, wallboard, /metrics."""
    from floorpulse.query.settings import QuerySettings
    from floorpulse.query.wiring import create_query_app

    settings = loaded(QuerySettings, service="api")
    serve(create_query_app(settings), settings.api, "FLOORPULSE_API__PORT", settings)


@app.command(epilog=_settings_of(ReadingCommand.ALERTS))
def alerts() -> None:
    """Watch the rules, keep incidents, tell whoever is on call; of several replicas one acts."""
    from floorpulse.alerts.settings import AlertsProcessSettings
    from floorpulse.alerts.wiring import create_alerts_app

    settings = loaded(AlertsProcessSettings, service="alerts")
    serve(create_alerts_app(settings), settings.alerts, "FLOORPULSE_ALERTS__PORT", settings)


@app.command(epilog=_settings_of(ReadingCommand.HTTP))
def http() -> None:
    """Ingest and api on one origin in one process, for small installations; it listens where the
    api would.
    """
    from floorpulse.origin.app import create_http_app
    from floorpulse.origin.settings import HttpSettings

    settings = loaded(HttpSettings, service="http")
    serve(create_http_app(settings), settings.api, "FLOORPULSE_API__PORT", settings)


@app.command(epilog=_settings_of(ReadingCommand.MIGRATE))
def migrate(demo: Demo = None) -> None:
    """Bring the database's tables up to date: run it before a new version of the services."""
    from floorpulse.migrations import migrate as apply
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    finish(
        on_database(lambda: apply(settings.database), settings),
        settings,
        done="the database is up to date",
    )


@app.command(epilog=_settings_of(ReadingCommand.RESTORED))
def restored(demo: Demo = None) -> None:
    """After a database was restored from a dump, before engines start: let them outrank the engines
    from after the dump, or live figures stay stale.
    """
    from floorpulse.cli.restored import NotRestored, raise_epochs
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)

    async def work() -> None:
        try:
            typer.echo(await raise_epochs(settings.database))
        except NotRestored as wrong:
            fail(str(wrong))

    finish(on_tables(work, settings), settings)


# ---------------------------------------------------------------- looking


@app.command(epilog=_settings_of(ReadingCommand.REPORT))
def report(
    *,
    tenant: Annotated[str, typer.Option(help="Whose report.")],
    whom: Annotated[
        str, typer.Option("--for", help="Of whom it tells: tenant, queue or contract.")
    ] = "tenant",
    name: Annotated[str | None, typer.Option(help="The queue or contract.")] = None,
    day: Annotated[str | None, typer.Option(help="A day: 2026-11-27.")] = None,
    week: Annotated[str | None, typer.Option(help="A week from Monday: 2026-W48.")] = None,
    month: Annotated[str | None, typer.Option(help="A month: 2026-11.")] = None,
    file_format: Annotated[str, typer.Option("--format", help="html, pdf or json.")] = "html",
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where to; - is standard output.")
    ] = None,
    fonts: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder of fonts that PDFs may use too.")
    ] = None,
    link: Annotated[
        str, typer.Option(help="Public address of the API, to which figures lead.")
    ] = "",
    demo: Demo = None,
) -> None:
    """Write a daily, weekly or monthly report: KPIs against targets and the period before, misses
    with evidence, staffing, incidents, corrections, what was done.
    """
    from floorpulse.cli import report as operations
    from floorpulse.cli.run import usable
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, demo)
    if not link and demo is not None:
        link = found(demo).url
    options = operations.ReportOptions(
        tenant, whom, name, day, week, month, file_format, language, out, fonts, link
    )
    with usable():
        finish(operations.write(settings, options), settings)


@app.command("settings")
def settings_in_force(
    *,
    command: Annotated[
        ReadingCommand | None,
        typer.Option(help="Only what this command reads, and what is wrong with it."),
    ] = None,
    demo: Demo = None,
    as_json: AsJson = False,
) -> None:
    """Show every setting: the value in force, where it comes from, what it is for; secrets are
    masked.
    """
    from floorpulse.cli.settings import told

    raise typer.Exit(told(command, demo, as_json=as_json))


@app.command()
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Folder of the files of definitions; FLOORPULSE_DEFINITIONS__DIR unless given, "
            "and without that the demo's.",
        ),
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Mistakes as JSON: file, line, field, problem, remedy.")
    ] = False,
) -> None:
    """Say what is wrong with definitions: file, line, field and what to do; exit status 1 where
    anything is. Notes, such as on a calendar that ends soon, change no exit status.
    """
    from floorpulse.cli.definitions import own_folder, told

    raise typer.Exit(told(folder or own_folder(), as_json=as_json))


@app.command()
def version() -> None:
    """Print the version, the build where the image or operator named one, and Python's version."""
    import sys

    from floorpulse.runtime.build import installed_version
    from floorpulse.runtime.settings import Settings, read

    build = read(Settings).log.build
    named = f" build {build}" if build else ""
    python = sys.version.partition(" ")[0]
    typer.echo(f"{installed_version()}{named} Python {python}")


# ---------------------------------------------------------------- contracts

app.command(epilog=_settings_of(ReadingCommand.SETTLE))(settle_command.settle)

# ---------------------------------------------------------------- trying, testing, mending

for command in (sending.demo, sending.simulate, sending.replay, sending.redrive):
    app.command()(command)


def main() -> None:
    """The command `floorpulse`."""
    app()


if __name__ == "__main__":
    main()
