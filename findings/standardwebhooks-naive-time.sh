#!/usr/bin/env bash
# standardwebhooks signs a naive datetime as UTC, and verifying a right signature may raise a JSON
# error.
#
# Package:  standardwebhooks 1.1.0 (PyPI)
# Expected: sign(id, datetime.now(), body) means local time, as timestamp() does everywhere in
#           Python. verify answers yes or raises WebhookVerificationError.
# Seen:     The naive time is taken as UTC: where the clock is not UTC the signature does not fit
#           the timestamp header made from the same datetime. And with a right signature a body
#           that is no JSON (form, plain text, empty) raises JSONDecodeError.
# Matters:  Alert receivers in Shanghai reject what passed in a container on UTC; and code that
#           catches the library's own error answers 500 instead of 400, so the sender repeats.
# Source:   standardwebhooks/webhooks.py, sign and verify
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  standardwebhooks==1.1.0 || exit 2

"$python" - <<'PY'
import base64
import json
import os
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version

from standardwebhooks import Webhook, WebhookVerificationError

os.environ["TZ"] = "Asia/Shanghai"
time.tzset()
hook = Webhook(base64.b64encode(b"k" * 24).decode())


def verified(at: datetime, body: str) -> str:
    """What comes out of a message signed with this moment, sent at it."""
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": hook.sign("m1", at, body),
    }
    try:
        return repr(hook.verify(body, headers))
    except (WebhookVerificationError, json.JSONDecodeError) as error:
        return type(error).__name__


aware = verified(datetime.now(UTC), "{}")
naive = verified(datetime.now(), "{}")
plain = verified(datetime.now(UTC), "queue=sales")
print("standardwebhooks", version("standardwebhooks"))
print("expected: {} for both moments; a form body is verified, or not verified")
print("seen: aware", aware, "- naive", naive, "- form body", plain)
sys.exit(0 if (aware, naive, plain) == ("{}", "WebhookVerificationError", "JSONDecodeError") else 1)
PY
