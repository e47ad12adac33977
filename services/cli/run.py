"""How a command begins and ends: settings in, an exit status out, and what is wrong in words.

It imports nothing heavy before a command needs it.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.runtime.settings import Settings
    from services.simulator.options import Target

    S = TypeVar("S", bound=Settings)

UNUSABLE = 2
INTERRUPTED = 130


def loaded(model: "type[S]") -> "S":
    """The settings, from the environment; logging is set up as they say."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from services.access.error_messages import about_settings
    from services.runtime.logging import configure

    try:
        settings = model()
    except (ValidationError, SettingsError) as wrong:
        fail("the settings cannot be used", *about_settings(wrong, model))
    configure(settings.log)
    return settings


def expect_free(host: str, port: int, name: str) -> None:
    """End the command where nobody can listen there; `name` is the variable that chooses another
    port.
    """
    from services.access import error_messages as complaints

    try:
        complaints.expect_free(host, port, f"choose another with {name}")
    except complaints.PortTaken as wrong:
        fail(str(wrong))


def target(url: str, key_file: Path) -> "Target":
    """Where events go, and the key for it; ValueError when that cannot be."""
    from services.simulator.options import Target, key_in

    return Target(url.rstrip("/"), key_in(key_file))


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
    from services.access.error_messages import OUTSIDE, about
    from services.runtime.http import ServerFailed

    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (*OUTSIDE, ServerFailed) as wrong:
        fail(about(wrong, settings))
    if done:
        typer.echo(done)
    raise typer.Exit(code or 0)


async def on_database(work: Callable[[], Awaitable[None]], settings: "Settings") -> None:
    """The work, after a look whether the database is there: so what is said about its absence is
    plain.
    """
    from services.access.error_messages import expect_database

    await expect_database(settings.database)
    await work()


async def serve(application: "FastAPI", host: str, port: int, settings: "Settings") -> None:
    """Serve until told to stop; keys are in the database, so without it there is no use in
    beginning.
    """
    from services.runtime import http

    await on_database(lambda: http.serve(application, host, port), settings)


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
