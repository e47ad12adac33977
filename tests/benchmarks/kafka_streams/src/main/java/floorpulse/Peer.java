package floorpulse;

import static org.apache.kafka.streams.StoreQueryParameters.fromNameAndType;
import static org.apache.kafka.streams.state.QueryableStoreTypes.keyValueStore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The program: one thread, visits and panes in RocksDB behind a cache of 256 MiB, both with changelogs. */
public final class Peer {
    public static void main(String[] words) throws Exception {
        Path folder = Path.of(words[2]);
        try (KafkaStreams streams = new KafkaStreams(topology(), settings(words, folder))) {
            streams.start();
            while (!Files.exists(folder.resolve("wanted"))) {
                Thread.sleep(200);
                if (streams.state() == KafkaStreams.State.RUNNING) write(folder, "ready", "");
            }
            write(folder, "answer", answer(streams));
            Thread.sleep(60_000);
        }
    }

    private static Topology topology() {
        return new Topology()
            .addSource("events", new StringDeserializer(), new ByteArrayDeserializer(), "contact-events")
            .addProcessor("count", Count::new, "events")
            .addStateStore(store("visits"), "count")
            .addStateStore(store("panes"), "count")
            .addSink("unreadable", "dead-letters", new StringSerializer(), new ByteArraySerializer(), "count");
    }

    private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
            .withCachingEnabled()
            .withLoggingEnabled(Map.of());
    }

    private static Properties settings(String[] words, Path folder) {
        Properties settings = new Properties();
        settings.putAll(Map.of(
            "bootstrap.servers", words[0],
            "application.id", words[1],
            "state.dir", folder.resolve("state").toString(),
            "num.stream.threads", "1",
            "commit.interval.ms", "1000",
            "statestore.cache.max.bytes", String.valueOf(256L << 20),
            "replication.factor", "1",
            "processing.guarantee", words.length > 4 ? words[4] : "at_least_once",
            "metrics.recording.level", "INFO",
            "topology.optimization", "all"));
        settings.putAll(Map.of(
            "consumer.session.timeout.ms", System.getenv().getOrDefault("FLOORPULSE_BENCH_SESSION", "300") + "000",
            "consumer.max.poll.records", "5000",
            "consumer.auto.offset.reset", "earliest",
            "consumer.max.partition.fetch.bytes", String.valueOf(4 << 20),
            "producer.linger.ms", "100",
            "producer.batch.size", String.valueOf(256 << 10),
            "producer.compression.type", "lz4"));
        return settings;
    }

    /** The panes of all partitions, added up, as the benchmark reads them. */
    private static String answer(KafkaStreams streams) {
        Map<String, long[]> panes = new TreeMap<>();
        try (var all = streams.store(fromNameAndType("panes", keyValueStore())).all()) {
            all.forEachRemaining(one -> add(panes.computeIfAbsent((String) one.key, key -> new long[Count.FIGURES.length]), (byte[]) one.value));
        }
        StringJoiner answer = new StringJoiner(",", "[", "]");
        panes.forEach((key, amounts) -> answer.add(line(key.split("\\|"), amounts)));
        return answer.toString();
    }

    private static void add(long[] amounts, byte[] pane) {
        ByteBuffer from = ByteBuffer.wrap(pane);
        for (int one = 0; one < amounts.length; one++) amounts[one] += from.getLong();
    }

    private static String line(String[] key, long[] amounts) {
        StringJoiner figures = new StringJoiner(",", "{", "}");
        for (int one = 0; one < amounts.length; one++) {
            if (amounts[one] != 0) figures.add("\"" + Count.FIGURES[one] + "\":" + amounts[one]);
        }
        return "[\"" + key[0] + "\",\"" + key[1] + "\"," + key[2] + "," + figures + "]";
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Path fresh = folder.resolve(name + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
