#!/usr/bin/env bash
# A Bytewax flow that was down for ten minutes drops what happened in them as late.
#
# Package:  bytewax 0.21.1 (PyPI)
# Expected: With EventClock a restored flow goes on with the event time it had reached. Calls of
#           the outage, which the source hands over in order, are counted in their minutes.
# Seen:     The clock's snapshot holds the wall time of its newest event. After the restart the
#           watermark is the newest event, less the wait, plus the whole outage: of six calls that
#           follow in order, five are late, and no window counts them. Without the outage the same
#           six are counted.
# Matters:  Recovery promises that nothing is lost. The longer the outage, the more of its calls
#           are missing from offered and answered, with nothing logged but the stream of late
#           events, which nobody has to connect.
# Source:   bytewax.operators.windowing, _EventClockLogic.on_item and its snapshot
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check bytewax==0.21.1 || exit 2

cd "$work"
"$python" - <<'PY'
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.operators.windowing import EventClock, TumblingWindower, count_window
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.testing import TestingSink, TestingSource, TimeTestingGetter, run_main

NOON = datetime(2026, 11, 11, 12, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
before = [NOON + timedelta(seconds=10 * number) for number in range(6)]
meanwhile = [NOON + MINUTE * number for number in range(1, 7)]


def late_after(name: str, outage: timedelta) -> int:
    """How many calls that follow an outage, in order, are late."""
    folder = Path(name)
    folder.mkdir()
    init_db_dir(folder, 1)
    config = RecoveryConfig(str(folder))
    clock = TimeTestingGetter(NOON + MINUTE)
    late: list[object] = []
    flow = Dataflow("calls")
    calls = [*before, TestingSource.ABORT(), *meanwhile]
    offered = op.input("calls", flow, TestingSource(calls))
    counted = count_window(
        "offered",
        offered,
        EventClock(lambda at: at, wait_for_system_duration=MINUTE, now_getter=clock.get),
        TumblingWindower(length=MINUTE, align_to=NOON),
        key=lambda _: "sales",
    )
    op.output("late", counted.late, TestingSink(late))
    run_main(flow, epoch_interval=timedelta(0), recovery_config=config)
    clock.advance(outage)
    run_main(flow, epoch_interval=timedelta(0), recovery_config=config)
    return len(late)


none = late_after("none", timedelta(seconds=1))
ten = late_after("ten", timedelta(minutes=10))
print("bytewax", version("bytewax"))
print("expected: 0 of 6 calls are late, whether the flow was down for 1 s or for 10 min")
print(f"seen: {none} of 6 after 1 s, {ten} of 6 after 10 min")
sys.exit(0 if none == 0 and ten >= 5 else 1)
PY
