package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The replay of the incident compares its reports with the truth, and says so where they differ.
 * Apart from the replay's own test so that the two, which wait for real time, run side by side.
 */
@Tag("programme")
@Timeout(400)
class IncidentTruthTest {

  @TempDir private Path temp;

  @AfterEach
  void requireNoServiceLeft() {
    IncidentServices.requireNoneLeft();
  }

  @Test
  void truthThatDiffersFromTheReports_isStatus1() throws Exception {
    Path home = temp.resolve("replay");
    Cli cli = new Cli(home);
    ExecutorService beside = Executors.newSingleThreadExecutor();
    try {
      Future<Path> planted = beside.submit(() -> plant(home.resolve("guards-on")));
      Json json =
          cli.call("incident-replay", "--guards", "on", "--json")
              .hasStatus(1)
              .json()
              .list("replays")
              .get(0);
      assertTrue(Files.readString(planted.get()).contains("fay/hour-0-1"));
      String mismatches = json.text("mismatches");
      assertTrue(mismatches.contains("expected the backfill's report to name ["), mismatches);
      assertTrue(mismatches.contains("expected the incident report to name ["), mismatches);
      assertEquals("[]", json.text("lost"));
    } finally {
      beside.shutdownNow();
    }
  }

  /** Says of a sequence that was well that the silent release left it out. */
  private static Path plant(Path home) throws IOException, InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 600 && !Files.isDirectory(home); i++) {
      never.await(100, TimeUnit.MILLISECONDS);
    }
    return Files.writeString(
        home.resolve("left-out.txt"),
        "fay/hour-0-1\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
