#!/usr/bin/env bash
# Sketches of one package disagree by 40 points about the share answered within 20 s.
#
# Package:  datasketches 5.2.0 (PyPI)
# Expected: Ten waits, four of 10 s, four of 20 s, two of 30 s: get_rank(20) is 0.8 everywhere,
#           the share of values up to 20.
# Seen:     The KLL, REQ and classic sketches say 0.4, as their rank leaves equal values out
#           unless told inclusive=True; the t-digest of the same package says 0.6, half of the
#           equal ones, and takes no such flag.
# Matters:  'Answered within 20 seconds' includes 20 where waits are whole seconds; with ten
#           values nothing is even approximated. Changing the sketch behind a wallboard moves the
#           service level.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  datasketches==5.2.0 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from datasketches import (
    kll_floats_sketch,
    quantiles_floats_sketch,
    req_floats_sketch,
    tdigest_double,
)

waits = [10.0] * 4 + [20.0] * 4 + [30.0] * 2
sketches = [kll_floats_sketch(200), req_floats_sketch(12), quantiles_floats_sketch(128)]
digest = tdigest_double(100)
for sketch in [*sketches, digest]:
    for wait in waits:
        sketch.update(wait)

print("datasketches", version("datasketches"))
print("expected: 0.8 within 20 s by each of them")
ranks = [sketch.get_rank(20.0) for sketch in sketches]
told = [sketch.get_rank(20.0, True) for sketch in sketches]
print("seen: KLL, REQ, quantiles:", ranks, "and when told inclusive:", told)
print("seen: t-digest:", digest.get_rank(20.0))
sys.exit(0 if ranks == [0.4] * 3 and told == [0.8] * 3 and digest.get_rank(20.0) == 0.6 else 1)
PY
