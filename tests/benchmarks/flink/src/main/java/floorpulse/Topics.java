package floorpulse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Where records come from and where they go to. */
final class Topics {
    static final String PANES = "flink-panes";

    private final String bootstrap;

    Topics(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** Make the topic of panes where there is none. */
    void create(int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            if (admin.listTopics().names().get().contains(PANES)) return;
            admin.createTopics(List.of(new NewTopic(PANES, partitions, (short) 1))).all().get();
        }
    }

    /** The values of contact events from the first one on; offsets are committed with each checkpoint. */
    KafkaSource<byte[]> events(String group) {
        return KafkaSource.<byte[]>builder()
            .setBootstrapServers(bootstrap)
            .setTopics("contact-events")
            .setGroupId(group)
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setValueOnlyDeserializer(new Values())
            .setProperty("max.poll.records", "5000")
            .setProperty("max.partition.fetch.bytes", String.valueOf(4 << 20))
            .build();
    }

    /** Whole panes by their key: absolute amounts, so that one sent twice does no harm. */
    KafkaSink<Change> panes() {
        return sink(KafkaRecordSerializationSchema.<Change>builder()
            .setTopic(PANES)
            .setKeySerializationSchema(new Name())
            .setValueSerializationSchema(new Amounts())
            .build());
    }

    KafkaSink<byte[]> unreadable() {
        return sink(KafkaRecordSerializationSchema.<byte[]>builder()
            .setTopic("dead-letters")
            .setValueSerializationSchema(new Whole())
            .build());
    }

    private <T> KafkaSink<T> sink(KafkaRecordSerializationSchema<T> records) {
        Properties settings = new Properties();
        settings.put("linger.ms", "100");
        settings.put("batch.size", String.valueOf(256 << 10));
        settings.put("compression.type", "lz4");
        return KafkaSink.<T>builder()
            .setBootstrapServers(bootstrap)
            .setKafkaProducerConfig(settings)
            .setRecordSerializer(records)
            .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
            .build();
    }

    /** A record's value as it is. */
    private static final class Values extends AbstractDeserializationSchema<byte[]> {
        @Override
        public byte[] deserialize(byte[] value) {
            return value;
        }
    }

    // Flink must be able to name what they take, so they are no lambdas.

    private static final class Name implements SerializationSchema<Change> {
        @Override
        public byte[] serialize(Change pane) {
            return pane.pane.getBytes(UTF_8);
        }
    }

    private static final class Amounts implements SerializationSchema<Change> {
        @Override
        public byte[] serialize(Change pane) {
            ByteBuffer into = ByteBuffer.allocate(pane.amounts.length * Long.BYTES);
            for (long amount : pane.amounts) into.putLong(amount);
            return into.array();
        }
    }

    private static final class Whole implements SerializationSchema<byte[]> {
        @Override
        public byte[] serialize(byte[] value) {
            return value;
        }
    }
}
