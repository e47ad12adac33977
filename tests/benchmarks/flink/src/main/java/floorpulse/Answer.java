package floorpulse;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The panes as a reader of their topic sees them, as the benchmark reads them. */
final class Answer {
    static String of(String bootstrap) {
        Map<String, byte[]> panes = new TreeMap<>();
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(Topics.PANES).stream().map(Answer::named).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<String, byte[]> one : consumer.poll(Duration.ofMillis(200))) panes.put(one.key(), one.value());
            }
        }
        StringJoiner answer = new StringJoiner(",", "[", "]");
        panes.forEach((key, amounts) -> answer.add(line(key.split("\\|"), ByteBuffer.wrap(amounts))));
        return answer.toString();
    }

    private static TopicPartition named(PartitionInfo one) {
        return new TopicPartition(one.topic(), one.partition());
    }

    private static String line(String[] key, ByteBuffer amounts) {
        StringJoiner figures = new StringJoiner(",", "{", "}");
        for (String name : Change.FIGURES) {
            long amount = amounts.getLong();
            if (amount != 0) figures.add("\"" + name + "\":" + amount);
        }
        return "[\"" + key[0] + "\",\"" + key[1] + "\"," + key[2] + "," + figures + "]";
    }
}
