#!/usr/bin/env bash
# One minute without a call, and Grafana's moving mean of three minutes has no value for the rest of
# the day; its running mean takes a minute that is not known for a wait of nought.
#
# Package:  @grafana/data 13.2.3 (npm): the transformation "Add field from calculation"
# Expected: A window of three minutes forgets a minute after three. What is not known, null, is left
#           out by both, as it is by the reducers of panels.
# Seen:     The mean of a minute without a call is NaN, 0/0 at Prometheus. The window keeps a
#           running sum, adds the NaN and takes it off again, which is NaN for ever: ten of twelve
#           minutes are missing, with the window centred eleven. Standard deviation, of the same
#           window, is there again after three minutes. With null instead the window is right, and
#           the cumulative mean is 55 s of waits that were all 60 s: it adds nothing and counts one
#           more.
# Matters:  The smoothed curve of a wall ends at the first quiet minute of the night, at the hour at
#           which nobody looks, and a day's running mean is better than any of its minutes. Smooth
#           in the query (avg_over_time of the sums), and divide the two sums there.
# Source:   packages/grafana-data, transformations/transformers/calculateField.ts
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --ignore-scripts \
  @grafana/data@13.2.3 jsdom@26.1.0 >npm.log 2>&1 || exit 2

cat >window.cjs <<'JS'
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('', { url: 'http://localhost/' });
window.grafanaBootData = { settings: {} };
Object.assign(globalThis, { window, document: window.document, navigator: window.navigator });
const {
  dataFrameFromJSON, standardTransformers, standardTransformersRegistry, transformDataFrame,
} = require('@grafana/data');

const { calculateFieldTransformer: calculate } = standardTransformers;
standardTransformersRegistry.setInit(() => [
  { id: calculate.id, name: calculate.name, transformation: () => Promise.resolve(calculate) },
]);

/** What the transformation makes of twelve waits of 60 s, of which the third has no value. */
async function tell(name, options, entities) {
  const waits = Array(12).fill(60).with(2, null);
  const frame = dataFrameFromJSON({
    schema: { fields: [{ name: 'at', type: 'time' }, { name: 'wait', type: 'number' }] },
    data: { values: [waits.map((_, minute) => minute * 60000), waits], entities: [null, entities] },
  });
  const all = { ...options, alias: 'made', replaceFields: true };
  const made = await new Promise((done) => {
    transformDataFrame([{ id: 'calculateField', options: all }], [frame]).subscribe(done);
  });
  const values = Array.from(made[0].fields[1].values, (value) => Math.round(value));
  console.log(`${name}: ${values.join(' ')}`);
}

const of = (reducer, windowAlignment) => ({
  mode: 'windowFunctions',
  window: { field: 'wait', reducer, windowAlignment, windowSizeMode: 'fixed', windowSize: 3 },
});
const running = { mode: 'cumulativeFunctions', cumulative: { field: 'wait', reducer: 'mean' } };
const quiet = { NaN: [2] };
(async () => {
  await tell('NaN, mean of three minutes', of('mean', 'trailing'), quiet);
  await tell('NaN, mean of three, centred', of('mean', 'centered'), quiet);
  await tell('NaN, deviation of three', of('stdDev', 'trailing'), quiet);
  await tell('null, mean of three minutes', of('mean', 'trailing'), null);
  await tell('null, running mean', running, null);
})();
JS
node window.cjs >seen.txt || { cat seen.txt; exit 1; }

echo "@grafana/data 13.2.3"
echo "expected: 60 where one of three minutes is known, NaN for three minutes at the most"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
NaN, mean of three minutes: 60 60 NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN
NaN, mean of three, centred: 60 NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN
NaN, deviation of three: 0 0 NaN NaN NaN 0 0 0 0 0 0 0
null, mean of three minutes: 60 60 60 60 60 60 60 60 60 60 60 60
null, running mean: 60 60 40 45 48 50 51 53 53 54 55 55
TEXT
