package floorpulse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The program: one slot, visits and panes in keyed state, a checkpoint a second. Started again in the same folder it goes on from the
 * last checkpoint there.
 */
public final class Peer {
    public static void main(String[] words) throws Exception {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        Path folder = Path.of(words[2]);
        Files.createDirectories(checkpoints(folder));
        Optional<Path> last = newest(folder);
        try (StreamExecutionEnvironment job = StreamExecutionEnvironment.createLocalEnvironment(1, settings(folder, last))) {
            Topics topics = new Topics(words[0]);
            topics.create(Integer.parseInt(words[3]));
            describe(job, topics, words[1]);
            job.executeAsync("peer");
            await(folder, last);
            write(folder, "ready", "");
            while (!Files.exists(folder.resolve("wanted"))) Thread.sleep(200);
            for (int after = 0; after < 3; after++) await(folder, newest(folder));
            write(folder, "answer", Answer.of(words[0]));
            Thread.sleep(60_000);
        }
    }

    private static void describe(StreamExecutionEnvironment job, Topics topics, String group) {
        SingleOutputStreamOperator<Event> events = job
            .fromSource(topics.events(group), WatermarkStrategy.noWatermarks(), "events")
            .process(new Reading());
        events.getSideOutput(Reading.UNREADABLE).sinkTo(topics.unreadable());
        events
            .keyBy(event -> event.tenant + '|' + event.contact)
            .process(new Visits())
            .keyBy(change -> change.pane)
            .process(new Panes())
            .sinkTo(topics.panes());
    }

    private static Configuration settings(Path folder, Optional<Path> last) {
        Map<String, String> settings = new HashMap<>(Map.of(
            "execution.checkpointing.interval", "1 s",
            "execution.checkpointing.storage", "filesystem",
            "execution.checkpointing.dir", checkpoints(folder).toUri().toString(),
            "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION",
            "execution.checkpointing.incremental", "true"));
        settings.putAll(Map.of(
            "state.backend.type", System.getProperty("backend", "rocksdb"),
            "state.backend.rocksdb.timer-service.factory", "HEAP",
            "taskmanager.memory.managed.size", "256m",
            "pipeline.object-reuse", "true",
            "pipeline.generic-types", "false",
            "heartbeat.timeout", "10 min",
            "rest.bind-address", "127.0.0.1"));
        last.ifPresent(one -> settings.put("execution.state-recovery.path", one.toUri().toString()));
        return Configuration.fromMap(settings);
    }

    private static Path checkpoints(Path folder) {
        return folder.toAbsolutePath().resolve("checkpoints");
    }

    /** The last whole checkpoint of this start or of those before it. */
    private static Optional<Path> newest(Path folder) throws IOException {
        try (Stream<Path> all = Files.find(checkpoints(folder), 3, (path, is) -> path.endsWith("_metadata"))) {
            return all.max(Comparator.comparing((Path one) -> one.toFile().lastModified())).map(Path::getParent);
        } catch (java.io.UncheckedIOException gone) {  // one that was given up while we looked
            return Optional.empty();
        }
    }

    /** Return once there is a newer checkpoint than `known`. */
    private static void await(Path folder, Optional<Path> known) throws Exception {
        for (Optional<Path> found = known; found.isEmpty() || found.equals(known); found = newest(folder)) Thread.sleep(100);
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Path fresh = folder.resolve(name + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
