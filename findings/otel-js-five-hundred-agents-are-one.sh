#!/usr/bin/env bash
# Of 2,500 agents with a call each, OpenTelemetry's Prometheus page for JavaScript has 1,999 and one
# line for the 501 others, whose value is 1: the sum of calls is 2,000. Python's has 2,500.
#
# Package:  @opentelemetry/sdk-metrics 2.12.1, @opentelemetry/exporter-prometheus 0.223.0 (npm);
#           opentelemetry-sdk 1.39.1, opentelemetry-exporter-prometheus 0.60b1 (PyPI)
# Expected: What a gauge's callback observes is on the page. If there is a limit to the number of
#           series, what lies beyond it is lost loudly, or its sum is kept, as a counter's is.
# Seen:     The 2,000th series and those after it share one line, otel_metric_overflow="true",
#           without a warning. A counter's line adds them up, 501. A gauge's keeps the last of them,
#           1.
# Matters:  The wall's "in a call" stops at 2,000, and the share of agents who are busy falls on the
#           day the centre grows. Each instrument is counted by itself, so other figures are right.
# Source:   OpenTelemetry specification, Metrics SDK, "Cardinality limits" (default 2000, overflow)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . @opentelemetry/api@1.9.0 \
  @opentelemetry/sdk-metrics@2.12.1 @opentelemetry/exporter-prometheus@0.223.0 || exit 2
python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  opentelemetry-sdk==1.39.1 opentelemetry-exporter-prometheus==0.60b1 || exit 2

cat >page.cjs <<'JS'
const { MeterProvider } = require('@opentelemetry/sdk-metrics');
const { PrometheusExporter, PrometheusSerializer } = require('@opentelemetry/exporter-prometheus');

const exporter = new PrometheusExporter({ preventServerStart: true });
const meter = new MeterProvider({ readers: [exporter] }).getMeter('floor');
const agents = Array.from({ length: 2500 }, (_, number) => ({ agent: `a${number}` }));
const offered = meter.createCounter('calls.offered');
for (const agent of agents) offered.add(1, agent);
meter.createObservableGauge('calls.open').addCallback((observer) => {
  for (const agent of agents) observer.observe(1, agent);
});
exporter.collect().then(({ resourceMetrics }) => {
  console.log(new PrometheusSerializer().serialize(resourceMetrics));
});
JS
cat >page.py <<'PY'
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import generate_latest

AGENTS = [{"agent": f"a{number}"} for number in range(2500)]


def open_calls(_: CallbackOptions) -> list[Observation]:
    return [Observation(1, agent) for agent in AGENTS]


meter = MeterProvider(metric_readers=[PrometheusMetricReader()]).get_meter("floor")
offered = meter.create_counter("calls.offered")
for agent in AGENTS:
    offered.add(1, agent)
meter.create_observable_gauge("calls.open", callbacks=[open_calls])
print(generate_latest().decode())
PY
node page.cjs >javascript.txt 2>javascript.log
venv/bin/python page.py >python.txt 2>python.log

sums() { # of a page's lines: those of the counter, and those of the gauge
  awk '/^calls_offered_total/ {offered += $NF} /^calls_open/ {open += $NF}
       END {printf "%d offered, %d open", offered, open}' "$1"
}
echo "OpenTelemetry for JavaScript 2.12.1 / 0.223.0, for Python 1.39.1 / 0.60b1"
echo "expected: 2500 offered, 2500 open"
echo "seen: JavaScript: $(sums javascript.txt); warnings: $(wc -l <javascript.log)"
grep overflow javascript.txt | sed 's/^/seen:   /'
echo "seen: Python: $(sums python.txt)"
[[ "$(sums javascript.txt)" == "2500 offered, 2000 open" ]] &&
  [[ "$(sums python.txt)" == "2500 offered, 2500 open" ]]
