package dev.ingest.benchmarks.targets;

import com.sun.nio.file.ExtendedOpenOption;
import dev.ingest.benchmarks.Embedded;
import dev.ingest.core.Ingest;
import dev.ingest.core.Verification;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Reading everything of a verified sequence back, raw and result, and checking it against
 * manifests, expectation and history, beside reading the same files past the page cache and
 * computing their SHA-256 in one thread.
 */
final class VerificationTargets implements Measurement {

  private static final int ITEM = 64 << 20;
  private static final int CHUNK = 1 << 20;
  private static final SequenceKey KEY = SequenceKey.of("alice", "large");

  @Override
  public String name() {
    return "verification";
  }

  @Override
  public List<Target> targets() {
    return List.of(
        new Target(
            "verification of an item of 64 MiB, raw and result / bare read and SHA-256",
            Limit.ratioAtLeast(0.9)));
  }

  @Override
  public List<Figure> measure(Effort effort) throws Exception {
    try (Embedded embedded = new Embedded()) {
      Ingest ingest = embedded.ingest();
      byte[] block = new byte[ITEM];
      new SplittableRandom(3).nextBytes(block);
      ingest.submit(
          KEY,
          upload ->
              upload.add(
                  ItemName.of("item"),
                  OptionalLong.of(ITEM),
                  Optional.empty(),
                  new RepeatedBytes(block, ITEM)));
      ingest.runUntilIdle();
      Digest digest = Digest.of(block);
      List<Path> files = stored(embedded.home());
      int alignment = requireDirect(files.get(0));
      List<Samples> rates =
          new Turns(effort, effort.of(1, 3), effort.of(2, 11))
              .measure(
                  List.of(
                      () -> verified(ingest),
                      () -> read(files, digest, alignment, ExtendedOpenOption.DIRECT),
                      () -> read(files, digest, alignment)));
      Samples verified = rates.get(0);
      Samples direct = rates.get(1);
      String remark =
          "median of %d rounds in turns, %s; bare %s; bare from the page cache, which proves nothing of the disk, %s"
              .formatted(
                  verified.ascending().size(),
                  verified.spread(),
                  direct.spread(),
                  Table.number(rates.get(2).median()));
      return List.of(
          new Figure(
              verified.median(),
              "MB/s",
              "bare read past the page cache and SHA-256",
              direct.median(),
              remark));
    }
  }

  /** Finds the files that hold the item: its raw bytes and those of the result. */
  private static List<Path> stored(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      List<Path> files =
          all.filter(path -> Files.isRegularFile(path) && path.toFile().length() == ITEM).toList();
      if (files.size() != 2) {
        throw new IllegalStateException("expected the item twice below " + home + ": " + files);
      }
      return files;
    }
  }

  private static int requireDirect(Path file) throws IOException, NotRunException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(2 * CHUNK);
    int alignment = (int) Files.getFileStore(file).getBlockSize();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, ExtendedOpenOption.DIRECT)) {
      channel.read(buffer.alignedSlice(alignment).limit(CHUNK));
      return alignment;
    } catch (IOException | UnsupportedOperationException e) {
      throw new NotRunException("this file system has no reads past the page cache", e);
    }
  }

  private static double verified(Ingest ingest) {
    long start = System.nanoTime();
    Verification verification = ingest.verify(KEY).orElseThrow();
    double rate = megabytesPerSecond(start);
    if (!verification.isClean()) {
      throw new IllegalStateException("not clean: " + verification.findings());
    }
    return rate;
  }

  private static double read(List<Path> files, Digest expected, int alignment, OpenOption... how)
      throws IOException {
    Set<OpenOption> options = new HashSet<>(Set.of(how));
    options.add(StandardOpenOption.READ);
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK + alignment).alignedSlice(alignment);
    long start = System.nanoTime();
    for (Path file : files) {
      MessageDigest running = Digest.newMessageDigest();
      try (FileChannel channel = FileChannel.open(file, options)) {
        buffer.clear().limit(CHUNK);
        while (channel.read(buffer) > 0) {
          running.update(buffer.flip());
          buffer.clear().limit(CHUNK);
        }
      }
      if (!Digest.finish(running).equals(expected)) {
        throw new IllegalStateException(file + " is not what was submitted");
      }
    }
    return megabytesPerSecond(start);
  }

  private static double megabytesPerSecond(long start) {
    return 2.0 * ITEM / 1e6 / ((System.nanoTime() - start) / 1e9);
  }
}
