#!/usr/bin/env bash
# One exponential histogram, and OpenTelemetry's Prometheus exporter for Python has no page at all:
# the counters and gauges beside it are gone too.
#
# Package:  opentelemetry-exporter-prometheus 0.66b2, opentelemetry-sdk 1.45.2 (PyPI)
# Expected: The exporter turns an exponential histogram into a native or a classic one, or leaves
#           it out with a warning, as it is written to do with a kind that it does not know.
# Seen:     Reading its points raises AttributeError before the kind is looked at, so each scrape
#           fails as a whole from the first point on, and points do not go away.
# Matters:  The aggregation is a setting of the SDK. Whoever adds it for finer quantiles of waits
#           loses calls, agents and the alerts on them with the first call that waited.
# Source:   _collect_data_points in opentelemetry/exporter/prometheus/__init__.py
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  opentelemetry-exporter-prometheus==0.66b2 opentelemetry-sdk==1.45.2 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from prometheus_client import REGISTRY, generate_latest


def page() -> str:
    """What is scraped: how many samples of calls, or the error instead."""
    try:
        lines = generate_latest(REGISTRY).decode().splitlines()
    except AttributeError as error:
        return repr(error)
    return f"{sum(line.startswith('calls_') for line in lines)} sample of calls"


finer = View(instrument_name="wait", aggregation=ExponentialBucketHistogramAggregation())
provider = MeterProvider(metric_readers=[PrometheusMetricReader()], views=[finer])
meter = provider.get_meter("acd")
meter.create_counter("calls").add(3)
wait = meter.create_histogram("wait", unit="s")
before = page()
wait.record(12.5)
after = page()

for package in ("opentelemetry-exporter-prometheus", "opentelemetry-sdk"):
    print(package, version(package))
print("expected: 1 sample of calls, with the histogram's first point too")
print("seen:", before, "- with one wait recorded:", after)
sys.exit(0 if before.startswith("1 ") and "has no attribute 'value'" in after else 1)
PY
