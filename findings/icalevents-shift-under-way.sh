#!/usr/bin/env bash
# Asked who is on call now, icalevents leaves out a repeating shift that has begun, and names a single one.
#
# Package:  icalevents 0.3.1 (PyPI)
# Expected: Events between two instants are those that overlap them: at 03:00 a night shift from 22:00 to 06:00 is among them, whether its event
#           repeats daily or stands alone.
# Seen:     The shift that stands alone is found, the repeating one is not: of a series only what begins within the span is given.
# Matters:  Rotas are series. Whoever asks such a feed for the person on call, at the minute of the alert, gets nobody for all of a shift but its first
#           minute, and the alert climbs past the one who is there.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check icalevents==0.3.1 || exit 2

"$python" - <<'PY'
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from icalevents.icalevents import events

FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Rota//EN
BEGIN:VEVENT
UID:series@example.com
DTSTAMP:20260601T000000Z
DTSTART:20260610T220000Z
DTEND:20260611T060000Z
RRULE:FREQ=DAILY;COUNT=3
SUMMARY:Ann, in a series
END:VEVENT
BEGIN:VEVENT
UID:single@example.com
DTSTAMP:20260601T000000Z
DTSTART:20260611T220000Z
DTEND:20260612T060000Z
SUMMARY:Bo, alone
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def on_call(at):
    found = events(string_content=FEED, start=at, end=at + timedelta(minutes=1))
    return sorted(one.summary for one in found)


first = on_call(datetime(2026, 6, 11, 22, 0, tzinfo=UTC))
later = on_call(datetime(2026, 6, 12, 3, 0, tzinfo=UTC))
both = ["Ann, in a series", "Bo, alone"]
print("icalevents", version("icalevents"))
print("expected at 22:00 and at 03:00:", both)
print("seen at 22:00:", first)
print("seen at 03:00:", later)
sys.exit(0 if first == both and later == ["Bo, alone"] else 1)
PY
