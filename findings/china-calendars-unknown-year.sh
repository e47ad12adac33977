#!/usr/bin/env bash
# For a year whose days off they do not hold yet, three calendars of China behave in three ways, and
# only one of them says so.
#
# Package:  holidays 0.109, chinesecalendar 1.11.0 (PyPI), chinese-days 1.5.7 (npm)
# Expected: Each says of 2027 that it is not known: the State Council announces days off and make-up
#           working days (调休) in autumn, for the next year only.
# Seen:     chinesecalendar raises NotImplementedError. holidays gives the statutory dates alone, no
#           make-up day and three days of October's week off less than in 2025. chinese-days calls
#           1 October 2027, National Day, a working day.
# Matters:  Next year's staffing and business hours are planned in autumn. Days that everybody works
#           count as closed, or holidays as open, and the same question has another answer after an
#           update of the package.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  holidays==0.109 chinesecalendar==1.11.0 || exit 2
npm install --silent --prefix "$work" chinese-days@1.5.7 || exit 2

cat >"$work/october.js" <<'JS'
const days = require("chinese-days");
console.log([days.isWorkday("2025-10-01"), days.isWorkday("2027-10-01")].join(" "));
JS
october=$(node "$work/october.js")

"$python" - "$october" <<'PY'
import datetime
import sys
from importlib.metadata import version

import chinese_calendar
import holidays


def october_off(china: holidays.HolidayBase, year: int) -> int:
    """Days off of the first eight in October."""
    days = (datetime.date(year, 10, day) for day in range(1, 9))
    return sum(not china.is_working_day(day) for day in days)


def weekend_work(china: holidays.HolidayBase, year: int) -> int:
    """Saturdays and Sundays that are worked."""
    first = datetime.date(year, 1, 1)
    days = (first + datetime.timedelta(days=day) for day in range(365))
    return sum(day.weekday() > 4 and china.is_working_day(day) for day in days)


china = holidays.country_holidays("CN", years=(2025, 2027))
for name in ("holidays", "chinesecalendar"):
    print(name, version(name))
print("chinese-days 1.5.7")
print("expected: each says that 2027 is not known")
print("seen: chinese-days: National Day of 2025 and of 2027 is worked:", sys.argv[1])
try:
    print("seen: chinesecalendar", chinese_calendar.is_workday(datetime.date(2027, 10, 4)))
    known = True
except NotImplementedError as error:
    print("seen: chinesecalendar", repr(error))
    known = False
worked = {year: weekend_work(china, year) for year in (2025, 2027)}
closed = {year: october_off(china, year) for year in (2025, 2027)}
print("seen: holidays: weekend days worked", worked, "days off of 1 to 8 October", closed)
invented = worked == {2025: 5, 2027: 0} and closed[2025] == 8 and closed[2027] < 8
by_chance = sys.argv[1] == "false true"
sys.exit(0 if invented and not known and by_chance else 1)
PY
