package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.Embedded;
import dev.ingest.benchmarks.Folders;
import dev.ingest.benchmarks.Syncs;
import dev.ingest.core.Ingest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One sequence of many small items on the embedded default, from its first byte to the receipt,
 * beside a loop that writes and syncs one file after the other; and how many files a submission
 * syncs, without which it would be quick and not durable.
 */
final class ManyItemTargets implements Measurement {

  private static final int ITEMS = 1_000;
  private static final int ITEM_BYTES = 200_000;

  @Override
  public String name() {
    return "many-items";
  }

  @Override
  public List<Target> targets() {
    return List.of(
        new Target(
            "a sequence of 1,000 items of 200 KB / a loop that syncs each file",
            Limit.ratioAtLeast(2)),
        new Target("files that its submission syncs", Limit.atLeast(ITEMS + 1)));
  }

  @Override
  public List<Figure> measure(Effort effort) throws Exception {
    byte[] item = new byte[ITEM_BYTES];
    new SplittableRandom(2).nextBytes(item);
    List<Samples> rates =
        new Turns(effort, effort.of(0, 1), effort.of(1, 7))
            .measure(List.of(() -> submitted(item), () -> written(item)));
    Samples intake = rates.get(0);
    Samples loop = rates.get(1);
    String remark =
        "median of %d rounds in turns, %s; the loop %s; it has no digest, manifest, ledger or receipt"
            .formatted(intake.ascending().size(), intake.spread(), loop.spread());
    return List.of(
        new Figure(intake.median(), "MB/s", "write and sync file by file", loop.median(), remark),
        Figure.of(
            (double) synced(item),
            "files",
            "as the virtual machine records them: the items and their manifest"));
  }

  private static double submitted(byte[] item) throws IOException {
    try (Embedded embedded = new Embedded()) {
      submit(embedded.ingest(), "first", item, 1);
      long start = System.nanoTime();
      submit(embedded.ingest(), "many", item, ITEMS);
      return megabytesPerSecond(start);
    }
  }

  private static void submit(Ingest ingest, String id, byte[] item, int count) throws IOException {
    ingest.submit(
        SequenceKey.of("alice", id),
        upload -> {
          for (int i = 0; i < count; i++) {
            upload.add(ItemName.of("item-" + i), numbered(item, i));
          }
        });
  }

  /** Makes each item's bytes its own, in place: they are taken before the next one's are made. */
  private static byte[] numbered(byte[] item, int number) {
    ByteBuffer.wrap(item).putInt(number);
    return item;
  }

  private static double written(byte[] item) throws IOException {
    Path folder = Folders.create("ingest-loop");
    try {
      long start = System.nanoTime();
      for (int i = 0; i < ITEMS; i++) {
        try (FileChannel channel =
            FileChannel.open(
                folder.resolve("item-" + i),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE)) {
          ByteBuffer bytes = ByteBuffer.wrap(numbered(item, i));
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
          channel.force(true);
        }
      }
      try (FileChannel directory = FileChannel.open(folder)) {
        directory.force(true);
      }
      return megabytesPerSecond(start);
    } finally {
      Folders.delete(folder);
    }
  }

  private static double megabytesPerSecond(long start) {
    return (double) ITEMS * ITEM_BYTES / 1e6 / ((System.nanoTime() - start) / 1e9);
  }

  private static long synced(byte[] item) throws IOException {
    Path folder = Folders.create("ingest-synced");
    try (Embedded embedded = new Embedded()) {
      return Syncs.of(folder, () -> submit(embedded.ingest(), "synced", item, ITEMS)).stream()
          .filter(sync -> !sync.isDirectory())
          .map(Syncs.Sync::path)
          .distinct()
          .count();
    } finally {
      Folders.delete(folder);
    }
  }
}
