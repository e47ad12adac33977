#!/usr/bin/env bash
# aiosmpplib sends "valid until half past nine in New York" as 19 hours west of Greenwich, so the
# text may come fourteen hours late; and what it writes it reads back in the year 26.
#
# Package:  aiosmpplib 0.7.4 (PyPI), smpp 0.5.1 (npm)
# Expected: A time of SMPP ends in its zone: quarters of an hour, 00 to 48, and + or - for ahead of
#           or behind UTC. 09:30-05:00 ends in 20-, and reading it gives 14:30 UTC of that day.
# Seen:     It ends in 76-, the quarters of 24 - 5 hours: timedelta keeps a negative span as a
#           negative day and positive seconds. smpp for Node.js, as a message centre, reads 04:30
#           UTC of the next day. Zones east of Greenwich are written rightly, but the quarters are
#           read as hours: a datetime 32 hours ahead for Shanghai, which raises when it is written
#           or compared. In UTC the time is read, in the year 26.
# Matters:  A text about a queue is worth ten minutes. This one wakes people at night with an alert
#           that was over at breakfast, or the message centre refuses it as invalid.
# Source:   aiosmpplib/protocol.py, datetime_to_smpp_time; SMPP 3.4, 7.1.1 (absolute time format)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  aiosmpplib==0.7.4 tzdata || exit 2
npm install --silent --no-audit --no-fund --prefix . smpp@0.5.1 || exit 2

cat >alert.py <<'PY'
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from aiosmpplib import PhoneNumber, SubmitSm

for name in ("UTC", "Asia/Shanghai", "America/New_York"):
    until = datetime(2026, 11, 29, 9, 30, tzinfo=ZoneInfo(name))
    ends = {"source": PhoneNumber("1"), "destination": PhoneNumber("2")}
    alert = SubmitSm(short_message="SL 20 %", validity_period=until, **ends)
    alert.sequence_num = 1
    Path(f"{name.partition('/')[0]}.pdu").write_bytes(alert.pdu())
    written = SubmitSm.datetime_to_smpp_time(until)
    try:
        read = SubmitSm.smpp_time_to_datetime(written).isoformat()
    except ValueError:
        read = "an error"
    print(name, written, "read by aiosmpplib:", read)
PY
cat >centre.cjs <<'JS'
const { PDU } = require('smpp');
const fs = require('fs');
for (const name of ['UTC', 'Asia', 'America']) {
  console.log(new PDU(fs.readFileSync(`${name}.pdu`)).validity_period.toISOString());
}
JS
venv/bin/python alert.py >wrote.txt
node centre.cjs >read.txt

echo "aiosmpplib 0.7.4 - smpp 0.5.1"
echo "expected: 09:30 UTC, 01:30 UTC and 14:30 UTC on 29 November 2026, 00+, 32+ and 20-"
paste -d' ' wrote.txt read.txt | sed 's/^/seen: /'
diff - <(paste -d' ' wrote.txt read.txt) <<'TEXT' >/dev/null
UTC 261129093000000+ read by aiosmpplib: 0026-11-29T09:30:00+00:00 2026-11-29T09:30:00.000Z
Asia/Shanghai 261129093000032+ read by aiosmpplib: an error 2026-11-29T01:30:00.000Z
America/New_York 261129093000076- read by aiosmpplib: an error 2026-11-30T04:30:00.000Z
TEXT
