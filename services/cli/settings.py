"""`floorpulse settings`: what is in force, where it comes from, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from floorpulse.access.error_messages import about_settings
from floorpulse.cli.run import fail_settings, found
from floorpulse.cli.settings_catalogue import (
    READERS,
    SettingInForce,
    SettingsReader,
    group_models,
    in_force,
)
from floorpulse.runtime.settings import Settings, read
from floorpulse.runtime.tables import show

UNSET = "–"


class SettingRow(msgspec.Struct, frozen=True):
    """A setting as programs read it; empty strings where there is no value."""

    variable: str
    value: str
    origin: str
    default: str
    unit: str
    consequence: str
    commands: list[str]


def told(command: str | None, demo: Path | None, *, as_json: bool) -> int:
    """Print the settings of a command, or all; 1 where the command could not use them."""
    given = None if demo is None else found(demo).settings
    reader = next((one for one in READERS if one.command == command), None)
    try:
        rows = in_force(reader.groups if reader else group_models(), given)
    except SettingsError as wrong:
        fail_settings(about_settings(wrong, Settings))
    if as_json:
        typer.echo(document(rows))
    else:
        show(Console(highlight=False), table(rows))
    return 0 if reader is None else _mistakes(reader, given)


def table(rows: Sequence[SettingInForce]) -> Table:
    """Settings as people read them."""
    shown = Table("setting", "in force", "from", "what it is for", box=None, pad_edge=False)
    for one in rows:
        setting = one.setting
        cells = (
            setting.variable,
            one.value or UNSET,
            one.origin.value,
            setting.consequence,
        )
        shown.add_row(*map(Text, cells))
    return shown


def document(rows: Sequence[SettingInForce]) -> str:
    """Settings as JSON: `{"settings": [{"variable": ..., "value": ..., "origin": ...}]}`."""
    found = [
        SettingRow(
            variable=one.setting.variable,
            value=one.value,
            origin=one.origin.value,
            default=one.setting.default,
            unit=one.setting.unit,
            consequence=one.setting.consequence,
            commands=one.setting.readers,
        )
        for one in rows
    ]
    return msgspec.json.format(msgspec.json.encode({"settings": found}), indent=2).decode()


def _mistakes(reader: SettingsReader, given: Mapping[str, str] | None) -> int:
    """Tell what keeps the command from its settings; 1 where anything does."""
    try:
        read(reader.model, given)
    except ValidationError as wrong:
        for line in about_settings(wrong, reader.model):
            typer.echo(line, err=True)
        return 1
    return 0
