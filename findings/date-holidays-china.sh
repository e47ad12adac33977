#!/usr/bin/env bash
# date-holidays calls Army Day and Women's Day public holidays of China, and 31 January 2025, in the
# middle of the spring festival's week off, a plain day.
#
# Package:  date-holidays 3.37.0 (npm); chinesecalendar 1.11.0 (PyPI) for comparison
# Expected: Of type "public" are the days on which the country is closed, 28 January to 4 February
#           and 1 to 8 October in 2025; not the days on which women, youth or soldiers have half a
#           day off, nor Sundays on which everybody works.
# Seen:     8 March and 1 August, ordinary working days, are of type "public" (4 May and 1 June are
#           too, where a real holiday happens to cover them), and eight weekdays on which the
#           country was closed are not. Nothing says which five Saturdays and Sundays were worked.
# Matters:  A service level within business hours counts callers of closed days, and leaves out those
#           of 1 August; open Sundays are planned without agents.
# Source:   chinesecalendar follows the State Council's yearly announcements
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  chinesecalendar==1.11.0 || exit 2
npm install --silent --prefix "$work" date-holidays@3.37.0 || exit 2

cat >"$work/public.js" <<'JS'
const Holidays = require("date-holidays");
const days = new Holidays("CN").getHolidays(2025).filter((day) => day.type === "public");
console.log(JSON.stringify(days.map((day) => day.date.slice(0, 10))));
JS
node "$work/public.js" >"$work/public.json"

"$python" - "$work/public.json" <<'PY'
import datetime
import json
import sys
from pathlib import Path

import chinese_calendar

told = {datetime.date.fromisoformat(day) for day in json.loads(Path(sys.argv[1]).read_text())}
year = [datetime.date(2025, 1, 1) + datetime.timedelta(days=day) for day in range(365)]
closed = {day for day in year if day.weekday() < 5 and chinese_calendar.is_holiday(day)}
worked = {day for day in year if day.weekday() > 4 and chinese_calendar.is_workday(day)}


def written(days: set[datetime.date]) -> str:
    return " ".join(f"{day:%m-%d}" for day in sorted(days))


proclaimed = {day for day in told if chinese_calendar.get_holiday_detail(day)[1] is None}
missing = closed - told
print("date-holidays 3.37.0, chinesecalendar 1.11.0, year 2025")
print("expected: no day without a holiday is public; the weekdays that are off are")
print("seen: public without being a holiday:", written(proclaimed))
print("seen: weekdays off and not public:", written(missing))
print("seen: worked at weekends, told by chinesecalendar alone:", written(worked))
army = datetime.date(2025, 8, 1) in proclaimed
sys.exit(0 if army and datetime.date(2025, 1, 31) in missing and len(worked) == 5 else 1)
PY
