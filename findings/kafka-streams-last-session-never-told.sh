#!/usr/bin/env bash
# Kafka Streams: with EmitStrategy.onWindowClose the sessions of a partition with a record a minute
# are never told: the store forgets them on the record that closes them. suppress tells them.
#
# Package:  Apache Kafka 4.4.0 (Maven: kafka-streams, kafka-streams-test-utils)
# Expected: A session's result is told once, by the first record that moves stream time beyond its
#           end, gap and grace, however late that record is: so it is with suppress, and with
#           onWindowClose for tumbling windows.
# Seen:     Two calls of one caller at 9:00 and 9:02, sessions with a gap of 5 minutes. With another
#           caller's record each 10 s the count of 2 is told; with one each minute or each ten
#           minutes it is not, then or later. The record is put into the store first, which keeps
#           gap and grace and drops older segments; then what is closed is looked for there. Nothing
#           is raised. With withRetention(a day) all are told.
# Matters:  In a test that sends much, and by day, the figures are right. Of a small queue, at
#           night, and before each lull, visits are missing in every report, and nothing says so.
# Source:   streams, KStreamSessionWindowAggregate (process, then tryEmitFinalResult); the default
#           retention of a session store is gap and grace
set -euo pipefail

command -v mvn >/dev/null && command -v java >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

kafka=4.4.0
cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion><groupId>findings</groupId>
<artifactId>streams</artifactId><version>1</version><dependencies><dependency>
<groupId>org.apache.kafka</groupId><artifactId>kafka-streams-test-utils</artifactId>
<version>$kafka</version></dependency></dependencies></project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >mvn.log 2>&1 || exit 2

cat >Lull.java <<'JAVA'
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.SessionStore;

public class Lull {
    interface Count {
        KTable<Windowed<String>, Long> apply(KGroupedStream<String, String> calls);
    }

    static final Duration GAP = Duration.ofMinutes(5);
    static final EmitStrategy ON_CLOSE = EmitStrategy.onWindowClose();
    static final Instant NINE = Instant.parse("2026-11-27T09:00:00Z");

    /** The counts told of two calls at 9:00 and 9:02, when others call each so many seconds. */
    static String told(Count count, int each) {
        var builder = new StreamsBuilder();
        var text = Consumed.with(Serdes.String(), Serdes.String());
        count.apply(builder.stream("calls", text).groupByKey()).toStream()
            .map((window, calls) -> KeyValue.pair(window.key(), "" + calls))
            .to("told", Produced.with(Serdes.String(), Serdes.String()));
        var settings = new Properties();
        settings.put("application.id", "lull");
        settings.put("bootstrap.servers", "127.0.0.1:1");
        settings.put("state.dir", "state");
        try (var driver = new TopologyTestDriver(builder.build(), settings, NINE)) {
            var write = new StringSerializer();
            var read = new StringDeserializer();
            var calls = driver.createInputTopic("calls", write, write);
            var out = driver.createOutputTopic("told", read, read);
            calls.pipeInput("ann", "call", NINE);
            calls.pipeInput("ann", "call", NINE.plusSeconds(120));
            for (int second = 120 + each; second <= 1800; second += each) {
                calls.pipeInput("bob", "call", NINE.plusSeconds(second));
                driver.advanceWallClockTime(Duration.ofSeconds(each));
            }
            return out.readKeyValuesToList().stream().filter(one -> one.key.equals("ann"))
                .map(one -> one.value).collect(Collectors.joining(" ", "[", "]"));
        }
    }

    static void tell(String what, Count count) {
        System.out.println(what + IntStream.of(10, 60, 600)
            .mapToObj(each -> " each " + each + " s " + told(count, each))
            .collect(Collectors.joining(",", ":", "")));
    }

    public static void main(String[] words) {
        var sessions = SessionWindows.ofInactivityGapWithNoGrace(GAP);
        tell("tumbling, on close", calls -> calls.windowedBy(TimeWindows.ofSizeWithNoGrace(GAP))
            .emitStrategy(ON_CLOSE).count());
        tell("session, suppressed", calls -> calls.windowedBy(sessions).count()
            .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded())));
        tell("session, on close",
            calls -> calls.windowedBy(sessions).emitStrategy(ON_CLOSE).count());
        var day = Materialized.<String, Long, SessionStore<Bytes, byte[]>>with(
            Serdes.String(), Serdes.Long()).withRetention(Duration.ofDays(1));
        tell("session, on close, kept a day",
            calls -> calls.windowedBy(sessions).emitStrategy(ON_CLOSE).count(day));
    }
}
JAVA
java -cp 'lib/*' Lull.java >seen.txt 2>java.log

echo "kafka-streams $kafka"
echo "expected: ann's two calls are told, however often bob calls"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
tumbling, on close: each 10 s [2], each 60 s [2], each 600 s [2]
session, suppressed: each 10 s [2], each 60 s [2], each 600 s [2]
session, on close: each 10 s [2], each 60 s [], each 600 s []
session, on close, kept a day: each 10 s [2], each 60 s [2], each 600 s [2]
TEXT
