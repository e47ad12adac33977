#!/usr/bin/env bash
# A promtool test that expects NaN fails with "exp: NaN, got: NaN", and series of NaN are written
# NaN+0x5, not NaNx5.
#
# Package:  promtool 2.42.0 (Debian: prometheus), found on the PATH
# Expected: Values are those of PromQL: 1x5 repeats 1, so NaNx5 repeats NaN; value: NaN expects it.
# Seen:     NaNx5 is a parse error, NaN+0x5 is read. `value: NaN` is "cannot unmarshal !!str", YAML's
#           .nan is read, and then no result is equal to it: the test fails and prints two lines
#           that look the same. `x != x` with an expected value of NaN's count tells it.
# Matters:  An exporter that says NaN for "undefined" (service level of a queue without contacts)
#           needs tests that its records stay undefined. Written in the plain way they cannot pass.
# Source:   promtool compares samples by their values, and NaN is equal to nothing
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v promtool >/dev/null || {
  echo "needs promtool (Debian: prometheus)" >&2
  exit 2
}
cd "$work"
echo '{"groups": []}' >rules.yml

tested() { # series' values, the expression, what is expected
  printf '{"rule_files": ["rules.yml"], "tests": [{"interval": "1m", "input_series": [
    {"series": "service_level", "values": "%s"}], "promql_expr_test": [
    {"expr": "%s", "eval_time": "2m", "exp_samples": [{"labels": "%s", "value": %s}]}]}]}' \
    "$1" "$2" "$3" "$4" >test.yml
  promtool test rules test.yml >answer 2>&1
}

promtool --version | head -1
same=0 plain=0 named=0 counted=0
tested NaNx5 service_level service_level 1 || plain=$?
grep -m 1 "parse error" answer
tested NaN+0x5 service_level service_level NaN || named=$?
grep -m 1 "unmarshal !!str" answer
tested NaN+0x5 service_level service_level .nan || same=$?
grep "NaN$" answer
tested NaN+0x5 'count(service_level != service_level)' '{}' 1 || counted=$?
[[ $plain -ne 0 && $named -ne 0 && $same -ne 0 && $counted -eq 0 ]] || exit 1
