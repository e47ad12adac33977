"""The OpenAPI document of events in and figures out; the published copy is
`docs/schema/openapi.json`.

`python -m floorpulse.origin.openapi > docs/schema/openapi.json` writes it anew.
"""

import json
import sys

from floorpulse.origin.app import SUMMARY, install_routes
from floorpulse.runtime.http import create_app


def published_openapi() -> str:
    """The text of the published file."""
    app = create_app("Floorpulse", SUMMARY)
    install_routes(app)
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(published_openapi())
