package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Clocks;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.RunKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each reason for which a sweep of the quarantine keeps bytes alone, and what it counts. */
final class QuarantineSweepLimitsTest extends QuarantineFixture {

  private static final SequencePlace PLACE = SequencePlace.of(RIDE);

  private final List<ControlRecord> written = new ArrayList<>();
  private Runnable goingOn = () -> {};
  private Consumer<ControlRecord> beforeWrite = record -> {};

  @AfterEach
  void everyInvariantHolds() {
    bench.checkInvariants();
  }

  private QuarantineSweep sweep() {
    return sweep(bench.watchedContent);
  }

  private QuarantineSweep sweep(ContentPurger purger) {
    LedgerStore ledger =
        new ControlsOf(
            bench.watchedLedger,
            record -> {
              if (record.key().kind().equals(QuarantineRecord.KIND)) {
                written.add(record);
              }
              beforeWrite.accept(record);
              return bench.watchedLedger.controls().write(record);
            });
    return new QuarantineSweep(
        bench.node(ledger, bench.watchedContent),
        purger,
        GRACE,
        care.supervisor(),
        () -> goingOn.run());
  }

  private ClockGuard.Look now() {
    return new ClockGuard.Look(bench.time.instant(), new Clocks(Duration.ZERO, Optional.empty()));
  }

  /** Has something happen when the sweep begins with a record, which it has read by then. */
  private void meanwhile(Runnable once) {
    goingOn =
        () -> {
          goingOn = () -> {};
          once.run();
        };
  }

  private Quarantine quarantine() {
    return new Quarantine(bench.node(bench.ledger, bench.content));
  }

  private void takeBack(SequencePlace place) {
    assertEquals(1, engine.acting().takeBack(place, CAROL, false).size());
  }

  private ContentKey rawItem() {
    return KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), 0);
  }

  private ContentKey misplaced() {
    ContentKey lost = plant(new ContentPrefix("raw/nowhere"), "thing").get(0);
    setAside(1);
    bench.time.advance(GRACE);
    return lost;
  }

  @Test
  void whatIsTakenBackAfterTheSweepReadIt_isNotDeleted() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    setAside(1);
    bench.time.advance(GRACE);
    meanwhile(() -> takeBack(PLACE));
    assertEquals(0, sweep().page(now()));
    assertThere(orphans);
    assertEquals(List.of(), aside());
    assertFalse(care.alerts().contains("QUARANTINE_DELETED"));
  }

  @Test
  void whatIsAcceptedWhileItIsMarkedAsGoing_isReleasedAndNotDeleted() {
    List<ContentKey> orphans = plant(session(GHOST), "0000000");
    setAside(1);
    bench.time.advance(GRACE);
    beforeWrite =
        record -> {
          beforeWrite = other -> {};
          Bench.submit(engine, GHOST, "a", "x");
        };
    sweep().page(now());
    assertThere(orphans);
    assertEquals(List.of(), aside());
    assertTrue(care.alerts().contains("QUARANTINE_RELEASED"));
    assertFalse(care.alerts().contains("QUARANTINE_DELETED"));
  }

  @Test
  void deletionOfWhichThePastIsNotKept_leavesTheRecordToTheNextSweep() {
    care.verified(RIDE);
    plant(session(RIDE), "0000000");
    setAside(1);
    bench.time.advance(GRACE);
    beforeWrite =
        record -> {
          if (record.key().kind().equals(Quarantine.PAST)) {
            throw new LedgerException("the ledger is out");
          }
        };
    assertEquals(0, sweep().page(now()));
    assertEquals(1, aside().size(), "nothing is forgotten before its past is kept");
    beforeWrite = record -> {};
    assertEquals(1, sweep().page(now()));
    assertEquals(1, bench.ledger.controls().list(Quarantine.PAST, "", 2).size());
  }

  @Test
  void damageAtAPlace_keepsAllOfItsRecordsAndSaysWhatItIs() {
    care.verified(RIDE);
    List<ContentKey> orphans = new ArrayList<>(plant(session(RIDE), "0000000"));
    orphans.addAll(plant(session(RIDE), "0000000"));
    setAside(2);
    assertEquals(2, aside().size());
    bench.corrupt(rawItem());
    bench.time.advance(GRACE.plusDays(1).plusMillis(1));
    assertEquals(0, sweep().page(now()));
    assertThere(orphans);
    assertEquals(List.of(), written, "nothing is going");
    assertEquals(2, bench.caught.size());
    String message = String.valueOf(bench.caught.get(0).getMessage());
    assertTrue(message.contains("RAW_DIFFERS is found there, expected"), message);
  }

  @Test
  void extraBytesThatNobodySetAside_holdUpNothing() {
    care.verified(RIDE);
    List<ContentKey> due = plant(session(RIDE), "0000000");
    setAside(1);
    List<ContentKey> others = plant(session(RIDE), "0000000");
    bench.time.advance(GRACE);
    assertEquals(1, sweep().page(now()));
    assertGone(due);
    assertThere(others);
  }

  @Test
  void outputOfASequenceOnWhichANodeWorksAgain_waits() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(output(RIDE, 1), "0000000", "manifest");
    setAside(2);
    bench.time.advance(GRACE);
    engine.acting().startRun(RIDE, RunKind.REPLACEMENT, "test", Optional.empty(), CAROL, false);
    assertEquals(0, sweep().page(now()));
    assertThere(orphans);
    assertEquals(List.of(), written, "it waits as it is");
    bench.run(engine);
    tick(care.expirer());
    assertEquals(1, aside().size());
  }

  @Test
  void outputThatWaitedForAResult_goesOnceTheResultIsWhole() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(output(RIDE, 1), "0000000", "manifest");
    setAside(2);
    bench.time.advance(GRACE);
    ContentPrefix shown = bench.entry(RIDE).published().orElseThrow().result().prefix();
    ContentKey result =
        bench.content.keys().stream().filter(shown::covers).findFirst().orElseThrow();
    bench.corrupt(result);
    QuarantineSweep sweep = sweep();
    assertEquals(0, sweep.page(now()));
    assertThere(orphans);
    bench.content.corrupt(result, 0);
    assertEquals(1, sweep.page(now()));
    assertGone(orphans);
  }

  @Test
  void whatIsGoingAndMayBeNeeded_canBeTakenBackAgain() {
    care.verified(RIDE);
    List<ContentKey> orphans = plant(session(RIDE), "0000000");
    setAside(1);
    Quarantine quarantine = quarantine();
    assertTrue(quarantine.markGoing(quarantine.at(PLACE).get(0)).isPresent());
    bench.corrupt(rawItem());
    assertEquals(0, sweep().page(now()));
    assertFalse(quarantine.at(PLACE).get(0).content().isGoing());
    takeBack(PLACE);
    assertThere(orphans);
  }

  @Test
  void whatGrewSince_isReleasedWithoutHavingBeenGoing() {
    care.verified(RIDE);
    ContentKey orphan = plant(session(RIDE), "0000000").get(0);
    setAside(1);
    bench.content.truncate(orphan, 1);
    bench.time.advance(GRACE);
    assertEquals(1, sweep().page(now()));
    assertTrue(written.stream().noneMatch(one -> one.body().contains("going true")));
    assertThere(List.of(orphan));
    assertEquals(List.of(), aside());
  }

  @Test
  void whatIsTakenBackBeforeItIsReleased_isNotCounted() {
    care.verified(RIDE);
    ContentKey orphan = plant(session(RIDE), "0000000").get(0);
    setAside(1);
    bench.content.truncate(orphan, 1);
    bench.time.advance(GRACE);
    meanwhile(() -> takeBack(PLACE));
    assertEquals(0, sweep().page(now()));
    assertThere(List.of(orphan));
  }

  @Test
  void keyWithoutAPlaceThatGrewSince_isReleased() {
    ContentKey lost = misplaced();
    bench.content.truncate(lost, 1);
    assertEquals(1, sweep().page(now()));
    assertThere(List.of(lost));
    assertTrue(care.alerts().contains("QUARANTINE_RELEASED"));
  }

  @Test
  void sweepThatLosesItsTurn_leavesWhatHasNoPlace() {
    ContentKey lost = misplaced();
    goingOn =
        () -> {
          throw new IncompleteTickException("another has the turn");
        };
    assertEquals(0, sweep().page(now()));
    assertThere(List.of(lost));
    assertEquals(List.of(), written);
    assertEquals("another has the turn", bench.caught.get(0).getMessage());
  }

  @Test
  void turnThatIsLostADayAfterTheTime_isNotToldAsAWait() {
    ContentKey lost = misplaced();
    bench.time.advance(Duration.ofDays(2));
    goingOn =
        () -> {
          throw new IncompleteTickException("another has the turn");
        };
    assertEquals(0, sweep().page(now()));
    goingOn =
        () -> {
          throw IncompleteTickException.stopping();
        };
    assertEquals(0, sweep().page(now()));
    assertThere(List.of(lost));
    assertFalse(care.alerts().contains("QUARANTINE_WAITS"));
    goingOn = () -> {};
    sweep(
            permit -> {
              throw IncompleteTickException.stopping();
            })
        .page(now());
    assertFalse(care.alerts().contains("QUARANTINE_WAITS"));
    sweep(
            permit -> {
              throw new ContentException("under object lock");
            })
        .page(now());
    assertTrue(care.alerts().contains("QUARANTINE_WAITS"));
  }

  @Test
  void recordThatAnotherSweepEnds_isCountedThere() {
    ContentKey lost = misplaced();
    QuarantineSweep other = sweep();
    QuarantineSweep first =
        sweep(
            permit -> {
              assertEquals(1, other.page(now()));
              return List.of(Outcome.APPLIED);
            });
    assertEquals(0, first.page(now()));
    assertGone(List.of(lost));
  }

  @Test
  void aThousandRecordsThatCannotBeRead_areToldAndNoMore() {
    for (int i = 0; i <= 1_000; i++) {
      String name = "00".repeat(8) + "." + "00".repeat(16) + ".%014d".formatted(i);
      ControlRecord odd =
          new ControlRecord(new ControlRecord.Key(QuarantineRecord.KIND, name), 1, "quarantine 2");
      assertTrue(bench.ledger.controls().write(odd).isApplied());
    }
    QuarantineSweep sweep = sweep();
    for (int page = 0; page <= 1_000 / Quarantine.PAGE; page++) {
      assertEquals(0, sweep.page(now()));
    }
    assertEquals(1_000, bench.caught.size());
  }

  @Test
  void passThatIsCutOff_leavesWhatItDidNotComeToAsItWasTold() {
    care.verified(RIDE);
    plant(session(RIDE), "0000000");
    plant(session(GHOST), "0000000");
    setAside(2);
    bench.time.advance(GRACE.plusDays(1).plusSeconds(1));
    boolean[] isCutOff = {false};
    QuarantineSweep sweep =
        sweep(
            permit -> {
              if (isCutOff[0]) {
                goingOn =
                    () -> {
                      throw new IncompleteTickException("another node has the turn");
                    };
              }
              throw new ContentException("an object is locked");
            });
    for (int pass = 0; pass < 6; pass++) {
      goingOn = () -> {};
      isCutOff[0] = pass % 2 == 1;
      sweep.page(now());
      bench.time.advance(Duration.ofMinutes(1));
    }
    assertEquals(1, Collections.frequency(care.alerts(), "QUARANTINE_WAITS"));
  }

  @Test
  void whatWasSeenInAnEarlierTurn_isNotToldInTheNext() {
    List<ControlRecord> odd = new ArrayList<>();
    for (int i = 0; i < 2 * Quarantine.PAGE + 1; i++) {
      String name = "00".repeat(8) + "." + "00".repeat(16) + ".%014d".formatted(i);
      odd.add(
          new ControlRecord(new ControlRecord.Key(QuarantineRecord.KIND, name), 1, "quarantine 2"));
    }
    odd.forEach(record -> assertTrue(bench.ledger.controls().write(record).isApplied()));
    Expirer first = care.expirer();
    tick(first);
    assertFalse(bench.caught.isEmpty(), "some of them are seen");
    first.release();
    Expirer second = care.expirer();
    second.tick();
    second.release();
    odd.forEach(record -> assertTrue(bench.ledger.controls().delete(record.key(), 1).isApplied()));
    tick(first);
    tick(first);
    assertFalse(care.alerts().contains("QUARANTINE_WAITS"));
  }
}
