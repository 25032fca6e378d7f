package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.SetAside;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.ControlRecord;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The text by which bytes that were set aside are deleted: what is not of its form is refused. */
final class QuarantineRecordTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride");
  private static final SequencePlace PLACE = SequencePlace.of(RIDE);
  private static final ContentPrefix SCOPE = KeyLayout.uploads(RIDE);
  private static final Checksum READ =
      new Checksum(Digest.ofUtf8("x"), Checksum.Provenance.READ_BACK);

  private static QuarantineRecord record(Optional<SequenceKey> sequence) {
    ContentStat known = new ContentStat(SCOPE.key("s/0"), 7, Optional.of(READ));
    ContentStat unknown = new ContentStat(SCOPE.key("s/1"), 0, Optional.empty());
    return new QuarantineRecord(
        SCOPE,
        new SetAside(PLACE, sequence, List.of(known, unknown), Bench.START, "carol", "left over"),
        false);
  }

  private static ControlRecord stored() {
    return record(Optional.of(RIDE)).record(3);
  }

  private static void assertRefused(String name, String body) {
    ControlRecord bent =
        new ControlRecord(new ControlRecord.Key(QuarantineRecord.KIND, name), 3, body);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> QuarantineRecord.parse(bent), body);
    assertTrue(String.valueOf(refused.getMessage()).contains(name), refused.getMessage());
  }

  @Test
  void whatWasSetAside_isReadAsItWas() {
    for (Optional<SequenceKey> sequence :
        List.of(Optional.of(RIDE), Optional.<SequenceKey>empty())) {
      QuarantineRecord record = record(sequence);
      ControlRecord stored = record.record(3);
      assertEquals(3, stored.version());
      assertEquals(record, QuarantineRecord.parse(stored));
      QuarantineRecord going = record.going();
      assertTrue(QuarantineRecord.parse(going.record(4)).isGoing());
      assertEquals(record, QuarantineRecord.parse(going.staying().record(5)));
      assertFalse(going.staying().isGoing());
    }
  }

  @Test
  void recordsOfAPlace_areNamedByItAndByTheirFirstKey() {
    String name = stored().key().name();
    assertTrue(name.startsWith(QuarantineRecord.head(PLACE)), name);
    assertEquals(stored().key(), QuarantineRecord.key(PLACE, SCOPE.key("s/0")));
  }

  @Test
  void lengthOfAKeysLine_isThatOfTheRecord() {
    QuarantineRecord record = record(Optional.empty());
    int chars =
        record.kept().keys().stream().mapToInt(key -> QuarantineRecord.chars(SCOPE, key)).sum();
    List<String> lines = record.record(1).body().lines().toList();
    assertEquals(lines.subList(7, 9).stream().mapToInt(line -> line.length() + 1).sum(), chars);
  }

  @Test
  void checksumThatIsNoEvidence_isNotKept() {
    ContentStat claimed =
        new ContentStat(
            SCOPE.key("s/0"),
            7,
            Optional.of(new Checksum(Digest.ofUtf8("x"), Checksum.Provenance.BACKEND_COMPUTED)));
    QuarantineRecord record =
        new QuarantineRecord(
            SCOPE,
            new SetAside(PLACE, Optional.empty(), List.of(claimed), Bench.START, "carol", "why"),
            false);
    boolean isKept =
        QuarantineRecord.parse(record.record(1)).kept().keys().get(0).checksum().isPresent();
    assertEquals(claimed.checksum().orElseThrow().isEvidence(), isKept);
  }

  @Test
  void whatIsNotOfTheForm_isRefused() {
    String name = stored().key().name();
    String body = stored().body();
    List<String> lines = body.lines().toList();
    assertRefused(name, "");
    assertRefused(name, String.join("\n", lines.subList(0, 7)));
    for (int i = 0; i < 7; i++) {
      assertRefused(name, body.replace(lines.get(i), "x" + lines.get(i)));
    }
    assertRefused(name, body.replace("going false", "going maybe"));
    assertRefused(name, body.replace("sequence alice ride", "sequence alice"));
    assertRefused(name, body.replace("s/1 0 -", "s/1 0"));
    assertRefused(name, body.replace("s/1 0 -", "s/1 -1 -"));
    assertRefused(name, body.replace("s/1 0 -", "s/1 " + "9".repeat(19) + " -"));
    assertRefused(name, body.replace("s/0 7", "s/2 7"));
    assertRefused(name.substring(1), body);
    assertRefused(name.substring(0, name.length() - 1), body);
  }
}
