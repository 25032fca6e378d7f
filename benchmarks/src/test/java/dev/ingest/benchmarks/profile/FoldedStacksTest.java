package dev.ingest.benchmarks.profile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FoldedStacksTest {

  private static final int MOST_TRIES = 20;

  @TempDir Path folder;

  @Test
  @Timeout(60)
  void methodThatKeepsAThreadBusy_isInTheStacksAndTheTable() throws IOException {
    Path recording = recorded();

    String lines = text(recording, FoldedStacks::lines);
    String top = text(recording, FoldedStacks::top);

    assertTrue(
        lines.lines().anyMatch(line -> line.matches(".*;FoldedStacksTest\\.busy;.* [1-9][0-9]*")),
        lines);
    assertTrue(top.startsWith("| method | itself | with what it calls |"), top);
    assertTrue(top.strip().matches("(?s).*\\n[1-9][0-9,]* samples\\."), top);
  }

  @Test
  @Timeout(60)
  void methodThatKeepsAThreadBusy_isABoxOfTheFlameGraph() throws IOException {
    String svg = FlameGraph.of(FoldedStacks.of(recorded())).svg("busy & idle");

    assertTrue(svg.contains("<title>FoldedStacksTest.busy: "), svg);
    assertTrue(svg.contains(">busy &amp; idle</text>"), svg);
    assertTrue(svg.matches("(?s).*<title>all [1-9][0-9,]* samples: 100\\.0 %</title>.*"), svg);
  }

  /** Digests until a sample has fallen into it. */
  private Path recorded() throws IOException {
    Path recording = folder.resolve("busy.jfr");
    for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
      try (Recording running = new Recording()) {
        running.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
        running.start();
        busy();
        running.stop();
        running.dump(recording);
      }
      if (text(recording, FoldedStacks::lines).contains("FoldedStacksTest.busy;")) {
        return recording;
      }
    }
    return recording;
  }

  private static void busy() {
    byte[] bytes = new byte[1 << 20];
    long start = System.nanoTime();
    while (System.nanoTime() - start < 300_000_000L) {
      bytes[0] = Digest.of(bytes).toBytes()[0];
    }
  }

  private static String text(Path recording, BiConsumer<FoldedStacks, PrintStream> how)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    how.accept(FoldedStacks.of(recording), new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }
}
