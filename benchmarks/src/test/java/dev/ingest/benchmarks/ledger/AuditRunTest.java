package dev.ingest.benchmarks.ledger;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is planted among ten thousand sequences is found, one of each kind and two more. */
@Tag("programme")
class AuditRunTest {

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void twelveDiscrepancies_areAllFoundAndNothingElse() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    AuditRun.run(List.of(10_000), List.of(1, 3), printed);

    String report = out.toString(StandardCharsets.UTF_8);
    assertTrue(report.contains("| 9,999 | 39,794 | 1 | 12 | "), report);
    assertTrue(report.contains("| 9,999 | 39,794 | 3 | 12 | "), report);
  }
}
