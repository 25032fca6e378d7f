package dev.ingest.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Records the syncs of files and directories; those of SQLite pass the virtual machine by. */
public final class Syncs {

  private static final String SYNC = "jdk.FileForce";

  private Syncs() {}

  /**
   * One sync.
   *
   * @param path of what
   * @param isDirectory whether that is a directory
   * @param thread which thread waited for it
   */
  public record Sync(Path path, boolean isDirectory, long thread) {}

  /** Something that syncs. */
  @FunctionalInterface
  public interface Action {

    /**
     * Does it.
     *
     * @throws IOException if it fails
     */
    void run() throws IOException;
  }

  /**
   * Does something and tells the syncs of the whole virtual machine meanwhile.
   *
   * @param folder where the record may lie for a while
   * @param action what to do
   * @return the syncs, in the order in which each thread made them
   * @throws IOException if the action fails, or the record cannot be read
   */
  public static List<Sync> of(Path folder, Action action) throws IOException {
    Path file = folder.resolve("syncs.jfr");
    try (Recording recording = new Recording()) {
      recording.enable(SYNC).withThreshold(Duration.ZERO).withoutStackTrace();
      recording.start();
      action.run();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals(SYNC)) {
        events.add(event);
      }
    }
    Files.delete(file);
    events.sort((one, other) -> one.getStartTime().compareTo(other.getStartTime()));
    return events.stream().map(Syncs::sync).toList();
  }

  private static Sync sync(RecordedEvent event) {
    Path path = Path.of(String.valueOf(event.getString("path")));
    return new Sync(path, Files.isDirectory(path), event.getThread().getJavaThreadId());
  }
}
