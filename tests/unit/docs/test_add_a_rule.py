"""docs/how-to/add-a-rule.md is followed to the letter, in a copy of the example floor."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from floorpulse.cli.app import app
from floorpulse.definitions.adapters.folder import files_of
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.domain.versions import numbered
from floorpulse.kpis.statistics import wilson

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "how-to" / "add-a-rule.md").read_text("utf-8")
BLOCK = re.compile(r'^```yaml title="([^",]+), ([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^```sh\nfloorpulse (.*?)\n```$", re.MULTILINE)
SAID = re.compile(
    r'^```text title="what it says(?: of ([^"]+))?"\n(.*?)^```$', re.MULTILINE | re.DOTALL
)
WITHOUT = {"fire_above: 10": "fire_above: 0.1", "channels: [email]": "channels: [chat]"}
"""What the page has instead of what it warns of"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example in which the page was followed."""
    copy = tmp_path / "floor"
    shutil.copytree(ROOT / "deploy" / "definitions", copy)
    for name, place, text in BLOCK.findall(PAGE):
        file = copy / name
        before = file.read_text("utf-8")
        if place == "at the end":
            file.write_text(before.rstrip("\n") + "\n" + text, "utf-8")
        else:
            section = f"\n{place.removeprefix('before ')}:\n"
            assert section in before
            file.write_text(before.replace(section, f"\n{text}{section}"), "utf-8")
    return copy


def check_says(folder: Path) -> str:
    [command] = COMMAND.findall(PAGE)
    done = CliRunner().invoke(app, command.replace("DIR", str(folder)).split())
    return done.output.replace(str(folder), "DIR")


@pytest.mark.parametrize(("mistake", "said"), SAID.findall(PAGE))
def test_the_check_says_what_the_page_says(folder: Path, mistake: str, said: str) -> None:
    if mistake:
        rules = folder / "rules.yaml"
        text, end = rules.read_text("utf-8").split("  - id: chat-given-up")
        assert WITHOUT[mistake] in end
        end = end.replace(WITHOUT[mistake], mistake)
        rules.write_text(f"{text}  - id: chat-given-up{end}", "utf-8")

    assert check_says(folder) == said


def test_the_page_shows_a_check_that_passes_and_two_that_do_not() -> None:
    assert [mistake for mistake, _ in SAID.findall(PAGE)] == ["", *WITHOUT]


def test_the_rule_is_in_force_as_the_page_means_it(folder: Path) -> None:
    entries = check(files_of(folder)[0]).entries
    on_call = OnCallInForce(Definitions(numbered(entries, ()), 1).at("example", 0))
    rule = on_call.rules["chat-given-up"]
    policy = on_call.escalation(rule.body)

    assert rule.name == "chat-given-up@1"
    assert policy is not None
    assert [step.targets[0].receiver or step.targets[0].rota for step in policy.body.steps] == [
        "chat-room",
        "supervisors",
    ]
    assert on_call.calendar(rule.body, "sales") == on_call.in_force.calendars["service"]


def test_the_page_tells_the_interval_as_it_is() -> None:
    low = {given_up: wilson(given_up, 20)[0] for given_up in (4, 5)}
    told = " ".join(PAGE.split())

    assert f"begins at {low[4]:.1%}".replace("%", " %") in told
    assert f"begins at {low[5]:.1%}".replace("%", " %") in told
    assert low[4] < 0.1 < low[5]
