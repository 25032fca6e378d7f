package dev.ingest.store.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writers and streams that one thread closes, or uses, while another is in a call. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClosedUnderWayTest {

  @TempDir Path dir;

  private final WatchedDisk disk = new WatchedDisk();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Gate gate = new Gate();

  ClosedUnderWayTest() {}

  @AfterEach
  void endThreads() {
    gate.go.countDown();
    threads.shutdownNow();
  }

  /** Where one thread waits until another lets it go on. */
  private static final class Gate {

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicBoolean isPassed = new AtomicBoolean();

    /** Holds the first thread that comes. */
    void hold() throws IOException {
      if (isPassed.compareAndSet(false, true)) {
        reached.countDown();
        await(go);
      }
    }

    static void await(CountDownLatch latch) throws IOException {
      try {
        if (!latch.await(30, TimeUnit.SECONDS)) {
          throw new IOException("nobody came");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  /** A body of equal bytes, with something to do before the bytes, and something before the end. */
  private static final class Scripted implements ContentBody {

    interface Step {
      void run() throws IOException;
    }

    private final byte value;
    private final int count;
    private final Step first;
    private final Step last;
    private boolean isGiven;

    Scripted(int value, int count, Step first, Step last) {
      this.value = (byte) value;
      this.count = count;
      this.first = first;
      this.last = last;
    }

    byte[] bytes() {
      byte[] bytes = new byte[count];
      Arrays.fill(bytes, value);
      return bytes;
    }

    @Override
    public OptionalLong length() {
      return OptionalLong.empty();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (isGiven) {
        last.run();
        return -1;
      }
      isGiven = true;
      first.run();
      Arrays.fill(buffer, offset, offset + count, value);
      return count;
    }

    @Override
    public Digest digest() {
      return Digest.of(bytes());
    }
  }

  private FileContent open() {
    return new FileContent(dir, InstantSource.system(), disk, Runnable::run, Bounds.DEFAULT);
  }

  private List<Path> unfinished() throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("tmp"))) {
      return files.toList();
    }
  }

  @Test
  void writerClosedDuringAPut_keepsItsArrayFromOtherWriters() throws Exception {
    CountDownLatch isEnded = new CountDownLatch(1);
    Scripted stalled = new Scripted('M', 100, gate::hold, () -> isEnded.countDown());
    Scripted others =
        new Scripted(
            'A',
            50,
            () -> {},
            () -> {
              gate.go.countDown();
              Gate.await(isEnded);
            });
    try (FileContent content = open()) {
      ContentStore store = content.access().store();
      ContentWriter left = store.writer(Bodies.prefix("m"));
      Future<?> put = threads.submit(() -> left.put(Bodies.key("m/1"), stalled));
      Gate.await(gate.reached);
      left.close();
      try (ContentWriter writer = store.writer(Bodies.prefix("a"))) {
        writer.put(Bodies.key("a/1"), others);
        writer.commit();
      }
      assertArrayEquals(others.bytes(), Bodies.read(store, "a/1", ReadPurpose.USE));
      put.get(30, TimeUnit.SECONDS);
      assertThrows(ContentException.class, left::commit);
    }
  }

  @Test
  void writerClosedDuringAPut_leavesNothingBehind() throws Exception {
    try (FileContent content = open()) {
      ContentStore store = content.access().store();
      ContentWriter writer = store.writer(Bodies.prefix("m"));
      List<Path> before = unfinished();
      writer.put(Bodies.key("m/0"), Bodies.body(Bodies.bytes(10, 1)));
      Scripted stalled = new Scripted('M', 100, gate::hold, () -> {});
      Future<?> put = threads.submit(() -> writer.put(Bodies.key("m/1"), stalled));
      Gate.await(gate.reached);
      writer.close();
      writer.close();
      gate.go.countDown();
      put.get(30, TimeUnit.SECONDS);
      assertEquals(before, unfinished());
      assertEquals(List.of(), Bodies.list(store, "m", 10));
    }
  }

  @Test
  void writerClosedDuringACommit_hasAllOfItDurableIfItSucceeds() throws Exception {
    try (FileContent content = open()) {
      ContentStore store = content.access().store();
      ContentWriter writer = store.writer(Bodies.prefix("m"));
      for (int i = 0; i < 3; i++) {
        writer.put(Bodies.key("m/" + i), Bodies.body(Bodies.bytes(10, i)));
      }
      disk.before(
          (operation, path) -> {
            if (operation.equals("link")) {
              gate.hold();
            }
          });
      Future<?> commit = threads.submit(writer::commit);
      Gate.await(gate.reached);
      writer.close();
      gate.go.countDown();
      commit.get(30, TimeUnit.SECONDS);
      assertEquals(List.of("m/0", "m/1", "m/2"), Bodies.list(store, "m", 10));
    }
  }

  @Test
  void secondThreadInAPut_isRefusedAndHarmsNothing() throws Exception {
    try (FileContent content = open()) {
      ContentStore store = content.access().store();
      Scripted stalled = new Scripted('M', 100, gate::hold, () -> {});
      try (ContentWriter writer = store.writer(Bodies.prefix("m"))) {
        Future<?> put = threads.submit(() -> writer.put(Bodies.key("m/1"), stalled));
        Gate.await(gate.reached);
        ContentException refused =
            assertThrows(
                ContentException.class,
                () -> writer.put(Bodies.key("m/2"), Bodies.body(Bodies.bytes(10, 2))));
        assertTrue(refused.toString().contains("in use by another thread"), refused.toString());
        assertThrows(ContentException.class, writer::commit);
        gate.go.countDown();
        put.get(30, TimeUnit.SECONDS);
        writer.commit();
      }
      assertEquals(List.of("m/1"), Bodies.list(store, "m", 10));
      assertArrayEquals(stalled.bytes(), Bodies.read(store, "m/1", ReadPurpose.USE));
    }
  }

  @Test
  void streamClosedDuringARead_keepsItsBufferFromOtherStreams() throws Exception {
    byte[] ours = Bodies.bytes(5_000, 1);
    byte[] theirs = Bodies.bytes(5_000, 2);
    try (FileContent content = open()) {
      ContentStore store = content.access().store();
      Bodies.put(store, "a", "a/1", ours);
      Bodies.put(store, "m", "m/1", theirs);
      disk.afterRead((operation, path) -> gate.hold());
      InputStream left = store.open(Bodies.key("m/1"), ByteRange.ALL, ReadPurpose.USE);
      byte[] into = new byte[100];
      Future<Integer> read = threads.submit(() -> left.read(into));
      Gate.await(gate.reached);
      left.close();
      try (InputStream stream = store.open(Bodies.key("a/1"), ByteRange.ALL, ReadPurpose.USE)) {
        assertArrayEquals(Arrays.copyOf(ours, 10), stream.readNBytes(10));
        gate.go.countDown();
        assertEquals(100, read.get(30, TimeUnit.SECONDS));
        assertArrayEquals(Arrays.copyOf(theirs, 100), into, "those of the other stream");
        assertArrayEquals(Arrays.copyOfRange(ours, 10, ours.length), stream.readAllBytes());
      }
      assertThrows(IOException.class, left::read);
    }
  }

  @Test
  void secondThreadInARead_isRefused() throws Exception {
    byte[] bytes = Bodies.bytes(5_000, 1);
    try (FileContent content = open()) {
      ContentStore store = content.access().store();
      Bodies.put(store, "a", "a/1", bytes);
      disk.afterRead((operation, path) -> gate.hold());
      try (InputStream stream = store.open(Bodies.key("a/1"), ByteRange.ALL, ReadPurpose.USE)) {
        Future<byte[]> read = threads.submit(stream::readAllBytes);
        Gate.await(gate.reached);
        assertThrows(IOException.class, stream::read);
        assertThrows(IOException.class, () -> stream.skip(1));
        gate.go.countDown();
        assertArrayEquals(bytes, read.get(30, TimeUnit.SECONDS));
      }
    }
  }
}
