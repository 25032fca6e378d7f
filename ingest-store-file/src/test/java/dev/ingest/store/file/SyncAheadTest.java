package dev.ingest.store.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The syncs of a large item while it is written, and what failing ones lead to. */
class SyncAheadTest {

  @TempDir Path dir;

  private final WatchedDisk disk = new WatchedDisk();
  private FileContent content;
  private ContentStore store;
  private Path root;

  SyncAheadTest() {}

  @BeforeEach
  void open() {
    root = dir.resolve("root");
    content = reopened(Runnable::run, Bounds.DEFAULT);
    store = content.access().store();
    disk.log.clear();
  }

  @AfterEach
  void close() {
    content.close();
  }

  private FileContent reopened(Executor executor, Bounds bounds) {
    return new FileContent(root, InstantSource.system(), disk, executor, bounds);
  }

  private List<String> temps() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("tmp"))) {
      return files.map(Path::toString).toList();
    }
  }

  private static void fail(String what) throws IOException {
    throw new FileSystemException("injected", null, what);
  }

  private static Bounds syncedAhead(int bytes) {
    return new Bounds(64, 256L << 20, 1_000, 16_384, bytes);
  }

  @Test
  void largeItem_isSyncedWhileItIsWrittenAndOnceMoreAtItsEnd() {
    byte[] bytes = Bodies.bytes(4 * Buffers.BYTES + 1, 1);
    try (FileContent fresh = reopened(Runnable::run, syncedAhead(Buffers.BYTES))) {
      disk.log.clear();
      Bodies.put(fresh.access().store(), "raw", "raw/1", bytes);
      List<String> order =
          disk.log.stream()
              .map(line -> line.replaceAll("[0-9a-f]{8}-[0-9a-f-]+\\.\\d+", "TEMP"))
              .filter(line -> line.endsWith(" TEMP"))
              .toList();
      assertEquals(
          List.of(
              "create TEMP",
              "write TEMP",
              "write TEMP",
              "sync TEMP",
              "synced TEMP",
              "write TEMP",
              "write TEMP",
              "sync TEMP",
              "synced TEMP",
              "write TEMP",
              "sync TEMP",
              "synced TEMP",
              "unlink TEMP"),
          order);
      assertArrayEquals(bytes, Bodies.read(fresh.access().store(), "raw/1", ReadPurpose.PROVE));
    }
  }

  @Test
  void itemOfNoMoreThanTheBound_isSyncedOnce() {
    try (FileContent fresh = reopened(Runnable::run, syncedAhead(2 * Buffers.BYTES))) {
      disk.log.clear();
      Bodies.put(fresh.access().store(), "raw", "raw/1", Bodies.bytes(2 * Buffers.BYTES, 1));
    }
    assertEquals(1, disk.log.stream().filter(line -> line.matches("sync [0-9a-f]{8}-.*")).count());
  }

  /** The kernel may tell a failed write-back once: the next sync of the file would succeed. */
  @Test
  void failedSyncOfABeginning_failsItsItemAndEndsWriting() throws IOException {
    for (int buffers : List.of(3, 9)) {
      AtomicInteger syncs = new AtomicInteger();
      try (FileContent fresh = reopened(Runnable::run, syncedAhead(2 * Buffers.BYTES))) {
        disk.before(
            (operation, path) -> {
              if (operation.equals("sync") && syncs.incrementAndGet() == 1) {
                fail("Input/output error");
              }
            });
        ContentWriter writer = fresh.access().store().writer(Bodies.prefix("raw"));
        assertThrows(
            ContentDurabilityException.class,
            () -> {
              writer.put(
                  Bodies.key("raw/1"), Bodies.body(Bodies.bytes(buffers * Buffers.BYTES, 1)));
              writer.commit();
            });
        writer.close();
        assertThrows(
            ContentDurabilityException.class,
            () -> Bodies.put(fresh.access().store(), "raw", "raw/2", new byte[1]));
      }
      assertEquals(1, syncs.get(), "no sync after the failed one");
      disk.before((operation, path) -> {});
      assertEquals(List.of(), temps());
      assertEquals(List.of(), Bodies.list(store, "raw", 10));
      assertEquals(0, disk.open.get());
    }
  }

  @Test
  void beginningThatFailsAfterTheEndWasSynced_failsTheItem() {
    ExecutorService threads = Syncs.threads("test");
    try (FileContent fresh = reopened(threads, syncedAhead(2 * Buffers.BYTES));
        ContentWriter writer = fresh.access().store().writer(Bodies.prefix("raw"))) {
      Thread sender = Thread.currentThread();
      AtomicInteger syncs = new AtomicInteger();
      AtomicBoolean hadAKey = new AtomicBoolean();
      disk.before(
          (operation, path) -> {
            if (operation.equals("sync") && syncs.incrementAndGet() == 1) {
              awaitRest(sender, "synced " + path.getFileName());
              hadAKey.set(disk.log.contains("link 1.item"));
              fail("Input/output error");
            }
          });
      writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(5 * Buffers.BYTES, 1)));
      assertThrows(ContentDurabilityException.class, writer::commit);
      assertFalse(hadAKey.get());
    }
    assertEquals(List.of(), Bodies.list(store, "raw", 10));
  }

  /** Waits until something has happened, and then a thread has waited for a while. */
  private void awaitRest(Thread thread, String event) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    int rest = 0;
    while (rest < 100_000 && System.nanoTime() < end) {
      boolean waits = thread.getState() == Thread.State.WAITING && disk.log.contains(event);
      rest = waits ? rest + 1 : 0;
      Thread.onSpinWait();
    }
  }

  @Test
  void itemThatFailsWhileItsBeginningIsSynced_leavesNothingAndTheStoreUsable() throws IOException {
    assertFalse(
        failWhileItsBeginningIsSynced(
            () -> {
              throw new IOException("the sender went away");
            }));
  }

  @Test
  void writerInterruptedWhileItsBeginningIsSynced_failsItsItemAlone() throws IOException {
    assertTrue(failWhileItsBeginningIsSynced(Thread.currentThread()::interrupt));
  }

  /** Returns whether the writer was interrupted, which it is no more. */
  private boolean failWhileItsBeginningIsSynced(Act act) throws IOException {
    ExecutorService threads = Syncs.threads("test");
    try (FileContent fresh = reopened(threads, syncedAhead(2 * Buffers.BYTES));
        ContentWriter writer = fresh.access().store().writer(Bodies.prefix("raw"))) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch hasFailed = new CountDownLatch(1);
      disk.before(
          (operation, path) -> {
            if (operation.equals("sync")) {
              begun.countDown();
              awaited(hasFailed);
            }
          });
      ContentBody failing =
          acting(
              Bodies.bytes(6 * Buffers.BYTES, 1),
              4 * Buffers.BYTES,
              () -> {
                awaited(begun);
                act.run();
              });
      assertThrows(ContentException.class, () -> writer.put(Bodies.key("raw/1"), failing));
      boolean wasInterrupted = Thread.interrupted();
      hasFailed.countDown();
      assertEquals(List.of(), temps());
      assertEquals(0, disk.open.get());
      writer.put(Bodies.key("raw/2"), Bodies.body(Bodies.bytes(5 * Buffers.BYTES, 1)));
      writer.commit();
      assertEquals(List.of("raw/2"), Bodies.list(fresh.access().store(), "raw", 10));
      return wasInterrupted;
    }
  }

  @FunctionalInterface
  private interface Act {
    void run() throws IOException;
  }

  /** A body that does something once, after so many bytes. */
  private static ContentBody acting(byte[] bytes, int after, Act act) {
    ContentBody body = Bodies.body(bytes);
    return new ContentBody() {
      private int position;
      private boolean acted;

      @Override
      public OptionalLong length() {
        return body.length();
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (position >= after && !acted) {
          acted = true;
          act.run();
        }
        int count = body.read(buffer, offset, length);
        position += Math.max(count, 0);
        return count;
      }

      @Override
      public Digest digest() {
        return body.digest();
      }
    };
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
