#!/usr/bin/env bash
# utilsforecast's fill_gaps loses every value of daily figures whose days begin at local midnight,
# and tells the days at eight in the morning.
#
# Package:  utilsforecast 0.2.17 with pandas 3.1.1 and polars 2.1.0 (PyPI)
# Expected: fill_gaps adds the missing days of a series with NaN, and keeps those that are there.
#           Days of Asia/Shanghai begin at midnight there.
# Seen:     With a pandas frame days are made in UTC: 2 November 00:00+08:00 becomes 2 November
#           08:00+08:00, none of the times matches, and the frame has as many rows as days, all NaN.
#           By the hour it is right, but not in zones with half hours (Asia/Kolkata). The same call
#           with a polars frame is right.
# Matters:  Figures by day come with their zone from a database. A forecast fitted to what is left
#           is one of nothing, or raises far from the cause; filled with 0, as gaps of call volumes
#           are, it is a plan for no calls.
# Source:   Nixtla/utilsforecast pull requests 85 and 107 ("only tested for sub daily frequencies")
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  utilsforecast==0.2.17 pandas==3.1.1 polars==2.1.0 || exit 2

"$python" -W ignore - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
from utilsforecast.preprocessing import fill_gaps

CALLS = [120.0, 130.0, 140.0]


def pandas(first: str, hours: list[int], zone: str | None, freq: str) -> list[tuple[str, float]]:
    begin = pd.Timestamp(first, tz=zone)
    times = [begin + pd.Timedelta(hours=hour) for hour in hours]
    filled = fill_gaps(pd.DataFrame({"unique_id": "sales", "ds": times, "y": CALLS}), freq=freq)
    return [(f"{at:%d %H:%M}", calls) for at, calls in zip(filled["ds"], filled["y"], strict=True)]


def kept(rows: list[tuple[str, float]]) -> int:
    return sum(calls == calls for _, calls in rows)


shanghai = pandas("2026-11-02", [0, 24, 72], "Asia/Shanghai", "D")
plain = pandas("2026-11-02", [0, 24, 72], None, "D")
hourly = pandas("2026-11-02 09:00", [0, 1, 3], "Asia/Shanghai", "h")
kolkata = pandas("2026-11-02 09:00", [0, 1, 3], "Asia/Kolkata", "h")
days = [datetime(2026, 11, day, tzinfo=ZoneInfo("Asia/Shanghai")) for day in (2, 3, 5)]
frame = pl.DataFrame({"unique_id": "sales", "ds": days, "y": CALLS})
frame = frame.with_columns(pl.col("ds").dt.convert_time_zone("Asia/Shanghai"))
polars = fill_gaps(frame, freq="1d")["y"].to_list()

print("utilsforecast", version("utilsforecast"), "pandas", version("pandas"))
print("expected: 2, 3 and 5 November at 00:00 keep their calls, 4 November is added")
print("seen, days of Shanghai:", *shanghai)
print("seen, days without a zone:", *plain)
print("seen, hours of Shanghai:", *hourly)
print("seen, hours of Kolkata:", *kolkata)
print("seen, days of Shanghai in polars:", *polars)
lost = [kept(rows) for rows in (shanghai, kolkata)] == [0, 0]
right = kept(plain) == kept(hourly) == 3 and polars == [120.0, 130.0, None, 140.0]
sys.exit(0 if lost and right and shanghai[0][0] == "02 08:00" and len(shanghai) == 4 else 1)
PY
