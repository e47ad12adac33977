#!/usr/bin/env bash
# panoramisk's getdict works for an event with two channel variables and raises for an event with
# one.
#
# Package:  panoramisk 1.4 (PyPI)
# Expected: getdict('ChanVariable') gives {'LANG': 'zh'} for an event with one variable, as it
#           gives a dictionary for two.
# Seen:     A header that is there once is a string, one that is there twice is a list, and
#           getdict raises TypeError for the string. The same holds for the Output lines of a
#           command: with one line it is a string, iterated by character, and content is empty.
# Matters:  Asterisk sends as many ChanVariable lines as manager.conf names and the channel has.
#           What passed in a laboratory with two variables fails for the customer who sets one.
# Source:   panoramisk/message.py, getdict
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  panoramisk==1.4 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from panoramisk.message import Message


def message(*lines: str) -> Message:
    return Message.from_line("\r\n".join(lines))


join = ("Event: QueueCallerJoin", "Queue: sales", "ChanVariable: LANG=zh")
print("panoramisk", version("panoramisk"))
print("expected: {'LANG': 'zh'} for one variable, and both for two")
two = dict(message(*join, "ChanVariable: TIER=gold").getdict("ChanVariable"))
print("seen: two variables:", two)
try:
    print("seen: one variable:", dict(message(*join).getdict("ChanVariable")))
    raised = False
except TypeError as error:
    print("seen: one variable:", repr(error))
    raised = True
answer = message("Response: Success", "Output: sales has 0 calls")
print("seen: an output of one line:", repr(answer["Output"]), "content", repr(answer.content))
sys.exit(0 if raised and len(two) == 2 and answer["Output"] == "sales has 0 calls" else 1)
PY
