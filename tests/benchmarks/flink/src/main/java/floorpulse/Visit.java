package floorpulse;

/** What is known of one contact; an instant that is 0 has not been heard of. */
public final class Visit {
    public long offered;
    public long answered;
    public long abandoned;
    public long ended;
    public long handle;
    public long surveyed;
    public long score;
    public String queue = "";

    public Visit() {}

    /** Take an event in; false where it says nothing new. */
    boolean merge(Event event) {
        switch (event.type) {
            case "contact.offered" -> {
                if (offered != 0) return false;
                offered = event.at;
                queue = event.tenant + '|' + event.queue;
            }
            case "contact.answered" -> {
                if (answered != 0) return false;
                answered = event.at;
            }
            case "contact.abandoned" -> {
                if (abandoned != 0) return false;
                abandoned = event.at;
            }
            case "contact.ended" -> {
                if (ended != 0) return false;
                ended = event.at;
                handle = event.handle;
            }
            case "survey.answered" -> {
                if (surveyed != 0) return false;
                surveyed = event.at;
                score = event.score;
            }
            default -> {
                return false;
            }
        }
        return true;
    }
}
