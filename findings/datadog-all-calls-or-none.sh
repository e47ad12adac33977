#!/usr/bin/env bash
# Of 1,000 answered calls, one of ten sampled and aggregated, datadog sends nothing in nine of ten
# flushes and 10,000 in the tenth; sampled without aggregation the server has about 1,000 each time.
#
# Package:  datadog 0.56.0 (PyPI)
# Expected: Aggregation adds up what is counted between two flushes and sends it in one line; a
#           sample rate then thins the calls, or, as in Datadog's clients for Go and Java, does
#           nothing any more. Either way each flush tells of about 1,000 calls.
# Seen:     "calls.answered:1000|c|@0.1" in one of ten flushes, which a server reads as 10,000, and
#           no line in the others. The calls are all added up, none left out, and the sum is sampled
#           like one call when it is flushed. Gauges are left out alike: the number of calls that
#           wait is not told in nine of ten flushes. Timings are sampled one by one, as expected.
# Matters:  The client flushes each 0.3 s: of 33 sums in ten seconds three or so come through, and
#           the calls of ten seconds are half too many or too few, beside waits that are right.
# Source:   dogstatsd/base.py (_flush_aggregated_metrics hands m.rate to _report, which samples)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check datadog==0.56.0 || exit 2

"$python" - <<'PY'
import random
import socket
import sys
from importlib.metadata import version

from datadog.dogstatsd import DogStatsd

CALLS = 1000
RATE = 0.1
FLUSHES = 40


def told(server: socket.socket) -> dict[str, float]:
    """How many of each there were, as a StatsD server reads the lines that have come."""
    counts = {"calls.answered": 0.0, "calls.wait": 0.0}
    while True:
        try:
            lines = server.recv(65535).decode().split()
        except TimeoutError:
            return {name: round(count) for name, count in counts.items()}
        for line in lines:
            name, _, rest = line.partition(":")
            value, kind, *more = rest.split("|")
            rate = next((float(part[1:]) for part in more if part.startswith("@")), 1.0)
            counts[name] += (float(value) if kind == "c" else 1) / rate


def flushes(aggregated: bool) -> list[dict[str, float]]:
    """What a server has of a thousand calls a flush."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.05)
        client = DogStatsd(
            host="127.0.0.1",
            port=server.getsockname()[1],
            disable_aggregation=not aggregated,
            disable_telemetry=True,
            flush_interval=3600,
        )
        seen = []
        for _ in range(FLUSHES):
            for _ in range(CALLS):
                client.increment("calls.answered", sample_rate=RATE)
                client.timing("calls.wait", 20, sample_rate=RATE)
            client.flush_aggregated_metrics()
            client.flush()
            seen.append(told(server))
        client.stop()
    return seen


random.seed(20261130)
alone, added = flushes(aggregated=False), flushes(aggregated=True)
counted = [flush["calls.answered"] for flush in added]
print("datadog", version("datadog"))
print(f"expected: about {CALLS} calls in each of {FLUSHES} flushes")
print("seen, one by one:", [flush["calls.answered"] for flush in alone])
print("seen, aggregated:", counted)
print("waits, aggregated:", [flush["calls.wait"] for flush in added])
near = all(600 < flush["calls.answered"] < 1400 for flush in alone)
near = near and all(600 < flush["calls.wait"] < 1400 for flush in added)
sys.exit(0 if near and set(counted) == {0, CALLS / RATE} and counted.count(0) > 20 else 1)
PY
