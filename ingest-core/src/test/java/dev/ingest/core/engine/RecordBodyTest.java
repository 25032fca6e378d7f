package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConfigurationException;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.State;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The form of the engine's control records. */
final class RecordBodyTest {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("some", "one");
  private static final String FIRST = "ingest-record 1";

  private static ControlRecord stored(String... lines) {
    return new ControlRecord(KEY, 7, String.join("\n", lines));
  }

  private static RecordBody parse(String... lines) {
    return RecordBody.parse(stored(lines));
  }

  private static void assertMalformed(String expected, Executable read) {
    String message = String.valueOf(assertThrows(IllegalStateException.class, read).getMessage());
    assertTrue(message.startsWith("control record some/one needs " + expected), message);
  }

  @Test
  void whatIsWritten_isReadAsItWas() {
    RecordBody body =
        RecordBody.of(KEY)
            .with("text", "a=b = c")
            .with("number", -3)
            .with("at", Instant.ofEpochMilli(1_234))
            .with("state", State.LOST.name())
            .with("empty", "");
    ControlRecord record = body.record(7);
    assertEquals(7, record.version());
    assertEquals(KEY, record.key());
    RecordBody read = RecordBody.parse(record);
    assertEquals("a=b = c", read.text("text"));
    assertEquals(Optional.of("a=b = c"), read.find("text"));
    assertEquals(-3, read.number("number"));
    assertEquals(Instant.ofEpochMilli(1_234), read.time("at"));
    assertEquals(State.LOST, read.constant("state", State.class));
    assertEquals("", read.text("empty"));
    assertEquals(Optional.empty(), read.find("none"));
    assertEquals(record, read.record(7));
  }

  @Test
  void linesThatEndInAnotherWay_areLines() {
    RecordBody body = RecordBody.parse(new ControlRecord(KEY, 1, FIRST + "\r\na=b\r\nc=d"));
    assertEquals("b", body.text("a"));
    assertEquals("d", body.text("c"));
    assertEquals("b", parse(FIRST, "a=b", "").text("a"), "a last line may be ended");
  }

  @Test
  void whatIsNotOfTheForm_isRefused() {
    for (String first : List.of("", "ingest-record 2", " " + FIRST)) {
      assertMalformed("a first line", () -> parse(first, "a=b"));
    }
    for (String line : List.of("a", "=b", "a=c")) {
      assertMalformed("lines name=value", () -> parse(FIRST, "a=b", line));
    }
    RecordBody body = parse(FIRST, "a=b", "large=2147483648", "less=-1", "most=2147483647");
    assertMalformed("a field none", () -> body.text("none"));
    assertMalformed("a number in field a", () -> body.number("a"));
    assertMalformed("a count in field large", () -> body.count("large"));
    assertMalformed("a count in field less", () -> body.count("less"));
    assertEquals(Integer.MAX_VALUE, body.count("most"));
    assertMalformed("one of [ACCEPTED", () -> body.constant("a", State.class));
    assertMalformed("b1 or b2 in field a", () -> body.either("a", "b1", "b2"));
    assertTrue(body.either("a", "b", "c"));
    assertFalse(body.either("a", "c", "b"));
  }

  @Test
  void valueThatWouldBreakItsLine_isOneLineAndBounded() {
    String long1001 = "x".repeat(1_001);
    RecordBody body = RecordBody.of(KEY).with("a", "b\nc\u0000d").with("long", long1001);
    assertEquals("b c d", body.text("a"));
    assertEquals(1_000, body.text("long").length());
  }

  @Test
  void valuesThatAreRefused_areAFormThatIsNotKnown() {
    for (RuntimeException refused :
        List.of(
            new IllegalArgumentException("why"),
            new IndexOutOfBoundsException("why"),
            new DateTimeException("why"),
            new ConfigurationException("why"))) {
      IllegalStateException malformed =
          assertThrows(
              IllegalStateException.class,
              () ->
                  RecordBody.read(
                      stored(FIRST),
                      body -> {
                        throw refused;
                      }));
      assertSame(refused, malformed.getCause());
      assertTrue(String.valueOf(malformed.getMessage()).contains("found \"why\""));
    }
    assertThrows(
        InvalidValueException.class,
        () ->
            RecordBody.read(
                stored(FIRST),
                body -> {
                  throw new InvalidValueException(InvalidValueException.Kind.TEXT, "x", "why");
                }));
  }

  @Test
  void dateOfARecordThatMayBeDamaged_isItsFirstThatIsOne() {
    assertEquals(
        Optional.of(Instant.ofEpochMilli(12)),
        RecordBody.date(stored("what?", "at=x", "at=12", "at=13"), "at"));
    assertEquals(Optional.empty(), RecordBody.date(stored(FIRST, "at=-1", "att=12"), "at"));
    assertEquals(Optional.empty(), RecordBody.date(stored("at=" + "9".repeat(16)), "at"));
  }
}
