#!/usr/bin/env bash
# DescribeContact of Amazon Connect knows when a contact was enqueued, not when it left the queue,
# and requires no field.
#
# Package:  botocore 1.44.8 (PyPI)
# Expected: QueueInfo has enqueue and dequeue time and the duration, as the Queue object of the
#           streamed contact records; id, channel and initiation time of a contact are required.
# Seen:     QueueInfo has Id and EnqueueTimestamp only; of the 48 or so fields of Contact none is
#           required. The service level's comparison is LT alone for GetMetricData, and any text
#           for GetMetricDataV2.
# Matters:  The wait of an abandoned contact is not to be had from this call (disconnect minus
#           enqueue contains transfers). Sources written for contact records do not work on it
#           although both say contact.
# Source:   the service model connect/2017-08-08 in botocore
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  botocore==1.44.8 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

import botocore.session

model = botocore.session.get_session().get_service_model("connect")
queue = model.shape_for("QueueInfo")
contact = model.shape_for("Contact")
older = model.shape_for("Threshold").members["Comparison"].enum
newer = model.shape_for("ThresholdV2").members["Comparison"].enum
print("botocore", version("botocore"))
print("expected: a dequeue time in the queue's part; required fields in a contact")
print("seen: queue:", *queue.members)
print("seen: contact:", len(contact.members), "fields, required", contact.required_members)
print("seen: comparison of a service level", older, "then", newer or "any text")
plain = set(queue.members) == {"Id", "EnqueueTimestamp"} and not contact.required_members
sys.exit(0 if plain and older == ["LT"] and not newer else 1)
PY
