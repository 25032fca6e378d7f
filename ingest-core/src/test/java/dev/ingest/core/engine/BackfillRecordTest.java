package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillCause;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The record of a backfill. */
final class BackfillRecordTest {

  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123Z");
  private static final Act CAROL = new Act("carol", "a reason with = and ; epoch=9");

  private static BackfillRecord largest() {
    String text = "x".repeat(128);
    IncidentQuery query =
        new IncidentQuery(
            Optional.of(new OwnerId("a".repeat(128))),
            Optional.of(
                new IncidentQuery.Window(
                    Instant.parse("2026-01-01T00:00:00.000000001Z"), NOW, true)),
            new IncidentQuery.Work(Optional.of(text), Optional.of(text), Optional.of(text)),
            Set.of(State.values()),
            Optional.of(text));
    Map<String, Integer> weights = new TreeMap<>();
    for (int i = 0; i < BackfillOrder.MAX_PIPELINES; i++) {
      weights.put("p".repeat(63) + i, Integer.MAX_VALUE);
    }
    TreeSet<SequenceKey> given = new TreeSet<>(Set.of(SequenceKey.of("alice", "ride-1")));
    BackfillOrder order =
        BackfillOrder.of(query).among(given).split(weights).at(new BackfillPace(10_000, 1_000));
    BackfillRecord.Tally tally = BackfillRecord.Tally.NONE.heldMore(Long.MAX_VALUE, 7);
    for (int i = 0; i < BackfillRecord.MAX_CAUSES; i++) {
      tally = tally.knowing("C".repeat(62) + "%02d".formatted(i));
    }
    SequenceKey last = SequenceKey.of("b".repeat(128), "c".repeat(128));
    return BackfillRecord.ordered(
            "m".repeat(BackfillRecord.MAX_NAME),
            BackfillPhase.HOLDING,
            BackfillTerms.of(order, "y".repeat(500)),
            CAROL,
            NOW)
        .with(BackfillRecord.Frozen.NEW.past(List.of(last)))
        .with(tally.counted(5, 3).failedMore(2, 9))
        .with(BackfillRecord.Motion.from(NOW, NOW, 4));
  }

  @Test
  void largestRecord_comesBackAsItWas() {
    BackfillRecord record = largest();
    ControlRecord stored = record.record(3);
    assertTrue(stored.body().length() <= ControlRecord.MAX_BODY);
    assertEquals(record, BackfillRecord.parse(stored));
  }

  @Test
  void causes_areToldApartUpToAnEnd() {
    BackfillRecord.Tally tally = largest().tally();
    assertEquals(BackfillRecord.MAX_CAUSES, tally.causes().size());
    assertEquals(BackfillCause.OTHER.name(), tally.causes().get(BackfillRecord.MAX_CAUSES - 1));
    assertEquals(tally, tally.knowing("NEVER_SEEN"));
    assertEquals(Optional.of(BackfillRecord.MAX_CAUSES - 1), tally.place("NEVER_SEEN"));
  }

  @Test
  void causesOfWhichNoneIsLeft_areNotTold() {
    BackfillProgress progress = Backfilling.progress(largest(), NOW);
    assertEquals(Map.of(largest().tally().causes().get(2), 9L), progress.causes());
    assertEquals(9, progress.counts().failed());
    assertEquals(5, progress.counts().done());
    assertEquals(3, progress.counts().running());
  }

  @Test
  void digestOfAList_dependsOnEachIdAndItsPlace() {
    SequenceKey one = SequenceKey.of("a", "1");
    SequenceKey two = SequenceKey.of("a", "2");
    BackfillRecord.Frozen both = BackfillRecord.Frozen.NEW.past(List.of(one, two));
    assertEquals(
        both.digest(), BackfillRecord.Frozen.NEW.past(List.of(one)).past(List.of(two)).digest());
    assertNotEquals(both.digest(), BackfillRecord.Frozen.NEW.past(List.of(two, one)).digest());
    assertNotEquals(both.digest(), BackfillRecord.Frozen.NEW.past(List.of(one)).digest());
  }

  @Test
  void whatTheRecordCouldNotGiveBack_isRefused() {
    for (String text : List.of("x".repeat(129), "a\nb", "\u00fc")) {
      IncidentQuery query =
          IncidentQuery.ALL.workedOnBy(
              new IncidentQuery.Work(Optional.empty(), Optional.empty(), Optional.of(text)));
      assertThrows(
          InvalidValueException.class, () -> BackfillTerms.of(BackfillOrder.of(query), "why"));
    }
  }

  @Test
  void urgencies_areInTheOrderOfExpiry() {
    int last = -1;
    for (Duration left :
        List.of(
            Duration.ofHours(-1),
            Duration.ofMinutes(59),
            Duration.ofHours(1),
            Duration.ofHours(23),
            Duration.ofHours(24),
            Duration.ofDays(2),
            Duration.ofDays(30),
            Duration.ofDays(38),
            Duration.ofDays(400))) {
      int urgency = BackfillSets.urgency(NOW.plus(left), NOW);
      assertTrue(urgency > last && urgency < BackfillSets.URGENCIES, left + " is " + urgency);
      last = urgency;
    }
  }
}
