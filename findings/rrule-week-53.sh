#!/usr/bin/env bash
# A rota for week 53 is on duty on the first days of 2022, which are of week 52: dateutil and
# rrule, which the calendars of Python and JavaScript stand on, count alike, and wrong.
#
# Package:  python-dateutil 2.9.0.post0 (PyPI), rrule 2.8.1 (npm), rrule-temporal 2.2.8 (npm)
# Expected: BYWEEKNO=53 of RFC 5545 is week 53 of ISO 8601: 63 days from 2000 to 2049.
# Seen:     69 days. The first two of January are also in it in 2011, 2022 and 2039, years before
#           which there was no week 53. The newer rrule-temporal is right.
# Matters:  "Week 52 closed, week 53 if there is one short-handed" leaves a weekend after Christmas
#           with the wrong people, once in some ten years, so that no test has seen it.
# Source:   dateutil pull request 1537 (open, 2026)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  python-dateutil==2.9.0.post0 || exit 2
npm install --silent --no-audit --no-fund --prefix . rrule@2.8.1 rrule-temporal@2.2.8 || exit 2

cat >days.mjs <<'JS'
import rrule from 'rrule';
import { RRuleTemporal } from 'rrule-temporal';

const rule = 'DTSTART:20000101T080000Z\nRRULE:FREQ=YEARLY;BYWEEKNO=53;' +
  'BYDAY=MO,TU,WE,TH,FR,SA,SU;UNTIL=20491231T235959Z';
const days = {
  rrule: rrule.rrulestr(rule).all(),
  'rrule-temporal': new RRuleTemporal({ rruleString: rule }).all()
    .map((day) => new Date(day.epochMilliseconds)),
};
for (const library in days) {
  console.log(library, ...days[library].map((day) => day.toISOString().slice(0, 10)));
}
JS
node days.mjs >days.txt

venv/bin/python - <<'PY'
import sys
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from dateutil.rrule import YEARLY, rrule

FIRST, LAST = datetime(2000, 1, 1), datetime(2049, 12, 31)
every = [FIRST.date() + timedelta(days) for days in range((LAST - FIRST).days + 1)]
right = {day for day in every if day.isocalendar().week == 53}
rota = rrule(YEARLY, byweekno=53, byweekday=range(7), dtstart=FIRST, until=LAST)
seen = {"dateutil": {at.date() for at in rota}}
for line in Path("days.txt").read_text().splitlines():
    library, *days = line.split()
    seen[library] = {date.fromisoformat(day) for day in days}

print("dateutil", version("python-dateutil"), "- rrule 2.8.1 - rrule-temporal 2.2.8")
print("expected:", len(right), "days of a week 53 from 2000 to 2049")
for library, days in seen.items():
    print("seen:", library, len(days), "and too many", *sorted(map(str, days - right)))
wrong = {date(year, 1, day) for year in (2011, 2022, 2039) for day in (1, 2)}
extra = {library: days - right for library, days in seen.items()}
sys.exit(0 if extra == {"dateutil": wrong, "rrule": wrong, "rrule-temporal": set()} else 1)
PY
