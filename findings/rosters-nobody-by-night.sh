#!/usr/bin/env bash
# A night shift from 22:00 to 06:00 is never on call by rosters, one from 00:00 to 08:00 not before
# one o'clock, and at new year a turn of three leaves Ann out.
#
# Package:  rosters 0.0.1 (npm), Node.js with its own ICU
# Expected: A layer is on call from its start to its end, across midnight where the end is earlier,
#           as in PagerDuty and Opsgenie, from which layers and rotations have their names; three
#           who take turns by the week or by the day follow one another.
# Seen:     Times are compared as text: no time is after 22:00:00 and before 06:00:00, and the first
#           hour of a day is 24:00:00 to 24:59:59 in what toLocaleTimeString gives for en-US without
#           hour12, after every end. Whose turn it is is the number of the week, or of the day, of
#           the year by three: after week 53, or day 365, comes number 1, and that is Bob.
# Matters:  The alert of half past midnight goes to the one on call by day, asleep; or, where there
#           is no layer beneath, to nobody. Bob and Cid have two weeks before Ann has her next.
# Source:   rosters src/index.js (getLayer, getLayerUser)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --ignore-scripts rosters@0.0.1 >npm.log 2>&1 || exit 2

cat >call.cjs <<'JS'
const { getOnCallPerson } = require('rosters');
const Clock = Date;

/** Who is on call by this schedule at this moment. */
function onCall(schedule, at) {
  globalThis.Date = class extends Clock {
    constructor(...words) { super(...(words.length ? words : [at])); }
  };
  try {
    return getOnCallPerson(schedule)?.name ?? 'nobody';
  } finally {
    globalThis.Date = Clock;
  }
}

const users = ['Ann', 'Bob', 'Cid'].map((name) => ({ name }));
const day = { user: { name: 'Day' } };
const late = { layers: [day, { start: '22:00:00', end: '06:00:00', user: { name: 'Night' } }] };
const early = { layers: [day, { start: '00:00:00', end: '08:00:00', user: { name: 'Night' } }] };
for (const time of ['23:30', '00:30', '01:30', '05:30']) {
  const at = `2026-12-01T${time}:00`;
  console.log(`${time}: expected Night, seen ${onCall(late, at)} (22 to 6)`
    + (time === '23:30' ? '' : ` and ${onCall(early, at)} (0 to 8)`));
}
for (const [every, first, step] of [['week', 14, 7], ['day', 29, 1]]) {
  const schedule = { layers: [{ rotation: { every, users } }] };
  const seen = [0, 1, 2, 3, 4, 5].map(
    (turn) => onCall(schedule, new Clock(2026, 11, first + step * turn, 12)));
  console.log(`by the ${every}: expected Ann Bob Cid Ann Bob Cid, seen ${seen.join(' ')}`);
}
JS
TZ=UTC node call.cjs >seen.txt || { cat seen.txt; exit 1; }

echo "rosters 0.0.1"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
23:30: expected Night, seen Day (22 to 6)
00:30: expected Night, seen Day (22 to 6) and Day (0 to 8)
01:30: expected Night, seen Day (22 to 6) and Night (0 to 8)
05:30: expected Night, seen Day (22 to 6) and Night (0 to 8)
by the week: expected Ann Bob Cid Ann Bob Cid, seen Ann Bob Cid Bob Cid Ann
by the day: expected Ann Bob Cid Ann Bob Cid, seen Ann Bob Cid Bob Cid Ann
TEXT
