#!/usr/bin/env bash
# smpplib cuts a long SMS in the middle of a euro sign: half of it ends one part, the other half begins the next.
#
# Package:  smpplib 2.2.4 (PyPI)
# Expected: A text that needs two SMS is cut between characters. The euro sign is two septets of the GSM alphabet, escape and "e", which stay together:
#           a part may be a septet shorter.
# Seen:     Each part but the last has 153 septets. Where the 153rd is the escape, the next part begins with a bare "e".
# Matters:  An alert that tells a penalty in euro shows "e" or a gap instead of the sign on phones that decode part by part. The same text a character
#           shorter is right, so a trial does not show it.
# Source:   smpplib/gsm.py, make_parts; 3GPP TS 23.038, 6.2.1.1
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check smpplib==2.2.4 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from smpplib.gsm import make_parts

HEADER = 6
"""Bytes of the header that says which part of which message this is"""
ESCAPE = 0x1B


def ends(before):
    parts, _, _ = make_parts("a" * before + "€ 1,200 penalty " + "b" * 60)
    first, second = (part[HEADER:] for part in parts)
    return len(first), first[-1], chr(second[0])


cut, whole = ends(152), ends(151)
print("smpplib", version("smpplib"))
print("expected: no part ends with an escape (27)")
print("seen, 152 characters before the sign: septets, last septet, next part's first:", *cut)
print("seen, 151 characters before the sign:", *whole)
sys.exit(0 if cut == (153, ESCAPE, "e") and whole[1] != ESCAPE else 1)
PY
