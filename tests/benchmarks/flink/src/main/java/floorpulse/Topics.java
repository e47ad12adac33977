package floorpulse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Properties;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;

/** Where records come from and where they go to. */
final class Topics {
    static final String PANES = "flink-panes";

    private final String bootstrap;

    Topics(String bootstrap) {
        this.bootstrap = bootstrap;
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
        SerializationSchema<Change> key = pane -> pane.pane.getBytes(UTF_8);
        SerializationSchema<Change> value = pane -> bytes(pane.amounts);
        return sink(KafkaRecordSerializationSchema.<Change>builder()
            .setTopic(PANES)
            .setKeySerializationSchema(key)
            .setValueSerializationSchema(value)
            .build());
    }

    KafkaSink<byte[]> unreadable() {
        SerializationSchema<byte[]> value = record -> record;
        return sink(KafkaRecordSerializationSchema.<byte[]>builder()
            .setTopic("dead-letters")
            .setValueSerializationSchema(value)
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

    private static byte[] bytes(long[] amounts) {
        ByteBuffer into = ByteBuffer.allocate(amounts.length * Long.BYTES);
        for (long amount : amounts) into.putLong(amount);
        return into.array();
    }

    /** A record's value as it is. */
    private static final class Values extends AbstractDeserializationSchema<byte[]> {
        @Override
        public byte[] deserialize(byte[] value) {
            return value;
        }
    }
}
