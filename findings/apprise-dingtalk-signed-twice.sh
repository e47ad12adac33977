#!/usr/bin/env bash
# apprise encodes the signature of a DingTalk robot twice, so no message of a signed robot is taken.
#
# Package:  apprise 2.3.0 (PyPI)
# Expected: The address holds the signature encoded once, as DingTalk's documentation shows it:
#           base64's + / = become %2B %2F %3D.
# Seen:     get_signature encodes it, and requests encodes the parameter once more: %252B %252F
#           %253D. Every signature ends in =, so DingTalk refuses every message (310000 sign not
#           match), and apprise reports success, since the status is 200.
# Matters:  A room that is believed to be told of every alert never hears of one.
# Source:   apprise/plugins/dingtalk.py, get_signature and send;
#           open.dingtalk.com/document/robots/customize-robot-security-settings
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check apprise==2.3.0 || exit 2

"$python" -W ignore - <<'PY'
import base64
import hashlib
import hmac
import sys
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import requests
from apprise import Apprise

SECRET = "SEC" + "0" * 30
sent = []


def keep(self, request, **kwargs):
    """No request leaves this process; its address is kept as it would have gone out."""
    sent.append(request.url)
    response = requests.Response()
    response.status_code, response._content = 200, b'{"errcode": 310000}'
    return response


requests.Session.send = keep
apprise = Apprise()
apprise.add(f"dingtalk://{SECRET}@{'a' * 64}")
said = apprise.notify(body="12 are waiting", title="Orders")

query = parse_qs(urlsplit(sent[0]).query)
mac = hmac.new(SECRET.encode(), f"{query['timestamp'][0]}\n{SECRET}".encode(), hashlib.sha256)
right = base64.b64encode(mac.digest()).decode()
print("apprise", version("apprise"))
print("expected: DingTalk reads", right)
print("seen:     DingTalk reads", query["sign"][0], "- notify says", "sent" if said else "not sent")
sys.exit(0 if query["sign"][0] != right and "%3D" in query["sign"][0] else 1)
PY
