"""Definitions by hand: what is wrong with a folder of them, and storing one that is right."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer
from pydantic_settings import SettingsError

from floorpulse.access.error_messages import about_settings
from floorpulse.cli.operator import operator
from floorpulse.cli.run import fail_settings
from floorpulse.cli.settings_catalogue import in_force
from floorpulse.definitions.adapters.folder import files_of
from floorpulse.definitions.adapters.holidays_library import (
    LibraryMissingError,
    UnknownPlaceError,
    public_holidays,
)
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.domain.calendars import hours_of
from floorpulse.definitions.domain.check import Checked, check
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.public_holidays import (
    NotAnnouncedError,
    calendar_text,
    refuse_estimated,
    refuse_unannounced,
)
from floorpulse.definitions.domain.remarks import remarks
from floorpulse.demo.programs import DEFINITIONS
from floorpulse.query.settings import QuerySettings
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import asyncpg_pool
from floorpulse.runtime.settings import Settings


def own_folder() -> Path:
    """The folder that the API would read here; the model contact centre's where none is set."""
    try:
        folder, *_ = in_force(("definitions",), None)
    except SettingsError as wrong:
        fail_settings(about_settings(wrong, QuerySettings))
    return Path(folder.value) if folder.value else DEFINITIONS


def checked(folder: Path) -> Checked:
    """The definitions of a folder, and what is wrong with them."""
    texts, unreadable = files_of(folder)
    found = check(texts)
    return Checked(found.entries, tuple(sorted((*unreadable, *found.mistakes))))


async def load(settings: Settings, folder: Path) -> int:
    """Store the definitions of a folder as the set that stands; 1, and nothing stored, where
    anything is wrong with them.
    """
    found = checked(folder)
    if found.mistakes:
        typer.echo(_text(found, folder), err=True)
        return 1
    pool = await asyncpg_pool(settings.database)
    try:
        number = await PostgresDefinitions(pool, operator()).save(found.entries, now_ms())
    finally:
        await pool.close()
    typer.echo(
        f"{len(found.entries)} definitions stand as set {number}; every API process takes them "
        "within seconds"
    )
    return 0


def told(folder: Path, *, as_json: bool) -> int:
    """Say what is wrong, one mistake a line, and what else is worth a word; 1 where anything is
    wrong.
    """
    found = checked(folder)
    today = datetime.fromtimestamp(now_ms() / 1000, UTC).date()
    notes = [] if found.mistakes else remarks(found.entries, today)
    typer.echo(_json(found.mistakes, notes) if as_json else _text(found, folder, notes))
    return 1 if found.mistakes else 0


def calendar(
    country: str,
    subdivision: str | None,
    year: int,
    language: str | None,
    name: str | None,
    hours: Sequence[str],
) -> int:
    """Print a calendar of a country's public holidays; 1, with the reason, where it is not known or
    an hour is none.
    """
    for wrong_hours in filter(None, map(_no_hours, hours)):
        typer.echo(wrong_hours, err=True)
        return 1
    code = country.upper()
    try:
        refuse_unannounced(code, year)
        found = public_holidays(code, subdivision, year, language)
        refuse_estimated(code, year, found)
        lines = list(calendar_text(name or f"{code.lower()}-{year}", year, hours, found))
    except (LibraryMissingError, NotAnnouncedError, UnknownPlaceError) as wrong:
        typer.echo(str(wrong), err=True)
        return 1
    typer.echo("\n".join(lines))
    return 0


def _no_hours(text: str) -> str | None:
    """What is wrong with a span of opening hours."""
    try:
        hours_of(text)
    except ValueError as wrong:
        return str(wrong)
    return None


def _text(found: Checked, folder: Path, notes: Sequence[DefinitionMistake] = ()) -> str:
    if not found.mistakes:
        right = f"{folder}: {_counted(len(found.entries), 'definition')}, nothing wrong"
        return "\n".join([*(f"note: {note}" for note in notes), right])
    mistakes = _counted(len(found.mistakes), "mistake")
    return "\n".join([*map(str, found.mistakes), mistakes])


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _json(mistakes: Sequence[DefinitionMistake], notes: Sequence[DefinitionMistake]) -> str:
    told = {"mistakes": mistakes, "notes": notes}
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
