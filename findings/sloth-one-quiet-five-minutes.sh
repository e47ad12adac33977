#!/usr/bin/env bash
# Sloth's figure of thirty days is the mean of the shares of five minutes: a caller by night weighs
# as much as a hundred by day, and one five minutes without a call makes it NaN for thirty days.
#
# Package:  sloth 0.16.0 (Go module), promtool (Debian: prometheus)
# Expected: An SLO by events, "errors" and "total", is errors by total over the period, as it is in
#           the shorter windows: of 60,000 calls by day 1 in 20 is late, of 120 by night 1 in 2,
#           together 5.1 %.
# Seen:     The 30 days' rule is sum_over_time by count_over_time of the five minutes' rule, and
#           says 12.5 %. Five minutes without a call have the share 0/0, stored as NaN, and a sum
#           with a NaN is NaN: so is what is left of the budget, until 30 days later. The rules of
#           up to 3 days, which alert, are right.
# Matters:  Who judges a month's service level by this figure judges the hours that nobody calls
#           in, and a queue that closes at night has no figure at all. disableOptimized of the
#           plugin sloth.dev/core/sli_rules/v1 turns the shortcut off; its page speaks of "reduced
#           accuracy".
#           The build takes some minutes where Go has nothing in its cache.
# Source:   internal/plugin/slo/core/sli_rules_v1 (optimized recording rule)
set -euo pipefail

command -v go >/dev/null && command -v promtool >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

GOBIN="$work/bin" go install github.com/slok/sloth/cmd/sloth@v0.16.0 >go.log 2>&1 || exit 2

cat >slo.yml <<'YAML'
version: prometheus/v1
service: hotline
slos:
  - name: in-time
    objective: 80
    sli:
      events:
        error_query: sum(increase(late_total[{{.window}}]))
        total_query: sum(increase(calls_total[{{.window}}]))
    alerting: {page_alert: {disable: true}, ticket_alert: {disable: true}}
YAML
bin/sloth generate --no-log -i slo.yml -o rules.yml 2>>go.log || { cat go.log; exit 1; }

# Ten hours with 100 calls a minute, two with one; then the same with an hour without any between.
names='sloth_id="hotline-in-time", sloth_service="hotline", sloth_slo="in-time"'
month=slo:sli_error:ratio_rate30d
budget=slo:period_error_budget_remaining:ratio
cat >test.yml <<YAML
rule_files: [rules.yml]
evaluation_interval: 5m
tests:
  - interval: 1m
    input_series:
      - {series: calls_total, values: '0+100x600 60001+1x119'}
      - {series: late_total, values: '0+5x600 3000.5+0.5x119'}
    promql_expr_test:
      - expr: round(slo:sli_error:ratio_rate30d, 0.001)
        eval_time: 12h
        exp_samples: [{labels: '{$names, sloth_window="30d"}', value: 0.125}]
      - expr: round(slo:sli_error:ratio_rate1d, 0.001)
        eval_time: 12h
        exp_samples: [{labels: '{$names, sloth_window="1d"}', value: 0.051}]
  - interval: 1m
    input_series:
      - {series: calls_total, values: '0+100x600 60000x60 60001+1x119'}
      - {series: late_total, values: '0+5x600 3000x60 3000.5+0.5x119'}
    promql_expr_test:
      - expr: round(slo:sli_error:ratio_rate1d, 0.001)
        eval_time: 13h
        exp_samples: [{labels: '{$names, sloth_window="1d"}', value: 0.051}]
      - expr: count($month != $month)
        eval_time: 13h
        exp_samples: [{value: 1}]
      - expr: count($budget != $budget)
        eval_time: 13h
        exp_samples: [{value: 1}]
YAML
echo "sloth 0.16.0, $(promtool --version 2>&1 | head -1)"
echo "expected: 5.1 % late in 30 days as in one day, with a quiet hour between and without"
seen=0
promtool test rules test.yml >seen.txt 2>&1 || seen=$?
sed 's/^/seen: /' seen.txt
echo "seen where that says SUCCESS: 12.5 % in 30 days and 5.1 % in one; NaN after a quiet hour"
exit "$((seen > 0))"
