package dev.ingest.benchmarks.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The documented command works, whatever its figures. */
@Tag("programme")
class S3ComparisonTest {

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void smallRun_movesEverythingBothWays() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    S3Options options =
        S3Options.parse("--rounds", "1", "--warmups", "0", "--sizes", "17", "--small", "20");

    S3Comparison.run(options, "2026-01-02", new PrintStream(out, true, StandardCharsets.UTF_8));

    String report = out.toString(StandardCharsets.UTF_8);
    for (String row :
        new String[] {
          "| 1 item of 17 MiB, up | Ingest",
          "| 1 item of 17 MiB, down | SDK transfer manager",
          "| 20 items of 200 KB, up | SDK transfer manager",
          "| 20 items of 200 KB, down | Ingest",
          "2026-01-02, "
        }) {
      assertTrue(report.contains(row), row + " is not in\n" + report);
    }
  }

  @Test
  void knownOptions_areTaken() {
    S3Options options = S3Options.parse("--sizes", "8,16", "--rounds", "3");

    assertEquals(List.of(8, 16), options.mebibytes());
    assertEquals(3, options.rounds());
    assertEquals(S3Options.DEFAULT.small(), options.small());
  }

  @Test
  void unknownOption_isRefusedWithTheList() {
    for (String[] wrong :
        new String[][] {{"--size", "7"}, {"--rounds", "0"}, {"--rounds"}, {"--sizes", "8,x"}}) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> S3Options.parse(wrong));
      assertTrue(String.valueOf(refused.getMessage()).length() > 20, refused.getMessage());
    }
  }
}
