package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
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

/** The incident, both ways, in real time and with real processes. */
@Tag("programme")
@Timeout(400)
class IncidentReplayTest {

  @TempDir private Path temp;

  @AfterEach
  void requireNoServiceLeft() {
    List<Long> left =
        ProcessHandle.current()
            .children()
            .filter(ProcessHandle::isAlive)
            .filter(
                child ->
                    child.info().commandLine().orElse("").contains(IncidentServiceCommand.NAME))
            .map(ProcessHandle::pid)
            .toList();
    assertEquals(List.of(), left);
  }

  @Test
  void guardsOff_loseInSilence_andGuardsOn_recoverAll() {
    Cli cli = new Cli(temp.resolve("replay"));
    Cli.Result both = cli.call("incident-replay").hasStatus(0);
    for (String line :
        List.of(
            "on-call looks: 46 of 46 done, no queue, no error; it looks right",
            "guards off: 64 sequences accepted, 64 said to be done, 34 lost, nobody was told",
            "STAGE_BLOCKED x1: pipeline hourly, stage enrich@1: ",
            "BLOCKED: 46 sequences wait for enrich@1, one alert",
            "OVERDUE: each of the 46, by itself",
            "enrich 1.2 has reported success for 37 sequences",
            "backfill INCOMPLETE: 46 planned, 9 proven by its own runs, 37 not: "
                + "{EXPECTATION_FAILED=19, EXPECTATION_UNKNOWN=18}",
            "raw bytes of these 37 are held",
            "the report of the hours names exactly the 46 that it must",
            "the incident report names exactly the 37 that it must",
            "backfill COMPLETE: 37 planned, 37 proven by its own runs",
            "guards on: 72 sequences accepted, 72 verified, 0 unaccounted for")) {
      assertTrue(both.out().contains(line), line + " is missing in " + both.out());
    }
    assertEquals("", both.err());
    cli.call("incident-replay").hasStatus(2);
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

  @Test
  void anotherPlaceThanAHome_isWrongUsage() {
    Cli.callAsIs(
            "incident-replay",
            "--ledger",
            "jdbc:sqlite:" + temp.resolve("ledger.db"),
            "--content",
            temp.resolve("content").toUri().toString())
        .hasStatus(2);
    new Cli(temp.resolve("replay")).call("incident-replay", "--guards", "half").hasStatus(2);
  }
}
