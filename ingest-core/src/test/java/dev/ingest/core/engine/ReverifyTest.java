package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Reverification;
import dev.ingest.core.Reverification.Outcome;
import dev.ingest.core.Stage;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Everything of one sequence is read back because somebody asks for it. */
final class ReverifyTest {

  private static final Act CAROL = new Act("carol", "the disk was repaired");
  private static final Duration WEEK = Duration.ofDays(7);

  private final Care care = new Care();
  private final Bench bench = care.bench;

  @AfterEach
  void checkInvariants() {
    bench.checkInvariants();
    assertEquals(List.of(), bench.caught);
  }

  private Reverification reverify() {
    return care.engine.acting().reverify(RIDE, CAROL, false);
  }

  private ContentKey firstBelow(String area) {
    return bench.content.keys().stream()
        .filter(key -> key.value().startsWith(area))
        .findFirst()
        .orElseThrow();
  }

  private Instant provenAt() {
    return bench.entry(RIDE).published().orElseThrow().provenAt();
  }

  private TransitionKind lastKind() {
    List<TransitionKind> kinds = bench.kinds(RIDE);
    return kinds.get(kinds.size() - 1);
  }

  private void fail() {
    Stage bad =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              throw new PermanentStageException("it says that it is bad");
            });
    Engine failing = bench.engine(Bench.pipeline(bad));
    Bench.submit(failing, RIDE, "a", "x", "b", "y");
    bench.run(failing);
    assertEquals(State.FAILED, bench.state(RIDE));
  }

  @Test
  void aWholeSequence_isProvenAnewOnTheRecord() {
    care.verified(RIDE);
    bench.time.advance(WEEK);
    Reverification done = reverify();
    assertEquals(Outcome.PROVEN, done.outcome());
    assertTrue(done.report().committed());
    assertEquals(bench.entry(RIDE), done.report().after());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(Bench.START.plus(WEEK), provenAt());
    assertEquals(TransitionKind.PROOF_RENEWED, lastKind());
    var note = bench.history(RIDE).get(bench.history(RIDE).size() - 1).note();
    assertEquals("carol", note.actor());
    assertTrue(note.detail().contains("the disk was repaired"), note.detail());
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void aRehearsal_readsAndRecordsNothing() {
    care.verified(RIDE);
    bench.corrupt(firstBelow("run/"));
    bench.time.advance(WEEK);
    Entry before = bench.entry(RIDE);
    Reverification rehearsed = care.engine.acting().reverify(RIDE, CAROL, true);
    assertEquals(Outcome.DAMAGED, rehearsed.outcome());
    assertFalse(rehearsed.report().committed());
    assertEquals(State.FAILED, rehearsed.report().after().state());
    assertEquals("SEQUENCE_FAILED", rehearsed.report().alerts().get(0).group().code());
    assertEquals(before, bench.entry(RIDE));
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void aDamagedResult_failsTheSequenceAndSaysWhatTheRawBytesAre() {
    care.verified(RIDE);
    bench.corrupt(firstBelow("run/"));
    Reverification done = reverify();
    assertEquals(Outcome.DAMAGED, done.outcome());
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals("RESULT_DAMAGED", bench.entry(RIDE).standing().failure().orElseThrow().code());
    assertEquals(List.of("SEQUENCE_FAILED"), bench.alertCodes());
    care.engine.acting().redrive(RIDE, CAROL, false);
    bench.run(care.engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void anExpiredResult_isProvenAnewAndLostOnceItIsDamaged() {
    care.verified(RIDE);
    Expirer expirer = care.expirer();
    expirer.tick();
    bench.time.advance(TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE));
    expirer.tick();
    assertEquals(State.EXPIRED, bench.state(RIDE));
    bench.time.advance(WEEK);
    assertEquals(Outcome.PROVEN, reverify().outcome());
    assertEquals(bench.time.instant(), provenAt());
    bench.remove(firstBelow("run/"));
    assertEquals(Outcome.DAMAGED, reverify().outcome());
    assertEquals(State.LOST, bench.state(RIDE));
    assertEquals(List.of("SEQUENCE_LOST"), bench.alertCodes());
  }

  @Test
  void damagedRawBytesOfAVerifiedSequence_areToldAndTheResultIsProven() {
    care.verified(RIDE);
    bench.time.advance(WEEK);
    bench.corrupt(firstBelow("raw/"));
    Reverification done = reverify();
    assertEquals(Outcome.DAMAGED, done.outcome());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(bench.time.instant(), provenAt());
    assertEquals(List.of("RAW_DAMAGED"), bench.alertCodes());
    assertTrue(bench.kinds(RIDE).contains(TransitionKind.RAW_DAMAGED));
  }

  @Test
  void rawBytesOfAFailedSequence_areDatedAndTheirDamageIsItsFailureUntilItIsMended() {
    fail();
    bench.time.advance(WEEK);
    assertEquals(Outcome.PROVEN, reverify().outcome());
    assertEquals(bench.time.instant(), bench.entry(RIDE).position().visibleAt());
    assertEquals(List.of("SEQUENCE_FAILED"), bench.alertCodes());

    ContentKey key = firstBelow("raw/");
    bench.corrupt(key);
    bench.time.advance(WEEK);
    assertEquals(Outcome.DAMAGED, reverify().outcome());
    assertEquals(State.FAILED, bench.state(RIDE));
    var failure = bench.entry(RIDE).standing().failure().orElseThrow();
    assertEquals("RAW_DAMAGED", failure.code());
    assertTrue(failure.message().contains("it had failed before with"), failure.message());
    assertEquals(List.of("SEQUENCE_FAILED", "RAW_DAMAGED"), bench.alertCodes());

    bench.content.corrupt(key, 0);
    bench.time.advance(WEEK);
    assertEquals(Outcome.PROVEN, reverify().outcome());
    assertEquals("RAW_WHOLE_AGAIN", bench.entry(RIDE).standing().failure().orElseThrow().code());
  }

  @Test
  void whatCannotBeRead_isUnknownAndChangesNothing() {
    care.verified(RIDE);
    Entry before = bench.entry(RIDE);
    ContentKey key = firstBelow("run/");
    Engine blind =
        bench.engine(
            bench.watchedLedger,
            care.failingAt(key, new ContentException(key + " cannot be read")),
            Bench.copying());
    Reverification done = blind.acting().reverify(RIDE, CAROL, false);
    assertEquals(Outcome.UNKNOWN, done.outcome());
    assertTrue(done.findings().get(0).actual().contains(key.value()));
    assertFalse(done.report().committed());
    assertEquals(done.report().before(), done.report().after());
    assertEquals(before, bench.entry(RIDE));
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void aStoreWithoutAnyResult_isUnknownAndNoDamage() {
    care.verified(RIDE);
    bench.content.keys().stream()
        .filter(key -> key.value().startsWith("run/"))
        .toList()
        .forEach(bench::remove);
    assertEquals(Outcome.UNKNOWN, reverify().outcome());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void aStateWithoutBytesToProve_isRefused() {
    Bench.submit(care.engine, RIDE, "a", "x");
    String message =
        String.valueOf(assertThrows(ActRefusedException.class, this::reverify).getMessage());
    assertTrue(message.contains("ACCEPTED"), message);
  }
}
