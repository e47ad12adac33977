#!/usr/bin/env bash
# A card for Teams that divides 5 answered calls by 8 offered ones says 0, and 62 % where it times
# them by 100.0 first: its warning below 80 % is there for every queue that missed one call.
#
# Package:  adaptivecards-templating 2.3.1, adaptive-expressions 4.23.3 (npm)
# Expected: The template is JSON and runs in JavaScript, and both know one kind of number: 5/8 is
#           0.625. Who knows that div is of integers for integers ("Return the integer result from
#           dividing two numbers") writes 100.0, or float(), as in its editions for other languages.
# Seen:     0. A number whose fraction is nought is an integer here, written 100.0, float('100') or
#           sent as 8.0, and what is divided is cut down: a service level of 62.5 % is 62, and the
#           share 0 for 5 of 8 and for 7 of 8. average() of 5, 5 and 4 is 4.67, round() has digits.
#           The figure is right as soon as one of both has a fraction: 4 min 30.5 s by 8, not 4 min.
# Matters:  The alert's card contradicts the alert, and a mean handle time is up to a second short,
#           on some days and not on others. Send shares and means that are divided already.
# Source:   microsoft/botbuilder-js issue 3753 (known); builtinFunctions/divide.js (isInteger)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --ignore-scripts \
  adaptivecards-templating@2.3.1 adaptive-expressions@4.23.3 >npm.log 2>&1 || exit 2

cat >card.cjs <<'JS'
const { Template } = require('adaptivecards-templating');

/** What a line of a card says of this queue. */
function line(text, queue) {
  return new Template({ type: 'TextBlock', text }).expand({ $root: queue }).text;
}

/** Whether a card has its warning for this queue. */
function warned(queue) {
  const warning = { type: 'TextBlock', $when: '${answered / offered < 0.8}', text: 'below 80 %' };
  const card = new Template({ type: 'AdaptiveCard', body: [warning] });
  return card.expand({ $root: queue }).body.length === 1;
}

const queue = JSON.parse('{"answered": 5, "offered": 8.0, "handled": 300, "paused": 300.5}');
for (const [text, expected] of [
  ['${answered / offered}', 0.625],
  ['${answered * 100.0 / offered}', 62.5],
  ["${answered * float('100') / offered}", 62.5],
  ['${formatNumber(answered * 100.0 / offered, 1)}', 62.5],
  ['${handled / offered}', 37.5],
  ['${paused / offered}', 37.5625],
]) {
  console.log(`${text}: expected ${expected}, seen ${line(text, queue)}`);
}
for (const answered of [99, 100]) {
  const seen = warned({ answered, offered: 100 });
  console.log(`warning for ${answered} of 100: expected false, seen ${seen}`);
}
JS
node card.cjs >seen.txt || { cat seen.txt; exit 1; }

echo "adaptivecards-templating 2.3.1, adaptive-expressions 4.23.3"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
${answered / offered}: expected 0.625, seen 0
${answered * 100.0 / offered}: expected 62.5, seen 62
${answered * float('100') / offered}: expected 62.5, seen 62
${formatNumber(answered * 100.0 / offered, 1)}: expected 62.5, seen 62.0
${handled / offered}: expected 37.5, seen 37
${paused / offered}: expected 37.5625, seen 37.5625
warning for 99 of 100: expected false, seen true
warning for 100 of 100: expected false, seen false
TEXT
