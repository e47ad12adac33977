"""All settings: what each is called, its default, unit and consequence, and which commands read it;
and variables that are no setting.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from floorpulse.alerts.settings import AlertsProcessSettings
from floorpulse.ingest.settings import IngestSettings
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.origin.settings import HttpSettings
from floorpulse.query.settings import QuerySettings
from floorpulse.runtime.settings import DELIMITER, PREFIX, GivenVariables, Settings

COUNTED = "agents bytes days events panes queues records rows seconds series streams visits"
"""Words in names of settings that say what a number counts; the last in a name says it"""
NUMBER = "number"
KINDS: Mapping[object, str] = {
    bool: "true or false",
    int: NUMBER,
    float: NUMBER,
    Path: "folder",
    tuple: "JSON list",
    dict: "JSON object",
}
MASK = "********"
ALIKE = 0.6
"""How alike a variable and a setting are at least, of 1, where one is taken for the other"""


@dataclass(frozen=True)
class SettingsReader:
    """A command that reads settings: their class, and the groups of it that matter to it."""

    command: str
    model: type[Settings]
    groups: tuple[str, ...]


READERS = (
    SettingsReader(
        "ingest",
        IngestSettings,
        ("ingest", "definitions", "kafka", "database", "log", "tracing"),
    ),
    SettingsReader(
        "engine",
        EngineSettings,
        ("engine", "rollup", "retention", "floor", "kafka", "database", "log", "tracing"),
    ),
    SettingsReader(
        "api", QuerySettings, ("api", "definitions", "floor", "kafka", "database", "log", "tracing")
    ),
    SettingsReader(
        "alerts",
        AlertsProcessSettings,
        ("alerts", "watch", "definitions", "floor", "kafka", "database", "log", "tracing"),
    ),
    SettingsReader(
        "http",
        HttpSettings,
        ("api", "ingest", "definitions", "floor", "kafka", "database", "log", "tracing"),
    ),
    SettingsReader("migrate", Settings, ("database", "log")),
    SettingsReader("definitions", Settings, ("database", "log")),
    SettingsReader("rules", Settings, ("floor", "database", "log")),
    SettingsReader("settle", Settings, ("floor", "database", "log")),
    SettingsReader("keys", Settings, ("database", "log")),
    SettingsReader("letters", Settings, ("kafka", "log")),
    SettingsReader("redrive", Settings, ("kafka", "log")),
    SettingsReader("source", Settings, ("log",)),
    SettingsReader("restored", Settings, ("database", "log")),
    SettingsReader("audit", Settings, ("database", "log")),
)


class Origin(StrEnum):
    """Where a value in force comes from."""

    DEFAULT = "default"
    ENVIRONMENT = "environment"
    DEMO = "demo"


@dataclass(frozen=True)
class Setting:
    """One setting: its group and name, and what its field says."""

    group: str
    name: str
    field: FieldInfo

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{PREFIX}{self.group}{DELIMITER}{self.name}".upper()

    @property
    def unit(self) -> str:
        """What its number counts; of others, what they are."""
        kind = _kind(self.field.annotation)
        if kind == KINDS[Path] and self.name.endswith("_file"):
            return "file"
        counted = [word for word in self.name.split("_") if word in COUNTED.split()]
        return counted[-1] if counted and kind == NUMBER else kind

    @property
    def default(self) -> str:
        """The value without the variable as one would write it; empty where there is none."""
        return self.shown(self.field.default)

    @property
    def consequence(self) -> str:
        """What it is for, and what depends on it."""
        return self.field.description or ""

    @property
    def readers(self) -> list[str]:
        """The commands to which it matters."""
        return [one.command for one in READERS if self.group in one.groups]

    def shown(self, value: object) -> str:
        """A value for people: a secret is masked, in an address only the password."""
        text = _written(value)
        if not text or not _secret(self.field.annotation):
            return text
        return _without_password(text) if self.name == "url" else MASK


def settings_of(groups: Iterable[str]) -> Iterator[Setting]:
    """Every setting of these groups, in their order."""
    known = group_models()
    for group in groups:
        for name, field in known[group].model_fields.items():
            yield Setting(group, name, field)


def group_models() -> dict[str, type[BaseModel]]:
    """The class of each group, in the order of the page."""
    found: dict[str, type[BaseModel]] = {}
    for reader in READERS:
        for group in reader.groups:
            model = reader.model.model_fields[group].annotation
            if isinstance(model, type) and issubclass(model, BaseModel):
                found.setdefault(group, model)
    return found


@dataclass(frozen=True)
class SettingInForce:
    """A setting's value as it is now, masked, and where it comes from."""

    setting: Setting
    value: str
    origin: Origin


def in_force(groups: Collection[str], given: Mapping[str, str] | None) -> list[SettingInForce]:
    """What processes would read from `given` variables, or from the environment without any.

    Raises pydantic_settings' SettingsError where a list or group is no JSON.
    """
    place = Origin.ENVIRONMENT if given is None else Origin.DEMO
    said = _said(groups, given)
    found = []
    for setting in settings_of(groups):
        group = said.get(setting.group, {})
        there = setting.name in group
        value = group[setting.name] if there else setting.field.default
        origin = place if there else Origin.DEFAULT
        found.append(SettingInForce(setting, setting.shown(value), origin))
    return found


def _said(groups: Iterable[str], given: Mapping[str, str] | None) -> dict[str, dict[str, object]]:
    """What variables say, by group and name."""
    models = {next(one.model for one in READERS if group in one.groups) for group in groups}
    said: dict[str, dict[str, object]] = {}
    for model in models:
        said |= GivenVariables(model, given)()
    return said


@dataclass(frozen=True)
class Stranger:
    """A variable that begins like a setting and is none; the setting that is nearest, if any is."""

    variable: str
    nearest: str | None

    def __str__(self) -> str:
        """One line for operators."""
        meant = "" if self.nearest is None else f"; did you mean {self.nearest}?"
        return f"{self.variable} is no setting and changes nothing{meant}"


def strangers() -> list[Stranger]:
    """The variables of the environment that would be settings by their beginning, and are none.

    They are told and not refused: processes of several versions share one environment, and during
    an upgrade a variable of the new version must not keep the old one from starting.
    """
    known = {one.variable.removeprefix(PREFIX) for one in settings_of(group_models())}
    groups = {group.upper() for group in group_models()}
    variables = (name.upper() for name in GivenVariables(Settings, None).env_vars)
    names = (name.removeprefix(PREFIX) for name in variables if name.startswith(PREFIX))
    return [_stranger(name, known) for name in sorted(names) if name not in known | groups]


def _stranger(name: str, known: Collection[str]) -> Stranger:
    near = get_close_matches(name, known, n=1, cutoff=ALIKE)
    return Stranger(f"{PREFIX}{name}", f"{PREFIX}{near[0]}" if near else None)


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return " / ".join(map(str, get_args(annotation)))
    for base in (annotation, get_origin(annotation), *get_args(annotation)):
        if base in KINDS:
            return KINDS[base]
    return "text"


def _secret(annotation: Any) -> bool:
    """Whether a secret stands anywhere in values of a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(_secret(field.annotation) for field in annotation.model_fields.values())
    return annotation is SecretStr or any(_secret(inner) for inner in get_args(annotation))


def _written(value: object) -> str:
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(value) if isinstance(value, list | tuple | dict) else str(value)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    account, at, place = rest.rpartition("@")
    user, colon, _ = account.partition(":")
    return f"{scheme}://{user}{colon and ':***'}{at}{place}"
