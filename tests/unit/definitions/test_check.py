"""The check of definitions: every kind of mistake is named with file, line, field and remedy."""

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from floorpulse.cli.app import app
from floorpulse.definitions.adapters.folder import files_of
from floorpulse.definitions.domain.bodies import Kind, TenantBody
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.conversion import Form, remedy
from floorpulse.definitions.domain.mistakes import meant
from floorpulse.definitions.domain.on_call import EscalationBody
from floorpulse.definitions.domain.receiver_meaning import CHANNELS
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.definitions.domain.rule_meaning import CONDITIONS
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.demo.programs import DEFINITIONS

WRONG = sorted((Path(__file__).parent / "wrong").glob("*.yaml"))
OURS = DEFINITIONS
EXAMPLE = Path(__file__).parents[3] / "deploy" / "definitions"
EXPECTED = "# expected "
TWICE = "tenant: demo\nabout:\n  - names: {en: Demo, zh: 演示}\n    zone: Mars\n    color: red\n"


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_wrong_file_is_told_with_line_field_and_remedy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = [
        line.removeprefix(EXPECTED) for line in text.splitlines() if line.startswith(EXPECTED)
    ]

    found = check({"wrong.yaml": text}).mistakes

    assert expected
    assert [str(mistake) for mistake in found] == expected


def test_more_than_a_hundred_and_eighty_kinds_of_mistakes_are_tried() -> None:
    assert len(WRONG) > 180


@pytest.mark.parametrize(("folder", "tenant"), [(OURS, "demo"), (EXAMPLE, "example")])
def test_the_definitions_we_ship_hold(folder: Path, tenant: str) -> None:
    texts, unreadable = files_of(folder)

    checked = check(texts)

    assert not unreadable
    assert not checked.mistakes
    assert {entry.tenant for entry in checked.entries} == {tenant}


@pytest.mark.parametrize("folder", [OURS, EXAMPLE])
def test_the_definitions_we_ship_show_who_is_on_call(folder: Path) -> None:
    kinds = {entry.kind for entry in check(files_of(folder)[0]).entries}

    assert {Kind.RULE, Kind.ESCALATION, Kind.ROTA, Kind.RECEIVER} <= kinds


def test_the_example_has_a_rule_of_every_condition() -> None:
    rules = [
        entry.body
        for entry in check(files_of(EXAMPLE)[0]).entries
        if isinstance(entry.body, RuleBody)
    ]

    assert [
        name for name in CONDITIONS if not any(getattr(one, name) is not None for one in rules)
    ] == []


def test_the_demo_climbs_its_ladder_within_three_minutes_and_sends_nothing_out() -> None:
    bodies = [entry.body for entry in check(files_of(OURS)[0]).entries]
    [ladder] = [one for one in bodies if isinstance(one, EscalationBody) and one.id == "floor"]
    receivers = [one for one in bodies if isinstance(one, ReceiverBody)]

    assert len(ladder.steps) == 3
    assert sum(step.wait for step in ladder.steps[:-1]) < 120
    assert all(one.screen for one in receivers)
    assert not any(getattr(one, channel) for one in receivers for channel in CHANNELS)


def test_all_mistakes_are_told_at_once_over_all_files() -> None:
    found = check({"b.yaml": TWICE, "a.yaml": "tenant: demo\nqueue: []\n"}).mistakes

    assert [(one.file, one.line, one.field) for one in found] == [
        ("a.yaml", 2, "queue"),
        ("b.yaml", 5, "about.color"),
    ]


def test_a_tenant_may_be_spread_over_files() -> None:
    queue = (
        "tenant: demo\nqueues:\n  - {id: orders, names: {en: Orders, zh: 订单}, channels: "
        "[voice], service_level: fast}\n"
    )
    policy = "tenant: demo\nservice_levels:\n  - {id: fast, threshold: 10}\n"

    assert not check({"queues.yaml": queue, "policies.yaml": policy}).mistakes


def test_tenants_know_nothing_of_one_another() -> None:
    queue = (
        "tenant: one\nqueues:\n  - {id: orders, names: {en: Orders, zh: 订单}, channels: "
        "[voice], service_level: fast}\n"
    )
    policy = "tenant: two\nservice_levels:\n  - {id: fast, threshold: 10}\n"

    found = check({"queues.yaml": queue, "policies.yaml": policy}).mistakes

    assert [one.problem for one in found] == ["there is no service-level policy 'fast'"]


def test_plain_words_are_what_yaml_1_2_says() -> None:
    text = "tenant: on\nabout:\n  - names: {en: no, zh: 12:30}\n"

    [entry] = check({"a.yaml": text}).entries

    assert entry.tenant == "on"
    assert isinstance(entry.body, TenantBody)
    assert entry.body.names == {"en": "no", "zh": "12:30"}


def test_the_nearest_word_begins_with_the_same_letter() -> None:
    assert meant("munday", ["sunday", "monday"], "") == "did you mean 'monday'?"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    texts, [mistake] = files_of(tmp_path / "nowhere")

    assert not texts
    assert str(mistake).startswith(
        f"{tmp_path / 'nowhere'}: folder: cannot be read (No such file or directory); "
    )


def test_a_folder_without_definitions_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("nothing", encoding="utf-8")

    _, [mistake] = files_of(tmp_path)

    assert mistake.problem == "holds no definitions"


def test_a_file_that_is_no_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_bytes(
        "tenant: demo\nabout:\n  - names: {en: Demo, zh: 演示}\n".encode("gb18030")
    )

    _, [mistake] = files_of(tmp_path)

    assert (mistake.line, mistake.problem) == (3, "is no UTF-8")


def test_the_command_says_that_nothing_is_wrong() -> None:
    done = CliRunner().invoke(app, ["check", str(OURS)])

    assert done.exit_code == 0
    assert "nothing wrong" in done.output


def test_the_command_tells_mistakes_as_lines_and_as_json(tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text("tenant: demo\nqueue: []\n", encoding="utf-8")
    file = str(tmp_path / "demo.yaml")

    lines, parsed = (
        CliRunner().invoke(app, ["check", str(tmp_path), *more]) for more in ([], ["--json"])
    )

    assert (lines.exit_code, parsed.exit_code) == (1, 1)
    assert lines.output.splitlines() == [
        f"{file}:2: queue: no such section; did you mean 'queues'?",
        "1 mistake",
    ]
    wanted = {
        "file": file,
        "line": 2,
        "field": "queue",
        "problem": "no such section",
        "remedy": "did you mean 'queues'?",
    }
    assert json.loads(parsed.output) == {"mistakes": [wanted], "notes": []}


def test_a_file_that_is_no_text_is_told() -> None:
    [found] = check({"wrong.yaml": "tenant: \x00"}).mistakes

    assert str(found).startswith("wrong.yaml:1: file: is no YAML")


class Body(msgspec.Struct):
    """Two fields, and no word on what it is."""

    one: int
    two: str


def test_where_no_description_says_what_to_write_the_fields_are_named() -> None:
    assert remedy(Form(Body, ()), 5) == "write its fields: one, two"


def test_surrogates_of_json_are_characters_and_a_lone_one_is_told() -> None:
    [mistake] = check({"a.json": '{"tenant": "demo", "\\ud83d\\ude00\\ud800": []}'}).mistakes

    assert mistake.field == "\U0001f600\ufffd"
    assert mistake.problem == "no such section"
