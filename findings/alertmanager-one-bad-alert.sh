#!/usr/bin/env bash
# A post to Alertmanager with one bad alert answers 400, and the good ones of it are stored.
#
# Package:  Alertmanager 0.25.0 (Debian: prometheus-alertmanager), found on the PATH
# Expected: POST /api/v2/alerts is one thing: with a label name that is not allowed among three
#           alerts it answers 400 and stores none, or answers 200 and stores two.
# Seen:     400 "invalid label set", and the two others are stored. Of three alerts of which one has
#           a generatorURL that is no address: 422, which names its position, and none is stored.
# Matters:  Alerts live on being posted again and again. Whoever takes 400 for "nothing was taken"
#           and stops, or posts the same again for ever, either lets every open alert of the floor
#           end within minutes, or never learns which one is wrong. Post again singly.
# Source:   Alertmanager, api/v2/api.go, postAlertsHandler: valid alerts are put, then the
#           validation errors are answered
set -euo pipefail

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

program=$(command -v prometheus-alertmanager || command -v alertmanager) || {
  echo "needs Alertmanager (Debian: prometheus-alertmanager)" >&2
  exit 2
}
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
echo '{"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}' >"$work/alertmanager.yml"
"$program" --config.file="$work/alertmanager.yml" --storage.path="$work/data" \
  --web.listen-address="127.0.0.1:$port" --cluster.listen-address= >"$work/log" 2>&1 &
server=$!

python3 - "$port" <<'PY'
import json
import sys
import time
import urllib.error
import urllib.request

base = f"http://127.0.0.1:{sys.argv[1]}"


def ask(path: str, body: object = None) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def stored(prefix: str) -> list[str]:
    names = (one["labels"]["alertname"] for one in json.loads(ask("/api/v2/alerts")[1]))
    return sorted(name for name in names if name.startswith(prefix))


def alert(name: str, labels: dict[str, str] = {}, **more: str) -> dict[str, object]:
    return {"labels": {"alertname": name, **labels}, **more}


for _ in range(200):
    try:
        if ask("/-/ready")[0] == 200:
            break
    except OSError:
        pass
    time.sleep(0.1)
else:
    sys.exit(2)

print("Alertmanager", json.loads(ask("/api/v2/status")[1])["versionInfo"]["version"])
print("expected: a refused post stores nothing")
label, said = ask("/api/v2/alerts", [alert("a1"), alert("a2", {"no-name": "1"}), alert("a3")])
time.sleep(1)
kept = stored("a")
print("seen: bad label name:", label, said.strip(), "stored:", kept)
url, told = ask("/api/v2/alerts", [alert("b1"), alert("b2", generatorURL="%zz"), alert("b3")])
time.sleep(1)
none = stored("b")
print("seen: bad generatorURL:", url, told.strip()[:100], "stored:", none)
sys.exit(0 if label == 400 and kept == ["a1", "a3"] and url in (400, 422) and none == [] else 1)
PY
