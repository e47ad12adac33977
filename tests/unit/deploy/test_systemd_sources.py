"""The units of live sources start commands that exist, with options that these have."""

from pathlib import Path

import pytest
from typer.main import get_command

from floorpulse.cli.app import app
from tests.unit.deploy.test_systemd import Unit

UNITS = sorted((Path(__file__).parents[3] / "deploy" / "systemd" / "sources").glob("*.service"))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_of_a_source_starts_a_command_with_options_that_it_has(path: Path) -> None:
    program, *words = Unit(path)["Service"]["ExecStart"].split()

    assert program == "/opt/floorpulse/bin/floorpulse"
    command = get_command(app)
    context = command.make_context("floorpulse", words, resilient_parsing=True)
    while words and not words[0].startswith("-"):
        command = command.get_command(context, words.pop(0))  # type: ignore[attr-defined]
    options = {one for parameter in command.params for one in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_what_a_source_keeps_and_knows_is_given_to_it_by_systemd(path: Path) -> None:
    service = Unit(path)["Service"]

    assert "${STATE_DIRECTORY}/position" in service["ExecStart"]
    assert service["LoadCredential"].startswith("api-key:")
    assert service["Restart"] == "always"
