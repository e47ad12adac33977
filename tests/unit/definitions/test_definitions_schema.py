"""The published JSON Schema of definitions is the one of the code, and takes what the check
takes.
"""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from floorpulse.definitions.adapters.folder import files_of
from floorpulse.definitions.domain.located import located
from floorpulse.definitions.schema import published_schema
from floorpulse.demo.programs import DEFINITIONS

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docs" / "schema" / "definitions.schema.json"
MISSHAPEN = (
    "channel_unknown",
    "field_missing",
    "field_unknown",
    "formula_unknown",
    "hours_of_another_form",
    "name_in_no_language",
    "name_language_unknown",
    "receiver_secret_is_a_url",
    "receiver_vendor_unknown",
    "rota_turn_unknown",
    "rule_severity_unknown",
    "rule_streak_of_one_day",
    "section_unknown",
)


def test_the_published_schema_is_up_to_date() -> None:
    remedy = "run: python -m floorpulse.definitions.schema > docs/schema/definitions.schema.json"
    assert FILE.read_text(encoding="utf-8") == published_schema(), remedy


@pytest.mark.parametrize("folder", [DEFINITIONS, ROOT / "deploy" / "definitions"])
def test_the_schema_takes_the_definitions_we_ship(folder: Path) -> None:
    validator = Draft202012Validator(json.loads(published_schema()))
    texts, _ = files_of(folder)

    for name, text in texts.items():
        document, _ = located(name, text)
        assert document is not None
        assert not list(validator.iter_errors(document.plain()))


@pytest.mark.parametrize("name", MISSHAPEN)
def test_the_schema_refuses_what_has_not_the_right_form(name: str) -> None:
    text = (Path(__file__).parent / "wrong" / f"{name}.yaml").read_text(encoding="utf-8")
    document, _ = located(name, text)

    assert document is not None
    assert not Draft202012Validator(json.loads(published_schema())).is_valid(document.plain())
