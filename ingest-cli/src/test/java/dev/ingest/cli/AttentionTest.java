package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Outlook;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttentionTest {

  private final Entry waiting;

  AttentionTest() throws IOException {
    waiting = InMemory.ledger("a").find(List.of(SequenceKey.of("ann", "a"))).get(0).orElseThrow();
  }

  @Test
  void sequenceBeforeItsDeadline_needsNobody() {
    Attention attention = new Attention(InMemory.NOW);
    attention.examine(waiting);

    assertFalse(attention.isNeeded());
    assertFalse(Outlook.isOverdue(waiting, waiting.receipt().deadline()));
  }

  @Test
  void sequencePastItsDeadline_needsAPersonAlsoWithoutASentinelsMark() {
    Instant late = waiting.receipt().deadline().plus(Duration.ofMillis(1));
    Attention attention = new Attention(late);
    attention.examine(waiting);

    assertTrue(attention.isNeeded());
    assertEquals(
        Optional.of("OVERDUE ACCEPTED, was to be verified by 2026-05-04T10:30:00Z"),
        Attention.reason(waiting, late));
  }
}
