"""The JSON Schema of the events, generated from their structs; the published copy is
`docs/schema/events.schema.json`.

`python -m floorpulse.contracts.schema > docs/schema/events.schema.json` writes it anew.
"""

import json
import sys
from typing import Any

import msgspec

from floorpulse.contracts.events import AnyEvent
from floorpulse.runtime.descriptions import unfolded

IDENTITY = "urn:floorpulse:schema:events:1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "Floorpulse event"


def event_schema() -> dict[str, Any]:
    """The schema of one event, any type, without references: it may stand inside other
    documents.
    """
    _root, types = msgspec.json.schema_components([AnyEvent], ref_template="#/$defs/{name}")
    return {"title": TITLE, "oneOf": list(types.values())}


def published_schema() -> str:
    """The text of the published file."""
    schema = (
        {"$schema": DIALECT, "$id": IDENTITY} | msgspec.json.schema(AnyEvent) | {"title": TITLE}
    )
    return json.dumps(unfolded(schema), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(published_schema())
