package dev.ingest.benchmarks;

import dev.ingest.benchmarks.content.ServedContent;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.content.JdbcContent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hypothesis: on the embedded default, a small sequence is bound by the syncs of its files, three
 * directories of them (raw, result, and what lies above), and not by the ledger, whose commits are
 * grouped over all submitters and workers.
 *
 * <p>One operation is one sequence of one 1 KB item from submission to VERIFIED; 50 go in at once
 * from {@code submitters} threads. Beside files, content lies in SQLite, where it shares syncs, and
 * on a server of S3 in memory, which has none: what is left there is requests and processors.
 */
@org.openjdk.jmh.annotations.State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 3)
public class WholeLifecycleBenchmark {

  private static final int SEQUENCES = 50;

  /** Threads that submit. */
  @Param({"8"})
  public int submitters;

  /** Where the content lies: {@code file}, {@code jdbc} or {@code s3}. */
  @Param({"file", "jdbc", "s3"})
  public String store = "";

  private final byte[] content = new byte[1_024];
  private ExecutorService pool = Executors.newSingleThreadExecutor();
  private Embedded embedded = unset();
  private @Nullable ServedContent served;
  private long next;

  /** Creates the state. */
  public WholeLifecycleBenchmark() {}

  /**
   * Starts a server, if there is to be one.
   *
   * @throws IOException if it cannot
   */
  @Setup(Level.Trial)
  public void serve() throws IOException {
    served = store.equals("s3") ? new ServedContent() : null;
  }

  /**
   * Ends the server.
   *
   * @throws IOException if it cannot
   */
  @TearDown(Level.Trial)
  public void end() throws IOException {
    ServedContent server = served;
    if (server != null) {
      server.close();
    }
  }

  /**
   * Starts with an empty store.
   *
   * @throws IOException if it cannot
   */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    pool.shutdown();
    pool = Executors.newFixedThreadPool(submitters);
    embedded = new Embedded(EngineListener.NONE, this::content);
    embedded.ingest().start();
  }

  /**
   * Removes the store.
   *
   * @throws IOException if it cannot
   */
  @TearDown(Level.Iteration)
  public void close() throws IOException {
    pool.shutdown();
    embedded.close();
  }

  /**
   * Submits and waits until all are verified.
   *
   * @throws Exception if a submission fails
   */
  @Benchmark
  @OperationsPerInvocation(SEQUENCES)
  public void acceptedToVerified() throws Exception {
    Ingest ingest = embedded.ingest();
    List<Future<SequenceKey>> submissions = new ArrayList<>();
    for (int i = 0; i < SEQUENCES; i++) {
      SequenceKey key = SequenceKey.of("alice", "ride-" + next++);
      submissions.add(pool.submit(() -> submit(ingest, key)));
    }
    List<SequenceKey> keys = new ArrayList<>();
    for (Future<SequenceKey> submission : submissions) {
      keys.add(submission.get());
    }
    ingest.runUntilIdle();
    for (SequenceKey key : keys) {
      if (ingest.find(key).orElseThrow().state() != State.VERIFIED) {
        throw new IllegalStateException(key + " is not verified");
      }
    }
  }

  private ContentAccess content(Path home) {
    ServedContent server = served;
    if (server != null) {
      return server.open();
    }
    return store.equals("jdbc")
        ? JdbcContent.sqlite(home.resolve("content.db"), InstantSource.system()).access()
        : new FileContent(home.resolve("content"), InstantSource.system()).access();
  }

  private SequenceKey submit(Ingest ingest, SequenceKey key) throws IOException {
    return ingest.submit(key, upload -> upload.add(ItemName.of("item"), content)).key();
  }

  @SuppressWarnings("NullAway") // Set before each iteration by JMH.
  private static Embedded unset() {
    return null;
  }
}
