"""Every example of docs/sending-events.md is sent to the real route: what the page shows is what
comes.
"""

import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from floorpulse.contracts.letters import Reason
from floorpulse.ingest.app import RequestBounds
from floorpulse.ingest.domain.warnings import WarningCode
from floorpulse.ingest.settings import IngestGroup
from tests.unit.ingest.builders import NOW
from tests.unit.ingest.test_routes import KEY, Scene

PAGE = (Path(__file__).parents[3] / "docs" / "sending-events.md").read_text("utf-8")
EXAMPLE = re.compile(
    r'^```sh\n(curl .*?)^```\n```json title="(\d+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL
)
DEFAULTS = IngestGroup.model_fields


class Example(NamedTuple):
    command: str
    status: str
    answer: str


EXAMPLES = [Example(*found) for found in EXAMPLE.findall(PAGE)]
BOUNDS = RequestBounds(
    events=DEFAULTS["max_events"].default,
    body_bytes=DEFAULTS["max_body_bytes"].default,
    body_seconds=DEFAULTS["body_seconds"].default,
    events_under_way=DEFAULTS["max_in_flight_events"].default,
    bytes_under_way=DEFAULTS["max_in_flight_bytes"].default,
)


async def sent(command: str) -> tuple[httpx.Response, Scene]:
    """What the curl command gets from the route, and where its events went."""
    _, url, *options = shlex.split(command)
    assert url == "$API/v1/events"
    given = list(zip(options[::2], options[1::2], strict=True))
    [body] = [value for name, value in given if name in {"-d", "--data-binary"}]
    headers = dict(value.split(": ", 1) for name, value in given if name == "-H")
    assert headers.pop("Authorization") == "Bearer $KEY"
    scene = Scene(BOUNDS, NOW + 86_400_000)
    async with scene.client as client:
        answer = await client.post("/v1/events", content=body.encode(), headers=headers | KEY)
    return answer, scene


def test_every_command_of_the_page_shows_its_answer() -> None:
    assert len(EXAMPLES) == len(re.findall(r"^curl ", PAGE, re.MULTILINE)) > 0


@pytest.mark.parametrize("example", EXAMPLES)
async def test_an_example_of_the_page_is_answered_as_it_shows(example: Example) -> None:
    answer, scene = await sent(example.command)

    assert (str(answer.status_code), answer.json()) == (example.status, json.loads(example.answer))
    assert len(scene.stored()) == answer.json().get("accepted", 0)


def test_the_page_names_every_reason() -> None:
    table = PAGE.split("| `reason` |", 1)[1].split("\n\n", 1)[0]

    assert set(re.findall(r"`([a-z_]+)`", table)) - {"at"} == set(Reason)


def test_the_page_names_every_warning() -> None:
    table = PAGE.split("| `code` |", 1)[1].split("\n\n", 1)[0]

    assert set(re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)) == set(WarningCode)


def test_the_page_names_the_limits_that_hold_unless_set_otherwise() -> None:
    told = " ".join(PAGE.split())

    assert f"up to {BOUNDS.events:,} events and {BOUNDS.body_bytes >> 20} MiB" in told
    assert f"within {BOUNDS.body_seconds:g} s" in told
    assert f"beyond {DEFAULTS['max_depth'].default} levels" in told
    assert f"longer than {DEFAULTS['max_event_bytes'].default >> 10} KiB" in told
