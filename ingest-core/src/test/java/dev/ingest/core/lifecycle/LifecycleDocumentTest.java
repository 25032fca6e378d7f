package dev.ingest.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Holds docs/lifecycle.md to the code. Run with {@code -Dingest.test.args=-Dingest.docs.write=true}
 * to write the page anew after a change of the table.
 */
final class LifecycleDocumentTest {

  private static final Path PAGE = Path.of("..", "docs", "lifecycle.md");
  private static final String BEGIN = "<!-- begin: written by LifecycleDocumentTest -->\n";
  private static final String END = "<!-- end -->\n";

  @Test
  void page_showsTheTableOfTheCode() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    String expected = page.substring(0, begin) + render() + page.substring(end);
    if (Boolean.getBoolean("ingest.docs.write")) {
      Files.writeString(PAGE, expected);
    }
    assertEquals(expected, Files.readString(PAGE));
  }

  private static String render() {
    StringBuilder out = new StringBuilder("\n```mermaid\nstateDiagram-v2\n");
    out.append("  [*] --> ACCEPTED\n  ACCEPTED --> PROCESSING: claim\n");
    out.append("  PROCESSING --> ACCEPTED: hand back\n");
    for (EventKind kind : EventKind.values()) {
      for (EventKind.Edge edge : kind.edges()) {
        for (State to : new TreeSet<>(edge.to())) {
          if (to != edge.from()) {
            out.append("  %s --> %s: %s\n".formatted(edge.from(), to, kind));
          }
        }
      }
    }
    out.append("```\n\n| event | from | to |\n|---|---|---|\n");
    for (EventKind kind : EventKind.values()) {
      for (EventKind.Edge edge : kind.edges()) {
        String to =
            new TreeSet<>(edge.to()).stream().map(State::name).collect(Collectors.joining(" or "));
        out.append("| %s | %s | %s |\n".formatted(kind, edge.from(), to));
      }
    }
    return out.append('\n').toString();
  }
}
