"""Every reference in every published document leads to what it names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

SCHEMAS = Path(__file__).parents[3] / "docs" / "schema"
PUBLISHED = sorted(SCHEMAS.glob("*.json"))


def references(node: object) -> Iterator[str]:
    """All `$ref` below a node, and the targets of discriminators."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        yield from (
            dict(
                node.get("discriminator", {}) if isinstance(node.get("discriminator"), dict) else {}
            )
            .get("mapping", {})
            .values()
        )
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def target(document: Any, reference: str) -> Any:
    """What a JSON pointer into the document names; an error where it is nothing."""
    if not reference.startswith("#"):
        message = f"{reference} leads out of the document"
        raise KeyError(message)
    node = document
    for step in unquote(reference).removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        node = node[int(name)] if isinstance(node, list) else node[name]
    return node


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda file: file.name)
def test_every_reference_leads_somewhere(file: Path) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    broken = []
    for reference in sorted(set(references(document))):
        try:
            target(document, reference)
        except (KeyError, IndexError, TypeError, ValueError):
            broken.append(reference)

    assert broken == []


def test_all_published_documents_are_looked_at() -> None:
    assert {file.name for file in PUBLISHED} >= {
        "asyncapi.json",
        "definitions.schema.json",
        "events.schema.json",
        "openapi.json",
    }
