#!/usr/bin/env bash
# Kafka Streams: a join of records of the same instant, JoinWindows of no difference and no grace,
# joins nothing: a call and its survey answer with one timestamp have no pair, in any order.
#
# Package:  Apache Kafka 4.4.0 (Maven: kafka-streams, kafka-streams-test-utils)
# Expected: Two records of a key are joinable if their times differ by at most timeDifference; both
#           have the same time, so JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ZERO) joins
#           them: none of them is late.
# Seen:     No pair, whichever comes first; the left join says "call+null" and the outer join
#           "call+null" and "null+survey". With a grace of 1 ms, or a difference of 1 ms, the pair
#           is there: the store that keeps one side for the other keeps nothing where both are 0.
#           Sessions of no gap and no grace are the same: three calls of one instant are one call.
# Matters:  What a platform writes at one instant, a visit's end and its result, is joined so.
#           Zero is accepted, nothing is logged, and each contact is without an answer.
set -euo pipefail

command -v mvn >/dev/null && command -v java >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

kafka=4.4.0
cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion><groupId>findings</groupId>
<artifactId>join</artifactId><version>1</version><dependencies><dependency>
<groupId>org.apache.kafka</groupId><artifactId>kafka-streams-test-utils</artifactId>
<version>$kafka</version></dependency></dependencies></project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >mvn.log 2>&1 || exit 2

cat >Same.java <<'JAVA'
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.ValueJoiner;

public class Same {
    static final Instant NINE = Instant.parse("2026-11-30T09:00:00Z");

    static Properties settings() {
        var settings = new Properties();
        settings.put("application.id", "same");
        settings.put("bootstrap.servers", "none:1");
        settings.put("default.key.serde", Serdes.StringSerde.class);
        settings.put("default.value.serde", Serdes.StringSerde.class);
        settings.put("statestore.cache.max.bytes", 0);
        settings.put("state.dir", Path.of("state").toAbsolutePath().toString());
        return settings;
    }

    static List<String> joined(String kind, Duration difference, Duration grace, boolean swapped) {
        var builder = new StreamsBuilder();
        var texts = Consumed.with(Serdes.String(), Serdes.String());
        var calls = builder.stream("calls", texts);
        var surveys = builder.stream("surveys", texts);
        ValueJoiner<String, String, String> both = (call, survey) -> call + "+" + survey;
        var windows = JoinWindows.ofTimeDifferenceAndGrace(difference, grace);
        var with = StreamJoined.with(Serdes.String(), Serdes.String(), Serdes.String());
        (switch (kind) {
            case "left" -> calls.leftJoin(surveys, both, windows, with);
            case "outer" -> calls.outerJoin(surveys, both, windows, with);
            default -> calls.join(surveys, both, windows, with);
        }).to("pairs", Produced.with(Serdes.String(), Serdes.String()));
        try (var driver = new TopologyTestDriver(builder.build(), settings(), NINE)) {
            var text = new StringSerializer();
            var left = driver.createInputTopic("calls", text, text);
            var right = driver.createInputTopic("surveys", text, text);
            if (swapped) {
                right.pipeInput("17", "survey", NINE);
            }
            left.pipeInput("17", "call", NINE);
            if (!swapped) {
                right.pipeInput("17", "survey", NINE);
            }
            driver.advanceWallClockTime(Duration.ofSeconds(10));
            left.pipeInput("18", "later", NINE.plusSeconds(60));
            var read = new StringDeserializer();
            return driver.createOutputTopic("pairs", read, read).readKeyValuesToList().stream()
                .filter(pair -> pair.key.equals("17")).map(pair -> pair.value).sorted().toList();
        }
    }

    static List<Long> counted(Duration gap, Duration grace) {
        var builder = new StreamsBuilder();
        builder.stream("calls", Consumed.with(Serdes.String(), Serdes.String()))
            .groupByKey().windowedBy(SessionWindows.ofInactivityGapAndGrace(gap, grace)).count()
            .toStream((key, count) -> key.key()).to("counts", Produced.valueSerde(Serdes.Long()));
        try (var driver = new TopologyTestDriver(builder.build(), settings(), NINE)) {
            var text = new StringSerializer();
            var calls = driver.createInputTopic("calls", text, text);
            for (int call = 0; call < 3; call++) {
                calls.pipeInput("billing", "call", NINE);
            }
            return driver.createOutputTopic("counts", new StringDeserializer(),
                new LongDeserializer()).readValuesToList().stream().filter(count -> count != null)
                .toList();
        }
    }

    public static void main(String[] words) {
        var none = Duration.ZERO;
        var little = Duration.ofMillis(1);
        for (String kind : List.of("inner", "left", "outer")) {
            System.out.println(kind + ": " + joined(kind, none, none, false)
                + ", survey first: " + joined(kind, none, none, true));
            System.out.println("  grace of 1 ms: " + joined(kind, none, little, false)
                + ", difference of 1 ms: " + joined(kind, little, none, false));
        }
        System.out.println("session: " + counted(none, none));
        System.out.println("  grace of 1 ms: " + counted(none, little)
            + ", gap of 1 ms: " + counted(little, none));
        System.exit(0);
    }
}
JAVA
java -cp 'lib/*' Same.java >seen.txt 2>java.log || { cat java.log; exit 1; }

echo "kafka-streams $kafka"
echo "expected: [call+survey] everywhere, and a session of 3"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
inner: [], survey first: []
  grace of 1 ms: [call+survey], difference of 1 ms: [call+survey]
left: [call+null], survey first: [call+null]
  grace of 1 ms: [call+survey], difference of 1 ms: [call+survey]
outer: [call+null, null+survey], survey first: [call+null, null+survey]
  grace of 1 ms: [call+survey], difference of 1 ms: [call+survey]
session: [1, 1, 1]
  grace of 1 ms: [1, 2, 3], gap of 1 ms: [1, 2, 3]
TEXT
