package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README, which is here as it is there. */
final class ReadmeExampleTest {

  private static final String SOURCE = "src/test/java/dev/ingest/cli/ReadmeExampleTest.java";

  @SuppressWarnings("SystemOut") // as on the page
  private static void example(Path home, byte[] photo) throws IOException {
    // README begins
    try (LedgerStore ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
        FileContent files = new FileContent(home.resolve("content"), InstantSource.system());
        Ingest ingest =
            Ingest.builder().ledger(ledger).content(files.access()).pipeline(copying()).build()) {
      ingest.start();
      SequenceKey key = SequenceKey.of("alice", "ride-1");
      Receipt receipt = ingest.submit(key, upload -> upload.add(ItemName.of("a.jpg"), photo));
      ingest.runUntilIdle();
      System.out.println(receipt.manifest().root() + " " + ingest.find(key).orElseThrow().state());
    }
    // README ends
  }

  // README begins
  static Pipeline copying() {
    return Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
  }

  // README ends

  @Test
  @SuppressWarnings("SystemOut") // the example prints
  void example_runs(@TempDir Path home) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      example(home, "not really a photograph".getBytes(StandardCharsets.UTF_8));
    } finally {
      System.setOut(before);
    }
    String line = printed.toString(StandardCharsets.UTF_8).strip();
    assertTrue(line.matches("sha256:[0-9a-f]{64} VERIFIED"), line);
  }

  @Test
  void example_isTheOneInTheReadme() throws IOException {
    List<String> shown = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("../README.md"))) {
      if (line.equals("```") && inside) {
        break;
      }
      if (inside && !line.isBlank()) {
        shown.add(line.strip());
      }
      inside |= line.equals("```java");
    }
    List<String> compiled = new ArrayList<>();
    boolean copied = false;
    for (String line : Files.readAllLines(Path.of(SOURCE))) {
      if (line.strip().equals("// README ends")) {
        copied = false;
      }
      if (copied && !line.isBlank()) {
        compiled.add(line.strip());
      }
      copied |= line.strip().equals("// README begins");
    }
    assertEquals(String.join("\n", shown), String.join("\n", compiled));
  }
}
