#!/usr/bin/env bash
# httpx-sse takes each heartbeat of a live stream for an event without data, as soon as an event had
# an id: a program that reads JSON from each event of it ends fifteen seconds after its start.
#
# Package:  httpx-sse 0.4.3, httpx 0.28.1; beside it sseclient-py 1.9.0 (PyPI)
# Expected: A comment, ": still here", is ignored, and the blank line after it dispatches nothing:
#           there is no data (WHATWG HTML 9.2.6: "if the data buffer is an empty string" return). So
#           events are the blocks that have data, as sseclient-py has them.
# Seen:     Before the first id it is so. An id stays, as it should, and counts as something to
#           dispatch: each heartbeat is an event "message" with the last id and no data, and its
#           json() raises. A block with nothing but "retry: 2000" is one from the start on.
# Matters:  Figures stop where a heartbeat is read as rows, in quiet minutes only: a busy stream has
#           no heartbeat, so no trial by day sees it. A server helps that sends a comment as a line
#           of the next block, with no blank line of its own; readers skip what has no data.
# Source:   florimondmanca/httpx-sse issue 35 (known, open), r3labs/sse issue 163 (the same in Go)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  httpx-sse==0.4.3 httpx==0.28.1 sseclient-py==1.9.0 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

import httpx
from httpx_sse import EventSource
from sseclient import SSEClient

ROWS = 'event: rows\ndata: {"rows": [7]}\n\n'
STREAMS = {
    "rows, heartbeat, rows": f"{ROWS}: still here\n\n{ROWS}",
    "the same with ids": f"id: a.1\n{ROWS}: still here\n\nid: a.2\n{ROWS}",
    "retry, rows with id": f"retry: 2000\n\nid: a.1\n{ROWS}",
    "no blank line after a comment": f"retry: 2000\nid: a.1\n{ROWS}: still here\nid: a.2\n{ROWS}",
}


def by_httpx(stream: bytes) -> list[str]:
    """The data of each event, as httpx-sse has them."""
    headers = {"Content-Type": "text/event-stream"}
    answer = httpx.Response(200, headers=headers, stream=httpx.ByteStream(stream))
    return [event.data for event in EventSource(answer).iter_sse()]


def by_sseclient(stream: bytes) -> list[str]:
    """The same, as sseclient-py has them."""
    return [event.data for event in SSEClient(iter([stream])).events()]


print(" ".join(f"{name} {version(name)}" for name in ("httpx-sse", "httpx", "sseclient-py")))
seen = []
for name, text in STREAMS.items():
    found, other = by_httpx(text.encode()), by_sseclient(text.encode())
    seen.append((len(found), len(other), found.count("")))
    print(f"{name}: sseclient-py {len(other)} events, httpx-sse {len(found)}: {found}")
sys.exit(0 if seen == [(2, 2, 0), (3, 2, 1), (2, 1, 1), (2, 2, 0)] else 1)
PY
