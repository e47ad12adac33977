#!/usr/bin/env bash
# Faust's windows end a tenth of a second early and begin at other instants than those of Kafka
# Streams and Flink.
#
# Package:  faust-streaming 0.15.3 (PyPI)
# Expected: TumblingWindow(900) gives [0, 900). HoppingWindow(10, 3) gives windows that begin at
#           multiples of 3, as Kafka Streams and Flink do. A step longer than the window leaves
#           the gap after the window: HoppingWindow(10, 20) covers 0 to 10.
# Seen:     The range is (0, 899.9), though 899.95 belongs to it. Windows are aligned by the
#           multiples of the step at which they END: for 12 they begin at 5, 8 and 11.
#           HoppingWindow(10, 20) covers 10 to 20 and leaves 0 to 10 in no window.
# Matters:  Intervals are compared with those of the platform and the workforce system by their
#           bounds. 899.9 joins with nobody's 900, and a sampled window samples the other half.
# Source:   robinhood/faust#171 (window ranges miscalculated), open; robinhood/faust#203
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  faust-streaming==0.15.3 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from faust.windows import HoppingWindow, TumblingWindow

quarter = TumblingWindow(900).ranges(899.95)
hopping = HoppingWindow(10, 3).ranges(12)
sampled = [moment for moment in range(40) if HoppingWindow(10, 20).ranges(moment)]
print("faust-streaming", version("faust-streaming"))
print("expected: (0, 900); begins 3, 6, 9, 12; covered 0 to 9 and 20 to 29")
print("seen: 899.95 lies in", quarter)
print("seen: windows of 12 begin at", [begin for begin, _ in hopping])
print("seen: covered seconds of 0 to 39:", sampled)
begins = [begin for begin, _ in hopping] == [5, 8, 11]
covered = sampled == [*range(10, 20), *range(30, 40)]
sys.exit(0 if quarter == [(0, 899.9)] and begins and covered else 1)
PY
