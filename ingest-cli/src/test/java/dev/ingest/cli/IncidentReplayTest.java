package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
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
    IncidentServices.requireNoneLeft();
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
