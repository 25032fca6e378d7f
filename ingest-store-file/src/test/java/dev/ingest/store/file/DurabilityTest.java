package dev.ingest.store.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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

/** The order of effects, and what failing calls of the file system lead to. */
class DurabilityTest {

  @TempDir Path dir;

  private final WatchedDisk disk = new WatchedDisk();
  private FileContent content;
  private ContentStore store;
  private Path root;

  DurabilityTest() {}

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

  @Test
  void oneItem_isSyncedThenLinkedThenItsDirectoriesAreSynced() {
    try (ContentWriter writer = store.writer(Bodies.prefix("raw/s"))) {
      writer.put(Bodies.key("raw/s/1"), Bodies.body(Bodies.bytes(10, 1)));
      assertFalse(disk.log.contains("link 1.item"));
      writer.commit();
    }
    List<String> order =
        disk.log.stream()
            .map(line -> line.replaceAll("[0-9a-f]{8}-[0-9a-f-]+\\.\\d+", "TEMP"))
            .toList();
    assertEquals(
        List.of(
            "create TEMP",
            "write TEMP",
            "sync TEMP",
            "synced TEMP",
            "link 1.item",
            "mkdir raw",
            "mkdir s",
            "link 1.item",
            "unlink TEMP",
            "sync content",
            "synced content",
            "sync raw",
            "synced raw",
            "sync s",
            "synced s"),
        order);
  }

  @Test
  void manyItemsOfOneSequence_syncItsDirectoryOnce() {
    try (ContentWriter writer = store.writer(Bodies.prefix("raw/s"))) {
      for (int i = 0; i < 300; i++) {
        writer.put(Bodies.key("raw/s/" + i), Bodies.body(Bodies.bytes(10, i)));
      }
      writer.commit();
    }
    assertEquals(1, disk.log.stream().filter("sync s"::equals).count());
    assertEquals(1, disk.log.stream().filter("sync raw"::equals).count());
    assertEquals(300, disk.log.stream().filter(line -> line.startsWith("write ")).count());
    assertEquals(303, disk.log.stream().filter(line -> line.startsWith("sync ")).count());
  }

  @Test
  void manyThreads_commitReturnsAfterEverySyncOfItsOwn() {
    ExecutorService threads = Syncs.threads("test");
    try (FileContent concurrent = reopened(threads, new Bounds(8, 1 << 20, 3, 100, 1 << 20))) {
      for (int round = 0; round < 20; round++) {
        disk.log.clear();
        String sequence = "raw/s" + round;
        try (ContentWriter writer = concurrent.access().store().writer(Bodies.prefix(sequence))) {
          for (int i = 0; i < 30; i++) {
            writer.put(
                Bodies.key(sequence + "/" + i % 5 + "/" + i), Bodies.body(Bodies.bytes(100, i)));
          }
          writer.commit();
        }
        List<String> seen = List.copyOf(disk.log);
        for (String line : seen) {
          if (line.startsWith("unlink ")) {
            String temp = line.substring(7);
            assertTrue(seen.indexOf("synced " + temp) < seen.indexOf(line));
          }
          if (line.startsWith("sync ")) {
            assertTrue(seen.contains("synced " + line.substring(5)), line);
          }
        }
        assertTrue(seen.lastIndexOf("synced content") > 0);
      }
    }
    assertTrue(threads.isShutdown());
    assertEquals(0, disk.open.get());
  }

  /** As in a process that has as many threads as it may: others of it end some time. */
  @Test
  void syncsForWhichNoThreadCanBeMade_areRefusedAndTakeNoRoom() throws Exception {
    AtomicBoolean isFull = new AtomicBoolean();
    Executor threads =
        task -> {
          if (isFull.get()) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          task.run();
        };
    try (FileContent tight = reopened(threads, Bounds.DEFAULT)) {
      ContentStore store = tight.access().store();
      isFull.set(true);
      for (int i = 0; i <= Syncs.MAX_WAITING; i++) {
        CompletableFuture<Void> put =
            CompletableFuture.runAsync(
                () -> Bodies.put(store, "raw", "raw/s/1", Bodies.bytes(10, 1)));
        Throwable refused =
            assertThrows(ExecutionException.class, () -> put.get(20, TimeUnit.SECONDS)).getCause();
        assertInstanceOf(ContentException.class, refused);
      }
      isFull.set(false);
      Bodies.put(store, "raw", "raw/s/1", Bodies.bytes(10, 1));
      assertTrue(store.stat(Bodies.key("raw/s/1")).isPresent());
      assertEquals(0, disk.open.get());
    }
  }

  @Test
  void sameBytesAgain_areSyncedAgainWithTheirDirectories() {
    Bodies.put(store, "raw", "raw/s/1", Bodies.bytes(10, 1));
    disk.log.clear();
    Bodies.put(store, "raw", "raw/s/1", Bodies.bytes(10, 1));
    assertEquals(
        List.of(
            "sync 1.item",
            "synced 1.item",
            "sync content",
            "synced content",
            "sync raw",
            "synced raw",
            "sync s",
            "synced s"),
        disk.log);
  }

  @Test
  void failedSyncOfFile_endsWritingUntilReopened() throws IOException {
    AtomicInteger syncs = new AtomicInteger();
    disk.before(
        (operation, path) -> {
          if (operation.equals("sync") && syncs.incrementAndGet() == 2) {
            fail("Input/output error");
          }
        });
    ContentWriter writer = store.writer(Bodies.prefix("raw"));
    writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1)));
    writer.put(Bodies.key("raw/2"), Bodies.body(Bodies.bytes(10, 2)));
    assertThrows(
        ContentDurabilityException.class,
        () -> writer.put(Bodies.key("raw/3"), Bodies.body(Bodies.bytes(10, 3))));
    assertThrows(ContentDurabilityException.class, writer::commit);
    assertThrows(ContentDurabilityException.class, writer::commit);
    ContentDurabilityException refused =
        assertThrows(
            ContentDurabilityException.class,
            () -> Bodies.put(store, "raw", "raw/4", Bodies.bytes(10, 4)));
    assertTrue(refused.toString().contains("open the store again"), refused.toString());
    assertThrows(
        ContentDurabilityException.class,
        () -> content.access().purger().delete(Bodies.permit("raw", "raw/1")));
    writer.close();
    assertEquals(2, syncs.get(), "no sync after the failed one");
    assertEquals(List.of(), temps());
    assertEquals(List.of(), Bodies.list(store, "raw", 10));

    disk.before((operation, path) -> {});
    try (FileContent again = reopened(Runnable::run, Bounds.DEFAULT)) {
      Bodies.put(again.access().store(), "raw", "raw/1", Bodies.bytes(10, 1));
    }
    assertArrayEquals(Bodies.bytes(10, 1), Bodies.read(store, "raw/1", ReadPurpose.PROVE));
  }

  @Test
  void failedSyncOfEachDirectory_commitThrowsAndIsNeverRepeated() {
    for (String directory : List.of("content", "raw", "s")) {
      try (FileContent fresh = reopened(Runnable::run, Bounds.DEFAULT)) {
        AtomicInteger syncs = new AtomicInteger();
        disk.before(
            (operation, path) -> {
              if (operation.equals("sync") && path.endsWith(directory)) {
                syncs.incrementAndGet();
                fail("Input/output error");
              }
            });
        ContentWriter writer = fresh.access().store().writer(Bodies.prefix("raw/s"));
        writer.put(Bodies.key("raw/s/" + directory), Bodies.body(Bodies.bytes(10, 1)));
        ContentDurabilityException failed =
            assertThrows(ContentDurabilityException.class, writer::commit);
        assertTrue(failed.toString().contains(directory), failed.toString());
        assertThrows(ContentDurabilityException.class, writer::commit);
        writer.close();
        assertThrows(
            ContentDurabilityException.class,
            () -> Bodies.put(fresh.access().store(), "raw", "raw/other", new byte[1]));
        assertEquals(1, syncs.get());
        disk.before((operation, path) -> {});
      }
    }
  }

  @Test
  void failedSyncOfAnotherWriter_isNotOverlookedByABarrierThatHasBegun() {
    // The device tells of an error once, to whoever syncs next, and is silent after that.
    AtomicInteger failures = new AtomicInteger();
    ContentWriter other = store.writer(Bodies.prefix("raw/t"));
    other.put(Bodies.key("raw/t/1"), Bodies.body(Bodies.bytes(10, 1)));
    ContentWriter writer = store.writer(Bodies.prefix("raw/s"));
    writer.put(Bodies.key("raw/s/1"), Bodies.body(Bodies.bytes(10, 2)));
    AtomicBoolean begun = new AtomicBoolean();
    disk.before(
        (operation, path) -> {
          if (operation.equals("sync") && path.endsWith("t") && failures.getAndIncrement() == 0) {
            fail("Input/output error");
          }
          if (operation.equals("open to sync")
              && path.endsWith("content")
              && begun.compareAndSet(false, true)) {
            assertThrows(ContentDurabilityException.class, other::commit);
          }
        });
    assertThrows(ContentDurabilityException.class, writer::commit);
    assertEquals(1, failures.get());
    disk.before((operation, path) -> {});
    writer.close();
    other.close();
  }

  @Test
  void errorOfABody_leavesNothingOpenAndNothingBehind() throws IOException {
    OutOfMemoryError thrown = new OutOfMemoryError("in a body");
    ContentBody body =
        new ContentBody() {
          @Override
          public OptionalLong length() {
            return OptionalLong.empty();
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            throw thrown;
          }

          @Override
          public Digest digest() {
            throw thrown;
          }
        };
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      assertSame(
          thrown,
          assertThrows(OutOfMemoryError.class, () -> writer.put(Bodies.key("raw/1"), body)));
    }
    assertEquals(List.of(), temps());
    assertEquals(0, disk.open.get());
  }

  @Test
  void failedSyncOfDeletion_isUnknownAndEndsWriting() {
    Bodies.put(store, "raw", "raw/1", Bodies.bytes(10, 1));
    disk.before(
        (operation, path) -> {
          if (operation.equals("sync")) {
            fail("Input/output error");
          }
        });
    assertThrows(
        ContentDurabilityException.class,
        () -> content.access().purger().delete(Bodies.permit("raw", "raw/1")));
    disk.before((operation, path) -> {});
    assertThrows(
        ContentDurabilityException.class, () -> Bodies.put(store, "raw", "raw/2", new byte[1]));
  }

  @Test
  void everyFailingCallOfCommit_throwsAndLeavesNoTempBehind() throws IOException {
    for (int at = 0; at < 40; at++) {
      int failing = at;
      AtomicInteger calls = new AtomicInteger();
      String key = "raw/k" + at + "/x";
      boolean committed = false;
      try (FileContent fresh = reopened(Runnable::run, Bounds.DEFAULT);
          ContentWriter writer = fresh.access().store().writer(Bodies.prefix("raw"))) {
        disk.before(
            (operation, path) -> {
              if (!operation.equals("unlink") && calls.getAndIncrement() == failing) {
                fail("Input/output error");
              }
            });
        writer.put(Bodies.key(key), Bodies.body(Bodies.bytes(10, at)));
        writer.commit();
        committed = true;
      } catch (ContentException e) {
        assertTrue(calls.get() > failing, e.toString());
      }
      disk.before((operation, path) -> {});
      assertEquals(calls.get() <= failing, committed);
      assertEquals(List.of(), temps());
      if (Bodies.list(store, "raw", 100).contains(key)) {
        assertArrayEquals(Bodies.bytes(10, at), Bodies.read(store, key, ReadPurpose.USE));
      }
    }
  }

  @Test
  void fullVolume_namesKeyPathAndWhatToDoAndLeavesTheWriterUsable() throws IOException {
    disk.before(
        (operation, path) -> {
          if (operation.equals("write")) {
            fail("No space left on device");
          }
        });
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      ContentException full =
          assertThrows(
              ContentException.class,
              () -> writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1))));
      assertTrue(full.toString().contains("raw/1"), full.toString());
      assertTrue(full.toString().contains(root.resolve("tmp").toString()), full.toString());
      assertTrue(full.toString().contains("free space"), full.toString());
      assertEquals(List.of(), temps());
      disk.before((operation, path) -> {});
      writer.put(Bodies.key("raw/2"), Bodies.body(Bodies.bytes(10, 2)));
      writer.commit();
    }
    assertEquals(List.of("raw/2"), Bodies.list(store, "raw", 10));
    assertEquals(0, disk.open.get());
  }

  @Test
  void failingBody_leavesNothingAndTheWriterUsable() throws IOException {
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      writer.put(Bodies.key("raw/0"), Bodies.body(Bodies.bytes(10, 0)));
      ContentException failed =
          assertThrows(
              ContentException.class,
              () ->
                  writer.put(
                      Bodies.key("raw/1"), Bodies.failing(Bodies.bytes(600_000, 1), 300_000)));
      assertTrue(failed.toString().contains("the sender went away"), failed.toString());
      assertEquals(1, temps().size());
      writer.put(Bodies.key("raw/2"), Bodies.body(Bodies.bytes(10, 2)));
      writer.commit();
    }
    assertEquals(List.of("raw/0", "raw/2"), Bodies.list(store, "raw", 10));
    assertEquals(List.of(), temps());
    assertEquals(0, disk.open.get());
  }

  @Test
  void manyItems_keepFewHandlesOpen() {
    ExecutorService threads = Syncs.threads("test");
    try (FileContent concurrent = reopened(threads, Bounds.DEFAULT);
        ContentWriter writer = concurrent.access().store().writer(Bodies.prefix("raw"))) {
      for (int i = 0; i < 600; i++) {
        writer.put(Bodies.key("raw/" + i), Bodies.body(Bodies.bytes(5, i)));
      }
      writer.commit();
    }
    assertTrue(disk.mostOpen.get() <= Bounds.DEFAULT.unpublishedItems(), disk.mostOpen::toString);
    assertEquals(600, Bodies.list(store, "raw", 1_000).size());
  }

  @Test
  void directoryRemovedBeforeEachLink_isMadeAgain() {
    AtomicInteger removals = new AtomicInteger();
    disk.before(
        (operation, path) -> {
          if (operation.equals("link") && removals.getAndIncrement() < 10) {
            Files.deleteIfExists(root.resolve("content/raw/s"));
            Files.deleteIfExists(root.resolve("content/raw"));
          }
        });
    Bodies.put(store, "raw", "raw/s/1", Bodies.bytes(10, 1));
    assertEquals(List.of("raw/s/1"), Bodies.list(store, "raw", 10));
  }

  @Test
  void directoryRemovedAlways_isAnErrorInTheEnd() {
    AtomicInteger links = new AtomicInteger();
    disk.before(
        (operation, path) -> {
          if (operation.equals("link")) {
            links.incrementAndGet();
            Files.deleteIfExists(root.resolve("content/raw"));
          }
        });
    assertThrows(
        ContentException.class, () -> Bodies.put(store, "raw", "raw/1", Bodies.bytes(10, 1)));
    assertEquals(Publisher.MAX_ATTEMPTS, links.get());
  }

  @Test
  void tempSweptByAnotherProcess_commitThrows() throws IOException {
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1)));
      for (String temp : temps()) {
        Files.delete(Path.of(temp));
      }
      assertThrows(ContentException.class, writer::commit);
    }
    assertEquals(List.of(), Bodies.list(store, "raw", 10));
  }

  @Test
  void interruptedCaller_losesNoSyncAndStaysInterrupted() {
    ExecutorService threads = Syncs.threads("test");
    try (FileContent concurrent = reopened(threads, Bounds.DEFAULT);
        ContentWriter writer = concurrent.access().store().writer(Bodies.prefix("raw"))) {
      writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1)));
      Thread.currentThread().interrupt();
      writer.commit();
      assertTrue(Thread.interrupted());
      Thread.currentThread().interrupt();
      assertThrows(
          ContentException.class,
          () -> writer.put(Bodies.key("raw/2"), Bodies.body(Bodies.bytes(10, 2))));
      assertTrue(Thread.interrupted());
      writer.put(Bodies.key("raw/3"), Bodies.body(Bodies.bytes(10, 3)));
      writer.commit();
      assertEquals(List.of("raw/1", "raw/3"), Bodies.list(concurrent.access().store(), "raw", 10));
    }
  }
}
