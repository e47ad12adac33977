#!/usr/bin/env bash
# Of a call to the hotline recorded from 9:00 to 9:05, vcon-telephony-adapters' record for Asterisk
# says that it began at 9:05, and that the hotline called the customer.
#
# Package:  vcon-telephony-adapters 0.2.0, vcon 0.3.10 (PyPI)
# Expected: The dialog's start is when the recording began: the event's time less the duration. Its
#           originator is the party that placed the call: 0, the caller, who is added first.
# Seen:     The only events that are taken are those of a recording's end, and their timestamp is
#           written as the start; duration, 300 s, is right. An inbound call's originator is 1, the
#           party called. is_valid() finds nothing wrong.
# Matters:  Calls lie in the wrong interval by their own length, so that long ones move to the next
#           half hour of the plan, and inbound counts as outbound.
# Source:   adapters/asterisk/builder.py, start_time; core/base_builder.py, _determine_originator
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  vcon-telephony-adapters==0.2.0 vcon==0.3.10 || exit 2

"$python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

from adapters.asterisk.builder import AsteriskRecordingData, AsteriskVconBuilder

finished = {
    "type": "RecordingFinished",
    "recording_name": "hotline-1",
    "target_uri": "channel:1793581200.1",
    "format": "wav",
    "duration": 300,
    "caller_id_num": "+15550100",
    "connected_line_num": "+15550199",
    "direction": "inbound",
    "state": "done",
    "timestamp": "2026-11-02T09:05:00+08:00",
}
builder = AsteriskVconBuilder(download_recordings=False)
record = builder.build(AsteriskRecordingData(finished))
dialog = record.to_dict()["dialog"][0]
parties = [party["tel"] for party in record.to_dict()["parties"]]
start, originator = str(dialog["start"]), parties[dialog["originator"]]

print("vcon-telephony-adapters", version("vcon-telephony-adapters"), "- vcon", version("vcon"))
print("expected: start 2026-11-02T09:00:00+08:00, 300 s, originator +15550100")
print("seen: start", start, dialog["duration"], "s, originator", originator, record.is_valid())
late = start.replace(" ", "T") == finished["timestamp"] and dialog["duration"] == 300
sys.exit(0 if late and originator == "+15550199" and record.is_valid()[0] else 1)
PY
