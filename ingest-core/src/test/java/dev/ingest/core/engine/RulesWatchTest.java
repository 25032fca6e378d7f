package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentUpkeep;
import dev.ingest.spi.content.DeletionRule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RulesWatchTest {

  private static final Duration WEEK = Duration.ofDays(7);

  private final Bench bench = new Bench();
  private List<DeletionRule> rules = List.of();
  private boolean broken;
  private final RulesWatch watch =
      new RulesWatch(
          bench.node(bench.watchedLedger, bench.watchedContent),
          new ContentUpkeep() {
            @Override
            public void sweep() {}

            @Override
            public List<DeletionRule> deletionRules() {
              if (broken) {
                throw new ContentException("no answer");
              }
              return rules;
            }
          },
          new Retention(Optional.empty()));

  private static DeletionRule rule(String keys, Duration after) {
    return new DeletionRule("rule \"r\"", keys, after);
  }

  private static Retention retention(Unproven unproven) {
    return Retention.of(
        TimePolicy.DEFAULT, ExpiryPolicy.DEFAULT.withUnproven(unproven), IntakeLimits.DEFAULT);
  }

  private static int conflicts(Unproven unproven, DeletionRule... rules) {
    return retention(unproven).conflicts(List.of(rules)).size();
  }

  @Test
  void ruleForResults_isAlwaysTooEarly() {
    for (Unproven unproven : Unproven.values()) {
      for (String keys : List.of("", "r", "run/", "run/0123")) {
        assertEquals(1, conflicts(unproven, rule(keys, Duration.ofDays(36_500))), keys);
      }
    }
  }

  @Test
  void ruleForRawBytes_isTooEarlyBeforeTimeToLiveGraceAndIdleTime() {
    Duration needed = Duration.ofDays(30 + 3 + 1);
    assertEquals(0, conflicts(Unproven.DISCARD, rule("raw/", needed)));
    assertEquals(1, conflicts(Unproven.DISCARD, rule("raw/", needed.minusSeconds(1))));
    assertEquals(1, conflicts(Unproven.DISCARD, rule("ra", WEEK), rule("raw/", needed)));
    assertEquals(0, conflicts(Unproven.DISCARD, rule("INGEST-PROBE/", WEEK)));
    String told = retention(Unproven.DISCARD).conflicts(List.of(rule("raw/0", WEEK))).get(0);
    assertTrue(told.contains("rule \"r\", and raw bytes are needed for PT816H"), told);
  }

  @Test
  void ruleForRawBytesThatMayBeHeld_isTooEarlyWhateverItsDays() {
    for (Unproven held : List.of(Unproven.HOLD, Unproven.DISCARD_UNLESS_HELD)) {
      assertEquals(1, conflicts(held, rule("raw/", Duration.ofDays(36_500))));
      assertEquals(0, conflicts(held, rule("elsewhere/", WEEK)));
    }
  }

  @Test
  void ruleThatIsMadeLater_isToldByNameAndSoIsItsEnd() {
    assertEquals(0, watch.tick());
    assertEquals(List.of(), bench.alertCodes());
    rules = List.of(rule("", WEEK));
    assertEquals(0, watch.tick());
    assertEquals(0, watch.tick());
    assertEquals(List.of("CONTENT_ENDS_EARLY"), bench.alertCodes(), "once an hour");
    String message = bench.ledger.pendingAlerts().get(0).message();
    assertTrue(message.contains("memory:content: rule \"r\", and results"), message);
    rules = List.of();
    watch.tick();
    assertEquals(List.of("CONTENT_ENDS_EARLY", "CONTENT_STAYS"), bench.alertCodes());
  }

  @Test
  void rulesThatCannotBeReadTwice_areToldAsUnknown() {
    broken = true;
    assertThrows(ContentException.class, watch::tick);
    assertEquals(List.of(), bench.alertCodes());
    assertThrows(ContentException.class, watch::tick);
    assertEquals(List.of("CONTENT_ENDS_EARLY"), bench.alertCodes());
    String message = bench.ledger.pendingAlerts().get(0).message();
    assertTrue(message.contains("is not known: no answer"), message);
    broken = false;
    watch.tick();
    assertEquals(List.of("CONTENT_ENDS_EARLY", "CONTENT_STAYS"), bench.alertCodes());
  }
}
