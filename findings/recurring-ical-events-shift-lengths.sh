#!/usr/bin/env bash
# Across a change of the clocks recurring-ical-events gives PT8H shifts of 7 hours and a half hour
# that ends before it begins.
#
# Package:  recurring-ical-events 3.8.2, icalendar 7.3.2 (PyPI)
# Expected: DURATION:PT8H is exact (RFC 5545, 3.3.6), so a night shift from 22:00 has 8 hours
#           every night and ends at 07:00 when the clocks go forward. An occurrence at 02:30 on
#           that day is moved or left out.
# Seen:     The duration is added on the wall clock: 7 hours. DTSTART 02:30, DTEND 03:00 in
#           Europe/Berlin yields an occurrence on 29 March 2026 whose end is half an hour before
#           its start in UTC, and one of 90 minutes on 25 October.
# Matters:  Opening hours and shifts are kept as iCalendar. Summed as instants they give negative
#           staffing and wrong occupancy twice a year; compare in UTC, and drop what ends before
#           it begins.
# Source:   RFC 5545, sections 3.3.5 and 3.3.6
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  recurring-ical-events==3.8.2 icalendar==7.3.2 || exit 2

"$python" - <<'PY'
import sys
from datetime import UTC, timedelta
from importlib.metadata import version

import icalendar
import recurring_ical_events


def lengths(start: str, rest: str) -> list[timedelta]:
    """Length of three daily occurrences in Berlin, between instants."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//findings//EN",
        "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z",
        f"DTSTART;TZID=Europe/Berlin:{start}", rest, "RRULE:FREQ=DAILY;COUNT=3",
        "END:VEVENT", "END:VCALENDAR", "",
    ]
    calendar = icalendar.Calendar.from_ical("\r\n".join(lines))
    events = recurring_ical_events.of(calendar).between((2026, 3, 1), (2026, 11, 30))
    return [event.end.astimezone(UTC) - event.start.astimezone(UTC) for event in events]


nights = lengths("20260327T220000", "DURATION:PT8H")
spring = lengths("20260328T023000", "DTEND;TZID=Europe/Berlin:20260328T030000")
autumn = lengths("20261024T023000", "DTEND;TZID=Europe/Berlin:20261024T030000")
for name in ("recurring-ical-events", "icalendar"):
    print(name, version(name))
print("expected: nights of 8 hours each; no length below zero")
for name, found in (("nights", nights), ("spring", spring), ("autumn", autumn)):
    print("seen:", name, [f"{span.total_seconds() / 60:.0f} min" for span in found])
short = nights[1] == timedelta(hours=7)
backwards = spring[1] == -timedelta(minutes=30)
sys.exit(0 if short and backwards and autumn[1] == timedelta(minutes=90) else 1)
PY
