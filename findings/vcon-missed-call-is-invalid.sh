#!/usr/bin/env bash
# vcon makes a record of a missed call by its own classes, and calls it invalid: a call that has no content lacks a media type.
#
# Package:  vcon 0.3.10 (PyPI)
# Expected: A dialog of type "incomplete" with the disposition "no-answer" has no content, so no media type; a vCon that is built of it is valid.
# Seen:     Dialog takes it, is_valid says "Dialog 0 has invalid mimetype: missing". So an abandoned call can only be stored as an invalid vCon, or with
#           the type of a content that it does not have.
# Matters:  Whoever checks vCons before reading them refuses just the calls that nobody answered, and the share of answered calls rises to 100 %.
# Source:   vcon/vcon.py, is_valid; IETF draft-ietf-vcon-vcon-core, dialog types
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check vcon==0.3.10 || exit 2

"$python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

from vcon import Vcon
from vcon.dialog import Dialog
from vcon.party import Party


def judged(**content):
    record = Vcon.build_new()
    record.add_party(Party(tel="+12025550123", name="caller"))
    record.add_dialog(Dialog(start="2026-11-11T09:00:00+08:00", parties=[0], **content))
    return record.is_valid()


missed = judged(type="incomplete", disposition="no-answer")
spoken = judged(type="recording", url="https://example.com/1.wav", mimetype="audio/x-wav", filename="1.wav")
print("vcon", version("vcon"))
print("expected: both are valid")
print("seen: a call that nobody answered:", *missed)
print("seen: a recorded call:", *spoken)
told = missed[0] is False and any("mimetype" in why for why in missed[1])
sys.exit(0 if told and spoken[0] else 1)
PY
