package floorpulse;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Makes events of the values of records; those that are none go to a side output. */
final class Reading extends ProcessFunction<byte[], Event> {
    static final OutputTag<byte[]> UNREADABLE =
        new OutputTag<>("unreadable", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

    @Override
    public void processElement(byte[] value, Context context, Collector<Event> out) {
        Event event;
        try {
            event = Event.read(value);
        } catch (IOException unreadable) {
            context.output(UNREADABLE, value);
            return;
        }
        out.collect(event);
    }
}
