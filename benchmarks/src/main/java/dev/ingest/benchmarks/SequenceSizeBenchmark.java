package dev.ingest.benchmarks;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
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
 * Hypothesis: what a sequence costs besides its items is paid once, so that a sequence of a million
 * items costs a million times what a further item does, its sync above all, in constant memory.
 *
 * <p>One operation is one submission of {@code items} of 100 bytes. {@code -p
 * items=1,100,10000,1000000 -bm ss} is the whole range.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class SequenceSizeBenchmark {

  private static final byte[] ITEM = new byte[100];

  /** The items of a sequence. */
  @Param({"1", "100"})
  public int items;

  private Embedded embedded = unset();
  private long next;

  /** Creates the state. */
  public SequenceSizeBenchmark() {}

  /**
   * Opens an empty store.
   *
   * @throws IOException if it cannot
   */
  @Setup(Level.Iteration)
  public void open() throws IOException {
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
  }

  /**
   * Submits a sequence.
   *
   * @return the receipt
   * @throws IOException if it cannot
   */
  @Benchmark
  public Receipt submit() throws IOException {
    return embedded
        .ingest()
        .submit(
            SequenceKey.of("alice", "ride-" + next++),
            upload -> {
              for (int i = 0; i < items; i++) {
                upload.add(ItemName.of("item-" + i), ITEM);
              }
            });
  }

  @SuppressWarnings("NullAway") // Set before each iteration by JMH.
  private static Embedded unset() {
    return null;
  }
}
