package dev.ingest.benchmarks.targets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.benchmarks.Syncs;
import dev.ingest.benchmarks.Syncs.Sync;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncReplayTest {

  @TempDir Path folder;

  @Test
  void replay_syncsAsOftenAsTheRun() throws Exception {
    List<Sync> run =
        List.of(
            new Sync(Path.of("/home/raw/one"), false, 1),
            new Sync(Path.of("/home/raw"), true, 1),
            new Sync(Path.of("/home"), true, 2),
            new Sync(Path.of("/home/raw/two"), false, 2),
            new Sync(Path.of("/home/raw/two"), false, 2));
    SyncReplay replay = new SyncReplay(run);
    AtomicLong nanos = new AtomicLong();

    List<Sync> again =
        Syncs.of(
            folder,
            () -> {
              try {
                nanos.set(replay.nanos());
              } catch (Exception e) {
                throw new IOException(e);
              }
            });

    assertEquals(2, replay.threads());
    assertEquals(5, again.size());
    assertEquals(2, again.stream().map(Sync::thread).distinct().count());
    assertEquals(3, again.stream().map(Sync::path).filter(this::isFile).distinct().count());
    assertTrue(nanos.get() > 0);
  }

  private boolean isFile(Path path) {
    return path.getFileName().toString().startsWith("replayed-");
  }

  @Test
  void repeatedBytes_giveTheBlockUpToTheLength() throws Exception {
    byte[] block = {1, 2, 3};

    assertArrayEquals(new byte[] {1, 2, 3, 1, 2, 3, 1}, new RepeatedBytes(block, 7).readAllBytes());
    assertEquals(1, new RepeatedBytes(block, 7).read());
    assertEquals(-1, new RepeatedBytes(block, 0).read());
  }
}
