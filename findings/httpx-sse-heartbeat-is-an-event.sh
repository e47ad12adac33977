#!/usr/bin/env bash
# httpx-sse takes each heartbeat of a live stream for an event without data, as soon as an event had
# an id; Microsoft's fetch-event-source does so always: what reads JSON from each event fails at the
# first quiet moment.
#
# Package:  httpx-sse 0.4.3, httpx 0.28.1, sseclient-py 1.9.0 (PyPI),
#           @microsoft/fetch-event-source 2.0.1, eventsource-parser 3.1.1 (npm)
# Expected: A comment, ": still here", is ignored, and the blank line after it dispatches nothing:
#           there is no data (WHATWG HTML 9.2.6: "if the data buffer is an empty string" return). So
#           events are the blocks that have data, as sseclient-py and eventsource-parser have them.
# Seen:     httpx-sse: before the first id it is so. An id stays, as it should, and is a thing
#           to dispatch: each heartbeat is an event "message" with no data, whose json() raises, and
#           so is a block of "retry: 2000" alone. fetch-event-source, which pages use because the
#           EventSource of a browser sends no key, dispatches each block, whatever is in it.
# Matters:  Figures stop where a heartbeat is read as rows, in quiet minutes only: a busy stream has
#           no heartbeat, so no trial by day sees it. A server helps that sends a comment as a line
#           of the next block, with no blank line of its own; readers skip what has no data.
# Source:   florimondmanca/httpx-sse issue 35 (known, open), r3labs/sse issue 163 (the same in Go)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  httpx-sse==0.4.3 httpx==0.28.1 sseclient-py==1.9.0 || exit 2
npm install --silent --no-audit --no-fund --ignore-scripts \
  @microsoft/fetch-event-source@2.0.1 eventsource-parser@3.1.1 >npm.log 2>&1 || exit 2

cat >streams.json <<'JSON'
{
  "rows, heartbeat, rows":
    "data: {\"n\": 7}\n\n: still here\n\ndata: {\"n\": 8}\n\n",
  "the same with ids":
    "id: 1\ndata: {\"n\": 7}\n\n: still here\n\nid: 2\ndata: {\"n\": 8}\n\n",
  "retry, rows with ids":
    "retry: 2000\n\nid: 1\ndata: {\"n\": 7}\n\nid: 2\ndata: {\"n\": 8}\n\n",
  "all of it, no blank lines between":
    "retry: 2000\nid: 1\ndata: {\"n\": 7}\n\n: still here\nid: 2\ndata: {\"n\": 8}\n\n"
}
JSON
cat >read.py <<'PY'
import json
from pathlib import Path

import httpx
from httpx_sse import EventSource
from sseclient import SSEClient

for name, text in json.loads(Path("streams.json").read_text()).items():
    headers = {"Content-Type": "text/event-stream"}
    answer = httpx.Response(200, headers=headers, stream=httpx.ByteStream(text.encode()))
    found = [event.data or "nothing" for event in EventSource(answer).iter_sse()]
    other = [event.data for event in SSEClient(iter([text.encode()])).events()]
    print(f"{name}: sseclient-py {len(other)}, httpx-sse {len(found)}: {', '.join(found)}")
PY
cat >read.cjs <<'JS'
const { getLines, getMessages } = require('@microsoft/fetch-event-source/lib/cjs/parse.js');
const { createParser } = require('eventsource-parser');
const nothing = () => {};

for (const [name, text] of Object.entries(require('./streams.json'))) {
  const other = [];
  createParser({ onEvent: (event) => other.push(event.data) }).feed(text);
  const found = [];
  const take = getMessages(nothing, nothing, (event) => found.push(event.data || 'nothing'));
  getLines(take)(new TextEncoder().encode(text));
  console.log(`${name}: eventsource-parser ${other.length}, `
    + `fetch-event-source ${found.length}: ${found.join(', ')}`);
}
JS
{ venv/bin/python read.py && node read.cjs; } >seen.txt || { cat seen.txt; exit 1; }

echo "events, of 2 that have data, and their data:"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
rows, heartbeat, rows: sseclient-py 2, httpx-sse 2: {"n": 7}, {"n": 8}
the same with ids: sseclient-py 2, httpx-sse 3: {"n": 7}, nothing, {"n": 8}
retry, rows with ids: sseclient-py 2, httpx-sse 3: nothing, {"n": 7}, {"n": 8}
all of it, no blank lines between: sseclient-py 2, httpx-sse 2: {"n": 7}, {"n": 8}
rows, heartbeat, rows: eventsource-parser 2, fetch-event-source 3: {"n": 7}, nothing, {"n": 8}
the same with ids: eventsource-parser 2, fetch-event-source 3: {"n": 7}, nothing, {"n": 8}
retry, rows with ids: eventsource-parser 2, fetch-event-source 3: nothing, {"n": 7}, {"n": 8}
all of it, no blank lines between: eventsource-parser 2, fetch-event-source 2: {"n": 7}, {"n": 8}
TEXT
