#!/usr/bin/env bash
# A weekly shift on Mondays at six in Shanghai that ics reads and writes again is on Tuesdays, in a
# calendar that says it is GEORGIAN.
#
# Package:  ics 0.7.3 (PyPI); read with recurring-ical-events 3.8.2 and icalendar 7.3.2
# Expected: Written again, a repeating event with a zone has its zone, or a rule that fits its new
#           time.
# Seen:     Begin and end are turned into UTC, the rule stays as it was: DTSTART on Sunday at 22:00Z
#           with BYDAY=MO is Monday 22:00Z, Tuesday at six in Shanghai, with the first Monday beside
#           it. In Berlin the day is right and the hour is not: from the end of summer time on
#           shifts begin at seven. CALSCALE:GEORGIAN is added to what had no such line;
#           recurring-ical-events refuses that calendar as not Gregorian.
# Matters:  A script that takes the leavers out of a rota's file moves the shifts of all others.
#           Alerts of Monday go to nobody, or a strict reader keeps last month's rota.
# Source:   ics-py/ics-py issues 188 and 302 (closed, for 0.8); 0.7.3 is what pip installs
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  ics==0.7.3 recurring-ical-events==3.8.2 icalendar==7.3.2 || exit 2

"$python" -W ignore - <<'PY'
import sys
from datetime import date
from importlib.metadata import version
from zoneinfo import ZoneInfo

import ics
import icalendar
import recurring_ical_events

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//findings//rota//EN
BEGIN:VEVENT
UID:early
DTSTAMP:20261001T000000Z
SUMMARY:Ann
DTSTART;TZID={zone}:{begin}
DURATION:PT8H
RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3
END:VEVENT
END:VCALENDAR
"""
SCALE = "CALSCALE:GEORGIAN\r\n"


def rota(text: str, zone: str) -> list[str]:
    calendar = icalendar.Calendar.from_ical(text)
    found = recurring_ical_events.of(calendar).between(date(2026, 10, 1), date(2026, 12, 1))
    begins = sorted(event["DTSTART"].dt.astimezone(ZoneInfo(zone)) for event in found)
    return [f"{begin:%a %d %b %H:%M}" for begin in begins]


print("ics", version("ics"), "- recurring-ical-events", version("recurring-ical-events"))
seen, scales, refused = {}, [], []
for zone, begin in (("Asia/Shanghai", "20261102T060000"), ("Europe/Berlin", "20261019T080000")):
    given = CALENDAR.format(zone=zone, begin=begin).replace("\n", "\r\n")
    written = ics.Calendar(given).serialize()
    scales.append(SCALE in written)
    try:
        rota(written, zone)
    except ValueError as error:
        refused.append(str(error))
    before, after = rota(given, zone), rota(written.replace(SCALE, ""), zone)
    print(f"expected in {zone}:", ", ".join(before))
    print(f"seen in {zone}:", ", ".join(after))
    seen[zone] = after
print("seen: CALSCALE:GEORGIAN", *scales, "-", *refused)
tuesdays = [one[:3] for one in seen["Asia/Shanghai"]].count("Tue")
hours = [one[-5:] for one in seen["Europe/Berlin"]]
moved = tuesdays == 3 and hours == ["08:00", "07:00", "07:00"]
sys.exit(0 if moved and all(scales) and len(refused) == 2 else 1)
PY
