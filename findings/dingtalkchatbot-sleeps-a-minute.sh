#!/usr/bin/env bash
# DingtalkChatbot holds the twentieth alert of a burst back for a minute, asleep inside send, though the robot takes twenty.
#
# Package:  DingtalkChatbot 1.5.7 (PyPI)
# Expected: A robot takes 20 messages a minute; the library sends them, and what comes after them is refused or raises at once.
# Seen:     Of 20 messages sent one after the other, 19 leave at once. The 20th calls time.sleep for 60 s or more in the caller's thread and then
#           leaves; nothing is said but a debug line.
# Matters:  A queue that is melting down sends such bursts. The alert that says so waits a minute, and so does whatever runs in its thread.
# Source:   dingtalkchatbot/chatbot.py, post; limit: open.dingtalk.com/document/robots/custom-robot-access
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check DingtalkChatbot==1.5.7 || exit 2

"$python" - <<'PY'
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from threading import Thread

from dingtalkchatbot.chatbot import DingtalkChatbot

BODY = b'{"errcode": 0, "errmsg": "ok"}'


class Robot(BaseHTTPRequestHandler):
    """A robot that takes everything."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Robot)
Thread(target=server.serve_forever, daemon=True).start()
slept = {}
time.sleep = lambda seconds: slept.setdefault(number, seconds)  # noted instead of waited for
robot = DingtalkChatbot(f"http://127.0.0.1:{server.server_port}/robot/send?access_token=a")
for number in range(1, 21):
    assert robot.send_text(msg=f"{number} are waiting")["errcode"] == 0
server.shutdown()
print("DingtalkChatbot", version("DingtalkChatbot"))
print("expected: 20 messages leave at once")
print("seen:", ", ".join(f"message {at} waits {seconds} s" for at, seconds in slept.items()) or "20 messages leave at once")
sys.exit(0 if list(slept) == [20] and slept[20] >= 60 else 1)
PY
