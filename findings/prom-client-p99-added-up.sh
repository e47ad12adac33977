#!/usr/bin/env bash
# prom-client adds the quantiles of its workers up: two workers whose calls all waited ten seconds
# have a p99 of twenty.
#
# Package:  prom-client 15.1.3 (npm)
# Expected: AggregatorRegistry, which joins the pages of a cluster's workers to one, leaves the
#           quantiles of a Summary out, since they cannot be joined, or gives the largest.
# Seen:     It adds them, as it does counters: with n workers of equal waits median and p99 are n
#           times the wait. Sum and count beside them are right, so the mean is 10 s where the
#           median is 20 s. The aggregator can be set per metric ("max", "omit"), but then sum and
#           count are joined so too.
# Matters:  A service that is given a second worker doubles its p99, and an alert "p99 over 15 s"
#           fires though nobody waited longer than ten.
# Source:   prometheus/client_js issue 225 (open)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . prom-client@15.1.3 || exit 2

cat >quantiles.js <<'JS'
const { AggregatorRegistry, Registry, Summary } = require('prom-client');

async function worker(waits, aggregator) {
  const registry = new Registry();
  const summary = new Summary({
    name: 'wait_seconds', help: 'wait', percentiles: [0.5, 0.99], aggregator,
    registers: [registry],
  });
  waits.forEach((wait) => summary.observe(wait));
  return registry.getMetricsAsJSON();
}

async function together(count, aggregator = 'sum') {
  const pages = Array.from({ length: count }, () => worker([10, 10, 10], aggregator));
  const page = await AggregatorRegistry.aggregate(await Promise.all(pages)).metrics();
  return Object.fromEntries(page.split('\n').filter((line) => line && !line.startsWith('#'))
    .map((line) => [line.split(' ')[0].replace('wait_seconds', ''), Number(line.split(' ')[1])]));
}

(async () => {
  const [one, two, four] = [await together(1), await together(2), await together(4)];
  const largest = await together(2, 'max');
  console.log('prom-client 15.1.3, each worker with three waits of 10 s');
  console.log('expected: p99 10, or none, however many workers');
  for (const [name, page] of Object.entries({ one, two, four, 'two, by max': largest })) {
    console.log(`seen, ${name}:`, JSON.stringify(page));
  }
  const p99 = (page) => page['{quantile="0.99"}'];
  const added = p99(one) === 10 && p99(two) === 20 && p99(four) === 40;
  const right = two._sum === 60 && two._count === 6;
  process.exit(added && right && p99(largest) === 10 && largest._count === 3 ? 0 : 1);
})();
JS
node quantiles.js
