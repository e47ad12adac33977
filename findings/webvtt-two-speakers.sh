#!/usr/bin/env bash
# webvtt-py gives the words of a cue's second speaker to the first one.
#
# Package:  webvtt-py 0.6.0 (PyPI)
# Expected: A cue with <v Agent> and, in its second line, <v Caller> has two voices, or the text
#           keeps their marks; '&amp;' is read as '&'.
# Seen:     voice is 'Agent' and text is both lines without marks: nothing is left of the caller.
#           '&amp;' stays as it is written. A cue that ends before it begins is read without
#           complaint.
# Matters:  Transcripts of calls put overlapping speech into one cue. Talk share, interruptions
#           and sentiment by speaker then count the caller's words as the agent's. Read raw_text.
# Source:   WebVTT, voice spans
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  webvtt-py==0.6.0 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version
from io import StringIO

import webvtt

TRANSCRIPT = '''WEBVTT

00:01.000 --> 00:02.000
<v Agent>How may I help?</v>
<v Caller>I want to cancel.</v>

00:05.000 --> 00:03.000
<v Agent>Terms &amp; conditions</v>
'''

both, backwards = webvtt.from_buffer(StringIO(TRANSCRIPT))
print("webvtt-py", version("webvtt-py"))
print("expected: Agent and Caller told apart; Terms & conditions; the second cue refused")
print("seen: voice", repr(both.voice), "text", repr(both.text))
print("seen:", backwards.start, "to", backwards.end, repr(backwards.text))
print("seen: raw text of the first:", repr(both.raw_text))
merged = both.voice == "Agent" and both.text == "How may I help?\nI want to cancel."
sys.exit(0 if merged and "&amp;" in backwards.text else 1)
PY
