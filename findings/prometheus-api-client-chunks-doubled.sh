#!/usr/bin/env bash
# prometheus-api-client doubles the sample on each border of its chunks: two hours of minutes, fetched hour by hour, are 122 values.
#
# Package:  prometheus-api-client 0.7.2 with pandas 2.3.3 (PyPI), Prometheus 2.42.0 (Debian: prometheus)
# Expected: get_metric_range_data gives each sample between start_time and end_time once, whatever chunk_size is; the chunks only divide the work.
# Seen:     121 samples as one chunk. By the hour 122, by quarters of an hour 128: each chunk asks for a closed range, so the sample on the border
#           is in both. MetricRangeDataFrame keeps both, and its sum is too large.
# Matters:  Exports by the hour are the documented way to fetch a day. Sums and counts of a day's values have 23 values too many, just the full hours.
# Source:   prometheus_api_client/prometheus_connect.py, get_metric_range_data; Prometheus 3 leaves the left border of a range out
set -euo pipefail

command -v prometheus promtool > /dev/null || { echo "needs prometheus and promtool (Debian: prometheus)" >&2; exit 2; }
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check prometheus-api-client==0.7.2 pandas==2.3.3 || exit 2

cd "$work"
begin=$(((($(date +%s) - 86400) / 7200) * 7200))
{
  echo "# TYPE waiting gauge"
  for minute in {0..120}; do echo "waiting{queue=\"sales\"} $minute $((begin + minute * 60))"; done
  echo "# EOF"
} > waiting.om
promtool tsdb create-blocks-from openmetrics waiting.om data > /dev/null
echo "global: {}" > prometheus.yml
port=$("$python" -c 'import socket; one = socket.create_server(("127.0.0.1", 0)); print(one.getsockname()[1])')
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$port" 2> prometheus.log &
server=$!

"$python" - "$port" "$begin" <<'PY'
import sys
import time
from datetime import datetime, timedelta
from importlib.metadata import version

import requests
from prometheus_api_client import PrometheusConnect
from prometheus_api_client.metric_range_df import MetricRangeDataFrame

port, begin = map(int, sys.argv[1:])
url = f"http://127.0.0.1:{port}"
for _ in range(60):
    try:
        if requests.get(f"{url}/-/ready", timeout=5).ok:
            break
    except requests.ConnectionError:
        pass
    time.sleep(0.5)
client = PrometheusConnect(url, disable_ssl=True)
built = requests.get(f"{url}/api/v1/status/buildinfo", timeout=5).json()["data"]["version"]
span = {"start_time": datetime.fromtimestamp(begin), "end_time": datetime.fromtimestamp(begin + 7200)}


def fetched(minutes):
    found = client.get_metric_range_data("waiting", chunk_size=timedelta(minutes=minutes), **span)
    values = MetricRangeDataFrame(found)["value"]
    return len(values), int(values.sum())


seen = {minutes: fetched(minutes) for minutes in (120, 60, 15)}
print("prometheus-api-client", version("prometheus-api-client"), "Prometheus", built)
print("expected: 121 values with the sum 7260, whatever the chunks")
for minutes, (count, total) in seen.items():
    print(f"seen, chunks of {minutes} minutes: {count} values with the sum {total}")
sys.exit(0 if seen == {120: (121, 7260), 60: (122, 7320), 15: (128, 7680)} else 1)
PY
