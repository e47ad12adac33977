#!/usr/bin/env bash
# A shift that Ann handed over to Bob is on ical's timeline twice, with both of them, if its times
# are written in UTC; with a zone it is Bob's.
#
# Package:  ical 14.3.1 (PyPI), the calendar library of Home Assistant
# Expected: The event with RECURRENCE-ID takes the place of the instance that it names, in each of
#           the three forms of time that RFC 5545 has.
# Seen:     With TZID and with floating times it does. RECURRENCE-ID:20261102T080000Z replaces
#           nothing: four shifts become five, and 2 November has Ann's and Bob's.
# Matters:  Many programs export in UTC. Such a rota has an agent too many where a shift was
#           handed over, and alerts go to the one who is off too.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check ical==14.3.1 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version
from zoneinfo import ZoneInfo

from ical.calendar_stream import IcsCalendarStream

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//findings//rota//EN
BEGIN:VEVENT
UID:early
DTSTAMP:20261001T000000Z
SUMMARY:Ann
DTSTART{zone}:20261101T080000{utc}
DURATION:PT8H
RRULE:FREQ=DAILY;COUNT=4
END:VEVENT
BEGIN:VEVENT
UID:early
DTSTAMP:20261001T000000Z
SUMMARY:Bob
RECURRENCE-ID{zone}:20261102T080000{utc}
DTSTART{zone}:20261102T080000{utc}
DURATION:PT8H
END:VEVENT
END:VCALENDAR
"""


def rota(zone: str = "", utc: str = "") -> list[str]:
    text = CALENDAR.format(zone=zone, utc=utc).replace("\n", "\r\n")
    calendar = IcsCalendarStream.calendar_from_ics(text)
    shifts = calendar.timeline_tz(ZoneInfo("UTC"))
    return sorted(f"{shift.dtstart.day} {shift.summary}" for shift in shifts)


zoned, floating, universal = rota(zone=";TZID=Asia/Shanghai"), rota(), rota(utc="Z")
print("ical", version("ical"))
print("expected: 1 Ann, 2 Bob, 3 Ann, 4 Ann")
print("seen: with a zone", zoned, "- floating", floating, "- in UTC", universal)
right = ["1 Ann", "2 Bob", "3 Ann", "4 Ann"]
sys.exit(0 if zoned == right and universal == sorted([*right, "2 Ann"]) else 1)
PY
