#!/usr/bin/env bash
# pymsteams: a Teams workflow that takes a card is a success for connectorcard, an exception for async_connectorcard.
#
# Package:  pymsteams 0.2.5, httpx 0.28.1 (PyPI)
# Expected: Both classes judge an answer alike: any 2xx is delivered.
# Seen:     A workflow's webhook, which has replaced the connectors, answers 202 with an empty body. connectorcard.send() gives True;
#           async_connectorcard.send() raises TeamsWebhookException without a text, because it takes nothing but 200 and the body "1",
#           as the retired connectors answered.
# Matters:  The card is on the channel and the alert counts as failed: it is sent again, or climbs to the next person.
# Source:   pymsteams/__init__.py, connectorcard.send and async_connectorcard.send
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check pymsteams==0.2.5 httpx==0.28.1 || exit 2

"$python" - <<'PY'
import asyncio
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from threading import Thread

import pymsteams


class Workflow(BaseHTTPRequestHandler):
    """Answers as a workflow's webhook, or as a connector did."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = {"/workflow": (202, b""), "/connector": (200, b"1")}[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Workflow)
Thread(target=server.serve_forever, daemon=True).start()


def told(path: str, *, waits: bool) -> str:
    """What sending one card says."""
    address = f"http://127.0.0.1:{server.server_port}{path}"
    card = (pymsteams.async_connectorcard if waits else pymsteams.connectorcard)(address)
    card.text("12 are waiting")
    try:
        return str(asyncio.run(card.send()) if waits else card.send())
    except pymsteams.TeamsWebhookException as failed:
        return f"{type(failed).__name__}({str(failed)!r})"


seen = {(path, waits): told(path, waits=waits) for path in ("/connector", "/workflow") for waits in (False, True)}
server.shutdown()
print("pymsteams", version("pymsteams"))
print("expected: True, four times")
for (path, waits), said in seen.items():
    print(f"seen: {path[1:]}, {'async_connectorcard' if waits else 'connectorcard'}: {said}")
expected = ["True", "True", "True", "TeamsWebhookException('')"]
sys.exit(0 if list(seen.values()) == expected else 1)
PY
