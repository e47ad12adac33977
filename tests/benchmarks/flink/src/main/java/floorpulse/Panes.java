package floorpulse;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Adds changes to panes of a minute; gives out each changed pane, whole, at the end of the second in which it changed. */
final class Panes extends KeyedProcessFunction<String, Change, Change> {
    private static final long SECOND = 1_000;

    private transient ValueState<long[]> panes;

    @Override
    public void open(OpenContext context) {
        panes = getRuntimeContext().getState(new ValueStateDescriptor<>("pane", long[].class));
    }

    @Override
    public void processElement(Change change, Context context, Collector<Change> out) throws Exception {
        long[] amounts = panes.value();
        if (amounts == null) amounts = new long[change.amounts.length];
        for (int one = 0; one < amounts.length; one++) amounts[one] += change.amounts[one];
        panes.update(amounts);
        long now = context.timerService().currentProcessingTime();
        context.timerService().registerProcessingTimeTimer(now - now % SECOND + SECOND);
    }

    @Override
    public void onTimer(long at, OnTimerContext context, Collector<Change> out) throws Exception {
        out.collect(new Change(context.getCurrentKey(), panes.value()));
    }
}
