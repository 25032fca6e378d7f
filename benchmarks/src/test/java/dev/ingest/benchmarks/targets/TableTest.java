package dev.ingest.benchmarks.targets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

  private static final Target QUICKER = new Target("ours / theirs", Limit.ratioAtLeast(4));
  private static final Target LATENCY = new Target("p99", Limit.atMost(50));
  private static final Target NOTHING = new Target("heap for each chunk", Limit.atMost(0));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Table table = new Table(new PrintStream(out, true, StandardCharsets.UTF_8));

  @Test
  void ratioBelowTheLimit_isMissedWithBothFigures() {
    table.row(QUICKER, new Figure(30_000, "items/s", "theirs", 10_000, "three rounds"));

    assertEquals(
        "| ours / theirs | ≥ 4 × | 30,000 items/s | theirs: 10,000 | 3.00 | 0.75 | MISSED |\n",
        text());
  }

  @Test
  void ratioAtTheLimit_isReached() {
    table.row(QUICKER, new Figure(40, "items/s", "theirs", 10, ""));

    assertTrue(text().endsWith("| 4.00 | 1.00 | reached |\n"), text());
  }

  @Test
  void figureBelowTheMost_isReached() {
    table.row(LATENCY, Figure.of(12.5, "ms", ""));

    assertEquals("| p99 | ≤ 50 ms | 12.50 ms |  |  | 0.25 | reached |\n", text());
  }

  @Test
  void figureAboveTheMost_isMissed() {
    table.row(LATENCY, Figure.of(50.001, "ms", ""));

    assertTrue(text().endsWith("| MISSED |\n"), text());
  }

  @Test
  void limitOfNothing_allowsNothing() {
    table.row(NOTHING, Figure.of(0, "B", ""));
    table.row(NOTHING, Figure.of(8, "B", ""));

    assertEquals(
        """
        | heap for each chunk | ≤ 0 B | 0 B |  |  |  | reached |
        | heap for each chunk | ≤ 0 B | 8 B |  |  |  | MISSED |
        """,
        text());
  }

  @Test
  void targetThatDidNotRun_saysWhyAndIsNoError() {
    table.row(LATENCY, new Outcome.NotRun("the time was over"));

    assertEquals("| p99 | ≤ 50 |  |  |  |  | did not run: the time was over |\n", text());
    assertTrue(table.isWhole());
  }

  @Test
  void smallerSize_neitherReachesNorMisses() {
    table.row(LATENCY, new Outcome.Smaller(Figure.of(10, "ms", ""), "5 entries"));
    table.row(LATENCY, new Outcome.Smaller(Figure.of(60, "ms", ""), "5 entries"));

    assertTrue(text().contains("| within it at only 5 entries |"), text());
    assertTrue(text().contains("| NOT within it at only 5 entries |"), text());
    table.end();
    assertTrue(text().contains("0 reached, 0 missed, 2 at a smaller size"), text());
  }

  @Test
  void missedTarget_isNoError() {
    table.row(LATENCY, Figure.of(60, "ms", ""));

    assertTrue(table.isWhole());
  }

  @Test
  void brokenMeasurement_isAnErrorInItsRow() {
    table.row(LATENCY, new Outcome.Broken(new IllegalStateException("a | b\nc")));

    assertTrue(text().contains("BROKEN: java.lang.IllegalStateException: a \\| b c |"), text());
    assertFalse(table.isWhole());
  }

  @Test
  void end_tellsRemarksAndCounts() {
    table.row(QUICKER, new Figure(30, "items/s", "theirs", 10, "three rounds"));
    table.row(LATENCY, Figure.of(10, "ms", ""));
    table.row(LATENCY, new Outcome.Smaller(Figure.of(10, "ms", ""), "5 entries"));
    table.row(NOTHING, new Outcome.NotRun("the time was over"));
    table.row(NOTHING, new Outcome.Broken(new IllegalStateException()));
    out.reset();

    table.end();

    assertEquals(
        "\n- ours / theirs: three rounds\n\n1 reached, 1 missed,"
            + " 1 at a smaller size, 1 did not run, 1 broken.\n",
        text());
  }

  @Test
  void whatCannotHaveBeenMeasured_isRefused() {
    for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
      assertThrows(IllegalArgumentException.class, () -> Figure.of(wrong, "ms", ""));
      assertThrows(IllegalArgumentException.class, () -> new Figure(1, "ms", "theirs", wrong, ""));
    }
    assertThrows(IllegalArgumentException.class, () -> new Figure(1, "ms", "theirs", 0, ""));
    assertThrows(IllegalArgumentException.class, () -> new Figure(1, "ms", "", 1, ""));
  }

  @Test
  void ratioOfNothingBeside_isRefused() {
    assertThrows(
        IllegalStateException.class, () -> Limit.ratioAtLeast(1).isReached(Figure.of(1, "ms", "")));
  }

  @Test
  void samples_giveMedianAndQuantiles() {
    Samples even = new Samples(List.of(4.0, 1.0, 3.0, 2.0));
    Samples one = new Samples(List.of(7.0));

    assertEquals(2.5, even.median());
    assertEquals(4, even.quantile(0.99));
    assertEquals(2, even.quantile(0.5));
    assertEquals(1, even.quantile(0));
    assertEquals(7, one.median());
    assertEquals(7, one.quantile(0.5));
    assertThrows(IllegalArgumentException.class, () -> new Samples(List.of()));
  }

  private String text() {
    return out.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
  }
}
