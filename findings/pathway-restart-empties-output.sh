#!/usr/bin/env bash
# With persistence on, Pathway's second start empties the file of figures that the first one wrote.
#
# Package:  pathway 0.33.0 (PyPI)
# Expected: After a start that finds nothing new the file still says what was counted: persistence
#           promises that a program goes on where it was.
# Seen:     The file is cut to nothing when the program starts, and what was written before is not
#           written again, since the engine knows that it was: three offered contacts of two queues
#           are gone from it. Without persistence the same second start writes them all again.
# Matters:  A restart at noon leaves a file, and whoever reads it, with the changes since noon and
#           without a row for a queue that is quiet.
# Source:   pathway.io.jsonlines.write
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check pathway==0.33.0 || exit 2

cd "$work"
cat >events.jsonl <<'JSON'
{"queue": "sales", "contact": "c-1"}
{"queue": "sales", "contact": "c-2"}
{"queue": "support", "contact": "c-3"}
JSON
cat >count.py <<'PY'
import sys

import pathway as pw


class Event(pw.Schema):
    queue: str
    contact: str


events = pw.io.jsonlines.read("events.jsonl", schema=Event, mode="static", name="events")
offered = events.groupby(events.queue).reduce(events.queue, offered=pw.reducers.count())
pw.io.jsonlines.write(offered, sys.argv[1])
kept = pw.persistence.Config(pw.persistence.Backend.filesystem("state"))
pw.run(
    monitoring_level=pw.MonitoringLevel.NONE,
    persistence_config=kept if sys.argv[2] == "kept" else None,
)
PY
counted() { grep -c offered "$1" || true; }

for start in first second; do
  "$python" count.py plain.jsonl anew >run.log 2>&1
  "$python" count.py kept.jsonl kept >run.log 2>&1
  echo "$start start: $(counted plain.jsonl) rows without persistence, $(counted kept.jsonl) with"
done >seen

"$python" -c 'import pathway; print("pathway", pathway.__version__)' 2>run.log
echo "expected: two rows after each start"
echo "seen:"
cat seen
[ "$(cat seen)" = "first start: 2 rows without persistence, 2 with
second start: 2 rows without persistence, 0 with" ]
