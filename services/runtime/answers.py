"""OpenAPI of bodies that msgspec encodes: what a route answers is described by the very type that
is encoded.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

JSON = "application/json"
SUCCESS = "Successful Response"
DEFINITIONS = "$defs"

Responses = dict[int | str, dict[str, Any]]
"""What FastAPI takes as a route's `responses`"""


def answering(
    body: type,
    status: int = 200,
    description: str = SUCCESS,
    names: Mapping[type, str] | None = None,
) -> Responses:
    """The `responses` of a route whose JSON is `body`, a msgspec type."""
    content = {JSON: {"schema": schema_of(body, names)}}
    return {status: {"description": description, "content": content}}


def schema_of(body: type, names: Mapping[type, str] | None = None) -> dict[str, Any]:
    """The JSON Schema of a msgspec type, with the types inside it among its local definitions.

    The application's document makes components of these. `names` gives types another name there
    than they have in the code.
    """
    (schema,), types = msgspec.json.schema_components([body], ref_template="{name}")
    published = {one.__name__: name for one, name in (names or {}).items()}
    found = {published.get(name, name): _referring(one, published) for name, one in types.items()}
    return {**_referring(schema, published), DEFINITIONS: found}


def _referring(node: Any, published: Mapping[str, str]) -> Any:
    """A part of a schema whose references lead to the local definitions, by their published
    names.
    """
    if isinstance(node, list):
        return [_referring(one, published) for one in node]
    if not isinstance(node, dict):
        return node
    return _typed(
        {
            key: _renamed(key, value, published)
            if key in {"$ref", "title"} and isinstance(value, str)
            else _referring(value, published)
            for key, value in node.items()
        }
    )


def _renamed(key: str, name: str, published: Mapping[str, str]) -> str:
    shown = published.get(name, name)
    return f"#/{DEFINITIONS}/{shown}" if key == "$ref" else shown


def _typed(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, an enumeration with the type of its values, as generators of clients want it."""
    kinds = {type(one) for one in schema.get("enum", [])}
    named = {str: "string", int: "integer"}.get(kinds.pop()) if len(kinds) == 1 else None
    return {"type": named} | schema if named else schema
