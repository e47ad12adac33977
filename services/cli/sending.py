"""Commands that send events: the demo, the model contact centre, recordings, repaired letters."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from floorpulse.cli.options import DefinitionsPath, Demo, KeyFile, ScenarioName, Url
from floorpulse.cli.run import INTERRUPTED, fail, finish, loaded, target, until_told, usable
from floorpulse.cli.source_meant import settings_of_source

EVENTS = "events"
"""The form of a recording of canonical events"""
QUEUE_LOG = "queue-log"
"""The form of Asterisk's log, which is rotated"""


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
    from floorpulse.runtime.gc_tuning import importing

    with importing():
        from floorpulse.demo.embedded import EmbeddedServerError
        from floorpulse.demo.options import DemoError, DemoOptions
        from floorpulse.demo.wiring import run

    try:
        raise typer.Exit(run(DemoOptions(scenario, simulate, state_dir, port, engines)))
    except (DemoError, EmbeddedServerError) as wrong:
        fail(str(wrong))


def simulate(
    *,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
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
    from floorpulse.cli.option_types import multiple, seconds, time_of_day
    from floorpulse.contracts.instants import parse_instant
    from floorpulse.simulator.options import SimulateOptions
    from floorpulse.simulator.simulate import simulate as run

    with usable():
        options = SimulateOptions(
            target=target(url, key_file, there),
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


def replay(
    file: Annotated[
        str,
        typer.Argument(
            help="Events as NDJSON, a JSON array or JSON objects, plain or packed (gzip, "
            "bzip2, xz); - for standard input."
        ),
    ],
    *,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    speed: Annotated[str, typer.Option(help="N times the recorded pace, or max.")] = "max",
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="What the lines are: canonical events, or a source such as queue-log (Asterisk).",
        ),
    ] = EVENTS,
    source: Annotated[
        str, typer.Option(help="Who the source speaks for; one name for each platform.")
    ] = "asterisk",
    zone: Annotated[
        str | None,
        typer.Option(
            help="Zone of a source's stamps that name none, such as Europe/Berlin: exports of a "
            "table, as Asterisk's queue_log."
        ),
    ] = None,
    definitions: DefinitionsPath = None,
) -> None:
    """Send recorded events; replaying twice is harmless, each counts once."""
    from floorpulse.cli.option_types import multiple, named_zone
    from floorpulse.connectors.rotated_log import hear_before
    from floorpulse.ingest.sources.registry import stream_of
    from floorpulse.simulator.options import ReplayOptions
    from floorpulse.simulator.replay import replay as run

    with usable():
        options = ReplayOptions(file, target(url, key_file, there), multiple(speed))
        if form != EVENTS:
            known = settings_of_source(source, definitions)
            settings = replace(known, zone=named_zone(zone) or known.zone)
            stream = stream_of(form, settings)
            if form == QUEUE_LOG:
                hear_before(stream, file)
            options = replace(options, translation=stream)
    finish(until_told(run(options), stopped=INTERRUPTED))


def redrive(
    file: Annotated[
        str,
        typer.Argument(
            help="Repaired events, or letters of `floorpulse letters export` with their `event` "
            "repaired, one JSON object a line; - for standard input."
        ),
    ],
    there: Demo = None,
) -> None:
    """Give repaired dead letters to the engine again; doing it twice is harmless."""
    from floorpulse.cli.redrive import redrive as run
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, there)
    finish(run(settings, file), settings)
