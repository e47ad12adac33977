#!/usr/bin/env bash
# apprise cuts messages to WeCom's robot by characters, so a Chinese one is three times too long.
#
# Package:  apprise 2.3.0 (PyPI)
# Expected: With overflow=split a long message goes out in parts that WeCom takes: "at most 2,048
#           bytes, in UTF-8".
# Seen:     It is split after 2,048 characters. A part of a Chinese message has some 6,000 bytes,
#           WeCom refuses it by a code in its body, and notify() says that it was sent.
# Matters:  The longer an alert is, the surer it is that nobody gets it, in Chinese only: tests in
#           English pass.
# Source:   apprise/plugins/wecombot.py, body_maxlen;
#           developer.work.weixin.qq.com/document/path/91770, content of text messages
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check apprise==2.3.0 || exit 2

"$python" -W ignore - <<'PY'
import json
import sys
from importlib.metadata import version

import requests
from apprise import Apprise

MOST = 2048
contents = []


def keep(self, request, **kwargs):
    """No request leaves this process."""
    contents.append(json.loads(request.body)["text"]["content"])
    response = requests.Response()
    response.status_code, response._content = 200, b'{"errcode": 0}'
    return response


requests.Session.send = keep
apprise = Apprise()
apprise.add("wecombot://" + "b" * 36 + "?overflow=split")
apprise.notify(body="订单队列有十二人在等待" * 300, title="订单")

longest = max(len(content.encode()) for content in contents)
print("apprise", version("apprise"))
print(f"expected: parts of at most {MOST} bytes")
print(f"seen:     {len(contents)} parts, the longest has {longest} bytes")
sys.exit(0 if longest > MOST else 1)
PY
