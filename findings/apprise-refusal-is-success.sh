#!/usr/bin/env bash
# apprise says "sent" of a message that DingTalk or WeCom refused.
#
# Package:  apprise 2.3.0 (PyPI)
# Expected: notify() is False where the robot did not take the message, as for other services.
# Seen:     The robots of Chinese platforms answer HTTP 200 to everything and refuse by a code in the
#           body (a wrong signature: 310000, an unknown robot: 93000). apprise reads the code of
#           Feishu and Lark; of DingTalk and WeCom it looks at the status alone: notify() is True.
# Matters:  An alert that reached nobody counts as delivered, and nobody else is told.
# Source:   apprise/plugins/dingtalk.py, wecombot.py, send; codes:
#           developer.work.weixin.qq.com/document/path/90313
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

REFUSALS = {
    "dingtalk": ("dingtalk://" + "a" * 64, {"errcode": 310000, "errmsg": "sign not match"}),
    "wecom": ("wecombot://" + "b" * 36, {"errcode": 93000, "errmsg": "invalid webhook url"}),
    "lark": ("lark://" + "c" * 36, {"code": 19001, "msg": "param invalid"}),
    "feishu": ("feishu://" + "d" * 36, {"code": 19001, "msg": "param invalid"}),
}


def told(url: str, body: dict) -> str:
    """What notify says of a robot that answers so; no request leaves this process."""

    def answer(self, method, url, **kwargs):
        response = requests.Response()
        response.status_code, response._content = 200, json.dumps(body).encode()
        return response

    requests.Session.request = answer
    apprise = Apprise()
    if not apprise.add(url):
        return "address not taken"
    return "sent" if apprise.notify(body="12 are waiting", title="Orders") else "not sent"


seen = {name: told(*case) for name, case in REFUSALS.items()}
print("apprise", version("apprise"))
print("expected: not sent, for all of them")
print("seen:", ", ".join(f"{name} {said}" for name, said in seen.items()))
expected = {"dingtalk": "sent", "wecom": "sent", "lark": "not sent", "feishu": "not sent"}
sys.exit(0 if seen == expected else 1)
PY
