package dev.ingest.benchmarks.ledger;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The measurement beside a backfill runs to its end, and its backfill is COMPLETE. */
@Tag("programme")
class BackfillBesideTest {

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void measurement_endsWithACompleteBackfill() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    BackfillBeside.run(1, 100, new PrintStream(out, true, StandardCharsets.UTF_8));

    String report = out.toString(StandardCharsets.UTF_8);
    assertTrue(report.contains("| 1 | "), report);
    assertTrue(report.contains(" of 25 |"), report);
  }
}
