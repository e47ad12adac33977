#!/usr/bin/env bash
# Of three extra shifts in one event (RDATE) ical has the last two, node-ical the first alone, and
# recurring-ical-events all three.
#
# Package:  ical 14.3.1, recurring-ical-events 3.8.2, icalendar 7.3.2 (PyPI), node-ical 0.26.1 (npm)
# Expected: DTSTART is the first instance and each RDATE is another one, as RFC 5545 says of the
#           recurrence set. A library that does not know RDATE says so.
# Seen:     ical takes RDATE for the whole set and drops DTSTART, node-ical reads RDATE as a text
#           and expands DTSTART only. Neither says so.
# Matters:  Extra shifts, and dates without a pattern at all, are what RDATE is for. The same file
#           is two rotas, and in each of them an agent does not turn up.
# Source:   RFC 5545, 3.8.5.2 and 3.8.5.3
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  ical==14.3.1 recurring-ical-events==3.8.2 icalendar==7.3.2 || exit 2
npm install --silent --no-audit --no-fund --prefix . node-ical@0.26.1 || exit 2

printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//findings//rota//EN BEGIN:VEVENT UID:extra \
  DTSTAMP:20261001T000000Z SUMMARY:extra DTSTART:20261101T080000Z DURATION:PT8H \
  RDATE:20261110T080000Z,20261112T080000Z END:VEVENT END:VCALENDAR >rota.ics

cat >rota.mjs <<'JS'
import ical from 'node-ical';

const events = Object.values(ical.sync.parseFile('rota.ics'));
const event = events.find((part) => part.type === 'VEVENT');
const shifts = ical.expandRecurringEvent(
  event, { from: new Date('2026-10-01'), to: new Date('2026-12-01') });
console.log(...shifts.map(({ start }) => start.getUTCDate()));
JS
node rota.mjs >node.txt

venv/bin/python - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

text = Path("rota.ics").read_text()
timeline = IcsCalendarStream.calendar_from_ics(text).timeline_tz(ZoneInfo("UTC"))
found = recurring_ical_events.of(Calendar.from_ical(text)).between(
    datetime(2026, 10, 1), datetime(2026, 12, 1)
)
seen = {
    "ical": [shift.dtstart.day for shift in timeline],
    "node-ical": [int(day) for day in Path("node.txt").read_text().split()],
    "recurring-ical-events": sorted(shift.start.day for shift in found),
}
versions = [f"{name} {version(name)}" for name in ("ical", "recurring-ical-events", "icalendar")]
print(*versions, "node-ical 0.26.1", sep=", ")
print("expected: shifts on 1, 10 and 12 November 2026")
print("seen:", seen)
sys.exit(0 if list(seen.values()) == [[10, 12], [1], [1, 10, 12]] else 1)
PY
