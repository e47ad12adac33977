#!/usr/bin/env bash
# On the night that clocks change Faust's crontab runs the job of six o'clock at seven, or at five, though croniter has long been mended.
#
# Package:  faust-streaming 0.15.3, mode-streaming 0.7.1, time-machine 3.2.0, croniter 5.0.1 and 7.0.0 (PyPI)
# Expected: @app.crontab("0 6 * * *", timezone=…) waits eight hours from 23:00 on the night that clocks go back and six on the night that they go
#           forward. Faust leaves it to croniter, whose newest release gets both right, and asks for any release since 0.3.16.
# Seen:     It waits nine hours and five: the job runs at 07:00 and at 05:00. mode-streaming, which Faust stands on, asks for a croniter below 6, so pip
#           never installs the mended one beside Faust.
# Matters:  The report of the night before the first shift comes an hour late once a year. In spring it comes before the hour that it tells of is over.
# Source:   https://github.com/pallets-eco/croniter/issues/91 (closed); Requires-Dist of mode-streaming
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/faust"
"$work/faust/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check \
  faust-streaming==0.15.3 mode-streaming==0.7.1 time-machine==3.2.0 tzdata || exit 2
python3 -m venv "$work/newest"
"$work/newest/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check croniter==7.0.0 tzdata || exit 2

cat >"$work/croniter_alone.py" <<'PY'
from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import croniter

BERLIN = ZoneInfo("Europe/Berlin")
for evening in (datetime(2026, 10, 24, 23, tzinfo=BERLIN), datetime(2026, 3, 28, 23, tzinfo=BERLIN)):
    print((croniter("0 6 * * *", evening).get_next(float) - evening.timestamp()) / 3600, end=" ")
PY
newest=$("$work/newest/bin/python" "$work/croniter_alone.py")

"$work/faust/bin/python" - "$newest" <<'PY'
import sys
from datetime import datetime
from importlib.metadata import requires, version
from zoneinfo import ZoneInfo

import time_machine
from faust.utils.cron import secs_for_next

BERLIN = ZoneInfo("Europe/Berlin")


def hours_until_six(evening):
    with time_machine.travel(evening, tick=False):
        return secs_for_next("0 6 * * *", BERLIN) / 3600


back = hours_until_six(datetime(2026, 10, 24, 23, tzinfo=BERLIN))
forward = hours_until_six(datetime(2026, 3, 28, 23, tzinfo=BERLIN))
other = hours_until_six(datetime(2026, 6, 28, 23, tzinfo=BERLIN))
asked = [one for one in requires("mode-streaming") if one.startswith("croniter")]
print("faust-streaming", version("faust-streaming"), "with croniter", version("croniter"), "as mode-streaming asks:", *asked)
print("expected, hours from 23:00 to 06:00: 8 when clocks go back, 6 when they go forward, 7 on other nights")
print("seen:", back, forward, other, "- croniter 7.0.0 alone, back and forward:", sys.argv[1])
sys.exit(0 if (back, forward, other) == (9, 5, 7) and sys.argv[1].split() == ["8.0", "6.0"] else 1)
PY
