"""How a command begins and ends: settings in, an exit status out, and what is wrong in words.

It imports nothing heavy before a command needs it.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI

    from floorpulse.demo.folder import RunningDemo
    from floorpulse.runtime.settings import S, Settings
    from floorpulse.simulator.options import Target

UNUSABLE = 2
INTERRUPTED = 130


class Place(Protocol):
    """Where a service listens."""

    @property
    def host(self) -> str:
        """The address."""
        ...

    @property
    def port(self) -> int:
        """The port on it."""
        ...


def loaded(model: "type[S]", demo: Path | None = None, service: str = "") -> "S":
    """The settings of this environment, or those of a running demo instead; logging is set up as
    they say, and for a `service` traces, too.
    """
    import structlog
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from floorpulse.access.error_messages import about_settings
    from floorpulse.runtime.logging import configure
    from floorpulse.runtime.settings import read

    given = None if demo is None else found(demo).settings
    try:
        settings = read(model, given)
    except (ValidationError, SettingsError) as wrong:
        fail_settings(about_settings(wrong, model))
    if settings.kafka.is_encrypted:
        _expect_certificates(settings)
    configure(settings.log)
    if service:
        _begin(settings, service)
    if given is None:
        for stranger in unknown_settings():
            structlog.get_logger(__name__).warning("unknown_setting", told=stranger)
    return settings


def _expect_certificates(settings: "Settings") -> None:
    """End the command where those for Kafka cannot be used."""
    from floorpulse.runtime.kafka_access import tls

    try:
        tls(settings.kafka)
    except ValueError as wrong:
        fail_settings([str(wrong)])


def _begin(settings: "Settings", service: str) -> None:
    """Set up traces, and tell the log which build of which service this is."""
    import sys

    import structlog

    from floorpulse.runtime import tracing
    from floorpulse.runtime.build import installed_version

    version = f"{installed_version()} {settings.log.build}".strip()
    try:
        tracing.configure(settings.tracing, service, version)
    except tracing.TracingUnavailable as missing:
        fail(str(missing))
    python = sys.version.partition(" ")[0]
    structlog.get_logger(__name__).info(
        "process_starts", service=service, version=version, python=python
    )


def found(demo: Path) -> "RunningDemo":
    """The demo that runs over a state folder; where none does, the command ends with words."""
    from floorpulse.demo.folder import running
    from floorpulse.demo.options import DemoError

    try:
        return running(demo)
    except DemoError as wrong:
        fail(str(wrong))


def unknown_settings() -> list[str]:
    """One line for each variable of the environment that looks like a setting and is none."""
    from floorpulse.cli.settings_catalogue import strangers

    return [str(one) for one in strangers()]


def fail_settings(mistakes: Sequence[str]) -> NoReturn:
    """End the command: one mistake stands in the line that says so, more stand below it."""
    if len(mistakes) == 1:
        fail(mistakes[0])
    fail("the settings cannot be used", *mistakes)


def expect_free(host: str, port: int, name: str) -> None:
    """End the command where nobody can listen there; `name` is the variable that chooses another
    port.
    """
    from floorpulse.access import error_messages as complaints

    try:
        complaints.expect_free(host, port, f"choose another with {name}")
    except complaints.PortTaken as wrong:
        fail(str(wrong))


def target(url: str | None, key_file: Path | None, demo: Path | None) -> "Target":
    """Where events go, and the key for it; a running demo stands in for what is not said.

    ValueError when that cannot be.
    """
    from floorpulse.simulator.options import Target, key_in

    there = None if demo is None else found(demo)
    origin = url or (there and there.url)
    key = key_file or (there and there.key_file)
    if not origin or not key:
        message = "say where events go: --to and --key-file, or --demo with a demo's state folder"
        raise ValueError(message)
    return Target(origin.rstrip("/"), key_in(Path(key)))


@contextmanager
def usable() -> Iterator[None]:
    """Options that say nothing usable end the command with words."""
    try:
        yield
    except ValueError as wrong:
        fail(str(wrong))


def finish(
    work: Coroutine[object, object, int | None], settings: "Settings | None" = None, done: str = ""
) -> None:
    """Do the work and say that it is `done`; what the world around does to it is told in words, a
    defect of ours keeps its traceback.
    """
    from floorpulse.access.error_messages import about, outside
    from floorpulse.runtime.unavailable import ServerFailed

    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except ServerFailed as wrong:
        fail(str(wrong))
    except outside() as wrong:
        fail(about(wrong, settings))
    if done:
        typer.echo(done)
    raise typer.Exit(code or 0)


async def on_database(work: Callable[[], Awaitable[None]], settings: "Settings") -> None:
    """The work, after a look whether the database is there: so what is said about its absence is
    plain.
    """
    from floorpulse.access.error_messages import expect_database

    await expect_database(settings.database)
    await work()


async def on_tables(work: Callable[[], Awaitable[None]], settings: "Settings") -> None:
    """The work of a service, after a look whether the database has the tables that it needs."""
    from floorpulse.migrations import NotMigrated, expect_migrated

    try:
        await on_database(lambda: expect_migrated(settings.database), settings)
    except NotMigrated as wrong:
        fail(str(wrong))
    await work()


def serve(application: "FastAPI", here: Place, port_name: str, settings: "Settings") -> None:
    """Serve until told to stop; `port_name` is the variable that chooses another port.

    Keys are in the database, so without it there is no use in beginning.
    """
    from floorpulse.runtime import http

    expect_free(here.host, here.port, port_name)
    finish(on_tables(lambda: http.serve(application, here.host, here.port), settings), settings)


async def until_told(work: Coroutine[object, object, int], stopped: int) -> int:
    """The work's exit status, or `stopped` when Ctrl-C or SIGTERM ended it in good order; a second
    one hurries.
    """
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return stopped


def fail(what: str, *details: str) -> NoReturn:
    """Say it on standard error and end with the status for what cannot be done."""
    for line in (f"floorpulse: {what}", *(f"  {detail}" for detail in details)):
        typer.echo(line, err=True)
    raise typer.Exit(UNUSABLE)
