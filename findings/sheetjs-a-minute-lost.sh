#!/usr/bin/env bash
# SheetJS makes 0:03:00 of a mean handle time of 3 min 59.7 s in its CSV: where the seconds round up
# to a full minute, the minute is lost.
#
# Package:  xlsx 0.18.5 (npm)
# Expected: 239.7 s in a cell with the format h:mm:ss is 0:04:00 rounded, or 0:03:59 cut.
# Seen:     0:03:00. The seconds round to 60, which are written 00, and the minutes are not told:
#           59.7 s is 0:00:00, 59 min 59.7 s is 0:59:00, and so with mm:ss, [h]:mm:ss and [mm]:ss.
#           Of all times in tenths of a second up to an hour 1 in 122 is most of a minute too short.
# Matters:  A report of means of an ACD, taken over as CSV or as formatted text, has a queue whose
#           callers are served a minute faster than they were. Take the number (raw), not the text.
# Source:   SheetJS/sheetjs issue 2560 (open since 2018: known, and still in what npm installs)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --ignore-scripts xlsx@0.18.5 >npm.log 2>&1 || exit 2

cat >minutes.cjs <<'JS'
const XLSX = require('xlsx');

/** The CSV of a workbook that holds these seconds as times, written and read again. */
function csv(seconds, format) {
  const cells = seconds.map((one) => [{ t: 'n', v: one / 86400, z: format }]);
  const sheet = XLSX.utils.aoa_to_sheet(cells);
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, sheet, 'handle');
  const bytes = XLSX.write(book, { type: 'buffer', bookType: 'xlsx' });
  const read = XLSX.read(bytes, { type: 'buffer' });
  return XLSX.utils.sheet_to_csv(read.Sheets.handle).trim().split('\n');
}

console.log(`xlsx ${XLSX.version}`);
const few = [59.4, 59.7, 239.4, 239.7, 3599.7, 108000 - 0.3];
console.log(`seen of ${few.join(' s, ')} s`);
for (const format of ['h:mm:ss', '[h]:mm:ss', 'mm:ss', '[mm]:ss', '[ss]']) {
  console.log(`${format}: ${csv(few, format).join(', ')}`);
}
const all = Array.from({ length: 36000 }, (_, tenth) => tenth / 10);
const short = csv(all, 'h:mm:ss').filter((text, at) => {
  const [hours, minutes, seconds] = text.split(':').map(Number);
  return Math.abs(hours * 3600 + minutes * 60 + seconds - all[at]) > 1;
});
console.log(`off by more than a second: expected 0 of ${all.length}, seen ${short.length}`);
JS
node minutes.cjs >seen.txt || { cat seen.txt; exit 1; }
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
xlsx 0.18.5
seen of 59.4 s, 59.7 s, 239.4 s, 239.7 s, 3599.7 s, 107999.7 s
h:mm:ss: 0:00:59, 0:00:00, 0:03:59, 0:03:00, 0:59:00, 5:59:00
[h]:mm:ss: 0:00:59, 0:00:00, 0:03:59, 0:03:00, 0:59:00, 29:59:00
mm:ss: 00:59, 00:00, 03:59, 03:00, 59:00, 59:00
[mm]:ss: 00:59, 00:00, 03:59, 03:00, 59:00, 1799:00
[ss]: 59, 60, 239, 240, 3600, 108000
off by more than a second: expected 0 of 36000, seen 294
TEXT
