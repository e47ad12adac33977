package floorpulse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** The fields of a contact event that are counted; 0 and null where the event does not have them. */
final class Event {
    private static final JsonFactory JSON = new JsonFactory();

    String type;
    String tenant;
    String queue;
    long at;
    long talk;
    long hold;
    double score;

    /** Read one; IOException where the value is no whole event. */
    static Event read(byte[] value) throws IOException {
        Event event = new Event();
        try (JsonParser json = JSON.createParser(value)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                event.take(name, json);
            }
        }
        return event;
    }

    private void take(String name, JsonParser json) throws IOException {
        switch (name) {
            case "type" -> type = json.getText();
            case "tenant" -> tenant = json.getText();
            case "queue" -> queue = json.getText();
            case "at" -> at = json.getLongValue();
            case "talk_ms" -> talk = json.getLongValue();
            case "hold_ms" -> hold = json.getLongValue();
            case "score" -> score = json.getDoubleValue();
            default -> json.skipChildren();
        }
    }
}
