#!/usr/bin/env bash
# With night hours business-duration counts a span across midnight but not one that lies after it.
#
# Package:  business-duration 0.68 (PyPI)
# Expected: Business hours 22:00 to 06:00: from 03:00 to 05:00 are two hours; or night hours are
#           refused. 00:00:00 to 23:59:59 without business hours is 86 399 s.
# Seen:     From 23:00 to 05:00 six hours are counted, from 03:00 to 05:00 none. And a day that
#           ends at 23:59:59 has 86 400 s.
# Matters:  Resolution times of tickets against the hours of a night team: those opened and solved
#           after midnight took no time at all, and lift every average and percentile.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  business-duration==0.68 || exit 2

"$python" - <<'PY'
import datetime
import sys
from importlib.metadata import version

import pandas
from business_duration import businessDuration

NIGHT = {"starttime": datetime.time(22), "endtime": datetime.time(6)}


def span(start: str, end: str, unit: str, **hours: datetime.time) -> float:
    return businessDuration(pandas.Timestamp(start), pandas.Timestamp(end), unit=unit, **hours)


across = span("2026-06-01 23:00", "2026-06-02 05:00", "hour", **NIGHT)
after = span("2026-06-02 03:00", "2026-06-02 05:00", "hour", **NIGHT)
day = span("2026-06-01 00:00:00", "2026-06-01 23:59:59", "sec")
print("business-duration", version("business-duration"))
print("expected: 6 hours across midnight, 2 after it; 86399 seconds to 23:59:59")
print(f"seen: {across} hours across midnight, {after} after it; {day} seconds to 23:59:59")
sys.exit(0 if across == 6 and after == 0 and day == 86_400 else 1)
PY
