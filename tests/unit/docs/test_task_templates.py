"""The templates on the page of trackers are definitions, and whatever they name is told."""

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from floorpulse.alerts.domain.messages.compose import compose
from floorpulse.alerts.domain.tasks import filled
from floorpulse.alerts.notifiers.task import told_of
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.definitions.domain.task_templates import TOLD
from tests.fakes.alerts import context, incident, key

PAGE = (Path(__file__).parents[3] / "docs" / "tasks.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
FLOOR = """
tenant: demo
escalations:
  - {{id: floor, steps: [{{targets: [{{receiver: {receiver}}}]}}]}}
"""


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_template_is_a_definition_that_the_check_takes(example: str) -> None:
    [body] = yaml.safe_load(example)["receivers"]
    checked = check({"demo.yaml": FLOOR.format(receiver=body["id"]) + example})
    assert not checked.mistakes, checked.mistakes


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_filled_template_has_no_braces_left(example: str) -> None:
    [body] = yaml.safe_load(example)["receivers"]
    task = msgspec.convert(body, ReceiverBody).task
    assert task is not None
    told = told_of(compose(key(), incident(), context()), "i1.task.ops")
    assert "{" not in msgspec.json.encode(list(_texts(filled(task.body, told)))).decode()


def _texts(part: object) -> list[str]:
    if isinstance(part, dict):
        return [text for inner in part.values() for text in _texts(inner)]
    if isinstance(part, list):
        return [text for inner in part for text in _texts(inner)]
    return [str(part)]


def test_the_page_names_every_word_that_a_template_may_name() -> None:
    assert set(re.findall(r"`\{([a-z]+)\}`", PAGE)) == TOLD | {"token"}
