package dev.ingest.benchmarks.targets;

import com.sun.management.ThreadMXBean;
import dev.ingest.benchmarks.Embedded;
import dev.ingest.benchmarks.Folders;
import dev.ingest.core.Ingest;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Intake of one large item on the embedded default, from its first byte to the receipt, beside its
 * bare SHA-256 and a bare write with one sync, all from memory and in pieces of one size; and what
 * each further chunk of an item allocates, on all threads together.
 */
final class LargeItemTargets implements Measurement {

  private static final int ITEM = 64 << 20;
  private static final int CHUNK = 1 << 18;
  private static final int FURTHER_ITEMS = 3;
  private static final int STEP = 8;

  @Override
  public String name() {
    return "large-items";
  }

  @Override
  public List<Target> targets() {
    return List.of(
        new Target(
            "intake of one item of 64 MiB / the slower of bare SHA-256 and bare write with sync",
            Limit.ratioAtLeast(0.9)),
        new Target("heap for each further chunk of 256 KiB of an item", Limit.atMost(0)));
  }

  @Override
  public List<Figure> measure(Effort effort) throws Exception {
    byte[] item = new byte[ITEM];
    new SplittableRandom(1).nextBytes(item);
    Path folder = Folders.create("ingest-large");
    try {
      List<Samples> rates =
          new Turns(effort, effort.of(1, 3), effort.of(3, 11))
              .measure(
                  List.of(
                      () -> submitted(item), () -> digested(item), () -> written(folder, item)));
      Samples intake = rates.get(0);
      Samples digest = rates.get(1);
      Samples write = rates.get(2);
      boolean isDigestSlower = digest.median() <= write.median();
      String remark =
          "median of %d rounds in turns, %s; bare SHA-256 %s (%s), bare write with sync %s (%s); neither has manifest, ledger, receipt, or bytes under a key"
              .formatted(
                  intake.ascending().size(),
                  intake.spread(),
                  Table.number(digest.median()),
                  digest.spread(),
                  Table.number(write.median()),
                  write.spread());
      Figure throughput =
          new Figure(
              intake.median(),
              "MB/s",
              isDigestSlower ? "bare SHA-256" : "bare write with sync",
              isDigestSlower ? digest.median() : write.median(),
              remark);
      return List.of(throughput, allocation(effort, item));
    } finally {
      Folders.delete(folder);
    }
  }

  private static double submitted(byte[] item) throws IOException {
    try (Embedded embedded = new Embedded()) {
      submit(embedded.ingest(), "first", item, CHUNK);
      long start = System.nanoTime();
      submit(embedded.ingest(), "large", item, ITEM);
      return megabytesPerSecond(start);
    }
  }

  private static void submit(Ingest ingest, String id, byte[] block, long bytes)
      throws IOException {
    ingest.submit(
        SequenceKey.of("alice", id),
        upload ->
            upload.add(
                ItemName.of("item"),
                OptionalLong.of(bytes),
                Optional.empty(),
                new RepeatedBytes(block, bytes)));
  }

  private static double digested(byte[] item) {
    long start = System.nanoTime();
    MessageDigest running = Digest.newMessageDigest();
    for (int at = 0; at < ITEM; at += CHUNK) {
      running.update(item, at, CHUNK);
    }
    Digest digest = Digest.finish(running);
    double rate = megabytesPerSecond(start);
    if (!digest.equals(Digest.of(item))) {
      throw new IllegalStateException("the pieces have another digest than the whole");
    }
    return rate;
  }

  private static double written(Path folder, byte[] item) throws IOException {
    Path file = folder.resolve("item");
    long start = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int at = 0; at < ITEM; at += CHUNK) {
        ByteBuffer piece = ByteBuffer.wrap(item, at, CHUNK);
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
      channel.force(true);
    }
    double rate = megabytesPerSecond(start);
    Files.delete(file);
    return rate;
  }

  private static double megabytesPerSecond(long start) {
    return ITEM / 1e6 / ((System.nanoTime() - start) / 1e9);
  }

  /** Compares an item with one that is three times longer, so that what both cost falls out. */
  private static Figure allocation(Effort effort, byte[] block) throws Exception {
    int rounds = effort.of(3, 7);
    List<Double> bytes = new ArrayList<>();
    try (Embedded embedded = new Embedded()) {
      // The first ones compile, and fill what is kept for the next.
      for (int round = -2; round < rounds; round++) {
        long one = allocated(embedded.ingest(), "short-" + round, block, CHUNK * 16L);
        long more =
            allocated(
                embedded.ingest(),
                "long-" + round,
                block,
                CHUNK * 16L + (long) FURTHER_ITEMS * ITEM);
        if (round >= 0) {
          bytes.add((more - one) / ((double) FURTHER_ITEMS * ITEM / CHUNK));
        }
      }
    }
    Samples samples = new Samples(bytes);
    // Less than nothing is what a thread took along that ended between the readings: no figure.
    double perChunk = Math.rint(samples.median() / STEP) * STEP + 0.0;
    String remark =
        "median of %d items of 196 MiB less as many of 4 MiB, all threads, in steps of 8 B: %s to %s B before rounding"
            .formatted(rounds, signed(samples.least()), signed(samples.most()));
    return Figure.of(perChunk, "B", remark);
  }

  private static String signed(double bytes) {
    return "%.1f".formatted(bytes);
  }

  private static long allocated(Ingest ingest, String id, byte[] block, long bytes)
      throws IOException {
    long before = allocated();
    submit(ingest, id, block, bytes);
    return allocated() - before;
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }
}
