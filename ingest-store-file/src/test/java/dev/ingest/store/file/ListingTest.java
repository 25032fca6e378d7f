package dev.ingest.store.file;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {

  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

  @TempDir Path dir;

  ListingTest() {}

  private static void putAll(ContentStore store, Iterable<String> keys) {
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      for (String key : keys) {
        writer.put(Bodies.key(key), Bodies.body(Bodies.bytes(3, 1)));
      }
      writer.commit();
    }
  }

  @Provide
  Arbitrary<Set<String>> keys() {
    return Arbitraries.strings()
        .withChars('a', 'b', '-', '_', '0')
        .ofMinLength(1)
        .ofMaxLength(3)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(parts -> "raw/" + String.join("/", parts))
        .set()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  @Property(tries = 500)
  void anyKeys_areListedInTheirOrderFromAnywhere(
      @ForAll("keys") Set<String> keys,
      @ForAll("keys") Set<String> starts,
      @ForAll @IntRange(min = 1, max = 7) int limit,
      @ForAll @IntRange(min = 1, max = 5) int window) {
    SimulatedDisk disk = new SimulatedDisk();
    try (FileContent content =
        new FileContent(
            Path.of("/root"),
            CLOCK,
            disk,
            Runnable::run,
            new Bounds(64, 1 << 20, 100, window, 1 << 20))) {
      ContentStore store = content.access().store();
      putAll(store, keys);
      TreeSet<String> sorted = new TreeSet<>(keys);
      assertEquals(new ArrayList<>(sorted), Bodies.list(store, "raw", limit));
      starts.addAll(List.of("raa", "raw", "raw0", "raw-", "zzz"));
      for (String start : starts) {
        ContentPage page =
            store.list(Bodies.prefix("raw"), Optional.of(new ContentKey(start)), limit);
        List<String> rest = List.copyOf(sorted.tailSet(start, false));
        assertEquals(
            rest.subList(0, Math.min(limit, rest.size())),
            page.entries().stream().map(entry -> entry.key().value()).toList());
        assertTrue(page.more() || rest.size() <= limit);
        String prefix = start;
        assertEquals(
            sorted.stream().filter(key -> key.startsWith(prefix + "/")).toList(),
            Bodies.list(store, prefix, limit));
      }
    }
  }

  @Test
  void largeSettledDirectory_isReadOnceForManyPages() throws IOException {
    WatchedDisk disk = new WatchedDisk();
    try (FileContent content =
        new FileContent(
            dir,
            InstantSource.system(),
            disk,
            Runnable::run,
            new Bounds(64, 1 << 20, 10, 128, 1 << 20))) {
      ContentStore store = content.access().store();
      TreeSet<String> keys = new TreeSet<>();
      for (int i = 0; i < 300; i++) {
        keys.add(String.format("raw/s/%05d", i));
      }
      putAll(store, keys);
      Path directory = dir.resolve("content/raw/s");
      Files.setLastModifiedTime(directory, FileTime.from(Instant.now().minusSeconds(60)));
      Bodies.list(store, "raw/s", 1);
      disk.scans.set(0);
      assertEquals(List.copyOf(keys), Bodies.list(store, "raw/s", 10));
      assertTrue(disk.scans.get() <= 4, disk.scans::toString);

      putAll(store, List.of("raw/s/00150x"));
      keys.add("raw/s/00150x");
      assertEquals(List.copyOf(keys), Bodies.list(store, "raw/s", 10));
    }
  }

  @Test
  void volumeThatTakesNoNewFile_isListedAndCanBeEmptied() throws IOException {
    WatchedDisk disk = new WatchedDisk();
    Bounds bounds = new Bounds(64, 1 << 20, 10, 128, 1 << 20);
    try (FileContent content =
        new FileContent(dir, InstantSource.system(), disk, Runnable::run, bounds)) {
      ContentStore store = content.access().store();
      TreeSet<String> keys = new TreeSet<>();
      for (int i = 0; i < 300; i++) {
        keys.add(String.format("raw/s/%05d", i));
      }
      putAll(store, keys);
      disk.before(
          (operation, path) -> {
            if (operation.equals("create")) {
              throw new FileSystemException(path.toString(), null, "No space left on device");
            }
          });
      List<String> listed =
          assertDoesNotThrow(() -> Bodies.list(store, "raw/s", 100), "could not be listed");
      assertEquals(List.copyOf(keys), listed);

      content.access().purger().delete(Bodies.permit("raw/s", listed.toArray(String[]::new)));
      assertEquals(List.of(), Bodies.list(store, "raw/s", 100));
      disk.before((operation, path) -> {});
      putAll(store, keys);
      assertEquals(List.copyOf(keys), Bodies.list(store, "raw/s", 100));
    }
  }

  @Test
  void directoryThatJustChanged_isNeverAnsweredFromMemory() throws IOException {
    WatchedDisk disk = new WatchedDisk();
    try (FileContent content =
        new FileContent(
            dir,
            InstantSource.system(),
            disk,
            Runnable::run,
            new Bounds(64, 1 << 20, 10, 16, 1 << 20))) {
      ContentStore store = content.access().store();
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String key = String.format("raw/s/%05d", i);
        keys.add(key);
        putAll(store, List.of(key));
        assertEquals(keys, Bodies.list(store, "raw/s", 100));
      }
    }
  }

  @Test
  void foreignFile_failsTheListingAndIsNamed() throws IOException {
    try (FileContent content = new FileContent(dir, CLOCK)) {
      ContentStore store = content.access().store();
      putAll(store, List.of("raw/s/1"));
      Files.writeString(dir.resolve("content/raw/s/Thumbs.db"), "x");
      ContentException failed =
          assertThrows(ContentException.class, () -> Bodies.list(store, "raw", 10));
      assertTrue(failed.toString().contains("Thumbs.db"), failed.toString());
    }
  }

  @Test
  void missingPrefix_isAnEmptyPage() {
    try (FileContent content = new FileContent(dir, CLOCK)) {
      assertEquals(List.of(), Bodies.list(content.access().store(), "raw/none", 10));
    }
  }
}
