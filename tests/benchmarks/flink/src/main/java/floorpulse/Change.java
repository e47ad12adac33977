package floorpulse;

/** What is to be added to a pane, or all that it holds: amounts in the order of FIGURES. */
public final class Change {
    static final String[] FIGURES = {
        "offered", "answered", "within", "abandoned", "wait", "handled", "handle", "csat", "csat_sum"
    };
    static final int OFFERED = 0, ANSWERED = 1, WITHIN = 2, ABANDONED = 3, WAIT = 4, HANDLED = 5, HANDLE = 6, CSAT = 7, CSAT_SUM = 8;
    private static final long MINUTE = 60_000;

    /** tenant|queue|begin in epoch milliseconds */
    public String pane = "";
    public long[] amounts = new long[FIGURES.length];

    public Change() {}

    /** Nothing yet, for the pane of a queue in which an instant lies. */
    Change(String queue, long at) {
        this(queue + '|' + (at - at % MINUTE), new long[FIGURES.length]);
    }

    Change(String pane, long[] amounts) {
        this.pane = pane;
        this.amounts = amounts;
    }

    Change with(int figure, long amount) {
        amounts[figure] = amount;
        return this;
    }
}
