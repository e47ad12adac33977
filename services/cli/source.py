"""Live sources: `floorpulse source …` connects a platform and sends what happens there as it
happens.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from floorpulse.cli.options import Demo, KeyFile, PositionPath, SpeaksFor, Url
from floorpulse.cli.run import fail, finish, loaded, target, until_told, usable

if TYPE_CHECKING:
    from floorpulse.connectors.road import Road
    from floorpulse.connectors.run import LiveOptions

sources = typer.Typer(
    help="Live sources: connect what a site runs, and what happens there is sent as it happens. "
    "They go on until Ctrl-C or SIGTERM, wait for a server that is away, and repeat nothing that "
    "would count twice.",
    no_args_is_help=True,
)

UNSTORED = 256 * 1024 * 1024
"""Bytes kept in memory for a server that is away, where the platform keeps nothing itself"""

Secret = Annotated[
    Path, typer.Option("--secret-file", metavar="FILE", help="File that holds the password.")
]
Host = Annotated[str, typer.Option(help="Where the platform listens.")]


@sources.command("asterisk-queue-log")
def asterisk_queue_log(
    follow: Annotated[
        str,
        typer.Option(
            "--follow",
            metavar="FILE",
            help="The log, /var/log/asterisk/queue_log, through its rotations; - for a pipe.",
        ),
    ],
    *,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    source: SpeaksFor = "asterisk",
    position: PositionPath = None,
) -> None:
    """Follow Asterisk's queue_log as it grows, from where the last run ended."""
    from floorpulse.connectors.followed_log import FollowedLog
    from floorpulse.connectors.piped_log import PipedLog

    if follow == "-" and position is not None:
        fail("a pipe cannot go back: leave --position out, or follow the file itself")
    road = PipedLog() if follow == "-" else FollowedLog(Path(follow))
    options = _options(url, key_file, there, source, position)
    _carry("queue-log", road, options, there)


def _options(
    url: str | None,
    key_file: Path | None,
    there: Path | None,
    source: str,
    position: Path | None = None,
) -> "LiveOptions":
    from floorpulse.connectors.run import LiveOptions
    from floorpulse.ingest.sources.source import SourceSettings

    with usable():
        return LiveOptions(target(url, key_file, there), SourceSettings(source), position)


def _carry(vendor: str, road: "Road", options: "LiveOptions", there: Path | None) -> None:
    """Carry until told to stop, which is the good end."""
    from floorpulse.connectors.run import carry
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, there)
    finish(until_told(carry(vendor, road, options), stopped=0), settings)
