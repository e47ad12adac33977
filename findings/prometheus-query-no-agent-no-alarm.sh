#!/usr/bin/env bash
# Three calls wait and no agent is free: Prometheus says +Inf calls an agent, prometheus-query NaN,
# and NaN is not above any threshold.
#
# Package:  prometheus-query 3.5.1 (npm)
# Expected: Values come as text, and three of them are no plain numbers: "NaN", "+Inf" and "-Inf". A
#           client of Prometheus's API knows them and gives NaN, Infinity and -Infinity.
# Seen:     All three are NaN: they are read by parseFloat, which knows "Infinity" but not "+Inf".
# Matters:  A share with nobody below the line is infinite when it is worst. "More than two waiting
#           for each agent" holds with one agent left, and ends when that one leaves.
# Source:   prometheus-query, SampleValue.fromJSON; Prometheus's HTTP API, "Expression query result
#           formats"; Grafana had the same in its own client (grafana/grafana issue 28287)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . prometheus-query@3.5.1 || exit 2

cat >waiting.cjs <<'JS'
const http = require('http');
const { PrometheusDriver } = require('prometheus-query');

// calls waiting by agents free: 1/1, 3/1, 3/0 and 0/0, as Prometheus's API writes them
const told = ['1', '3', '+Inf', 'NaN'];
const answer = JSON.stringify({
  status: 'success',
  data: {
    resultType: 'vector',
    result: told.map((value, at) => ({ metric: { queue: `q${at}` }, value: [1795942800, value] })),
  },
});
const server = http.createServer((_, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(answer);
});
server.listen(0, '127.0.0.1', async () => {
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const prometheus = new PrometheusDriver({ endpoint });
  const { result } = await prometheus.instantQuery('calls_waiting / agents_free');
  const seen = result.map(({ value }) => value.value);
  server.close();
  console.log('prometheus-query 3.5.1');
  console.log('expected:', 1, 3, Infinity, NaN, '- above 2: false true true false');
  console.log('seen:', ...seen, '- above 2:', ...seen.map((value) => value > 2));
  process.exit(seen.join() === '1,3,NaN,NaN' ? 0 : 1);
});
JS
node waiting.cjs
