package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.AuditRecord.Part;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far the parts of an audit are, and who may take one up. */
final class AuditRecordTest {

  private static final NodeId ONE = new NodeId("node-1");
  private static final NodeId TWO = new NodeId("node-2");
  private static final SequencePlace PLACE = SequencePlace.of(Bench.RIDE);
  private static final Instant NOW = Bench.START;

  private static Part held(Instant until) {
    return Part.NEW.heldBy(ONE, until);
  }

  @Test
  void part_isFreeOnceItsLeaseIsOverOrNoClockCouldHaveGrantedIt() {
    assertTrue(Part.NEW.isFree(ONE, NOW));
    assertTrue(held(NOW.plusMillis(1)).isFree(ONE, NOW), "its own");
    assertFalse(held(NOW.plusMillis(1)).isFree(TWO, NOW));
    assertTrue(held(NOW).isFree(TWO, NOW));
    Instant longest = NOW.plus(SharedAudit.LEASE);
    assertFalse(held(longest).isFree(TWO, NOW));
    assertTrue(held(longest.plusMillis(1)).isFree(TWO, NOW));
    assertTrue(held(longest).left(false).isFree(TWO, NOW));
  }

  private static ControlRecord stored(AuditRecord record) {
    return new ControlRecord(AuditRecord.key("may"), 1, record.format());
  }

  private static AuditRecord full() {
    return AuditRecord.begun("bytes=true")
        .with(3, new Part(true, Optional.of(PLACE), Optional.of(ONE), NOW, 7, 9))
        .with(4, new Part(false, Optional.of(PLACE), Optional.empty(), Instant.EPOCH, 1, 2));
  }

  @Test
  void record_comesBackAsItWas() {
    assertEquals(full(), AuditRecord.parse(stored(full())));
    assertEquals(64, AuditRecord.begun("x").parts().size());
    assertEquals(PLACE, AuditRecord.place(AuditRecord.member(PLACE)));
    assertEquals(Optional.empty(), AuditRecord.range(0).after());
    assertEquals(SequencePlace.LAST, AuditRecord.range(63).until());
    Part held = full().parts().get(3).heldBy(TWO, NOW.plusMillis(9));
    assertEquals(
        new Part(true, Optional.of(PLACE), Optional.of(TWO), NOW.plusMillis(9), 7, 9), held);
    assertEquals(
        new Part(true, Optional.of(PLACE), Optional.empty(), Instant.EPOCH, 7, 9), held.left(true));
  }

  private static void refused(String body) {
    ControlRecord record = new ControlRecord(AuditRecord.key("may"), 1, body);
    assertThrows(InvalidValueException.class, () -> AuditRecord.parse(record));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "done - - 0 0",
        "done - - 0 0 0 0",
        "ended - - 0 0 0",
        "done here - 0 0 0",
        "done - - -1 0 0",
        "done - - 0 / 0",
        "done - - 0 : 0",
        "done - - 0 0 ",
        "done - - 0 0 1234567890123456789"
      })
  void partOfAnotherForm_isRefused(String line) {
    String body = stored(full()).body();
    refused(body.replaceFirst("(?m)^done .*$", line));
    assertEquals(
        123_456_789_012_345_678L,
        AuditRecord.parse(
                new ControlRecord(
                    AuditRecord.key("may"),
                    1,
                    body.replaceFirst("(?m)^done .*$", "done - - 0 0 123456789012345678")))
            .parts()
            .get(3)
            .objects());
  }

  @Test
  void recordOfAnotherLengthOrHead_isRefused() {
    String body = stored(full()).body();
    refused(body + "open - - 0 0 0\n");
    refused(body.substring(0, body.lastIndexOf("open")));
    refused(body.replace("audit 1", "audit 2"));
  }
}
