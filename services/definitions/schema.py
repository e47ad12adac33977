"""The JSON Schema of files of definitions, for editors; the published copy is
`docs/schema/definitions.schema.json`.

`python -m floorpulse.definitions.schema > docs/schema/definitions.schema.json` writes it anew.
"""

import json
import sys

import msgspec

from floorpulse.definitions.domain.definition_files import File
from floorpulse.runtime.descriptions import unfolded

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTITY = "urn:floorpulse:schema:definitions:1"


def published_schema() -> str:
    """The text of the published file."""
    schema = (
        {"$schema": DIALECT, "$id": IDENTITY}
        | msgspec.json.schema(File)
        | {"title": "Floorpulse definitions"}
    )
    return json.dumps(unfolded(schema), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(published_schema())
