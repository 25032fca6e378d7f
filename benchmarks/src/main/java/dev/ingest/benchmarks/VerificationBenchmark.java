package dev.ingest.benchmarks;

import dev.ingest.core.Ingest;
import dev.ingest.core.Verification;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * Hypothesis: reading a sequence back costs reading and digesting each of its bytes once, raw and
 * result, and little beside it: manifests, expectation, history. The bare figure reads the same
 * files through the page cache, where it can, and is a bound that no proof can reach.
 *
 * <p>One operation is one sequence of {@code shape}, KB of an item and how many.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VerificationBenchmark {

  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  private static final int BUFFER_BYTES = 1 << 18;

  /** The size of an item in kilobytes, and how many make a sequence. */
  @Param({"4x100", "8192x1"})
  public String shape = "";

  private Embedded embedded = unset();
  private List<Path> files = List.of();

  /** Creates the state. */
  public VerificationBenchmark() {}

  /**
   * Takes the sequence to VERIFIED.
   *
   * @throws IOException if it cannot
   */
  @Setup
  public void prepare() throws IOException {
    int x = shape.indexOf('x');
    byte[] item = new byte[Integer.parseInt(shape.substring(0, x)) << 10];
    int count = Integer.parseInt(shape.substring(x + 1));
    SplittableRandom random = new SplittableRandom(5);
    embedded = new Embedded();
    embedded
        .ingest()
        .submit(
            KEY,
            upload -> {
              for (int i = 0; i < count; i++) {
                random.nextBytes(item);
                upload.add(ItemName.of("item-" + i), item);
              }
            });
    embedded.ingest().runUntilIdle();
    files = stored(embedded.home().resolve("content"));
  }

  /** Lists what is stored. The engine goes on, and what it is about to store comes and goes. */
  private static List<Path> stored(Path content) throws IOException {
    Path unfinished = content.resolve("tmp");
    List<Path> stored = new ArrayList<>();
    Files.walkFileTree(
        content,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes found) {
            return directory.equals(unfinished)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes found) {
            stored.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    return stored;
  }

  /**
   * Removes the store.
   *
   * @throws IOException if it cannot
   */
  @TearDown
  public void close() throws IOException {
    embedded.close();
  }

  /**
   * Reads everything of the sequence back and checks it.
   *
   * @return what was found: nothing
   */
  @Benchmark
  public Verification verify() {
    Ingest ingest = embedded.ingest();
    Verification verification = ingest.verify(KEY).orElseThrow();
    if (!verification.isClean()) {
      throw new IllegalStateException("not clean: " + verification.findings());
    }
    return verification;
  }

  /**
   * Reads and digests all files of the store.
   *
   * @return the digests
   * @throws IOException if it cannot
   */
  @Benchmark
  public List<Digest> bareReadAndDigest() throws IOException {
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
    return digests;
  }

  @SuppressWarnings("NullAway") // Set before each trial by JMH.
  private static Embedded unset() {
    return null;
  }
}
