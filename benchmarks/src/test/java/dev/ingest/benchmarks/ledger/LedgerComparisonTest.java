package dev.ingest.benchmarks.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.benchmarks.ledger.Options.Part;
import dev.ingest.testkit.turn.Turn;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The documented command works, whatever its figures: a third of its parts each day, all of them
 * within three. {@code -Dingest.comparison.turn=N} runs those of another day.
 */
@Tag("programme")
class LedgerComparisonTest {

  private static final List<Share> SHARES =
      List.of(
          new Share(
              "ingest,db-scheduler,jobrunr,pgbench",
              "| Ingest, claim 200 + commit 200",
              "| Ingest, claim 200 + the node's group commit",
              "| db-scheduler 16.12.0, lock-and-fetch",
              "| db-scheduler 16.12.0, fetch",
              "| JobRunr 8.7.0"),
          new Share(
              "dbos,lifecycle",
              "| DBOS Transact 1.1.0-m6, queued workflows",
              "| DBOS Transact 1.1.0-m6, enqueued by 8 threads → done",
              "| Ingest, accepted → processed → verified and published",
              "| Ingest, session opened → accepted"),
          new Share(
              "growth,nodes,due,expiry",
              "| 2,000 settled rows",
              "MiB of tables and indices a million",
              "| 1 node |",
              "| 8 nodes |",
              "| 2,000 | DEADLINE |",
              "of ingest_entries_due_risk |",
              " were due, "));

  /** Parts of the command, and what its report has of them. */
  private record Share(String parts, List<String> rows) {

    Share(String parts, String... rows) {
      this(parts, List.of(rows));
    }
  }

  @Test
  void shares_haveEveryPart() {
    String all = SHARES.stream().map(Share::parts).collect(Collectors.joining(","));
    assertEquals(EnumSet.allOf(Part.class), Options.parse("--only", all).only());
  }

  @Test
  @Timeout(value = 8, unit = TimeUnit.MINUTES)
  void smallRunOfTheDaysShare_measuresEachOfItToTheEnd() throws Exception {
    Share share =
        SHARES.get(
            Turn.of(
                InstantSource.system(), "ingest.comparison.turn", "Comparisons", SHARES.size()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Options options =
        Options.parse("--items", "300", "--rounds", "1", "--rows", "2000", "--only", share.parts());

    LedgerComparison.run(options, "2026-01-02", new PrintStream(out, true, StandardCharsets.UTF_8));

    String report = out.toString(StandardCharsets.UTF_8);
    for (String row : share.rows()) {
      assertTrue(report.contains(row), row + " is not in\n" + report);
    }
    assertTrue(report.contains("fsync on, synchronous_commit on, full_page_writes on"), report);
    assertEquals(
        options.has(Part.PGBENCH),
        report.contains("| pgbench, claim 200") != report.contains("SKIPPED: pgbench"),
        report);
  }

  @Test
  void knownOptions_areTaken() {
    Options options = Options.parse("--items", "7", "--only", "ingest,db-scheduler", "--profile");

    assertEquals(7, options.items());
    assertEquals(Set.of(Part.INGEST, Part.DB_SCHEDULER), options.only());
    assertTrue(options.profile());
    assertEquals(Options.DEFAULT.rounds(), options.rounds());
  }

  @Test
  void unknownOption_isRefusedWithTheList() {
    for (String[] wrong :
        new String[][] {
          {"--item", "7"}, {"--items", "0"}, {"--items"}, {"--only", "ingest,kafka"}
        }) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> Options.parse(wrong));
      assertTrue(String.valueOf(refused.getMessage()).length() > 20, refused.getMessage());
    }
  }
}
