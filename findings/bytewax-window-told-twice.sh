#!/usr/bin/env bash
# Bytewax tells the same window of a quiet queue twice, the second time with the late call alone.
#
# Package:  bytewax 0.21.1 (PyPI)
# Expected: A call that comes long after its window was told goes to the stream of late calls, for
#           every queue.
# Seen:     So it is only for a queue that has a newer window open. When all windows of a key are
#           closed its state is thrown away, and the clock with it: the late call of a quiet queue
#           opens the window again, which is told a second time, with 1 where 2 stood. The stream
#           of late calls is empty for it.
# Matters:  Who writes results as they come, by queue and minute, replaces 2 offered calls by 1.
#           It happens at night and to small queues, whose figures nobody looks at twice.
# Source:   bytewax.operators.windowing, _WindowLogic: on_batch answers "discard" once it is empty
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check bytewax==0.21.1 || exit 2

"$python" - <<'PY'
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.operators.windowing import EventClock, TumblingWindower, count_window
from bytewax.testing import TestingSink, TestingSource, run_main

NOON = datetime(2026, 11, 11, 12, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
calls = [
    ("sales", 0.1), ("sales", 0.2), ("support", 0.1), ("support", 0.2),
    TestingSource.PAUSE(for_duration=4 * SECOND),
    ("support", 9.0),
    ("sales", 0.3), ("support", 0.3),
]
flow = Dataflow("calls")
offered = op.input("calls", flow, TestingSource(calls))
counted = count_window(
    "offered",
    offered,
    EventClock(lambda call: NOON + call[1] * SECOND, wait_for_system_duration=SECOND),
    TumblingWindower(length=SECOND, align_to=NOON),
    key=lambda call: call[0],
)
results: list = []
late: list = []
op.output("results", counted.down, TestingSink(results))
op.output("late", counted.late, TestingSink(late))
run_main(flow)
print("bytewax", version("bytewax"))
print("expected: one window of each queue with 2 calls, and the late call of each is late")
print("seen: windows of sales", [told for queue, told in results if queue == "sales"])
print("seen: windows of support", [told for queue, told in results if queue == "support"])
print("seen: late", sorted({queue for queue, _ in late}))
twice = [told for queue, told in results if queue == "sales"] == [(0, 2), (0, 1)]
once = ("support", (0, 2)) in results and ("support", (0, 1)) not in results
sys.exit(0 if twice and once and {queue for queue, _ in late} == {"support"} else 1)
PY
