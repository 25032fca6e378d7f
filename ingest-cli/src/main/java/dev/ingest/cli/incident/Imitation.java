package dev.ingest.cli.incident;

import dev.ingest.cli.incident.Uploads.Sent;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A plain imitation of the platform that lost the data: queues in folders, a worker's word taken
 * for success, counts of what workers said, and a time to live by age alone.
 *
 * @param home its folders
 * @param clock the time
 */
record Imitation(Path home, InstantSource clock) {

  private static final String RAW = "raw";
  private static final String DONE = "done";
  private static final String PUBLISHED = "published";

  /** Takes a sequence in. */
  void submit(Sent sent) throws IOException {
    for (Map.Entry<String, String> item : sent.items().entrySet()) {
      write(folder(RAW, sent.key()).resolve(item.getKey()), item.getValue());
    }
    enqueue(sent.key(), Platform.OLD);
  }

  /** Has a sequence processed, whatever it was before. */
  void enqueue(SequenceKey key, String route) throws IOException {
    write(home.resolve("queue/" + Role.DECODE.label()).resolve(file(key)), route);
  }

  /** Does what lies in the queue of a service; returns normally when the worker does. */
  void work(Role role, Release release) throws IOException {
    boolean isRaised = role == Role.ENRICH && release == Release.OTHER_CONTRACT;
    String queue = "queue/" + role.label() + (isRaised ? "-2" : "");
    for (Path message : list(queue)) {
      SequenceKey key = key(message);
      boolean isSilent =
          role == Role.ENRICH
              && release == Release.SILENT
              && Files.readString(message).equals(Platform.OLD);
      if (isSilent) {
        Silence.in(home).note(key);
      }
      step(role, key, isSilent ? Optional.of(key) : Optional.empty());
      String next = role.after().map(after -> "queue/" + after.label()).orElse(DONE);
      Path target = Files.createDirectories(home.resolve(next)).resolve(file(key));
      Files.move(message, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void step(Role role, SequenceKey key, Optional<SequenceKey> leftOut) throws IOException {
    String from = role.before().map(before -> "after-" + before.label()).orElse(RAW);
    String to = role == Role.INDEX ? PUBLISHED : "after-" + role.label();
    List<Path> items = list(folder(from, key));
    int written = leftOut.map(one -> Silence.written(one, items.size())).orElse(items.size());
    for (Path item : items.subList(0, written)) {
      write(
          folder(to, key).resolve(item.getFileName().toString()),
          role.apply(Files.readString(item)));
    }
  }

  /** Deletes raw bytes by their age. */
  void expire(Duration age) throws IOException {
    for (Path sequence : list(RAW)) {
      for (Path item : list(sequence)) {
        if (Files.getLastModifiedTime(item).toInstant().plus(age).isBefore(clock.instant())) {
          Files.delete(item);
        }
      }
    }
  }

  /** Counts those that workers said are done. */
  int done() throws IOException {
    return list(DONE).size();
  }

  /** Counts what waits in the queue of a service. */
  int waiting(Role role) throws IOException {
    return list("queue/" + role.label()).size();
  }

  /** Empties the queue of a service. */
  void purge(Role role) throws IOException {
    for (Path message : list("queue/" + role.label())) {
      Files.delete(message);
    }
  }

  /** Tells whether nothing of a sequence's raw bytes is left. */
  boolean isRawGone(SequenceKey key) throws IOException {
    return list(folder(RAW, key)).isEmpty();
  }

  /** Tells whether all of a sequence is published. */
  boolean isPublished(Sent sent) throws IOException {
    for (Map.Entry<String, String> item : sent.published().entrySet()) {
      Path file = folder(PUBLISHED, sent.key()).resolve(item.getKey());
      if (!Files.exists(file) || !Files.readString(file).equals(item.getValue())) {
        return false;
      }
    }
    return true;
  }

  private Path folder(String area, SequenceKey key) {
    return home.resolve(area).resolve(file(key));
  }

  private List<Path> list(String folder) throws IOException {
    return list(home.resolve(folder));
  }

  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().filter(file -> !file.toString().endsWith(".part")).toList();
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(part, text);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String file(SequenceKey key) {
    return key.owner().value() + "--" + key.id().value();
  }

  private static SequenceKey key(Path message) {
    String[] parts = message.getFileName().toString().split("--", 2);
    return SequenceKey.of(parts[0], parts[1]);
  }
}
