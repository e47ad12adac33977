#!/usr/bin/env bash
# "Mo-Fr 09:00-17:00 || open "voicebot"": on Monday evening the voicebot answers by opening_hours
# for JavaScript, and nobody does by opening-hours-py, where it answers at weekends only.
#
# Package:  opening-hours-py 2.1.4 (PyPI), opening_hours 3.15.0 (npm)
# Expected: What stands behind || holds at each time that the rules before it leave closed: both
#           libraries of the one notation say so alike.
# Seen:     In JavaScript it is judged by the minute. opening-hours-py judges by the day: where any
#           rule before || has to do with a day, the fallback is not looked at for that day. A bare
#           comment, "by appointment", is the state unknown in JavaScript as the notation's
#           specification has it, and open for opening-hours-py.
# Matters:  Hours of a hotline that a page shows and those by which a service measures fall apart
#           each weekday evening: calls that the voicebot took count as outside of opening hours.
# Source:   OpenStreetMap, Key:opening_hours/specification, fallback_rule_separator;
#           opening-hours/opening_hours.js issue 265
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  opening-hours-py==2.1.4 || exit 2
npm install --silent --no-audit --no-fund --prefix . opening_hours@3.15.0 || exit 2

cat >hours.js <<'JS'
const OpeningHours = require('opening_hours');
const [rules, ...times] = process.argv.slice(2);
const hours = new OpeningHours(rules, { lat: 52.5, lon: 13.4, address: { country_code: 'de' } });
console.log(times.map((time) => hours.getStateString(new Date(time))).join(' '));
JS

venv/bin/python - <<'PY'
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version

from opening_hours import OpeningHours

TIMES = ["2026-12-07T10:00", "2026-12-07T20:00", "2026-12-06T10:00"]


def python(rules: str) -> list[str]:
    hours = OpeningHours(rules)
    states = (hours.state(datetime.fromisoformat(time)) for time in TIMES)
    return [str(state[0]).removeprefix("State.").lower() for state in states]


def javascript(rules: str) -> list[str]:
    told = subprocess.run(
        ["node", "hours.js", rules, *TIMES], check=True, capture_output=True, text=True
    )
    return told.stdout.split()


print("opening-hours-py", version("opening-hours-py"), "- opening_hours 3.15.0")
print("times: Monday 10:00, Monday 20:00, Sunday 10:00")
seen = []
for rules in ('Mo-Fr 09:00-17:00 || open "voicebot"', 'Mo-Fr 09:00-17:00 || "by appointment"'):
    theirs, ours = javascript(rules), python(rules)
    print(f"{rules}\nexpected, and seen by JavaScript:", *theirs)
    print("seen by Python:", *ours)
    seen.append((theirs, ours))
(voicebot_js, voicebot_py), (appointment_js, appointment_py) = seen
right = voicebot_js == ["open", "open", "open"]
by_day = voicebot_py == ["open", "closed", "open"]
unknown = appointment_js == ["open", "unknown", "unknown"]
sys.exit(0 if right and by_day and unknown and appointment_py == voicebot_py else 1)
PY
