package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.testkit.Bodies;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Keys are used once, by one process and for the same bytes. */
final class WatchedContentTest {

  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  private static final ContentPrefix RUNS = KeyLayout.runs(KEY);
  private static final ContentKey ITEM = RUNS.key("e000001-000000000001-0/0000000");
  private static final byte[] BYTES = {1, 2, 3};

  private final InMemoryContent raw = new InMemoryContent();
  private final InMemoryLedger ledger =
      new InMemoryLedger(
          new ManualTime(Instant.parse("2026-03-01T10:00:00Z")), IncarnationId.ofBits(7, 7));
  private final WatchedContent content = new WatchedContent(raw.access(), ledger);

  private static void put(ContentStore store, byte[] bytes) {
    try (ContentWriter writer = store.writer(RUNS)) {
      writer.put(ITEM, Bodies.body(bytes));
      writer.commit();
    }
  }

  private static Permit permit(ContentKey key) {
    return new Permit(Permit.Reason.LOSER, KEY, "planted", RUNS, List.of(key));
  }

  private static void used(Runnable again) {
    assertEquals("S14 Keys", assertThrows(InvariantViolation.class, again::run).invariant());
  }

  @Test
  void sameBytesAgain_areNoOtherUse() {
    put(content, BYTES);
    put(content, BYTES);
    assertTrue(content.stat(ITEM).isPresent());
    assertEquals(raw.name(), content.name());
    assertEquals(raw.stat(ITEM), content.access("one").store().stat(ITEM));
    assertEquals(raw.name(), content.access("one").store().name());
  }

  @Test
  void keyOfTwoProcesses_isUsedTwice() {
    put(content.access("one").store(), BYTES);
    put(content.access("one").store(), BYTES);
    used(() -> put(content.access("two").store(), BYTES));
  }

  @Test
  void keyForOtherBytes_isUsedTwiceAlsoIfItsBytesAreLost() {
    put(content, BYTES);
    raw.remove(ITEM);
    used(() -> put(content, new byte[] {4}));
  }

  @Test
  void deletedKey_isUsedNoMoreUntilItsUseIsForgotten() {
    put(content, BYTES);
    assertEquals(List.of(Outcome.APPLIED), content.delete(permit(ITEM)));
    assertTrue(raw.stat(ITEM).isEmpty());
    used(() -> put(content, BYTES));
    raw.remove(ITEM);
    content.forgetDeleted(key -> false);
    used(() -> put(content, BYTES));
    raw.remove(ITEM);
    content.forgetDeleted(ITEM::equals);
    put(content, BYTES);
    // What is stored stays used, whoever asks to forget it.
    content.forgetDeleted(key -> true);
    raw.remove(ITEM);
    used(() -> put(content, new byte[] {4}));
  }

  @Test
  void deletionOfAKeyThatWasNeverPut_isNoUse() {
    content.delete(permit(ITEM));
    put(content, BYTES);
  }

  @Test
  void deletions_areTouchesOfTheirSequence() {
    assertEquals(Set.of(), content.drainTouched());
    content.delete(permit(ITEM));
    assertEquals(Set.of(KEY), content.drainTouched());
    assertEquals(Set.of(), content.drainTouched());
  }

  @Test
  void deletion_isHeldToTheRules() {
    Permit theirs =
        new Permit(Permit.Reason.LOSER, SequenceKey.of("bob", "x"), "planted", RUNS, List.of(ITEM));
    InvariantViolation found = assertThrows(InvariantViolation.class, () -> content.delete(theirs));
    assertEquals("S12 Isolation", found.invariant());
  }

  @Test
  void otherBytesUnderAStoredKey_areAConflictAndNoUse() {
    put(content, BYTES);
    assertThrows(ContentConflictException.class, () -> put(content, new byte[] {4}));
    assertEquals(1, content.conflicts());
    put(content, BYTES);
  }

  @Test
  void whatIsNotCommitted_usesNoKey() {
    try (ContentWriter writer = content.writer(RUNS)) {
      writer.put(ITEM, Bodies.body(BYTES));
    }
    raw.remove(ITEM);
    put(content, new byte[] {4});
  }
}
