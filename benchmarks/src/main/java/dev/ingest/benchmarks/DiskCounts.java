package dev.ingest.benchmarks;

import dev.ingest.benchmarks.gate.Count;
import dev.ingest.core.Ingest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Which syncs of files and directories a sequence costs on the embedded default, as the virtual
 * machine records them; those of SQLite pass it by.
 */
public final class DiskCounts {

  private static final int SEQUENCES = 10;
  private static final int MANY = 100;

  private DiskCounts() {}

  /**
   * Counts in a folder that is made for it.
   *
   * @return syncs of ten sequences by what was done
   * @throws IOException if a sequence cannot be stored, or the record not be read
   */
  public static List<Count> measure() throws IOException {
    Path folder = Folders.create("ingest-syncs");
    try (Embedded embedded = new Embedded()) {
      submit(embedded.ingest(), "first", 1);
      long one = counted(folder, () -> submitAll(embedded.ingest(), "one", 1));
      long many = counted(folder, () -> submitAll(embedded.ingest(), "many", MANY));
      // Last, as it starts what works from then on.
      long run = counted(folder, () -> run(embedded.ingest(), "one"));
      return List.of(
          new Count("disk.ten-submissions-of-one-item.syncs", one),
          new Count("disk.runs-of-all-these.syncs", run),
          new Count("disk.ten-submissions-of-a-hundred-items.syncs", many));
    } finally {
      Folders.delete(folder);
    }
  }

  private static void submitAll(Ingest ingest, String name, int items) throws IOException {
    for (int i = 0; i < SEQUENCES; i++) {
      submit(ingest, name + "-" + i, items);
    }
  }

  private static void submit(Ingest ingest, String id, int items) throws IOException {
    ingest.submit(
        SequenceKey.of("alice", id),
        upload -> {
          for (int i = 0; i < items; i++) {
            upload.add(ItemName.of("item-" + i), new byte[1_024]);
          }
        });
  }

  private static void run(Ingest ingest, String name) {
    ingest.runUntilIdle();
    for (int i = 0; i < SEQUENCES; i++) {
      SequenceKey key = SequenceKey.of("alice", name + "-" + i);
      if (ingest.find(key).orElseThrow().state() != State.VERIFIED) {
        throw new IllegalStateException(key + " is not verified");
      }
    }
  }

  private static long counted(Path folder, Syncs.Action action) throws IOException {
    return Syncs.of(folder, action).size();
  }
}
