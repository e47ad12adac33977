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
    options = live_options(url, key_file, there, source, position)
    carry("queue-log", road, options, there)


@sources.command("asterisk-ami")
def asterisk_ami(
    user: Annotated[str, typer.Option(help="A user of manager.conf.")],
    secret_file: Secret,
    *,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 5038,
    tls: Annotated[bool, typer.Option("--tls", help="Speak TLS, usually on port 5039.")] = False,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    source: SpeaksFor = "asterisk",
) -> None:
    """Listen to Asterisk's manager interface: calls, agents who ring and talk, holds."""
    from floorpulse.connectors.ami import AmiAccount, AmiRoads
    from floorpulse.connectors.road import Reconnecting

    account = AmiAccount(host, port, user, secret_in(secret_file), tls)
    options = live_options(url, key_file, there, source, ahead=UNSTORED)
    carry("asterisk-ami", Reconnecting(account.where, AmiRoads(account)), options, there)


@sources.command("freeswitch-esl")
def freeswitch_esl(
    secret_file: Secret,
    *,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8021,
    url: Url = None,
    key_file: KeyFile = None,
    there: Demo = None,
    source: SpeaksFor = "freeswitch",
) -> None:
    """Listen to FreeSWITCH's event socket: the queues of mod_callcenter and their agents."""
    from floorpulse.connectors.esl import EslAccount, EslRoads
    from floorpulse.connectors.road import Reconnecting

    account = EslAccount(host, port, secret_in(secret_file))
    options = live_options(url, key_file, there, source, ahead=UNSTORED)
    carry("freeswitch", Reconnecting(account.where, EslRoads(account)), options, there)


def secret_in(file: Path) -> str:
    """The password in that file, one line."""
    try:
        secret = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as wrong:
        fail(f"cannot read a password from {file}: {wrong}")
    if not secret or "\n" in secret:
        fail(f"{file} does not hold exactly one line with a password")
    return secret


def live_options(
    url: str | None,
    key_file: Path | None,
    there: Path | None,
    source: str,
    position: Path | None = None,
    ahead: int | None = None,
) -> "LiveOptions":
    """Where events go, who they speak for, and the file of the position."""
    from floorpulse.connectors.carrier import AHEAD
    from floorpulse.connectors.run import LiveOptions
    from floorpulse.ingest.sources.source import SourceSettings

    with usable():
        there_to = target(url, key_file, there)
    return LiveOptions(there_to, SourceSettings(source), position, ahead or AHEAD)


def carry(vendor: str, road: "Road", options: "LiveOptions", there: Path | None) -> None:
    """Carry until told to stop, which is the good end."""
    from floorpulse.connectors import run
    from floorpulse.runtime.settings import Settings

    settings = loaded(Settings, there)
    finish(until_told(run.carry(vendor, road, options), stopped=0), settings)
