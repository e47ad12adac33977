#!/usr/bin/env bash
# parse-prometheus-text-format keeps one histogram of a page: of three queues' waits the last one's buckets are there, without the queue's name, sum and count.
#
# Package:  parse-prometheus-text-format 1.1.1 (npm)
# Expected: A histogram with a label has one entry for each label value, as a counter has: labels, buckets, sum and count.
# Seen:     One entry for all three queues. Its buckets are the last queue's; labels, sum and count are gone. Counters keep all three.
# Matters:  A service level that is read off the page is that of the queue that happens to stand last, and no error and no label says so.
# Source:   https://github.com/yunyu/parse-prometheus-text-format/issues/13 (open: the sum is lost), /pull/8 (open: labels)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund parse-prometheus-text-format@1.1.1 >npm.log 2>&1 || exit 2

cat >read.mjs <<'JS'
import parse from "parse-prometheus-text-format";

const queues = { billing: [10, 10], sales: [0, 10], technics: [5, 20] };

const histogram = (name) => {
  const [within, calls] = queues[name];
  const label = `queue="${name}"`;
  return `wait_seconds_bucket{${label},le="20"} ${within}
wait_seconds_bucket{${label},le="+Inf"} ${calls}
wait_seconds_sum{${label}} 100
wait_seconds_count{${label}} ${calls}
`;
};
const counter = (name) => `calls_total{queue="${name}"} ${queues[name][1]}\n`;
const page = (names) =>
  `# TYPE calls_total counter
${names.map(counter).join("")}# TYPE wait_seconds histogram
${names.map(histogram).join("")}`;

const [calls, waits] = parse(page(Object.keys(queues)));
console.log("parse-prometheus-text-format 1.1.1");
console.log("expected: three entries of calls_total and three of wait_seconds, each with its queue");
console.log("seen, calls_total:", JSON.stringify(calls.metrics));
console.log("seen, wait_seconds:", JSON.stringify(waits.metrics));
console.log("seen, wait_seconds of one queue:", JSON.stringify(parse(page(["sales"]))[1].metrics));
const only = waits.metrics[0];
process.exit(
  calls.metrics.length === 3 &&
    waits.metrics.length === 1 &&
    only.buckets["20"] === "5" &&
    only.buckets["+Inf"] === "20" &&
    !("labels" in only) &&
    !("sum" in only)
    ? 0
    : 1,
);
JS
node read.mjs
