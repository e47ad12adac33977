#!/usr/bin/env bash
# An alert that Alertmanager told as firing, and that ends while it is silenced, is never told as
# resolved by the webhook, although send_resolved is on.
#
# Package:  Alertmanager 0.25.0 (Debian: prometheus-alertmanager), found on the PATH
# Expected: A receiver that was told "firing" is told "resolved" in the end: at once, or when the
#           silence is over.
# Seen:     Neither while it is silenced nor after the silence has expired. The receiver's ticket
#           stays open for ever; GET /api/v2/alerts no longer has the alert.
# Matters:  Silencing is what people do while they repair. Each ticket or page that a webhook opened
#           before stays open after every repair done that way, or climbs its ladder. Hold open ones
#           against GET /api/v2/alerts.
# Source:   Alertmanager, notify/mute.go: muted alerts leave the pipeline before the stage that
#           knows what was told
set -euo pipefail

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

program=$(command -v prometheus-alertmanager || command -v alertmanager) || {
  echo "needs Alertmanager (Debian: prometheus-alertmanager)" >&2
  exit 2
}
read -r port hook < <(python3 -c '
import socket
two = [socket.socket(), socket.socket()]
[one.bind(("127.0.0.1", 0)) for one in two]
print(*(one.getsockname()[1] for one in two))')
cat >"$work/alertmanager.yml" <<YAML
route: {receiver: us, group_wait: 1s, group_interval: 1s}
receivers:
  - name: us
    webhook_configs: [{url: "http://127.0.0.1:$hook/", send_resolved: true}]
YAML
"$program" --config.file="$work/alertmanager.yml" --storage.path="$work/data" \
  --web.listen-address="127.0.0.1:$port" --cluster.listen-address= >"$work/log" 2>&1 &
server=$!

python3 - "$port" "$hook" <<'PY'
import json
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

base = f"http://127.0.0.1:{sys.argv[1]}"
told: list[str] = []


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told.extend(f"{one['labels']['alertname']} {one['status']}" for one in body["alerts"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


threading.Thread(target=HTTPServer(("127.0.0.1", int(sys.argv[2])), Hook).serve_forever, daemon=True).start()


def ask(path: str, body: object = None) -> object:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null") if "/api/" in path else answer.status


def at(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def until(text: str) -> None:
    for _ in range(150):
        if text in told:
            return
        time.sleep(0.1)


for _ in range(200):
    try:
        ask("/-/ready")
        break
    except OSError:
        time.sleep(0.1)
else:
    sys.exit(2)

begin = at(-1)
for name in ("silenced", "plain"):
    ask("/api/v2/alerts", [{"labels": {"alertname": name}, "startsAt": begin, "endsAt": at(600)}])
until("silenced firing")
until("plain firing")
matcher = {"name": "alertname", "value": "silenced", "isRegex": False, "isEqual": True}
ask("/api/v2/silences", {"matchers": [matcher], "startsAt": at(0), "endsAt": at(6), "createdBy": "ops", "comment": "repair"})
time.sleep(2)
for name in ("silenced", "plain"):
    ask("/api/v2/alerts", [{"labels": {"alertname": name}, "startsAt": begin, "endsAt": at(0)}])
time.sleep(16)

print("Alertmanager", ask("/api/v2/status")["versionInfo"]["version"])
print("expected: both are told as resolved, the silenced one at the latest when its silence is over")
print("seen:", ", ".join(sorted(set(told))), "- alerts left:", len(ask("/api/v2/alerts")))
sys.exit(0 if "plain resolved" in told and "silenced resolved" not in told else 1)
PY
