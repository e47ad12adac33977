#!/usr/bin/env bash
# On the night that clocks go back croniter gives a daily report two times, cronsim one.
#
# Package:  croniter 7.0.0, APScheduler 3.11.3, cronsim 2.8 (PyPI)
# Expected: "30 2 * * *", once a day at half past two, comes once on each day of Europe/Berlin, also
#           on 2026-10-25, which has 02:30 twice: as in cron itself, which runs jobs at fixed
#           times once.
# Seen:     croniter and APScheduler give it at 02:30+02:00 and again at 02:30+01:00, cronsim once.
# Matters:  Reports, settlements and counters that are cleared "once a night" run twice: the client
#           gets two daily reports, the second over a day of which an hour was counted already.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  croniter==7.0.0 APScheduler==3.11.3 cronsim==2.8 || exit 2

"$python" - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
NIGHTLY = "30 2 * * *"

by_croniter = croniter(NIGHTLY, BEGIN)
trigger = CronTrigger(hour=2, minute=30, timezone=BERLIN)
first = trigger.get_next_fire_time(None, BEGIN)
by_cronsim = CronSim(NIGHTLY, BEGIN)
seen = {
    "croniter": [by_croniter.get_next(datetime).isoformat() for _ in range(2)],
    "APScheduler": [one.isoformat() for one in (first, trigger.get_next_fire_time(first, first))],
    "cronsim": [next(by_cronsim).isoformat() for _ in range(2)],
}
once = ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
twice = ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]
print("expected: ", *once)
for name, times in seen.items():
    print(f"{name} {version(name)}: ", *times)
sys.exit(0 if seen == {"croniter": twice, "APScheduler": twice, "cronsim": once} else 1)
PY
