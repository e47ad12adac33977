#!/usr/bin/env bash
# A crontab line for Monday to Friday, read by APScheduler, runs from Tuesday to Saturday.
#
# Package:  APScheduler 3.11.3, beside croniter 7.0.0 (PyPI)
# Expected: CronTrigger.from_crontab reads a line as cron does: "0 8 * * 1-5" is Monday to Friday, and
#           "0 8 1 * mon" is each Monday and the first of each month.
# Seen:     Weekdays count from 0 = Monday, so 1-5 is Tuesday to Saturday. Day of month and weekday
#           must both hold: the next three runs of the second line are the Mondays 2027-02-01,
#           2027-03-01 and 2027-11-01. croniter has both as cron.
# Matters:  The daily report of a floor that works from Monday to Friday fails to come on Mondays, and
#           comes empty on Saturdays; a monthly statement that should come on Mondays too is missed
#           for months.
# Source:   APScheduler's fields of a CronTrigger, which from_crontab passes the columns on to as
#           they are; crontab(5) for cron's own reading
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  APScheduler==3.11.3 croniter==7.0.0 || exit 2

"$python" - <<'PY'
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from itertools import islice

from apscheduler.triggers.cron import CronTrigger
from croniter import croniter

BEGIN = datetime(2026, 11, 28, tzinfo=timezone.utc)  # a Saturday
LINES = {"0 8 * * 1-5": 5, "0 8 1 * mon": 3}


def by_apscheduler(line):
    trigger, last = CronTrigger.from_crontab(line, timezone=timezone.utc), None
    while True:
        last = trigger.get_next_fire_time(last, last or BEGIN)
        yield last


def by_croniter(line):
    return croniter(line, BEGIN, ret_type=datetime)


def days(runs, number):
    return [run.strftime("%a %Y-%m-%d") for run in islice(runs, number)]


seen = {line: days(by_apscheduler(line), number) for line, number in LINES.items()}
for line, number in LINES.items():
    print(f"{line}\n  croniter {version('croniter')}:", *days(by_croniter(line), number), sep="  ")
    print(f"  APScheduler {version('APScheduler')}:", *seen[line], sep="  ")
weekdays, both = seen.values()
shifted = [day[:3] for day in weekdays] == ["Sat", "Tue", "Wed", "Thu", "Fri"]
together = [day[4:] for day in both] == ["2027-02-01", "2027-03-01", "2027-11-01"]
sys.exit(0 if shifted and together else 1)
PY
