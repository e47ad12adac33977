#!/usr/bin/env bash
# promql-parser writes label values without their escapes: str() of a query is one that Prometheus
# refuses, or one for another queue.
#
# Package:  promql-parser 0.12.0 (PyPI); promtool of Prometheus (Debian: prometheus), on the PATH
# Expected: str(parse(query)) is a query with the same meaning, as prettify() of it is.
# Seen:     The value is right in the tree, and is put between quotes as it is. "sales\\.eu", the
#           usual way to say "a dot" in a regular expression, becomes "sales\.eu", an unknown escape
#           for Prometheus and for the package itself. ".*\\bsales" becomes ".*\bsales", which is
#           read, and asks for a backspace. A value in backticks, `sales\.eu`, is not read at all,
#           though Prometheus takes it.
# Matters:  Programs that add a tenant to each query parse, change and write it: panels with a dot
#           in a queue's name break, and others are empty without an error.
# Source:   GreptimeTeam/promql-parser pull request 146, which mended the Rust package's output
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v promtool >"$work/where" || { echo "needs promtool (Debian: prometheus)" >&2; exit 2; }
python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  promql-parser==0.12.0 || exit 2

"$python" - "$work" <<'PY'
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from promql_parser import parse

rules = Path(sys.argv[1]) / "rules.yml"


def taken(query: str) -> bool:
    """Whether Prometheus reads it."""
    group = {"name": "one", "rules": [{"record": "one", "expr": query}]}
    rules.write_text(json.dumps({"groups": [group]}))
    checked = subprocess.run(["promtool", "check", "rules", rules], capture_output=True)
    return checked.returncode == 0


def told(query: str) -> str:
    return "by Prometheus taken" if taken(query) else "by Prometheus refused"


def value(query: str) -> str:
    return parse(query).matchers.matchers[0].value


DOT = r'calls{queue=~"sales\\.eu"}'
WORD = r'calls{queue=~".*\\bsales"}'
TICKS = r"calls{queue=~`sales\.eu`}"
try:
    parse(TICKS)
    ticks = "read"
except ValueError as error:
    ticks = f"ValueError: {error}"
print("promql-parser", version("promql-parser"))
print("expected: str() of a query means what the query means")
for query in (DOT, WORD):
    written = str(parse(query))
    print(f"seen: {query} written {written},", told(written))
print(f"seen: {TICKS}, {told(TICKS)}, here {ticks}")
valid = all(taken(query) and taken(parse(query).prettify()) for query in (DOT, WORD))
refused = not taken(str(parse(DOT)))
changed = taken(str(parse(WORD))) and value(str(parse(WORD))) != value(WORD)
sys.exit(0 if valid and refused and changed and taken(TICKS) and ticks != "read" else 1)
PY
