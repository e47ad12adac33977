#!/usr/bin/env bash
# Of half hours two of which had no call, Grafana's panels say that the median service level is
# 15 %, the first percentile 90 % and the 99th 60 %: NaN stops the sorting, and what lies between is
# mixed.
#
# Package:  @grafana/data 13.2.3 (npm), which reduces a series to a figure in Grafana's browser
# Expected: A share of no calls, 0/0, is NaN at Prometheus. Min, max and mean leave it out here, so
#           the median and the percentiles do; or they are NaN. In no case is p1 above p99.
# Seen:     Six shares from 10 to 95 % with NaN between: min, max and mean are right. Percentiles
#           sort with (a, b) => a - b, which is NaN for each pair with a NaN: that counts as
#           "equal", each run between two of them is sorted for itself or half, and the result
#           depends on when the quiet half hours were. Standard deviation is NaN, and count counts
#           them. With null for "no value" all are right.
# Matters:  A stat panel "median service level today" is wrong on days with a quiet half hour and
#           right on others, without a sign. Ask for the quantile in the query, or drop NaN there:
#           "share >= 0" has none.
# Source:   packages/grafana-data, fieldReducer.ts (calculatePercentile, calculateMedian)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --ignore-scripts @grafana/data@13.2.3 >npm.log 2>&1 \
  || exit 2

cat >reduce.cjs <<'JS'
globalThis.navigator = { language: 'en', languages: ['en'] };
const { dataFrameFromJSON, reduceField } = require('@grafana/data');

const REDUCERS = ['min', 'p1', 'median', 'p99', 'max', 'mean', 'stdDev', 'count'];

/** What a panel says of these shares, sent as by Grafana's server: NaN beside the values. */
function tell(name, shares) {
  const at = (test) => shares.flatMap((share, index) => (test(share) ? [index] : []));
  const frame = dataFrameFromJSON({
    schema: { fields: [{ name: 'share', type: 'number' }] },
    data: {
      values: [shares.map((share) => (Number.isNaN(share) ? null : share))],
      entities: [{ NaN: at(Number.isNaN) }],
    },
  });
  const figures = reduceField({ field: frame.fields[0], reducers: REDUCERS });
  const told = REDUCERS.map((one) => `${one} ${Math.round(figures[one] * 1000) / 1000}`);
  console.log(`${name}: ${told.join(', ')}`);
}

tell('none quiet', [0.9, 0.95, 0.1, 0.2, 0.3, 0.6]);
tell('quiet ones NaN', [0.9, 0.95, NaN, 0.1, 0.2, 0.3, NaN, 0.6]);
tell('quiet ones last', [0.9, 0.95, 0.1, 0.2, 0.3, 0.6, NaN, NaN]);
tell('quiet ones null', [0.9, 0.95, null, 0.1, 0.2, 0.3, null, 0.6]);
JS
node reduce.cjs >seen.txt || { cat seen.txt; exit 1; }

echo "@grafana/data 13.2.3"
echo "expected: the figures of the first line, or NaN"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
none quiet: min 0.1, p1 0.1, median 0.45, p99 0.95, max 0.95, mean 0.508, stdDev 0.332, count 6
quiet ones NaN: min 0.1, p1 0.9, median 0.15, p99 0.6, max 0.95, mean 0.508, stdDev NaN, count 8
quiet ones last: min 0.1, p1 0.1, median 0.75, p99 NaN, max 0.95, mean 0.508, stdDev NaN, count 8
quiet ones null: min 0.1, p1 0.1, median 0.45, p99 0.95, max 0.95, mean 0.508, stdDev 0.332, count 6
TEXT
