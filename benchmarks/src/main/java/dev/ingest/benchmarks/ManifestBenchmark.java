package dev.ingest.benchmarks;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestDecoder;
import dev.ingest.spi.ManifestEncoder;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hypothesis: encoding, decoding and checking a manifest cost about a microsecond per item, most of
 * it the two digests (of the line, and of the name to find twins), and do not grow faster than the
 * items.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ManifestBenchmark {

  /** The number of items. */
  @Param({"10", "1000", "100000"})
  public int items;

  private List<ManifestItem> list = List.of();
  private long bytes;
  private byte[] canonical = new byte[0];

  /** Creates the state. */
  public ManifestBenchmark() {}

  /** Makes the items. */
  @Setup
  public void prepare() {
    list = new ArrayList<>();
    bytes = 0;
    for (int i = 0; i < items; i++) {
      list.add(
          new ManifestItem(
              ItemName.of("DSC%08d.JPG".formatted(i)), 3_000_000 + i, Digest.ofUtf8("item " + i)));
      bytes += 3_000_000 + i;
    }
    canonical = Manifest.of(list).toBytes();
  }

  /**
   * Encodes and computes the root.
   *
   * @return the root and totals
   * @throws IOException never
   */
  @Benchmark
  public ManifestSummary encode() throws IOException {
    try (ManifestEncoder encoder = Manifest.encode(items, bytes, list.iterator())) {
      encoder.transferTo(OutputStream.nullOutputStream());
      return encoder.summary();
    }
  }

  /**
   * Decodes, checks and computes the root.
   *
   * @return the root and totals
   * @throws IOException never
   */
  @Benchmark
  public ManifestSummary decode() throws IOException {
    try (ManifestDecoder decoder = Manifest.decode(new ByteArrayInputStream(canonical))) {
      while (decoder.hasNext()) {
        decoder.next();
      }
      return decoder.summary();
    }
  }

  /**
   * Computes the bare digest of the same bytes.
   *
   * @return the digest
   */
  @Benchmark
  public Digest bareDigest() {
    return Digest.of(canonical);
  }
}
