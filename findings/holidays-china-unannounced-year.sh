#!/usr/bin/env bash
# For a year whose days off China has not announced, one calendar invents a plain one, the other
# raises.
#
# Package:  holidays 0.109, chinesecalendar 1.11.0 (PyPI)
# Expected: holidays 0.109 says of 2027 that it is not known yet, as chinesecalendar 1.11.0 does;
#           the State Council announces make-up working days (调休) each November for the next year
#           only.
# Seen:     chinesecalendar raises NotImplementedError. holidays answers: the statutory dates
#           alone, no make-up day, no extended holiday week, and nothing tells such a year from an
#           announced one (2025: 5 working weekend days and a full week in October).
# Matters:  Staffing and business-hours targets for next year are planned on it in autumn. Days
#           that everybody will work count as closed, days of the holiday week as open, and the
#           same query changes its answer with an upgrade.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  holidays==0.109 chinesecalendar==1.11.0 || exit 2

"$python" - <<'PY'
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
print("holidays", version("holidays"), "chinesecalendar", version("chinesecalendar"))
print("expected: both announce that 2027 is unknown")
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
sys.exit(0 if invented and not known else 1)
PY
