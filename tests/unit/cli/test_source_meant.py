"""What commands know of a source: its name, and what definitions say of it."""

from pathlib import Path

import pytest
import typer

from floorpulse.cli.source_meant import settings_of_source
from floorpulse.ingest.sources.source import SourceSettings
from tests.unit.cli.command_line import run

SHOP = """
tenant: shop
sources:
  - id: twilio-taskrouter:flex
    vendor: twilio-taskrouter
    queues: {WQ1: sales}
    agents: {WK1: ann}
    activities: {Lunch: offline}
    after_work: none
"""


def folder(at: Path, **files: str) -> Path:
    for name, text in files.items():
        (at / f"{name}.yaml").write_text(text)
    return at


def test_without_a_folder_only_the_name_is_known() -> None:
    assert settings_of_source("pbx", None) == SourceSettings("pbx")


def test_a_folder_says_what_the_source_calls_its_own(tmp_path: Path) -> None:
    known = settings_of_source("twilio-taskrouter:flex", folder(tmp_path, shop=SHOP))

    assert (known.name, known.queue("WQ1"), known.agent("WK1"), known.after_work) == (
        "twilio-taskrouter:flex",
        "sales",
        "ann",
        "none",
    )
    assert known.activity("lunch") == "offline"


def test_stamps_without_an_offset_are_of_the_zone_of_the_source_else_of_its_tenant(
    tmp_path: Path,
) -> None:
    about = "about: [{names: {en: Shop}, zone: Asia/Shanghai}]\nsources:"
    own = "    after_work: none\n    zone: Europe/Berlin\n"
    said = {
        "none": SHOP,
        "tenant": SHOP.replace("sources:", about),
        "source": SHOP.replace("sources:", about).replace("    after_work: none\n", own),
    }
    zones = {}
    for name, text in said.items():
        (tmp_path / name).mkdir()
        at = folder(tmp_path / name, shop=text)
        zones[name] = settings_of_source("twilio-taskrouter:flex", at).zone

    assert zones == {"none": "UTC", "tenant": "Asia/Shanghai", "source": "Europe/Berlin"}


def test_a_source_that_is_not_there_is_told_where_it_should_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        settings_of_source("flex", folder(tmp_path, shop=SHOP))
    assert "there is no source 'flex' under `sources:`" in capsys.readouterr().err


def test_one_source_of_two_tenants_is_not_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = folder(tmp_path, shop=SHOP, bank=SHOP.replace("tenant: shop", "tenant: bank"))

    with pytest.raises(typer.Exit):
        settings_of_source("twilio-taskrouter:flex", two)
    assert "tenants bank, shop have a source" in capsys.readouterr().err


def test_a_folder_with_a_mistake_says_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        settings_of_source("flex", folder(tmp_path, shop=SHOP.replace("vendor:", "vendr:")))
    assert "sources[twilio-taskrouter:flex].vendr" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["genesys-websocket", "twilio-events", "tencent", "alibaba", "amazon-kinesis"]
)
def test_every_pull_reads_definitions_and_says_what_it_does(command: str) -> None:
    told = run("source", command, "--help")

    assert told.exit_code == 0
    assert "--definitions" in told.output
