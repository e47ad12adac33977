#!/usr/bin/env bash
# Twilio's Python SDK writes the wall time of an aware datetime and calls it UTC: calls since nine
# in Shanghai are asked for since nine in Greenwich.
#
# Package:  twilio 9.13.0 (PyPI)
# Expected: A datetime with a zone is turned into UTC before it is written with a Z.
# Seen:     Its offset is dropped and the Z is written all the same: 09:00+08:00 is asked for, and
#           handed over as the time to send, as 09:00:00Z. A time that the SDK itself read is aware,
#           in UTC; moved to another zone and handed back it is another time.
# Matters:  A report of the morning misses the first eight hours of calls, or in America has hours
#           of the day before, and a reminder that was meant for nine goes out at five in the
#           afternoon. No error is raised.
# Source:   iso8601_datetime in twilio/base/serialize.py
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check twilio==9.13.0 || exit 2

"$python" - <<'PY'
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

from twilio.base import deserialize, serialize
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client


class Recorder(HttpClient):
    """Answers with an empty page, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[dict] = []

    def request(self, method, url, params=None, data=None, **others) -> Response:
        self.asked.append(params or data)
        key = "calls" if "Calls" in url else "messages"
        return Response(200, f'{{"{key}": [], "page": 0}}')


nine = datetime(2026, 11, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
recorder = Recorder()
client = Client("AC" + "0" * 32, "token", http_client=recorder)
client.calls.list(start_time_after=nine)
client.messages.create(to="+861", messaging_service_sid="MG", body="a", send_at=nine)
since = recorder.asked[0]["StartTime>"]
sent = recorder.asked[1]["SendAt"]
read = deserialize.iso8601_datetime("2026-11-02T01:00:00Z")
again = serialize.iso8601_datetime(read.astimezone(nine.tzinfo))

print("twilio", version("twilio"))
print("expected:", nine.isoformat(), "is asked for as 2026-11-02T01:00:00Z")
print("seen: calls since", since, "- message at", sent, "- read 01:00Z, written", again)
sys.exit(0 if since == sent == again == "2026-11-02T09:00:00Z" and read == nine else 1)
PY
