#!/usr/bin/env bash
# Of 10,000 alerts with one red circle or euro sign in them, sms-length counts 20,000 parts and
# Twilio's own calculator up to 30,000: a character of two units is not sent in two halves.
#
# Package:  sms-length 0.2.2, sms-segments-calculator 1.3.0 (npm)
# Expected: Two libraries that count the parts of a text message count the same: 153 units a part in
#           GSM 7 bit, 67 in UCS-2, as both say.
# Seen:     sms-length divides the sum of units by the size of a part. Where a character of two
#           units, a euro sign, a bracket or an emoji, would lie on the border of two parts, it goes
#           into the second as a whole, and what was full by the sum needs a third part: 306 units
#           are 3 parts and not 2, and so are 134 in UCS-2.
# Matters:  Parts are what is paid. A budget by the shorter count is half as much again too small,
#           for the texts that were trimmed to fit exactly.
# Source:   sms-length/src/index.ts, count; 3GPP TS 23.040, 9.2.3.24.1, on the parts of a message
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . \
  sms-length@0.2.2 sms-segments-calculator@1.3.0 || exit 2

cat >parts.cjs <<'JS'
const { count } = require('sms-length');
const { SegmentedMessage } = require('sms-segments-calculator');

const texts = {
  'a plain text of 306 units': 'x'.repeat(306),
  'a euro sign on the border': `${'x'.repeat(152)}€${'x'.repeat(152)}`,
  'a euro sign at the end': `${'x'.repeat(304)}€`,
  'a red circle on the border': `${'等'.repeat(66)}🔴${'等'.repeat(66)}`,
};
console.log('sms-length 0.2.2 - sms-segments-calculator 1.3.0');
console.log('expected: the same number of parts by both');
const seen = Object.entries(texts).map(([name, text]) => {
  const parts = [count(text).messages, new SegmentedMessage(text).segmentsCount];
  console.log(`seen: ${name}: ${parts[0]} by sms-length, ${parts[1]} by Twilio's`);
  return parts.join('/');
});
process.exit(seen.join(' ') === '2/2 2/3 2/2 2/3' ? 0 : 1);
JS
node parts.cjs
