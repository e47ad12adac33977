#!/usr/bin/env bash
# pyst2 raises on every AMI message with a channel variable, and keeps the last line of a
# command's output.
#
# Package:  pyst2 0.5.1 (PyPI)
# Expected: ManagerMsg collects ChanVariable headers in a dictionary, as its source says. A
#           command's Output lines are all kept.
# Seen:     AttributeError: 'dict' object has no attribute 'has_key', from Python 2. Of repeated
#           Output headers (Asterisk 14 and newer answer so) only the last is left; data is empty.
# Matters:  Nothing catches it in the thread that reads messages: with the first such event the
#           thread ends. 'queue show' is read as its last line.
# Source:   asterisk/manager.py, ManagerMsg.parse
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  pyst2==0.5.1 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from asterisk.manager import ManagerMsg


def message(*lines: str) -> ManagerMsg:
    return ManagerMsg([f"{line}\r\n" for line in lines])


print("pyst2", version("pyst2"))
print("expected: {'LANG': 'zh'}; two lines of output")
try:
    event = message("Event: QueueCallerJoin", "Queue: sales", "ChanVariable: LANG=zh")
    print("seen:", event.headers)
    raised = False
except AttributeError as error:
    print("seen:", repr(error))
    raised = True
shown = message("Response: Success", "Output: sales has 2 calls", "Output: support has 0 calls")
print("seen: output", repr(shown.headers["Output"]), "data", repr(shown.data))
sys.exit(0 if raised and shown.headers["Output"] == "support has 0 calls" and not shown.data else 1)
PY
