#!/usr/bin/env bash
# A rule for Saturday ends Friday's night shift at midnight: "Mo-Fr 20:00-02:00; Sa 10:00-14:00" is
# closed on Saturday at half past midnight, in both libraries of the notation.
#
# Package:  opening_hours 3.15.0 (npm), opening-hours-py 2.1.4 (PyPI)
# Expected: The night that begins on Friday at 20:00 ends at 02:00, as those from Monday on do.
#           Saturday's rule is about shifts that begin on Saturday.
# Seen:     A rule takes the place of all that lies on its day, and of the night before that is the
#           part after midnight. Without Saturday's rule the night lasts until 02:00, with a comma
#           for the semicolon, too. With Saturday's rule first the libraries part: the night is
#           whole in JavaScript and cut in Python.
# Matters:  A night line's last two hours of the week are outside of its opening hours: calls in
#           them are left out of the service level, and lost ones are nobody's.
# Source:   opening-hours/opening_hours.js issues 261 (open) and 441
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
const [time, ...all] = process.argv.slice(2);
const place = { lat: 52.5, lon: 13.4, address: { country_code: 'de' } };
console.log(all.map((rules) => new OpeningHours(rules, place).getState(new Date(time))).join(' '));
JS

venv/bin/python - <<'PY'
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version

from opening_hours import OpeningHours

SATURDAY = "2026-12-05T00:30"
NIGHT = "Mo-Fr 20:00-02:00"
RULES = [
    NIGHT,
    f"{NIGHT}; Sa 10:00-14:00",
    f"{NIGHT}, Sa 10:00-14:00",
    f"Sa 10:00-14:00; {NIGHT}",
]

told = subprocess.run(
    ["node", "hours.js", SATURDAY, *RULES], check=True, capture_output=True, text=True
)
javascript = [word == "true" for word in told.stdout.split()]
python = [OpeningHours(rules).is_open(datetime.fromisoformat(SATURDAY)) for rules in RULES]
print("opening_hours 3.15.0 - opening-hours-py", version("opening-hours-py"))
print("expected: open on Saturday at 00:30 by each of the rules")
for rules, *seen in zip(RULES, javascript, python, strict=True):
    print(f"seen, {rules}: by JavaScript {seen[0]}, by Python {seen[1]}")
cut = [True, False, True]
sys.exit(0 if javascript == [*cut, True] and python == [*cut, False] else 1)
PY
