#!/usr/bin/env bash
# On the night that clocks go back cron-parser leaves an hour out of "every quarter of an hour from midnight to six", but not out of "every quarter of an hour".
#
# Package:  cron-parser 5.10.6 (npm)
# Expected: "*/15 0-5 * * *" in Europe/Berlin comes 28 times on 2026-10-25, a night of seven hours: four times in each of them, as "*/15 * * * *" does.
# Seen:     24 times. After 02:45+02:00 the next one is 03:00+01:00; 02:00 to 02:45+01:00 are left out. "*/15 * * * *" has all 28.
# Matters:  A check of the night shift, or the export of its quarter hours, pauses for an hour in which calls come; the day's report lacks it.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
npm install --silent --no-audit --no-fund cron-parser@5.10.6 || exit 2

cat > night.js <<'JS'
const { CronExpressionParser } = require("cron-parser");
const BEGIN = new Date("2026-10-24T21:59:00Z"); // a minute before midnight in Berlin
const END = new Date("2026-10-25T05:00:00Z"); // six in the morning

function times(line) {
  const found = [];
  const every = CronExpressionParser.parse(line, { currentDate: BEGIN, tz: "Europe/Berlin" });
  for (let at = every.next().toDate(); at < END; at = every.next().toDate()) found.push(at.toISOString().slice(11, 16));
  return found;
}

const always = times("*/15 * * * *");
const night = times("*/15 0-5 * * *");
const missing = always.filter((at) => !night.includes(at));
console.log("cron-parser", require("cron-parser/package.json").version);
console.log("expected: 28 times each, of a night of seven hours");
console.log(`seen: */15 * * * * ${always.length} times, */15 0-5 * * * ${night.length} times; it lacks ${missing.join(" ")} (UTC)`);
process.exit(always.length === 28 && missing.join() === "01:00,01:15,01:30,01:45" ? 0 : 1);
JS
node night.js
