package dev.ingest.benchmarks;

import dev.ingest.core.engine.PassingBody;
import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.store.file.FileContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hypothesis: storing an item with its digest takes as long as the slower of the bare digest and
 * the bare write with one sync, and not as long as both in sequence, from the size on at which a
 * chunk is worth another thread (64 KB); and a further chunk allocates nothing. Below that size the
 * key costs: syncs of the directories above it.
 *
 * <p>One operation is one item. {@code -p bytes=4096,65536,1048576,16777216,67108864 -prof gc} is
 * the whole range.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DigestWhileStoringBenchmark {

  private static final int CHUNK = 1 << 18;

  /** The length of an item. */
  @Param({"4096", "16777216"})
  public int bytes;

  private byte[] item = new byte[0];
  private Path home = Path.of("");
  private ContentAccess content = unset();
  private ExecutorService digests = Executors.newCachedThreadPool();
  private long next;

  /** Creates the state. */
  public DigestWhileStoringBenchmark() {}

  /** Makes the item and the thread that digests. */
  @Setup(Level.Trial)
  public void prepare() {
    item = new byte[bytes];
    new SplittableRandom(4).nextBytes(item);
    digests = Executors.newCachedThreadPool();
  }

  /** Ends the thread that digests. */
  @TearDown(Level.Trial)
  public void end() {
    digests.shutdown();
  }

  /**
   * Opens an empty store.
   *
   * @throws IOException if it cannot
   */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    home = Folders.create("ingest-store");
    content = new FileContent(home.resolve("content"), InstantSource.system()).access();
  }

  /**
   * Removes the store.
   *
   * @throws IOException if it cannot
   */
  @TearDown(Level.Iteration)
  public void close() throws IOException {
    content.close();
    Folders.delete(home);
  }

  /**
   * Stores the item as the engine does, durably and under its key.
   *
   * @return what was stored, with its digest
   */
  @Benchmark
  public ContentStat digestWhileStoring() {
    ContentPrefix prefix = new ContentPrefix("raw/o1/ride-" + next++);
    try (ContentWriter writer = content.store().writer(prefix)) {
      ContentStat stat = writer.put(prefix.key("0"), PassingBody.of(item, digests));
      writer.commit();
      return stat;
    }
  }

  /**
   * Digests the item.
   *
   * @return the digest
   */
  @Benchmark
  public Digest bareDigest() {
    return Digest.of(item);
  }

  /**
   * Writes the item into a new file and syncs that.
   *
   * @return its length
   * @throws IOException if it cannot
   */
  @Benchmark
  public long bareWrite() throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            home.resolve("bare-" + next++),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE)) {
      for (int at = 0; at < bytes; at += CHUNK) {
        ByteBuffer piece = ByteBuffer.wrap(item, at, Math.min(CHUNK, bytes - at));
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
      channel.force(true);
      return channel.position();
    }
  }

  /**
   * Digests the item and then writes it.
   *
   * @return the digest
   * @throws IOException if it cannot
   */
  @Benchmark
  public Digest inSequence() throws IOException {
    Digest digest = Digest.of(item);
    bareWrite();
    return digest;
  }

  @SuppressWarnings("NullAway") // Set before each iteration by JMH.
  private static ContentAccess unset() {
    return null;
  }
}
