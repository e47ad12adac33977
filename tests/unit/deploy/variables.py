"""Variables of the files that operators start from, held against the settings that exist."""

from collections.abc import Iterable
from typing import Any

import yaml

from floorpulse.cli.settings_catalogue import READERS, group_models, settings_of

READ_BY = {one.command: {each.variable for each in settings_of(one.groups)} for one in READERS}
"""The variables that each command reads"""
DEFAULTS = {one.variable: one.default for one in settings_of(group_models())}
ENGINE_METRICS = 9101
"""The port of an engine's metrics in all files; without a setting it has none"""
PORTS = {
    **{
        process: int(DEFAULTS[f"FLOORPULSE_{process.upper()}__PORT"])
        for process in ("ingest", "api", "alerts")
    },
    "engine": ENGINE_METRICS,
}
"""Where each process listens unless it is told otherwise"""


def unread(command: str, variables: Iterable[str]) -> set[str]:
    """The variables that a command does not read, of those that are meant for Floorpulse."""
    return {one for one in variables if one.startswith("FLOORPULSE_")} - READ_BY[command]


def documents(text: str) -> list[Any]:
    """The documents of a YAML text that hold anything."""
    return [one for one in yaml.safe_load_all(text) if one]
