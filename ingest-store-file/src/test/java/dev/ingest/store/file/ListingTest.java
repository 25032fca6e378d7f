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
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
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

  /** Two commits and a listing between them in one tick of a clock that was set back before. */
  @Test
  void directoryThatChangesInATickOfAClockThatWasSetBack_isNeverAnsweredFromMemory() {
    ShiftedDisk shifted = new ShiftedDisk();
    try (FileContent content =
        new FileContent(
            dir,
            InstantSource.system(),
            shifted.disk(),
            Runnable::run,
            new Bounds(64, 1 << 20, 10, 128, 1 << 20))) {
      ContentStore store = content.access().store();
      putAll(store, keysTo(0, 40));
      assertEquals(40, Bodies.list(store, "raw", 1_000).size());
      shifted.shift = Duration.ofHours(-1);
      shifted.tick = Optional.of(Instant.now().minus(Duration.ofHours(1)));
      putAll(store, keysTo(40, 60));
      assertEquals(60, Bodies.list(store, "raw", 1_000).size());
      putAll(store, keysTo(60, 100));
      assertEquals(100, Bodies.list(store, "raw", 1_000).size());
    }
  }

  private static List<String> keysTo(int from, int to) {
    return IntStream.range(from, to).mapToObj("raw/s/%05d"::formatted).toList();
  }

  /** A disk whose clock can be moved, and whose directories can all have changed in one tick. */
  private static final class ShiftedDisk {

    private final Disk real = new WatchedDisk();
    private Duration shift = Duration.ZERO;
    private Optional<Instant> tick = Optional.empty();

    Disk disk() {
      return (Disk)
          Proxy.newProxyInstance(
              Disk.class.getClassLoader(),
              new Class<?>[] {Disk.class},
              (proxy, method, args) -> {
                try {
                  Object answer = method.invoke(real, args);
                  return answer instanceof Optional<?> found
                          && found.isPresent()
                          && found.get() instanceof Disk.Attributes attributes
                      ? Optional.of(moved(attributes))
                      : answer;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    private Disk.Attributes moved(Disk.Attributes found) {
      return new Disk.Attributes(
          found.regular(),
          found.directory(),
          found.size(),
          found.directory() && tick.isPresent() ? tick.get() : found.modified().plus(shift),
          found.identity());
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
