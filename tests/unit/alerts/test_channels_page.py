"""The page on channels holds what the code does: a section a way, examples that are definitions,
limits as they are.
"""

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from floorpulse.alerts.domain.messages.compose import compose
from floorpulse.alerts.domain.messages.cut import Layout, as_text
from floorpulse.alerts.domain.targets import Way, ways_of
from floorpulse.alerts.notifiers import (
    apprise_urls,
    dingtalk,
    feishu,
    mail,
    pagerduty,
    slack,
    teams,
    wecom_app,
    wecom_robot,
)
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from tests.fakes.alerts import context, incident, key

PAGE = (Path(__file__).parents[3] / "docs" / "channels.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
ROWS = {
    row[0]: row[1:]
    for row in re.findall(
        r"^\| \[`(\w+)`\]\(#\w+\) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE
    )
}
LAYOUTS = {
    Way.WECOM_ROBOT: wecom_robot.LAYOUT,
    Way.WECOM_APP: wecom_robot.LAYOUT,
    Way.DINGTALK: dingtalk.LAYOUT,
    Way.FEISHU: feishu.LAYOUT,
    Way.SLACK: slack.LAYOUT,
    Way.TEAMS: teams.LAYOUT,
    Way.EMAIL: mail.LAYOUT,
    Way.APPRISE: apprise_urls.LAYOUT,
}
RATES = {
    Way.WECOM_ROBOT: wecom_robot.RATES,
    Way.WECOM_APP: wecom_app.RATES,
    Way.DINGTALK: dingtalk.RATES,
    Way.FEISHU: feishu.RATES,
    Way.SLACK: slack.RATES,
    Way.TEAMS: teams.RATES,
    Way.PAGERDUTY: pagerduty.RATES,
}


def told(rate: Rate) -> str:
    return f"{rate.messages} a {'second' if rate.seconds == 1 else 'minute'}"


@pytest.mark.parametrize("way", Way)
def test_every_way_has_a_section_a_row_and_an_example(way: Way) -> None:
    section = re.search(rf"^## {way}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert way in ROWS
    assert re.search(rf"```yaml\n.*\b{way}:", section[1], re.DOTALL)


@pytest.mark.parametrize(("language", "queue"), [("en", "Orders"), ("zh", "订单")])
def test_the_messages_on_the_page_are_those_that_are_sent(language: str, queue: str) -> None:
    message = compose(key(), incident(), context(language=language, queue=queue))
    assert f"```\n{as_text(message, Layout(2048))}\n```" in PAGE


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_definition(example: str) -> None:
    for body in yaml.safe_load(example)["receivers"]:
        assert ways_of(msgspec.convert(body, ReceiverBody))


@pytest.mark.parametrize("way", LAYOUTS)
def test_the_longest_message_is_as_the_page_says(way: Way) -> None:
    assert ROWS[way][3] == f"{LAYOUTS[way].limit:,} bytes"


@pytest.mark.parametrize("way", RATES)
def test_the_most_messages_are_as_the_page_says(way: Way) -> None:
    assert ROWS[way][2].startswith(", ".join(map(told, RATES[way])))
