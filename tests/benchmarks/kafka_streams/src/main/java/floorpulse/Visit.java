package floorpulse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/** What is known of one contact; an instant that is 0 has not been heard of. */
final class Visit {
    long offered;
    long answered;
    long abandoned;
    long ended;
    long handle;
    long surveyed;
    long score;
    String queue = "";

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
                handle = event.talk + event.hold;
            }
            case "survey.answered" -> {
                if (surveyed != 0) return false;
                surveyed = event.at;
                score = Math.round(event.score * 1000);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    byte[] bytes() {
        byte[] name = queue.getBytes(UTF_8);
        ByteBuffer into = ByteBuffer.allocate(7 * Long.BYTES + name.length);
        into.putLong(offered).putLong(answered).putLong(abandoned).putLong(ended).putLong(handle).putLong(surveyed).putLong(score);
        return into.put(name).array();
    }

    static Visit of(byte[] stored) {
        Visit visit = new Visit();
        if (stored == null) return visit;
        ByteBuffer from = ByteBuffer.wrap(stored);
        visit.offered = from.getLong();
        visit.answered = from.getLong();
        visit.abandoned = from.getLong();
        visit.ended = from.getLong();
        visit.handle = from.getLong();
        visit.surveyed = from.getLong();
        visit.score = from.getLong();
        visit.queue = new String(stored, from.position(), from.remaining(), UTF_8);
        return visit;
    }
}
