package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.text.PlainText;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonOutputTest {

  @Test
  void whatMovesACursorOrReordersALine_isEscapedAndReadAsItWas() {
    String said = "\u001b[2J \u009b2J \u007f \u202e \u200b \u2028 \r\n \u00e9 \u5199";

    String text = written(said);

    assertTrue(PlainText.isPlain(text), text);
    assertTrue(text.contains("\u00e9 \u5199"), text);
    assertEquals(said, Json.parse(text).text("said"));
  }

  private static String written(String said) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (JsonOutput json = new JsonOutput(out)) {
      json.write(fields -> fields.writeStringField("said", said));
    }
    return bytes.toString(StandardCharsets.UTF_8).strip();
  }
}
