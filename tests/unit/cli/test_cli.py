"""The command line: help, and words instead of tracebacks."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from floorpulse.runtime.build import installed_version
from tests.unit.cli.command_line import run

SCENARIO = ["simulate", "--to", "http://127.0.0.1:1", "--scenario"]


def test_help_names_every_command() -> None:
    said = run("--help").output

    commands = ["ingest", "engine", "api", "http", "migrate", "check", "definitions", "settings"]
    more = ["keys", "demo", "simulate", "replay", "redrive", "restored", "version"]
    for command in [*commands, *more]:
        assert command in said


@pytest.mark.parametrize(
    "command", [["ingest"], ["keys", "create"], ["demo"], ["simulate"], ["replay"], ["redrive"]]
)
def test_every_command_has_help(command: Sequence[str]) -> None:
    done = run(*command, "--help")

    assert done.exit_code == 0
    assert "Usage:" in done.output


def test_the_version_names_the_build_where_there_is_one() -> None:
    python = sys.version.partition(" ")[0]

    assert run("version").output == f"{installed_version()} Python {python}\n"
    built = run("version", env={"FLOORPULSE_LOG__BUILD": "4a09405"}).output
    assert built == f"{installed_version()} build 4a09405 Python {python}\n"


def test_a_process_says_which_build_of_which_service_starts() -> None:
    settings = {
        "FLOORPULSE_LOG__BUILD": "4a09405",
        "FLOORPULSE_DATABASE__URL": "postgresql://floorpulse@127.0.0.1:1/floorpulse",
    }
    said = run("api", env=settings).stderr

    assert "process_starts" in said
    assert f"service=api version='{installed_version()} 4a09405'" in said


def test_traces_without_the_extra_end_the_command_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    done = run("engine", env={"FLOORPULSE_TRACING__ENDPOINT": "http://127.0.0.1:4318/v1/traces"})

    assert done.exit_code == 2
    assert "install floorpulse[otel], or unset the variable" in done.stderr


def test_a_wrong_setting_is_named_with_its_variable_and_purpose() -> None:
    done = run("engine", env={"FLOORPULSE_ENGINE__SESSION_SECONDS": "soon"})

    assert done.exit_code == 2
    assert "FLOORPULSE_ENGINE__SESSION_SECONDS: input should be a valid number" in done.stderr
    assert "not 'soon'; it is: a worker silent for this long loses its partitions" in done.stderr


def test_all_wrong_settings_are_named_at_once() -> None:
    done = run("migrate", env={"FLOORPULSE_DATABASE__POOL": "0", "FLOORPULSE_LOG__LEVEL": "loud"})

    assert "FLOORPULSE_DATABASE__POOL" in done.stderr
    assert "FLOORPULSE_LOG__LEVEL" in done.stderr


def test_a_missing_setting_says_what_to_do() -> None:
    done = run("ingest")

    assert done.exit_code == 2
    assert "floorpulse: set FLOORPULSE_INGEST__CUSTOMER_KEYS" in done.stderr


def test_secrets_are_not_repeated() -> None:
    done = run(
        "ingest",
        env={"FLOORPULSE_INGEST__CUSTOMER_KEYS": '[{"name": "a", "secret": "tooshortsecret"}]'},
    )

    assert done.exit_code == 2
    assert "FLOORPULSE_INGEST__CUSTOMER_KEYS (item 0.secret)" in done.stderr
    assert "tooshortsecret" not in done.output


def test_a_setting_that_is_no_json_says_so() -> None:
    done = run("ingest", env={"FLOORPULSE_INGEST__CUSTOMER_KEYS": "mykey"})

    assert done.exit_code == 2
    assert "JSON" in done.stderr
    assert "Traceback" not in done.output


SOMEWHERE = ("--to", "http://127.0.0.1:1", "--key-file", "KEY")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([*SCENARIO, "busy", "--key-file", "KEY"], "no scenario 'busy'"),
        (
            [*SCENARIO, "quiet", "--key-file", "/nowhere/key"],
            "cannot read an API key from /nowhere/key",
        ),
        ([*SCENARIO, "quiet", "--key-file", "KEY", "--for", "long"], "'long' is no span"),
        ([*SCENARIO, "quiet", "--key-file", "KEY", "--start", "today"], "not RFC 3339"),
        ([*SCENARIO, "quiet", "--key-file", "KEY", "--clock", "noon"], "no time of day"),
        (["replay", "-", "--to", "nowhere", "--key-file", "KEY"], "no address to send to"),
        (
            ["replay", "-", "--to", "http://127.0.0.1:1", "--key-file", "KEY", "--speed", "-1"],
            "not above 0",
        ),
        (
            [
                "replay",
                "-",
                "--to",
                "http://127.0.0.1:1",
                "--key-file",
                "KEY",
                "--format",
                "queue-log",
                "--speed",
                "-1",
            ],
            "not above 0",
        ),
        (
            ["replay", "-", "--to", "http://127.0.0.1:1", "--key-file", "KEY", "--format", "cdr"],
            "queue-log",
        ),
        (["demo", "--scenario", "busy"], "no scenario 'busy'"),
        (
            ["keys", "create", "--tenant", "acme", "--scope", "kpi:read", "--expires", "soon"],
            "no time to expire",
        ),
        (["replay", "-", "--key-file", "KEY"], "--demo with a demo's state folder"),
        (["replay", "-", "--to", "http://127.0.0.1:1"], "--demo with a demo's state folder"),
        (["keys", "list", "--demo", "/nowhere"], "no demo runs in /nowhere: start one with"),
        (["simulate", "--demo", "/nowhere"], "no demo runs in /nowhere: start one with"),
        (["redrive", "/nowhere/letters"], "/nowhere/letters: No such file"),
        (["source", "asterisk-queue-log", "--follow", "queue_log"], "--to and --key-file"),
        (
            ["source", "asterisk-queue-log", "--follow", "-", "--position", "p", *SOMEWHERE],
            "a pipe cannot go back",
        ),
        (
            ["source", "asterisk-ami", "--user", "u", "--secret-file", "/nowhere", *SOMEWHERE],
            "cannot read a password from /nowhere",
        ),
        (["source", "freeswitch-esl", "--secret-file", "/dev/null", *SOMEWHERE], "one line"),
    ],
)
def test_an_option_that_cannot_be_used_ends_the_command_with_words(
    words: Sequence[str], why: str, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("fp_1_2\n")

    done = run(*(str(key) if word == "KEY" else word for word in words))

    assert done.exit_code == 2
    assert why in done.stderr
