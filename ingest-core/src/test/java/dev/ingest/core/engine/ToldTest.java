package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long it is remembered of what was told, and of how much. */
final class ToldTest {

  private static final long HOUR = Duration.ofHours(1).toNanos();
  private static final int KEPT = 10_000;

  private long elapsed = -HOUR;
  private final Told told = new Told(() -> elapsed, Duration.ofHours(1));

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-" + number);
  }

  @Test
  void theSame_isNewAgainAfterItsTime() {
    assertFalse(told.isRecent(ride(1)));
    assertTrue(told.isNew(ride(1)));
    elapsed += HOUR - 1;
    assertTrue(told.isRecent(ride(1)));
    assertFalse(told.isNew(ride(1)));
    assertTrue(told.isNew(ride(2)));
    elapsed++;
    assertFalse(told.isRecent(ride(1)));
    assertTrue(told.isNew(ride(1)));
    assertFalse(told.isNew(ride(1)));
  }

  @Test
  void ofMoreThanItsBound_theEarliestIsForgotten() {
    for (int i = 0; i < KEPT; i++) {
      assertTrue(told.isNew(ride(i)));
    }
    assertTrue(told.isRecent(ride(0)));
    assertTrue(told.isNew(ride(KEPT)));
    assertFalse(told.isRecent(ride(0)));
    assertTrue(told.isRecent(ride(1)));
  }

  @Test
  void whatIsToldAgain_isTheLatest() {
    assertTrue(told.isNew(ride(0)));
    assertTrue(told.isNew(ride(1)));
    elapsed += HOUR;
    assertTrue(told.isNew(ride(0)));
    for (int i = 2; i < KEPT + 1; i++) {
      assertTrue(told.isNew(ride(i)));
    }
    assertTrue(told.isRecent(ride(0)));
  }
}
