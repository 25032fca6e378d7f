package dev.ingest.store.file;

import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Names for unfinished files that no other process and no earlier one has used. Thread-safe. */
final class TempNames {

  private final Path directory;
  private final String unique;
  private final AtomicLong next = new AtomicLong();

  TempNames(Path directory, UUID unique) {
    this.directory = directory;
    this.unique = unique.toString();
  }

  Path next() {
    return directory.resolve(unique + "." + next.getAndIncrement());
  }
}
