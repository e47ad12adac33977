#!/usr/bin/env bash
# One NaN observed: the histogram does not count it, the summary does, both sums are NaN for ever,
# and the library's own parser refuses the page.
#
# Package:  prometheus-client 0.26.0 (PyPI)
# Expected: observe(NaN) and inc(NaN) raise, as negative increments do; or NaN is counted in the
#           +Inf bucket alone.
# Seen:     Neither raises. The histogram counts nothing, the summary counts one; the sums, and
#           the counter, stay NaN until a restart. The OpenMetrics page that generate_latest
#           writes is then refused by the same library's OpenMetrics parser.
# Matters:  A wait computed as 0/0 for one caller blanks the average of all queues in that
#           process, and rate() and alerts on it compare with NaN and stay silent.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  prometheus-client==0.26.0 || exit 2

"$python" - <<'PY'
import math
import sys
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Histogram, Summary
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

registry = CollectorRegistry()
waits = Histogram("wait_seconds", "Waits", buckets=(10, 20), registry=registry)
handles = Summary("handle_seconds", "Handle times", registry=registry)
talk = Counter("talk_seconds", "Time talked", registry=registry)
for value in (5.0, math.nan, 6.0):
    waits.observe(value)
    handles.observe(value)
    talk.inc(value)

names = (
    "wait_seconds_count", "wait_seconds_sum", "handle_seconds_count", "handle_seconds_sum",
    "talk_seconds_total",
)
figures = {name: registry.get_sample_value(name) for name in names}
print("prometheus-client", version("prometheus-client"))
print("expected: an error for NaN, or three observations counted, and a page that can be read back")
print("seen:", figures)
try:
    list(text_string_to_metric_families(generate_latest(registry).decode()))
    refused = False
except ValueError as error:
    print("seen: read back:", error)
    refused = True
counts = figures["wait_seconds_count"] == 2 and figures["handle_seconds_count"] == 3
sums = [figures[name] for name in names if not name.endswith("_count")]
sys.exit(0 if counts and all(math.isnan(value) for value in sums) and refused else 1)
PY
