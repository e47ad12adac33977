#!/usr/bin/env bash
# ErlangCCmath, a package of Erlang C functions, calculates nothing: each call is an HTTPS request
# to its maker.
#
# Package:  ErlangCCmath 1.3.0 (PyPI)
# Expected: X.SLA(...) is a pure function: it works without network, and its arguments stay in the
#           process.
# Seen:     The call opens a connection to the maker's server (the proxy on loopback, which stands
#           in for the network here, is asked for it), and the request is a dictionary at module
#           level which keeps the fields of earlier calls.
# Matters:  Forecasts and headcounts leave the house; a planning run needs the internet, and an
#           interval that fails is a failed request. Where data may not leave, a formula must be
#           checked for being one.
# Source:   ERLANG/settings.py
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  ErlangCCmath==1.3.0 || exit 2

"$python" - <<'PY'
import os
import socket
import sys
import threading
from importlib.metadata import version

asked = []
listener = socket.create_server(("127.0.0.1", 0))


def proxy() -> None:
    """Note the first line of one request and refuse it."""
    connection, _ = listener.accept()
    with connection:
        asked.append(connection.recv(4096).split(b"\r\n")[0].decode())
        connection.sendall(b"HTTP/1.1 503 No way out\r\nContent-Length: 0\r\n\r\n")


threading.Thread(target=proxy, daemon=True).start()
for name in ("HTTPS_PROXY", "https_proxy"):
    os.environ[name] = f"http://127.0.0.1:{listener.getsockname()[1]}"
for name in ("NO_PROXY", "no_proxy"):
    os.environ.pop(name, None)

import requests  # noqa: E402
from ERLANG.settings import output  # noqa: E402
from ERLANG.X import SLA  # noqa: E402

print("ErlangCCmath", version("ErlangCCmath"))
print("expected: a service level, without any connection")
try:
    level = SLA(Forecast=10, AHT=3, Agents=40, Awt=0.333)
    print("seen: level", level)
except requests.exceptions.RequestException as error:
    print("seen:", type(error).__name__, "after the request", asked)
print("seen: kept for the next call:", output)
sys.exit(0 if asked and asked[0].startswith("CONNECT ") and output.get("Forecast") == 10 else 1)
PY
