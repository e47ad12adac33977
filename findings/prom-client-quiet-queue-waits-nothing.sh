#!/usr/bin/env bash
# prom-client says of a queue that had no call within the summary's window that its p99 is 0 s, the
# best wait there is.
#
# Package:  prom-client 15.1.3 (npm)
# Expected: The quantiles of an empty window are NaN, as the Prometheus clients for Go and Java have
#           them, or are left out. No alert fires on either.
# Seen:     They are 0, both before the first wait and when maxAgeSeconds have passed since the last
#           one, while count and sum go on telling of the two waits. Without maxAgeSeconds nothing
#           is ever forgotten.
# Matters:  The mean of p99 over queues sinks at night, "p99 under target" is green on a board of a
#           hotline that is out of order, and the alert of a line that has fallen silent ends
#           itself.
# Source:   prometheus/client_js pull request 14 (0 by intent, where it was undefined before)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . prom-client@15.1.3 || exit 2

cat >quiet.js <<'JS'
const { Registry, Summary } = require('prom-client');
const { setTimeout: sleep } = require('node:timers/promises');

const registry = new Registry();
const summary = new Summary({
  name: 'wait_seconds', help: 'wait', percentiles: [0.99], maxAgeSeconds: 1, ageBuckets: 2,
  registers: [registry],
});

async function page() {
  const text = await registry.metrics();
  return Object.fromEntries(text.split('\n').filter((line) => line && !line.startsWith('#'))
    .map((line) => [line.split(' ')[0].replace('wait_seconds', ''), line.split(' ')[1]]));
}

(async () => {
  const before = await page();
  summary.observe(40);
  summary.observe(50);
  const busy = await page();
  await sleep(3_000);
  const quiet = await page();
  console.log('prom-client 15.1.3, waits of 40 and 50 s, a window of one second');
  console.log('expected: p99 NaN or none before the first wait and after the window');
  for (const [name, seen] of Object.entries({ before, busy, quiet })) {
    console.log(`seen, ${name}:`, JSON.stringify(seen));
  }
  const p99 = (seen) => seen['{quantile="0.99"}'];
  const nothing = p99(before) === '0' && p99(quiet) === '0';
  process.exit(nothing && Number(p99(busy)) >= 40 && quiet._count === '2' ? 0 : 1);
})();
JS
node quiet.js
