package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.AlertRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Holds the table of codes in docs/guide/alert-codes.md to the catalogue. Run with {@code
 * -Dingest.test.args=-Dingest.docs.write=true} to write it anew after a change.
 */
final class AlertCatalogueTest {

  private static final Path PAGE = Path.of("..", "docs", "guide", "alert-codes.md");
  private static final String BEGIN = "<!-- begin: written by AlertCatalogueTest -->\n";
  private static final String END = "<!-- end -->\n";

  @Test
  void page_showsEveryCode() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END, begin);
    String expected = page.substring(0, begin) + render() + page.substring(end);
    if (Boolean.getBoolean("ingest.docs.write")) {
      Files.writeString(PAGE, expected);
    }
    assertEquals(expected, Files.readString(PAGE));
  }

  @Test
  void everyCode_isAnAlertsCodeAndSaysWhatToDo() {
    for (AlertCode code : AlertCode.values()) {
      assertEquals(code.name(), new AlertRow.Group(code.name(), "", "", "").code());
      assertEquals(Optional.of(code), AlertCode.of(code.name()));
      for (String text : new String[] {code.title(), code.whatHappened(), code.whatToDo()}) {
        assertTrue(!text.isBlank() && !text.contains("|") && !text.contains("  "), text);
      }
    }
    assertEquals(Optional.empty(), AlertCode.of("NEVER_HEARD_OF"));
  }

  private static String render() {
    StringBuilder out =
        new StringBuilder(
            "\n| code | severity | what happened | what to do |\n|---|---|---|---|\n");
    for (AlertCode code : AlertCode.values()) {
      out.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  code,
                  code.severity().name().toLowerCase(Locale.ROOT),
                  code.whatHappened(),
                  code.whatToDo()));
    }
    return out.append('\n').toString();
  }
}
