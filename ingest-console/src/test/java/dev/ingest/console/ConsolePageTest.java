package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Ingest;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What docs/console.md shows is what is compiled, and says what there is. */
final class ConsolePageTest {

  private static final Path PAGE = Path.of("../docs/console.md");
  private static final String SOURCE = "src/test/java/dev/ingest/console/ConsolePageTest.java";

  private static Console mounted(LedgerStore ledger, Ingest ingest) {
    // Page begins
    Console console =
        new Console(
            ledger,
            ingest,
            ConsoleOptions.of("ops.example")
                .withActs(
                    request ->
                        request
                            .user()
                            .<ConsoleAuthenticator.Decision>map(ConsoleAuthenticator.Actor::new)
                            .orElseGet(
                                () ->
                                    new ConsoleAuthenticator.Refused(
                                        "sign in first", Optional.empty()))));
    ConsoleServlet servlet = new ConsoleServlet(console);
    // Page ends
    assertEquals("", servlet.getServletInfo());
    return console;
  }

  @Test
  void example_answersByItsNameAlone() {
    try (Booth booth = new Booth();
        Console console = mounted(booth.seen, booth.ingest)) {
      ConsoleRequest named = Booth.request("GET", "/", "", Map.of("Host", "OPS.example"), "");
      assertEquals(200, Booth.status(console.answer(named)));
      assertEquals(421, Booth.status(console.answer(Booth.get("/", ""))));
    }
  }

  @Test
  void example_isTheOneOnThePage() throws IOException {
    List<String> shown = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.equals("```") && inside) {
        break;
      }
      if (inside) {
        shown.add(line.strip());
      }
      inside |= line.equals("```java");
    }
    List<String> compiled = new ArrayList<>();
    boolean copied = false;
    for (String line : Files.readAllLines(Path.of(SOURCE))) {
      if (line.strip().equals("// Page ends")) {
        copied = false;
      }
      if (copied) {
        compiled.add(line.strip());
      }
      copied |= line.strip().equals("// Page begins");
    }
    assertEquals(String.join("\n", shown), String.join("\n", compiled));
  }

  @Test
  void everyPartOfTheJson_isOnThePage() throws IOException {
    String page = Files.readString(PAGE);
    try (Booth booth = new Booth();
        Console console = booth.console(Booth.OPTIONS)) {
      booth.failed("bob", "ride-7", "a", "broken");
      booth.work();
      for (String part : JsonText.parse(Booth.page(console, "/api/v1/overview", "")).keySet()) {
        assertTrue(page.contains("| `" + part + "` |"), part);
      }
      Map<String, Object> sequence =
          JsonText.parse(Booth.page(console, "/api/v1/sequence", "id=ride-7"));
      for (String field : JsonText.object(sequence, "sequence").keySet()) {
        assertTrue(page.contains("\"" + field + "\""), field);
      }
    }
  }

  @Test
  void thePolicyOnThePage_isTheOneThatIsSent() throws IOException {
    assertTrue(
        Files.readString(PAGE)
            .contains(
                "`Content-Security-Policy: "
                    + Reply.SAFE.getOrDefault("Content-Security-Policy", "none")
                    + "`"));
  }
}
