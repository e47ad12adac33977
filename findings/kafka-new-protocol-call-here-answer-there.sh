#!/usr/bin/env bash
# Kafka's new consumer protocol breaks up what the old one keeps together: partition 0 of the calls
# and partition 0 of their survey answers are read by two consumers, and who joins them finds
# nothing.
#
# Package:  Apache Kafka 4.4.0, broker and client (Maven: kafka_2.13, kafka-clients)
# Expected: group.protocol=consumer changes how a group balances, not what it balances to: two
#           topics with as many partitions and the same keys, read by one group, lie on the same
#           consumers number by number, as by range, the client's default.
# Seen:     Two topics of four partitions, defaults but for heartbeats. With the classic protocol
#           each call is where its answer is. With the new one the broker's first assignor, uniform,
#           deals the eight partitions out one by one: of a second consumer both have four, and no
#           number has both topics in one place, of a third one number of four has. By count it is
#           more even; nothing is raised or logged. group.remote.assignor=range keeps the numbers
#           together.
# Matters:  Satisfaction by agent, first contact resolution, whatever joins two topics in memory:
#           the figures are right in the test with one consumer, and most are missing on the day
#           that another instance is started. Kafka Streams has its own assignor.
# Source:   KIP-848 (the broker's group.consumer.assignors is uniform, range); UniformAssignor
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
group.consumer.min.heartbeat.interval.ms=500
group.consumer.heartbeat.interval.ms=500
PROPERTIES
java -cp 'lib/*' kafka.tools.StorageTool format -t 4L6g3nShT-eMCtK--X86sw \
  -c server.properties >format.log 2>&1
java -Xmx512m -cp 'lib/*' kafka.Kafka server.properties >broker.log 2>&1 &
broker=$!

cat >Together.java <<'JAVA'
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

public class Together {
    static final int PARTITIONS = 4;
    static String broker;

    static KafkaConsumer<String, String> consumer(String group, Map<String, Object> own) {
        var settings = new HashMap<>(own);
        settings.put("bootstrap.servers", broker);
        settings.put("group.id", group);
        var text = new StringDeserializer();
        var made = new KafkaConsumer<>(settings, text, text);
        made.subscribe(List.of("calls", "answers"));
        return made;
    }

    /** Of how many partitions the calls and the answers are read by one consumer. */
    static long together(List<Set<TopicPartition>> assigned) {
        return IntStream.range(0, PARTITIONS).filter(number -> assigned.stream().anyMatch(own ->
            own.contains(new TopicPartition("calls", number))
                && own.contains(new TopicPartition("answers", number)))).count();
    }

    /** Starts a group one consumer after the other, and says what they read once it is at rest. */
    static void tell(String group, int members, Map<String, Object> own) {
        var consumers = new ArrayList<KafkaConsumer<String, String>>();
        var assigned = new ArrayList<Set<TopicPartition>>();
        for (int member = 0; member < members; member++) {
            consumers.add(consumer(group + " of " + members, own));
            assigned.clear();
            for (int quiet = 0, polls = 0; quiet < 30 && polls < 600; polls++) {
                for (var one : consumers) {
                    one.poll(Duration.ofMillis(20));
                }
                var now = consumers.stream().map(one -> Set.copyOf(one.assignment())).toList();
                boolean whole = now.stream().noneMatch(Set::isEmpty)
                    && now.stream().mapToInt(Set::size).sum() == 2 * PARTITIONS;
                quiet = whole && now.equals(assigned) ? quiet + 1 : 0;
                assigned = new ArrayList<>(now);
            }
        }
        var sizes = assigned.stream().map(Set::size).sorted().map(String::valueOf)
            .collect(Collectors.joining(", "));
        System.out.println(group + ", " + members + " reading " + sizes + ": "
            + together(assigned) + " of " + PARTITIONS + " together");
        consumers.forEach(KafkaConsumer::close);
    }

    public static void main(String[] words) throws Exception {
        broker = words[0];
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            var topics = List.of(new NewTopic("calls", PARTITIONS, (short) 1),
                new NewTopic("answers", PARTITIONS, (short) 1));
            admin.createTopics(topics).all().get();
        }
        for (int members = 1; members <= 3; members++) {
            tell("classic", members,
                Map.of("group.protocol", "classic", "heartbeat.interval.ms", 500));
            tell("consumer", members, Map.of("group.protocol", "consumer"));
        }
        tell("consumer, range", 2,
            Map.of("group.protocol", "consumer", "group.remote.assignor", "range"));
    }
}
JAVA
java -cp 'lib/*' Together.java "127.0.0.1:$port" >seen.txt 2>java.log || { cat java.log; exit 1; }

echo "Apache Kafka $kafka"
echo "expected: 4 of 4 together"
sed 's/^/seen: /' seen.txt
seen() { grep -q "^$1 reading .*: $2 of 4 together" seen.txt; }
seen "classic, 1" 4 && seen "classic, 2" 4 && seen "classic, 3" 4 && seen "consumer, range, 2" 4
seen "consumer, 2" "[012]" && seen "consumer, 3" "[012]"
