package dev.ingest.benchmarks;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.FileUtils;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * Hypothesis: taking a sequence in, with its digests, manifest and two ledger commits, takes about
 * as long as the slower of digesting it and copying it durably, and not as long as both together.
 *
 * <p>One operation is one sequence of {@code count} files of {@code kilobytes}; the {@code
 * megabytes} counter is what to compare. The plain copy does for each file what the engine promises
 * for it (write, sync, rename, sync of the directory once at the end) and nothing else: no digest,
 * no manifest, no ledger, no receipt. Commons IO copies and Guava digests as it copies, each with a
 * sync of the file beside it, and neither renames or knows of a sequence. {@code -p
 * shape=4x256,200x256,4096x16,65536x1} is the whole range.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class IntakeBenchmark {

  private static final int BUFFER_BYTES = 1 << 18;

  /** The size of a file in kilobytes, and how many make a sequence. */
  @Param({"200x16", "65536x1"})
  public String shape = "";

  private Path source = Path.of("");
  private Path target = Path.of("");
  private List<Path> files = List.of();
  private double megabytesEach;
  private long next;
  private Embedded embedded = unset();

  /** Creates the state. */
  public IntakeBenchmark() {}

  /** Counts what was moved. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Moved {

    /** Megabytes per second, after normalisation. */
    public double megabytes;

    /** Creates the counter. */
    public Moved() {}
  }

  /**
   * Makes the source files.
   *
   * @throws IOException if it cannot
   */
  @Setup(Level.Trial)
  public void prepare() throws IOException {
    int x = shape.indexOf('x');
    int kilobytes = Integer.parseInt(shape.substring(0, x));
    int count = Integer.parseInt(shape.substring(x + 1));
    source = Folders.create("ingest-source");
    files = Folders.sourceFiles(source, count, kilobytes * 1_024);
    megabytesEach = kilobytes * 1_024.0 * count / 1e6;
  }

  /**
   * Removes the source files.
   *
   * @throws IOException if it cannot
   */
  @TearDown(Level.Trial)
  public void removeSource() throws IOException {
    Folders.delete(source);
  }

  /**
   * Starts with an empty store.
   *
   * @throws IOException if it cannot
   */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    target = Folders.create("ingest-copy");
    embedded = new Embedded();
  }

  /**
   * Removes the store.
   *
   * @throws IOException if it cannot
   */
  @TearDown(Level.Iteration)
  public void close() throws IOException {
    embedded.close();
    Folders.delete(target);
  }

  /**
   * Submits the files and gets a receipt.
   *
   * @param moved what was moved
   * @return the receipt
   * @throws IOException if it cannot
   */
  @Benchmark
  public Receipt submit(Moved moved) throws IOException {
    SequenceKey key = SequenceKey.of("alice", "ride-" + next++);
    Receipt receipt =
        embedded
            .ingest()
            .submit(
                key,
                upload -> {
                  for (Path file : files) {
                    upload.add(ItemName.of(String.valueOf(file.getFileName())), file);
                  }
                });
    moved.megabytes += megabytesEach;
    return receipt;
  }

  /**
   * Copies the files durably.
   *
   * @param moved what was moved
   * @throws IOException if it cannot
   */
  @Benchmark
  public void copyAndSync(Moved moved) throws IOException {
    Path folder = Files.createDirectory(target.resolve("ride-" + next++));
    for (Path file : files) {
      Path temporary = folder.resolve(file.getFileName() + ".tmp");
      try (FileChannel from = FileChannel.open(file);
          FileChannel to =
              FileChannel.open(
                  temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        long size = from.size();
        long at = 0;
        while (at < size) {
          at += from.transferTo(at, size - at, to);
        }
        to.force(true);
      }
      Files.move(temporary, folder.resolve(file.getFileName()));
    }
    sync(folder);
    sync(target);
    moved.megabytes += megabytesEach;
  }

  /**
   * Copies the files by Commons IO, and syncs each.
   *
   * @param moved what was moved
   * @throws IOException if it cannot
   */
  @Benchmark
  public void commonsIoAndSync(Moved moved) throws IOException {
    Path folder = Files.createDirectory(target.resolve("ride-" + next++));
    for (Path file : files) {
      Path copy = folder.resolve(file.getFileName());
      FileUtils.copyFile(file.toFile(), copy.toFile());
      syncFile(copy);
    }
    sync(folder);
    moved.megabytes += megabytesEach;
  }

  /**
   * Copies the files through Guava's digesting stream, and syncs each.
   *
   * @param moved what was moved
   * @return the digests
   * @throws IOException if it cannot
   */
  @Benchmark
  public List<HashCode> guavaHashingAndSync(Moved moved) throws IOException {
    List<HashCode> digests = new ArrayList<>();
    Path folder = Files.createDirectory(target.resolve("ride-" + next++));
    for (Path file : files) {
      Path copy = folder.resolve(file.getFileName());
      try (HashingInputStream in =
          new HashingInputStream(Hashing.sha256(), Files.newInputStream(file))) {
        Files.copy(in, copy);
        digests.add(in.hash());
      }
      syncFile(copy);
    }
    sync(folder);
    moved.megabytes += megabytesEach;
    return digests;
  }

  /**
   * Digests the files and does nothing else.
   *
   * @param moved what was moved
   * @return the digests
   * @throws IOException if it cannot
   */
  @Benchmark
  public List<Digest> digestOnly(Moved moved) throws IOException {
    List<Digest> digests = new ArrayList<>();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (Path file : files) {
      MessageDigest running = Digest.newMessageDigest();
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          running.update(buffer, 0, n);
        }
      }
      digests.add(Digest.finish(running));
    }
    moved.megabytes += megabytesEach;
    return digests;
  }

  private static void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    }
  }

  @SuppressWarnings("NullAway") // Set before each iteration by JMH.
  private static Embedded unset() {
    return null;
  }
}
