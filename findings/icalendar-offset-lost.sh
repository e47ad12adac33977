#!/usr/bin/env bash
# icalendar loses the offset of a time like 09:00+08:00 on the way through a file, and moves
# excluded dates to another zone.
#
# Package:  icalendar 7.3.2 (PyPI)
# Expected: A datetime with a fixed offset, as every JSON time becomes, is written in UTC; so the
#           instant survives. EXDATEs in two zones are two lines. UNTIL is written in UTC, as RFC
#           5545 demands with a zoned start.
# Seen:     It is written TZID="UTC+08:00" without such a VTIMEZONE, and the same library reads it
#           back without any zone. Excluded 09:00 of Shanghai is written as 09:00 of Berlin when
#           Berlin's comes last in the list. UNTIL becomes local time without a zone.
# Matters:  Opening hours and agents' absences exported with offsets are read as the local time of
#           whoever reads: eight hours off, and an exclusion holds for another hour than was
#           meant.
# Source:   RFC 5545, sections 3.3.10 and 3.8.5.1
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  icalendar==7.3.2 || exit 2

"$python" - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

start = datetime.fromisoformat("2026-06-01T09:00:00+08:00")
event = Event()
event.add("uid", "1")
event.add("dtstart", start)
nine = datetime(2026, 6, 2, 9)
shanghai = nine.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
berlin = nine.replace(tzinfo=ZoneInfo("Europe/Berlin"))
event.add("exdate", [shanghai, berlin])
event.add("rrule", {"freq": "daily", "until": shanghai})
calendar = Calendar()
calendar.add_component(event)

written = calendar.to_ical().decode().splitlines()
read = Calendar.from_ical(calendar.to_ical()).walk("VEVENT")[0]["dtstart"].dt
print("icalendar", version("icalendar"))
print("expected: DTSTART:20260601T010000Z or the same instant; two EXDATEs; UNTIL in UTC")
for line in written:
    if line.startswith(("DTSTART", "EXDATE", "RRULE")):
        print("seen:", line)
print("seen: DTSTART read back:", read.isoformat())
merged = "EXDATE;TZID=Europe/Berlin:20260602T090000,20260602T090000" in written
floating = "RRULE:FREQ=DAILY;UNTIL=20260602T090000" in written
sys.exit(0 if read.tzinfo is None and merged and floating else 1)
PY
