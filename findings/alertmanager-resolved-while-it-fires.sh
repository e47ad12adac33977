#!/usr/bin/env bash
# With max_alerts a webhook of Alertmanager says "resolved" of a group in which a queue still fires:
# status, common labels and common annotations are those of the alerts that were not cut off.
#
# Package:  Alertmanager 0.25.0 (Debian: prometheus-alertmanager), found on the PATH; 0.35.0 is
#           alike
# Expected: max_alerts bounds the list of a post. Status ("firing" if one fires, so its page says
#           "<resolved|firing>" of the group), commonLabels and truncatedAlerts are of the group,
#           and what fires is kept before what is over.
# Seen:     Alerts are sorted by their labels, cut, and then the rest of the body is made of what is
#           left. Four queues with max_alerts: 3, the fourth by name critical: as long as it fires
#           the post says severity warning in commonLabels, and when the three others end it says
#           status "resolved", truncatedAlerts 1. GET /api/v2/alerts has the fourth as active.
# Matters:  A receiver that works by the post's status closes the page that is open, and a queue
#           whose name sorts late never has one. Judge alert by alert, and leave max_alerts out, or
#           take a post with truncatedAlerts for firing.
# Source:   notify/webhook/webhook.go (truncateAlerts before GetTemplateData)
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
route: {receiver: us, group_by: [alertname], group_wait: 2s, group_interval: 2s}
receivers:
  - name: us
    webhook_configs: [{url: "http://127.0.0.1:$hook/", send_resolved: true, max_alerts: 3}]
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
SEVERITIES = {
    "billing": "warning", "claims": "warning", "orders": "warning", "sales": "critical"
}
EXPECTED = "resolved while critical fires: never, and no warning in common with a critical one"
told: list[str] = []


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        common = body["commonLabels"].get("severity", "nothing")
        told.append(f"{body['status']}, {common} in common, {body['truncatedAlerts']} cut off")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


hook = HTTPServer(("127.0.0.1", int(sys.argv[2])), Hook)
threading.Thread(target=hook.serve_forever, daemon=True).start()


def ask(path: str, body: object = None) -> object:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null") if "/api/" in path else answer.status


def at(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def post(ends: dict[str, float]) -> None:
    labels = [
        {"alertname": "LongWait", "queue": queue, "severity": SEVERITIES[queue]} for queue in ends
    ]
    ask("/api/v2/alerts", [
        {"labels": own, "startsAt": begin, "endsAt": at(ends[own["queue"]])} for own in labels
    ])


def until(text: str) -> None:
    for _ in range(200):
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
firing = "firing, warning in common, 1 cut off"
resolved = "resolved, warning in common, 1 cut off"
post(dict.fromkeys(SEVERITIES, 600))
until(firing)
post({"billing": 0, "claims": 0, "orders": 0, "sales": 600})
until(resolved)

active = [alert["labels"]["queue"] for alert in ask("/api/v2/alerts?active=true")]
print("Alertmanager", ask("/api/v2/status")["versionInfo"]["version"])
print("expected:", EXPECTED)
print("seen:", "; ".join(told), "- active:", *active)
sys.exit(0 if {firing, resolved} <= set(told) and active == ["sales"] else 1)
PY
