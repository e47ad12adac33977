package floorpulse;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Joins the events of a contact in its visit, and adds what a visit newly says to panes of a minute; forwards what it cannot read. */
final class Count implements Processor<String, byte[], String, byte[]> {
    static final String[] FIGURES = {
        "offered", "answered", "within", "abandoned", "wait", "handled", "handle", "csat", "csat_sum"
    };
    private static final int OFFERED = 0, ANSWERED = 1, WITHIN = 2, ABANDONED = 3, WAIT = 4, HANDLED = 5, HANDLE = 6, CSAT = 7, CSAT_SUM = 8;
    private static final long MINUTE = 60_000, THRESHOLD = 20_000;

    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> visits;
    private KeyValueStore<String, byte[]> panes;

    @Override
    public void init(ProcessorContext<String, byte[]> given) {
        context = given;
        visits = given.getStateStore("visits");
        panes = given.getStateStore("panes");
    }

    @Override
    public void process(Record<String, byte[]> record) {
        Event event;
        try {
            event = Event.read(record.value());
        } catch (IOException unreadable) {
            context.forward(record);
            return;
        }
        Visit visit = Visit.of(visits.get(record.key()));
        if (visit.merge(event)) {
            visits.put(record.key(), visit.bytes());
            if (visit.offered != 0) add(visit, event.type);
        }
    }

    /** Add what became known with an event of this type; with the offer, all that came before it too. */
    private void add(Visit visit, String type) {
        boolean all = type.equals("contact.offered");
        if (all || type.equals("contact.answered") || type.equals("contact.abandoned")) outcome(visit, all);
        boolean done = visit.ended != 0 && visit.answered != 0;
        if (done && (all || type.equals("contact.ended") || type.equals("contact.answered"))) {
            add(visit.queue, visit.ended, HANDLED, 1, HANDLE, visit.handle);
        }
        if (visit.surveyed != 0 && (all || type.equals("survey.answered"))) {
            add(visit.queue, visit.surveyed, CSAT, 1, CSAT_SUM, visit.score);
        }
    }

    private void outcome(Visit visit, boolean offered) {
        long wait = Math.max(0, visit.answered - visit.offered);
        long answered = visit.answered != 0 ? 1 : 0;
        add(visit.queue, visit.offered,
            OFFERED, offered ? 1 : 0, ANSWERED, answered, WITHIN, wait <= THRESHOLD ? answered : 0, WAIT, answered * wait,
            ABANDONED, visit.abandoned != 0 ? 1 : 0);
    }

    /** Add pairs of figure and amount to the pane in which an instant lies. */
    private void add(String queue, long at, long... pairs) {
        String key = queue + '|' + (at - at % MINUTE);
        byte[] stored = panes.get(key);
        byte[] fresh = stored == null ? new byte[FIGURES.length * Long.BYTES] : stored.clone();
        ByteBuffer pane = ByteBuffer.wrap(fresh);
        for (int one = 0; one < pairs.length; one += 2) {
            int place = (int) pairs[one] * Long.BYTES;
            pane.putLong(place, pane.getLong(place) + pairs[one + 1]);
        }
        panes.put(key, fresh);
    }
}
