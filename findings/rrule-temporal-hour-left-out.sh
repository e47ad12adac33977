#!/usr/bin/env bash
# On the night that clocks go back rrule-temporal leaves the second hour from two to three out of
# "each hour", and not out of "each 60 minutes" or "each second hour".
#
# Package:  rrule-temporal 2.2.8 (npm)
# Expected: FREQ=HOURLY and FREQ=MINUTELY;INTERVAL=60 are the same times. Whichever reading of RFC
#           5545 a library has for an hour that is there twice, it has it for both.
# Seen:     MINUTELY goes by elapsed time: 02:00+02:00, 02:00+01:00, 03:00+01:00. HOURLY goes from
#           02:00+02:00 to 03:00+01:00, two hours later. HOURLY;INTERVAL=2 from one o'clock goes by
#           elapsed time again, to 02:00+01:00.
# Matters:  A check or a shift of an hour each leaves a hole of an hour in that night, and a day's
#           sum of hourly figures lacks the calls of one. Which rules do so cannot be told from
#           their units.
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . rrule-temporal@2.2.8 || exit 2

cat >night.mjs <<'JS'
import { RRuleTemporal } from 'rrule-temporal';

function times(rule) {
  const rruleString = `DTSTART;TZID=Europe/Berlin:20261025T010000\nRRULE:${rule}`;
  return new RRuleTemporal({ rruleString }).all().map((at) => at.toString().slice(11, 22)
    .replace(':00+', '+'));
}

const hourly = times('FREQ=HOURLY;COUNT=4');
const minutes = times('FREQ=MINUTELY;INTERVAL=60;COUNT=4');
const second = times('FREQ=HOURLY;INTERVAL=2;COUNT=2');
console.log('rrule-temporal 2.2.8, from one o\'clock on 25 October 2026 in Berlin');
console.log('expected: each hour and each 60 minutes are the same times');
console.log('seen, each hour:', ...hourly);
console.log('seen, each 60 minutes:', ...minutes);
console.log('seen, each second hour:', ...second);
const elapsed = minutes.join() === '01:00+02,02:00+02,02:00+01,03:00+01';
const hole = hourly.join() === '01:00+02,02:00+02,03:00+01,04:00+01';
process.exit(elapsed && hole && second.join() === '01:00+02,02:00+01' ? 0 : 1);
JS
node night.mjs
