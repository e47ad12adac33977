#!/usr/bin/env bash
# OpenTelemetry's Prometheus exporter shifts label values when two instruments differ only by a
# dot: the queue becomes the version.
#
# Package:  opentelemetry-sdk 1.45.2, opentelemetry-exporter-prometheus 0.66b2 (PyPI)
# Expected: in.queue with the attributes channel and queue, and in_queue with queue alone, meet as
#           in_queue; the second series has queue support. Attributes team.name and team_name that
#           meet are joined by ';', as OpenTelemetry's specification says.
# Seen:     The second series' values are laid over the first one's label names by position:
#           channel holds the scope's name, otel_scope_version the queue 'support', and queue is
#           missing. Of two attributes that meet the last one wins.
# Matters:  Two teams' services or a library and the application spell one gauge with dot and
#           underscore; sums by queue then lose the contacts of one of them without any error.
# Source:   OpenTelemetry specification, Prometheus and OpenMetrics compatibility
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  opentelemetry-sdk==1.45.2 opentelemetry-exporter-prometheus==0.66b2 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import REGISTRY

meter = MeterProvider([PrometheusMetricReader()]).get_meter("scope")
meter.create_up_down_counter("in.queue").add(2, {"channel": "voice", "queue": "sales"})
meter.create_up_down_counter("in_queue").add(7, {"queue": "support"})
meter.create_up_down_counter("busy").add(1, {"team.name": "north", "team_name": "south"})

labels = {
    (sample.name, sample.value): sample.labels
    for family in REGISTRY.collect()
    for sample in family.samples
    if sample.name in ("in_queue", "busy")
}
for name in ("opentelemetry-sdk", "opentelemetry-exporter-prometheus"):
    print(name, version(name))
print("expected: queue support in the label queue; team_name north;south")
for (name, value), told in labels.items():
    print("seen:", name, value, told)
shifted = labels["in_queue", 7.0]
lost = labels["busy", 1.0]["team_name"] == "south"
sys.exit(0 if shifted["channel"] == "scope" and not shifted.get("queue") and lost else 1)
PY
