"""Settings as operators meet them: the page, the command, and variables that are none."""

import json
from pathlib import Path

import pytest

from floorpulse.cli.app import ReadingCommand
from floorpulse.cli.settings_catalogue import (
    READERS,
    Origin,
    Setting,
    group_models,
    in_force,
    settings_of,
    strangers,
)
from floorpulse.cli.settings_page import published_settings
from tests.unit.cli.command_line import run

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"
URL = "postgresql://floorpulse:hunter2@db:5432/floorpulse"
KEYS = '[{"name": "a", "secret": "0123456789abcdef0123456789abcdef"}]'


def everything() -> list[Setting]:
    return list(settings_of(group_models()))


def test_the_published_page_is_up_to_date() -> None:
    remedy = "run: python -m floorpulse.cli.settings_page > docs/settings.md"
    assert PAGE.read_text(encoding="utf-8") == published_settings(), remedy


@pytest.mark.parametrize("setting", everything(), ids=lambda one: one.variable)
def test_every_setting_says_what_it_is_for_and_what_it_counts(setting: Setting) -> None:
    assert setting.consequence
    assert setting.unit
    assert setting.readers


def test_the_commands_of_the_page_are_those_of_the_command_line() -> None:
    assert {one.command for one in READERS} == set(ReadingCommand)


@pytest.mark.parametrize("command", ReadingCommand)
def test_a_command_that_is_told_to_read_a_group_has_it(command: ReadingCommand) -> None:
    (reader,) = (one for one in READERS if one.command == command)

    assert set(reader.groups) <= set(reader.model.model_fields)


def test_units_stand_in_names_and_types() -> None:
    units = {one.variable.removeprefix("FLOORPULSE_"): one.unit for one in everything()}

    assert units["ENGINE__SESSION_SECONDS"] == "seconds"
    assert units["ENGINE__VISITS_IN_MEMORY"] == "visits"
    assert units["ENGINE__STOCK_RECORDS"] == "true or false"
    assert units["INGEST__MAX_EVENT_BYTES"] == "bytes"
    assert units["API__PORT"] == "number"
    assert units["DEFINITIONS__DIR"] == "folder"
    assert units["INGEST__CUSTOMER_KEYS"] == "JSON list"
    assert units["LOG__LEVEL"] == "debug / info / warning / error"


def test_a_value_in_force_says_where_it_comes_from() -> None:
    pool, level = ("FLOORPULSE_DATABASE__POOL", "FLOORPULSE_LOG__LEVEL")
    given = {pool: "3"}

    found = {one.setting.variable: one for one in in_force(("database", "log"), given)}

    assert (found[pool].value, found[pool].origin) == ("3", Origin.DEMO)
    assert (found[level].value, found[level].origin) == ("info", Origin.DEFAULT)


def test_a_group_may_be_said_as_json() -> None:
    done = run(
        "settings", "--command", "redrive", "--json", env={"FLOORPULSE_KAFKA": '{"replication": 3}'}
    )

    found = {one["variable"]: one for one in json.loads(done.stdout)["settings"]}
    assert found["FLOORPULSE_KAFKA__REPLICATION"]["value"] == "3"
    assert found["FLOORPULSE_KAFKA__REPLICATION"]["origin"] == "environment"
    assert found["FLOORPULSE_KAFKA__COMPRESSION"]["origin"] == "default"
    assert done.stderr == ""


def test_secrets_are_masked_everywhere() -> None:
    env = {
        "FLOORPULSE_DATABASE__URL": URL,
        "FLOORPULSE_INGEST__CUSTOMER_KEYS": KEYS,
        "FLOORPULSE_API__SESSION_SECRET": "hunter3",
    }

    for words in (["settings"], ["settings", "--json"], ["settings", "--command", "http"]):
        done = run(*words, env=env)

        assert done.exit_code == 0
        assert "postgresql://floorpulse:***@db:5432/floorpulse" in done.output
        assert "hunter" not in done.output
        assert "0123456789" not in done.output


def test_what_a_command_could_not_use_is_told_below_what_is_in_force() -> None:
    done = run("settings", "--command", "engine", env={"FLOORPULSE_ENGINE__FLUSH_SECONDS": "soon"})

    assert done.exit_code == 1
    assert "FLOORPULSE_ENGINE__FLUSH_SECONDS" in done.stdout
    assert "FLOORPULSE_ENGINE__FLUSH_SECONDS: input should be a valid number" in done.stderr


def test_a_misspelt_variable_is_named_with_the_setting_that_was_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLOORPULSE_ENGINE__SESSION_SECOND", "4")
    monkeypatch.setenv("floorpulse_colour", "red")
    monkeypatch.setenv("FLOORPULSE_API__PORT", "8001")

    colour, second = map(str, strangers())

    assert colour == "FLOORPULSE_COLOUR is no setting and changes nothing"
    assert second == (
        "FLOORPULSE_ENGINE__SESSION_SECOND is no setting and changes nothing; did you mean "
        "FLOORPULSE_ENGINE__SESSION_SECONDS?"
    )


@pytest.mark.parametrize("words", [["version"], ["check"], ["settings"]])
def test_every_command_names_it_at_its_start(words: list[str]) -> None:
    done = run(*words, env={"FLOORPULSE_INGEST__PROT": "1"})

    assert done.exit_code == 0
    assert done.stderr == (
        "floorpulse: warning: FLOORPULSE_INGEST__PROT is no setting and changes nothing; did you "
        "mean FLOORPULSE_INGEST__PORT?\n"
    )


def test_a_command_with_a_log_names_it_there_once() -> None:
    env = {"FLOORPULSE_INGEST__PROT": "1", "FLOORPULSE_LOG__JSON_LINES": "1"}

    done = run("redrive", "/nowhere", env=env)

    told, failed = done.stderr.splitlines()
    assert json.loads(told)["level"] == "warning"
    assert json.loads(told)["event"] == "unknown_setting"
    assert json.loads(told)["told"].startswith("FLOORPULSE_INGEST__PROT is no setting")
    assert failed == "floorpulse: /nowhere: No such file or directory"


@pytest.mark.parametrize("command", ["ingest", "engine", "api", "http", "migrate"])
def test_the_help_of_a_service_leads_to_its_settings(command: str) -> None:
    assert f"floorpulse settings --command {command}" in " ".join(
        run(command, "--help").output.split()
    )


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("DATABASE__URL", "localhost:5432/x", "it is no URL"),
        ("DATABASE__URL", "mysql://a:hunter2@b/c", "it begins with mysql://"),
        ("DATABASE__URL", "postgresql://a:hunter2@b:99999/c", "its port is no number"),
        ("DATABASE__URL", "postgresql://a:hunter2@b:5432x/c", "its port is no number"),
        ("KAFKA__BOOTSTRAP_SERVERS", "kafka:9092,kafka:9o92", "'kafka:9o92' has no port"),
        ("KAFKA__BOOTSTRAP_SERVERS", "kafka:0", "'kafka:0' has no port"),
        (
            "KAFKA__BOOTSTRAP_SERVERS",
            "kafka://b:9092",
            "'kafka://b:9092' is no host:port",
        ),
        ("KAFKA__BOOTSTRAP_SERVERS", "", "'' is no host:port"),
    ],
)
def test_a_malformed_address_is_one_line(variable: str, value: str, why: str) -> None:
    done = run("engine", env={f"FLOORPULSE_{variable}": value})

    (line,) = done.stderr.splitlines()
    assert done.exit_code == 2
    assert line.startswith(f"floorpulse: FLOORPULSE_{variable}: {why}")
    assert "hunter2" not in done.output


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE__URL", "postgres://a:p/w#1?@[::1]:5432/c?ssl=disable"),
        ("DATABASE__URL", "postgresql:///floorpulse?host=/var/run/postgresql"),
        ("DATABASE__URL", "postgresql+asyncpg://host"),
        ("KAFKA__BOOTSTRAP_SERVERS", "a, b:9093,[::1]:9092"),
    ],
)
def test_addresses_of_every_form_that_connects_are_taken(variable: str, value: str) -> None:
    done = run("settings", "--command", "engine", env={f"FLOORPULSE_{variable}": value})

    assert done.exit_code == 0
