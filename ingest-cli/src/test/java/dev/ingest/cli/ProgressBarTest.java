package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

  private final ByteArrayOutputStream drawn = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(
          new PrintStream(drawn, false, StandardCharsets.UTF_8),
          new PrintStream(drawn, false, StandardCharsets.UTF_8),
          true);

  @Test
  void bar_isDrawnOncePerPercentAndTakenAway() {
    ProgressBar bar = new ProgressBar(terminal, true, "bytes", 0);
    bar.grow(100_000);
    for (int i = 0; i < 50_000; i++) {
      bar.advance(1);
    }

    String text = drawn.toString(StandardCharsets.UTF_8);
    assertEquals(51, text.chars().filter(c -> c == '\r').count());
    assertTrue(
        text.endsWith("\r[" + "#".repeat(15) + ".".repeat(15) + "]  50% 50000 of 100000 bytes"),
        text);
    bar.clear();
    assertTrue(drawn.toString(StandardCharsets.UTF_8).endsWith("\r\u001b[K"));
  }

  @Test
  void moreThanAnnounced_staysAtAHundredPercent() {
    ProgressBar bar = new ProgressBar(terminal, true, "bytes", 10);
    bar.advance(15);

    assertTrue(drawn.toString(StandardCharsets.UTF_8).contains("100% 15 of 10"));
  }

  @Test
  void withoutATerminal_nothingIsDrawn() {
    ProgressBar bar = new ProgressBar(terminal, false, "bytes", 10);
    bar.advance(10);
    bar.clear();

    assertEquals(0, drawn.size());
  }
}
