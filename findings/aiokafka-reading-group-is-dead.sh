#!/usr/bin/env bash
# aiokafka says of a group that reads by Kafka's new consumer protocol that it is dead and has no
# member, while it commits; librdkafka says so by list_groups and not by describe_consumer_groups.
#
# Package:  Apache Kafka 4.4.0 (Maven: kafka_2.13), aiokafka 0.14.0, confluent-kafka 2.16.1 (PyPI)
# Expected: A client that does not know the protocol says so, or the broker refuses its question, as
#           it does for other things that are too new. The group's offsets show that it works.
# Seen:     Brokers answer the old DescribeGroups request, up to version 5, for such a group with
#           state "Dead", no protocol, no members and error code 0, exactly as for a group that
#           never was. list_consumer_groups has it beside the others; only with version 6 there is
#           an error, GROUP_ID_NOT_FOUND. A group of the classic protocol beside it is "Stable" with
#           a member.
# Matters:  An alert "nobody reads the calls" fires for ever from the day that one setting of a
#           consumer is changed, and the clean-up that deletes dead groups has found one. The lag by
#           list_consumer_group_offsets is right.
# Source:   KIP-848 (ConsumerGroupDescribe beside DescribeGroups), KIP-1043 (version 6 of it)
set -euo pipefail

command -v mvn >/dev/null && command -v java >/dev/null || exit 2
work=$(mktemp -d)
trap 'kill "${broker:-}" 2>"$work/no" || true; wait; rm -rf "$work"' EXIT
cd "$work"

kafka=4.4.0
cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion><groupId>findings</groupId>
<artifactId>broker</artifactId><version>1</version><dependencies><dependency>
<groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
<version>$kafka</version></dependency></dependencies></project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >mvn.log 2>&1 || exit 2

read -r port control < <(python3 -c '
import socket
two = [socket.socket(), socket.socket()]
[one.bind(("127.0.0.1", 0)) for one in two]
print(*(one.getsockname()[1] for one in two))')
cat >server.properties <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$control
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$control
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$work/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
PROPERTIES
java -cp 'lib/*' kafka.tools.StorageTool format -t 4L6g3nShT-eMCtK--X86sw \
  -c server.properties >format.log 2>&1
java -Xmx512m -cp 'lib/*' kafka.Kafka server.properties >broker.log 2>&1 &
broker=$!
for _ in $(seq 200); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>"$work/no"; then break; fi
  sleep 0.2
done

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  aiokafka==0.14.0 confluent-kafka==2.16.1 || exit 2

cat >groups.py <<'PY'
import asyncio
import sys
import threading
import warnings

from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

BROKER = {"bootstrap.servers": sys.argv[1]}
PROTOCOLS = ("classic", "consumer")
CALLS = 10
over = threading.Event()
warnings.simplefilter("ignore", DeprecationWarning)


def read(protocol: str, caught_up: threading.Event) -> None:
    """Reads the calls in the group that has the protocol's name, until all is over."""
    consumer = Consumer(BROKER | {
        "group.id": protocol,
        "group.protocol": protocol,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    })
    consumer.subscribe(["calls"])
    read = 0
    while not over.is_set():
        call = consumer.poll(0.2)
        if call is not None and call.error() is None:
            read += 1
            consumer.commit(call, asynchronous=False)
        if read == CALLS:
            caught_up.set()
    consumer.close()


async def by_aiokafka() -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=sys.argv[1])
    await admin.start()
    print("listed:", *sorted(name for name, _ in await admin.list_consumer_groups()))
    for protocol in (*PROTOCOLS, "never-was"):
        (answer,) = await admin.describe_consumer_groups([protocol])
        ((error, _, state, _, assignor, members, *_),) = answer.groups
        offsets = await admin.list_consumer_group_offsets(protocol)
        committed = sum(one.offset for one in offsets.values())
        print(
            f"aiokafka, {protocol}: {state}, {len(members)} members, "
            f"assignor {assignor or 'none'}, error {error}; committed {committed}"
        )
    await admin.close()


def main() -> None:
    admin = AdminClient(BROKER)
    admin.create_topics([NewTopic("calls", 1)])["calls"].result()
    producer = Producer(BROKER)
    for call in range(CALLS):
        producer.produce("calls", str(call))
    producer.flush()
    caught_up = [threading.Event() for _ in PROTOCOLS]
    readers = [
        threading.Thread(target=read, args=pair) for pair in zip(PROTOCOLS, caught_up, strict=True)
    ]
    for reader in readers:
        reader.start()
    try:
        for one in caught_up:
            one.wait(40)
        asyncio.run(by_aiokafka())
        for group in sorted(admin.list_groups(), key=lambda one: one.id):
            print(f"list_groups, {group.id}: {group.state}, {len(group.members)} members")
        for protocol in PROTOCOLS:
            group = admin.describe_consumer_groups([protocol])[protocol].result()
            print(
                f"describe_consumer_groups, {protocol}: {group.state.name.title()}, "
                f"{len(group.members)} members"
            )
    finally:
        over.set()
        for reader in readers:
            reader.join()


main()
PY
timeout 100 venv/bin/python groups.py "127.0.0.1:$port" >seen.txt || { cat seen.txt; exit 1; }

echo "Apache Kafka $kafka, aiokafka 0.14.0, confluent-kafka 2.16.1"
echo "expected: both groups are stable with a member, or there is an error"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
listed: classic consumer
aiokafka, classic: Stable, 1 members, assignor range, error 0; committed 10
aiokafka, consumer: Dead, 0 members, assignor none, error 0; committed 10
aiokafka, never-was: Dead, 0 members, assignor none, error 0; committed 0
list_groups, classic: Stable, 1 members
list_groups, consumer: Dead, 0 members
describe_consumer_groups, classic: Stable, 1 members
describe_consumer_groups, consumer: Stable, 1 members
TEXT
