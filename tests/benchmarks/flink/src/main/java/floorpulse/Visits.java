package floorpulse;

import static floorpulse.Change.ABANDONED;
import static floorpulse.Change.ANSWERED;
import static floorpulse.Change.CSAT;
import static floorpulse.Change.CSAT_SUM;
import static floorpulse.Change.HANDLE;
import static floorpulse.Change.HANDLED;
import static floorpulse.Change.OFFERED;
import static floorpulse.Change.WAIT;
import static floorpulse.Change.WITHIN;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Joins the events of a contact in its visit; gives out what a visit newly says. */
final class Visits extends KeyedProcessFunction<String, Event, Change> {
    private static final long THRESHOLD = 20_000;

    private transient ValueState<Visit> visits;

    @Override
    public void open(OpenContext context) {
        visits = getRuntimeContext().getState(new ValueStateDescriptor<>("visit", Visit.class));
    }

    @Override
    public void processElement(Event event, Context context, Collector<Change> out) throws Exception {
        Visit known = visits.value();
        Visit visit = known == null ? new Visit() : known;
        if (visit.merge(event)) {
            visits.update(visit);
            if (visit.offered != 0) add(visit, event.type, out);
        }
    }

    /** What became known with an event of this type; with the offer, all that came before it too. */
    private static void add(Visit visit, String type, Collector<Change> out) {
        boolean all = type.equals("contact.offered");
        if (all || type.equals("contact.answered") || type.equals("contact.abandoned")) out.collect(outcome(visit, all));
        boolean done = visit.ended != 0 && visit.answered != 0;
        if (done && (all || type.equals("contact.ended") || type.equals("contact.answered"))) {
            out.collect(new Change(visit.queue, visit.ended).with(HANDLED, 1).with(HANDLE, visit.handle));
        }
        if (visit.surveyed != 0 && (all || type.equals("survey.answered"))) {
            out.collect(new Change(visit.queue, visit.surveyed).with(CSAT, 1).with(CSAT_SUM, visit.score));
        }
    }

    private static Change outcome(Visit visit, boolean offered) {
        long wait = Math.max(0, visit.answered - visit.offered);
        long answered = visit.answered != 0 ? 1 : 0;
        return new Change(visit.queue, visit.offered)
            .with(OFFERED, offered ? 1 : 0)
            .with(ANSWERED, answered)
            .with(WITHIN, wait <= THRESHOLD ? answered : 0)
            .with(WAIT, answered * wait)
            .with(ABANDONED, visit.abandoned != 0 ? 1 : 0);
    }
}
