package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.testkit.Transitions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an observer outside the engine remembers, and what it forgets with a restored ledger. */
final class WitnessTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  private static final SequenceKey OTHER = SequenceKey.of("alice", "ride-2");
  private static final SealedOutput OUTPUT =
      new SealedOutput(
          new ContentPrefix("run/a/b/c"), new ManifestSummary(Digest.ofUtf8("out"), 2, 10));

  private final Transitions transitions = new Transitions(7, () -> START);
  private final Witness witness = new Witness();

  private Entry entry(SequenceKey key) {
    return transitions.accept(transitions.entry(key, SessionId.ofBits(1, 2))).after();
  }

  private AlertDigest digest(long ordinal, long count) {
    return digest(ordinal, "SEQUENCE_FAILED", count);
  }

  private AlertDigest digest(long ordinal, String code, long count) {
    return new AlertDigest(
        ordinal,
        START,
        List.of(
            new AlertDigest.Line(
                transitions.alert(code, KEY).group(), count, START, START, List.of(KEY), "look")));
  }

  private ContentKey item(SequenceKey key) {
    return KeyLayout.rawItem(key, entry(key).raw(), 0);
  }

  /** Sees one of everything of a sequence. */
  private void see(SequenceKey key) {
    Entry entry = entry(key);
    witness.hold(entry.receipt());
    witness.see(entry);
    witness.publications(key).put(1, OUTPUT);
    witness.epoch(key, new Witness.Epoch(2, 1));
    witness.damaged(item(key), START);
    witness.committed(key, List.of(transitions.alert("SEQUENCE_FAILED", key)));
  }

  private static int held(Witness witness) {
    return witness.receipts().getOrDefault(KEY, List.of()).size();
  }

  private static boolean knows(Witness witness, SequenceKey key) {
    boolean knows = witness.lastSeen(key).isPresent();
    assertEquals(knows, witness.entries().containsKey(key));
    assertEquals(knows, witness.receipts().containsKey(key));
    assertEquals(knows, witness.alerted(key, "SEQUENCE_FAILED"));
    assertEquals(knows ? new Witness.Epoch(2, 1) : new Witness.Epoch(1, 0), witness.epoch(key));
    assertEquals(knows ? Map.of(1, OUTPUT) : Map.of(), witness.publications(key));
    return knows;
  }

  @Test
  void copy_seesNothingMore() {
    see(KEY);
    witness.told(digest(1, 3));
    Witness copy = witness.copy();
    assertTrue(knows(copy, KEY));
    assertTrue(copy.isDamaged(item(KEY)));
    assertEquals(3, copy.told("SEQUENCE_FAILED"));
    assertEquals(Map.of("SEQUENCE_FAILED", 1L), copy.committedAlerts());
    see(OTHER);
    witness.hold(entry(KEY).receipt());
    witness.publications(KEY).put(2, OUTPUT);
    witness.committed(KEY, List.of(transitions.alert("OTHER", KEY)));
    witness.told(digest(2, 4));
    assertFalse(knows(copy, OTHER));
    assertTrue(knows(copy, KEY));
    assertEquals(1, held(copy));
    assertFalse(copy.alerted(KEY, "OTHER"));
    assertEquals(3, copy.told("SEQUENCE_FAILED"));
    assertTrue(knows(witness, OTHER));
    assertEquals(2, held(witness));
    assertEquals(7, witness.told("SEQUENCE_FAILED"));
  }

  @Test
  void restoredLedger_takesBackEverythingButDamage() {
    see(KEY);
    witness.told(digest(1, 3));
    Witness before = witness.copy();
    see(OTHER);
    witness.committed(KEY, List.of(transitions.alert("OTHER", KEY)));
    witness.told(digest(2, "OTHER", 4));
    witness.goBack(before);
    assertEquals(0, witness.told("OTHER"));
    assertTrue(knows(witness, KEY));
    assertFalse(knows(witness, OTHER));
    assertFalse(witness.alerted(KEY, "OTHER"));
    assertEquals(Map.of("SEQUENCE_FAILED", 1L), witness.committedAlerts());
    assertEquals(3, witness.told("SEQUENCE_FAILED"));
    assertTrue(witness.isDamaged(item(OTHER)));
    // The next digest is the second once more.
    witness.told(digest(2, 1));
    assertEquals(4, witness.told("SEQUENCE_FAILED"));
  }

  @Test
  void digests_countOnceAndWithoutAGap() {
    witness.told(digest(1, 3));
    witness.told(digest(1, 3));
    assertEquals(3, witness.told("SEQUENCE_FAILED"));
    assertEquals(0, witness.told("OTHER"));
    InvariantViolation gap =
        assertThrows(InvariantViolation.class, () -> witness.told(digest(3, 1)));
    assertEquals(
        "S10 Explicit failure violated by the digests: expected ordinal 2, found ordinal 3",
        gap.getMessage());
  }

  @Test
  void damage_isKnownByKeyByTimeAndBySequence() {
    witness.damaged(item(KEY), START);
    assertTrue(witness.isDamaged(item(KEY)));
    assertFalse(witness.isDamaged(item(OTHER)));
    assertTrue(witness.isAnyDamaged(KEY));
    assertFalse(witness.isAnyDamaged(OTHER));
    assertTrue(witness.wasDamagedBefore(item(KEY), START.plusMillis(1)));
    assertFalse(witness.wasDamagedBefore(item(KEY), START));
    assertFalse(witness.wasDamagedBefore(item(OTHER), START.plusMillis(1)));
  }

  @Test
  void nothingSeen_isNothingKnown() {
    assertEquals(Optional.empty(), witness.lastSeen(KEY));
    assertFalse(knows(witness, KEY));
  }
}
