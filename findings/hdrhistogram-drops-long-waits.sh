#!/usr/bin/env bash
# HdrHistogram for Python drops waits beyond its range without an error.
#
# Package:  hdrhistogram 0.10.8 (PyPI)
# Expected: A histogram of 1 ms to 1 h refuses a longer wait with an error, or counts it as the
#           longest. Its maximum is what was recorded.
# Seen:     record_value returns False for two hours: not counted, so no quantile or maximum knows
#           of it. One millisecond over the hour is taken. 0 is taken, although 1 is the least.
#           The maximum of a single wait of 20 000 ms is 20 015.
# Matters:  The longest waits are the ones to know about, and they vanish. Look at the returned
#           bool, or choose the range by the longest call-back, and clamp the maximum by one kept
#           beside.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  hdrhistogram==0.10.8 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from hdrh.histogram import HdrHistogram

HOUR = 3_600_000
waits = HdrHistogram(1, HOUR, 3)
taken = {wait: waits.record_value(wait) for wait in (0, 20_000, HOUR + 1, 2 * HOUR)}
print("hdrhistogram", version("hdrhistogram"))
print("expected: an error beyond the hour, or four counted and the maximum two hours")
print("seen: taken", taken, "count", waits.get_total_count(), "maximum", waits.get_max_value())
single = HdrHistogram(1, HOUR, 3)
single.record_value(20_000)
print("seen: maximum of a single wait of 20000 ms:", single.get_max_value())
lost = taken == {0: True, 20_000: True, HOUR + 1: True, 2 * HOUR: False}
sys.exit(0 if lost and waits.get_total_count() == 3 and single.get_max_value() == 20_015 else 1)
PY
