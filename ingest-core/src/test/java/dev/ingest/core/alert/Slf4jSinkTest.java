package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.SubstituteLogger;

/** What the log says of alerts. */
final class Slf4jSinkTest {

  private final Queue<SubstituteLoggingEvent> events = new ArrayDeque<>();
  private final Slf4jSink sink =
      new Slf4jSink(new SubstituteLogger(Slf4jSink.LOGGER, events, false));

  @Test
  void line_isOneLineAtTheLevelOfItsSeverity() {
    sink.send(
        AlertSamples.digest(
            AlertSamples.failed(), line("SEQUENCE_RECOVERED"), line("CLOCK_SKEWED")));
    assertEquals(
        List.of(Level.ERROR, Level.INFO, Level.WARN),
        events.stream().map(SubstituteLoggingEvent::getLevel).toList());
    assertEquals(
        "digest "
            + AlertSamples.LEDGER
            + "/17: 3 × SEQUENCE_FAILED [pipeline=photos, stage=thumbnail@2, version=v1.4] from"
            + " 2026-03-01T09:59:10Z to 2026-03-01T09:59:58Z: alice/ride-1, bob/ride-2; "
            + AlertCode.SEQUENCE_FAILED.whatHappened()
            + ". The last says: CORRUPT_INPUT: item 3 is no JPEG. What to do: "
            + AlertCode.SEQUENCE_FAILED.whatToDo(),
        texts().get(0));
  }

  @Test
  void emptyDigest_showsThatTheWatchGoesOn() {
    sink.send(AlertSamples.digest());
    assertEquals(List.of("digest " + AlertSamples.LEDGER + "/17: no alerts"), texts());
  }

  @Test
  void hostileText_makesNoLineAndNoLookup() {
    sink.send(AlertSamples.digest(AlertSamples.nasty()));
    sink.send(AlertSamples.direct("all is well\n2026-03-01 ERROR forged" + AlertSamples.NASTY));
    assertEquals(2, events.size());
    for (String text : texts()) {
      assertFalse(text.contains("\n") || text.contains("\r"), text);
      assertFalse(text.contains("${") || text.contains("\u202e") || text.contains("\u2028"), text);
      assertTrue(text.contains("ü\ud83d\ude00{}"), text);
    }
  }

  private List<String> texts() {
    return events.stream()
        .map(
            event ->
                MessageFormatter.basicArrayFormat(event.getMessage(), event.getArgumentArray()))
        .toList();
  }

  private static AlertDigest.Line line(String code) {
    return new AlertDigest.Line(
        new AlertRow.Group(code, "", "", ""),
        1,
        AlertSamples.TIME,
        AlertSamples.TIME,
        List.of(),
        "");
  }
}
