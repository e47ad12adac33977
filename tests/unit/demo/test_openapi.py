"""The published OpenAPI document is the one of the code, valid, and leaves nothing to guess."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from floorpulse.origin.openapi import published_openapi

FILE = Path(__file__).parents[3] / "docs" / "schema" / "openapi.json"
Schema = dict[str, Any]


@cache
def document() -> Schema:
    found: Schema = json.loads(published_openapi())
    return found


def operations() -> Iterator[tuple[str, Schema]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_published_document_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == published_openapi(), "run: make generate"


@pytest.mark.no_cover
def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_operations_have_one_short_name_each() -> None:
    names = [operation["operationId"] for _, operation in operations()]

    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() for name in names)


def test_every_parameter_shows_what_may_be_said() -> None:
    for name, operation in operations():
        for parameter in operation.get("parameters", []):
            assert shown(parameter["schema"]), (
                f"{name}: {parameter['name']} has no example; give its Field examples=[…]"
            )


def test_every_member_of_an_answer_has_an_example() -> None:
    for name, schema in document()["components"]["schemas"].items():
        for member, known in schema.get("properties", {}).items():
            assert shown(known), f"{name}.{member} has no example; give its Field examples=[…]"


def shown(schema: Schema) -> bool:
    """Whether the schema shows a value: by example, by default, by the list of its values, or
    because there are but two.
    """
    if {"examples", "default", "enum", "const", "$ref"} & schema.keys() or schema.get("type") in (
        "boolean",
        "null",
    ):
        return True
    inner = [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return any(shown(one) for one in inner if one.get("type") != "null")


def test_every_operation_names_its_problems_as_problem_documents() -> None:
    for name, operation in operations():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                content = response["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, (
                    f"{name} {status}"
                )
                assert content["example"]["status"] == int(status)
        assert "500" in operation["responses"], name


def test_what_needs_a_key_says_so() -> None:
    for name, operation in operations():
        assert bool(operation.get("security")) == (
            {"401", "403"} <= operation["responses"].keys()
        ) or name in {"POST /wallboard/session", "POST /desk/session", "POST /alerts/session"}


def test_the_guide_shows_every_call_that_reads() -> None:
    guide = (FILE.parents[1] / "api.md").read_text(encoding="utf-8")
    reading = [
        path
        for path, methods in document()["paths"].items()
        if path.startswith("/v1/") and "get" in methods and not methods["get"].get("deprecated")
    ]

    missing = [path for path in reading if f"$API{path}" not in guide]
    assert not missing, f"docs/api.md has no curl example of {', '.join(missing)}"
