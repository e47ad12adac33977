"""What the Infinity plugin is told to ask exists: routes, parameters, fields of the answer."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from grafana.infinity import QUERIES, ROWS, Asked
from grafana.links import ABANDONED, DESK, DESK_OF_ROW, INCIDENTS, PROGRESS, VISITS, WALL
from grafana.panels import Link

OPENAPI = json.loads(
    (Path(__file__).parents[3] / "docs" / "schema" / "openapi.json").read_text("utf-8")
)


def resolved(schema: Any) -> Any:
    name = schema["$ref"].rpartition("/")[2]
    return OPENAPI["components"]["schemas"][name]


def operation(path: str) -> Any:
    return OPENAPI["paths"][path]["get"]


def strangers(url: str) -> set[str]:
    """Parameters of an address that its route does not know."""
    parts = urlsplit(url)
    known = {parameter["name"] for parameter in operation(parts.path).get("parameters", [])}
    return {name for name, _ in parse_qsl(parts.query)} - known


@pytest.mark.parametrize("asked", QUERIES, ids=lambda asked: asked.what)
def test_a_question_names_parameters_and_fields_that_the_api_has(asked: Asked) -> None:
    answers = operation(urlsplit(asked.url).path)["responses"]["200"]["content"]
    page = resolved(answers["application/json"]["schema"])
    row = resolved(page["properties"][ROWS]["items"])

    assert strangers(asked.url) == set()
    assert {column.selector for column in asked.columns} <= row["properties"].keys()


@pytest.mark.parametrize("link", [VISITS, ABANDONED, PROGRESS, INCIDENTS, WALL, DESK, DESK_OF_ROW])
def test_a_link_of_a_panel_leads_to_a_route(link: Link) -> None:
    path = urlsplit(link.url.removeprefix("${floorpulse}")).path

    assert path in OPENAPI["paths"]
    if path.startswith("/v1/"):
        assert strangers(link.url.removeprefix("${floorpulse}")) == set()
