#!/usr/bin/env bash
# shiftly changes the morning's and the afternoon's shift an hour late if the rota's first shift of
# a day begins in the evening: eight hours from 22:00 end at 07:00.
#
# Package:  @statengine/shiftly 0.0.131 (npm)
# Expected: Three shifts of 8 hours, the first from 22:00, change at 06:00, 14:00 and 22:00. The
#           package says so itself: the time frame of the shift from 22:00 ends at 06:00.
# Seen:     calculateShift changes them at 07:00, 15:00 and 22:00: whatever lies before shiftStart
#           on the clock is taken for the day before and moved back by an hour. So with two of 12
#           hours from 19:00: 08:00 and 19:00. The same rota written from 06:00 is right.
# Matters:  From six to seven, and from two to three, the alert goes to the shift that has left, and
#           its members' hours are paid: nine at night, and seven in the evening.
# Source:   @statengine/shiftly, lib/index.js, calculateShift and beforeShiftChange
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . @statengine/shiftly@0.0.131 || exit 2

cat >changes.cjs <<'JS'
const { ShiftConfiguration } = require('@statengine/shiftly');

const QUARTER = 15 * 60 * 1000;
const MIDNIGHT = Date.UTC(2026, 10, 24);

function changes(shiftStart, shiftDuration, pattern) {
  const rota = new ShiftConfiguration(
    { pattern, shiftStart, shiftDuration, firstDay: '2026-11-01', timeZone: 'UTC' });
  const onDuty = (at) => rota.calculateShift(new Date(at).toISOString());
  const times = Array.from({ length: 96 }, (_, number) => MIDNIGHT + number * QUARTER);
  return times.filter((at) => onDuty(at) !== onDuty(at - QUARTER))
    .map((at) => new Date(at).toISOString().slice(11, 16)).join(' ');
}

const night = new ShiftConfiguration({
  pattern: 'NED', shiftStart: '2200', shiftDuration: 8, firstDay: '2026-11-01', timeZone: 'UTC',
}).shiftTimeFrame('2026-11-24T23:00:00Z');
const seen = [changes('0600', 8, 'DEN'), changes('2200', 8, 'NDE'), changes('1900', 12, 'ND')];
console.log('@statengine/shiftly 0.0.131');
console.log('expected: changes at 06:00 14:00 22:00, and at 07:00 19:00');
console.log('its own time frame from 22:00:', night.start, 'to', night.end);
console.log('seen: 8 hours from 06:00:', seen[0]);
console.log('seen: 8 hours from 22:00:', seen[1]);
console.log('seen: 12 hours from 19:00:', seen[2]);
const wrong = ['06:00 14:00 22:00', '07:00 15:00 22:00', '08:00 19:00'];
const frame = night.end.startsWith('2026-11-25T06:00');
process.exit(frame && seen.join() === wrong.join() ? 0 : 1);
JS
node changes.cjs
