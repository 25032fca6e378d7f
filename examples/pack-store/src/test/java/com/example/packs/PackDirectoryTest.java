package com.example.packs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes that fail in their middle, and those of somebody who has the directory no more. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PackDirectoryTest {

  private static final ContentPrefix PREFIX = new ContentPrefix("raw/o1/s1");

  @TempDir Path temporary;

  private final FailingDisk disk = new FailingDisk();
  private Path root;

  @BeforeEach
  void resolve() throws IOException {
    root = temporary.toRealPath();
  }

  @Test
  void changeHandedOverWhenTheLockIsGivenUp_isRefused_andOverwritesNothing() throws IOException {
    LateChanges changes = new LateChanges();
    PackDirectory directory = PackDirectory.open(root, disk, changes);
    CompletableFuture<ContentException> late =
        CompletableFuture.supplyAsync(
            () -> assertThrows(ContentException.class, () -> put(directory, "late")));
    changes.awaitFirst();
    directory.close();
    String message = late.join().getMessage();
    assertTrue(message.contains("is closed"), message);
    try (Closing reopened = new Closing(PackDirectory.open(root, disk))) {
      assertEquals("the bytes of other", read(reopened.directory(), "other"));
      assertEquals(List.of("other"), partsIn(reopened.directory()));
    }
  }

  @Test
  void nameThatSomebodyElseTook_isNotReplaced_andEndsAllChanges() throws IOException {
    try (Closing open = new Closing(PackDirectory.open(root, disk))) {
      put(open.directory(), "a");
      Path taken = Files.writeString(new Pack(1, 0, List.of()).in(root), "somebody else's");
      assertThrows(ContentDurabilityException.class, () -> put(open.directory(), "b"));
      assertThrows(ContentDurabilityException.class, () -> put(open.directory(), "c"));
      assertEquals("somebody else's", Files.readString(taken));
    }
  }

  /** Step 1 is the writer's own sync. */
  @ParameterizedTest
  @CsvSource({"2, disk", "3, disk", "4, disk", "2, memory", "3, memory", "4, memory"})
  void publicationThatFailsInItsMiddle_endsAllChanges_untilTheNextOpening(int step, String what)
      throws IOException {
    try (Closing open = new Closing(PackDirectory.open(root, disk))) {
      PackDirectory directory = open.directory();
      put(directory, "a");
      disk.failAt(step, failure(what));
      assertThrows(ContentDurabilityException.class, () -> put(directory, "b"));
      requireNoChanges(directory);
      assertEquals("the bytes of a", read(directory, "a"));
    }
    try (Closing reopened = new Closing(PackDirectory.open(root, disk))) {
      put(reopened.directory(), "b", "c");
      assertEquals(List.of("a", "b", "c"), partsIn(reopened.directory()));
      assertEquals("the bytes of b", read(reopened.directory(), "b"));
    }
  }

  /** Steps 2 to 4 publish the next generation, 5 removes this one, and 6 makes that durable. */
  @ParameterizedTest
  @CsvSource({
    "2, disk", "3, disk", "4, disk", "5, disk", "6, disk",
    "2, memory", "3, memory", "4, memory", "5, memory", "6, memory"
  })
  void deletionThatFailsInItsMiddle_endsAllChanges_untilTheNextOpening(int step, String what)
      throws IOException {
    try (Closing open = new Closing(PackDirectory.open(root, disk))) {
      PackDirectory directory = open.directory();
      put(directory, "a", "b");
      disk.failAt(step, failure(what));
      assertThrows(ContentDurabilityException.class, () -> delete(directory, "a"));
      requireNoChanges(directory);
      assertEquals("the bytes of b", read(directory, "b"));
    }
    try (Closing reopened = new Closing(PackDirectory.open(root, disk))) {
      delete(reopened.directory(), "a");
      assertEquals(List.of("b"), partsIn(reopened.directory()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "memory"})
  void copyOfWhatStaysThatFails_leavesNothingBehind_andCanBeRepeated(String what)
      throws IOException {
    try (Closing open = new Closing(PackDirectory.open(root, disk))) {
      PackDirectory directory = open.directory();
      put(directory, "a", "b");
      disk.failAt(1, failure(what));
      String message =
          assertThrows(ContentException.class, () -> delete(directory, "a")).getMessage();
      assertTrue(message.endsWith("it can be repeated"), message);
      assertEquals(List.of("a", "b"), partsIn(directory));
      try (Stream<Path> files = Files.list(root)) {
        assertEquals(2, files.count(), "a pack and the lock");
      }
      delete(directory, "a");
      assertEquals(List.of("b"), partsIn(directory));
    }
  }

  private static Throwable failure(String what) {
    return what.equals("disk")
        ? new IOException("Input/output error")
        : new OutOfMemoryError("Java heap space");
  }

  private static void requireNoChanges(PackDirectory directory) {
    assertThrows(ContentDurabilityException.class, () -> put(directory, "refused"));
    assertThrows(ContentDurabilityException.class, () -> delete(directory, "b"));
  }

  private static void put(PackDirectory directory, String... parts) {
    try (PackWriter writer = new PackWriter(directory, PREFIX, Pack.FULL_BYTES)) {
      for (String part : parts) {
        writer.put(key(part), new Bytes(("the bytes of " + part).getBytes(UTF_8)));
      }
      writer.commit();
    }
  }

  private static void delete(PackDirectory directory, String part) {
    directory.delete(List.of(key(part)));
  }

  private static String read(PackDirectory directory, String part) throws IOException {
    try (InputStream in = PackInput.open(directory, key(part), ByteRange.ALL)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static List<String> partsIn(PackDirectory directory) {
    String below = PREFIX.value() + "/";
    return directory.between(below, PREFIX.value() + "0", 100).stream()
        .map(item -> item.key().value().substring(below.length()))
        .toList();
  }

  private static ContentKey key(String part) {
    return PREFIX.key(part);
  }

  /** A directory that is closed whatever happens. */
  private record Closing(PackDirectory directory) implements AutoCloseable {
    @Override
    public void close() {
      directory.close();
    }
  }

  /**
   * Hands the first change over when the lock is given up and somebody else has come and gone. The
   * directory ends this thread only after it has given up the lock.
   */
  private final class LateChanges extends ThreadPoolExecutor {

    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch unlocked = new CountDownLatch(1);
    private final CountDownLatch handedOver = new CountDownLatch(1);

    LateChanges() {
      super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    }

    void awaitFirst() {
      await(first);
    }

    @Override
    public void execute(Runnable change) {
      boolean isLate = first.getCount() > 0;
      if (isLate) {
        first.countDown();
        await(unlocked);
      }
      super.execute(change);
      if (isLate) {
        handedOver.countDown();
      }
    }

    @Override
    public void shutdown() {
      try (Closing other = new Closing(PackDirectory.open(root, Disk.REAL))) {
        put(other.directory(), "other");
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } finally {
        unlocked.countDown();
      }
      await(handedOver);
      super.shutdown();
    }

    private static void await(CountDownLatch latch) {
      try {
        assertTrue(latch.await(30, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
