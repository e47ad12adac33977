#!/usr/bin/env bash
# A faust.Record that coerces turns null into the text 'None', and one that validates cuts 1.5
# down to 1.
#
# Package:  faust-streaming 0.15.3 (PyPI)
# Expected: With coerce=True a null in a field annotated str is refused, or stays None. With
#           validation=True a float for an int, or a number for a str, is a validation error.
# Seen:     The field becomes the four letters 'None'. is_valid() is True for a seconds field that
#           got 12.9 and now holds 12. A null for a datetime stays None.
# Matters:  A null queue or agent becomes a queue called None with figures of its own, and every
#           duration loses its fraction without a trace. Check at the border with something
#           stricter.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  faust-streaming==0.15.3 || exit 2

"$python" - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version

import faust


class Coerced(faust.Record, coerce=True):
    queue: str
    at: datetime


class Validated(faust.Record, validation=True):
    queue: str
    seconds: int


coerced = Coerced.from_data({"queue": None, "at": None})
validated = Validated(queue=7, seconds=12.9)
print("faust-streaming", version("faust-streaming"))
print("expected: null refused or kept; 12.9 seconds and a queue 7 are not valid")
print("seen: coerced queue", repr(coerced.queue), "at", repr(coerced.at))
print("seen: validated", validated, "valid:", validated.is_valid())
cut = validated.is_valid() and validated.seconds == 12 and validated.queue == "7"
sys.exit(0 if coerced.queue == "None" and coerced.at is None and cut else 1)
PY
