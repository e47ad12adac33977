#!/usr/bin/env bash
# Prometheus ignores NaN in max and min, gives NaN for sum and avg, and takes it for the least value
# in quantile.
#
# Package:  promtool of Prometheus, 2.42.0 (Debian: prometheus), found on the PATH
# Expected: Of a queue without callers, whose service level is 0/0, and two with 0.8 and 0.9, every
#           aggregation either ignores the NaN or is NaN; the median is 0.85 or NaN.
# Seen:     max 0.9, min 0.8, sum and avg NaN, and quantile(0.5) 0.8: the NaN takes part as the
#           least value. "!= 0.9" lets the NaN through, though "< 0.9" and "> 0.9" do not.
# Matters:  Each empty queue at night pulls the median of the floor down by half a rank, and an
#           alert "level != 1" fires for queues without a single call.
# Source:   Prometheus, querying/operators
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v promtool >"$work/where" || { echo "needs promtool (Debian: prometheus)" >&2; exit 2; }

cat >"$work/test.yml" <<'YAML'
rule_files: []
tests:
  - interval: 1m
    input_series:
      - {series: 'level{queue="empty"}', values: 'NaN NaN'}
      - {series: 'level{queue="sales"}', values: '0.8 0.8'}
      - {series: 'level{queue="support"}', values: '0.9 0.9'}
    promql_expr_test:
      - {expr: 'max(level)', eval_time: 1m, exp_samples: [{labels: '{}', value: 0.9}]}
      - {expr: 'min(level)', eval_time: 1m, exp_samples: [{labels: '{}', value: 0.8}]}
      - {expr: 'quantile(0.5, level)', eval_time: 1m, exp_samples: [{labels: '{}', value: 0.8}]}
      - {expr: 'count(level != 0.9)', eval_time: 1m, exp_samples: [{labels: '{}', value: 2}]}
      - {expr: 'count(level < 0.9)', eval_time: 1m, exp_samples: [{labels: '{}', value: 1}]}
      - {expr: 'sum(level) > -Inf', eval_time: 1m, exp_samples: []}
      - {expr: 'avg(level) > -Inf', eval_time: 1m, exp_samples: []}
YAML

promtool --version 2>&1 | head -n 1
echo "expected: quantile(0.5) of NaN, 0.8, 0.9 is 0.85 or NaN; != lets through as little as < and >"
if promtool test rules "$work/test.yml" >"$work/told" 2>&1; then
  echo "seen: max 0.9, min 0.8, sum and avg NaN, quantile(0.5) 0.8; != 0.9 lets NaN through"
else
  cat "$work/told"
  exit 1
fi
