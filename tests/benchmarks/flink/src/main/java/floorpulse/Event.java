package floorpulse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** The fields of a contact event that are counted; 0 and "" where the event does not have them. */
public final class Event {
    private static final JsonFactory JSON = new JsonFactory();

    public String type = "";
    public String tenant = "";
    public String contact = "";
    public String queue = "";
    public long at;
    public long handle;
    public long score;

    public Event() {}

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
            case "contact" -> contact = json.getText();
            case "queue" -> queue = json.getText();
            case "at" -> at = json.getLongValue();
            case "talk_ms", "hold_ms" -> handle += json.getLongValue();
            case "score" -> score = Math.round(json.getDoubleValue() * 1000);
            default -> json.skipChildren();
        }
    }
}
