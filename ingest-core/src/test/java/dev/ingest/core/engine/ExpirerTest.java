package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ExpirerTest {

  private static final Duration DUE = TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE);
  private static final Event.Act CAROL = new Event.Act("carol", "a good reason");

  private final Care care = new Care();
  private final Bench bench = care.bench;

  private Expirer begun() {
    Expirer expirer = care.expirer();
    expirer.tick();
    return expirer;
  }

  private List<ContentKey> below(String area) {
    return bench.content.keys().stream().filter(key -> key.value().startsWith(area)).toList();
  }

  @Test
  void verifiedPastGrace_losesItsRawBytesAndKeepsItsResult() {
    care.verified(RIDE);
    Expirer expirer = begun();
    bench.time.advance(DUE.minusMillis(1));
    assertEquals(0, expirer.tick());
    assertEquals(3, below("raw/").size());
    bench.time.advance(Duration.ofMillis(1));
    assertEquals(1, expirer.tick());
    assertEquals(State.EXPIRED, bench.state(RIDE));
    assertEquals(List.of(), below("raw/"));
    assertEquals(3, below("run/").size());
    assertTrue(care.engine.verify(bench.entry(RIDE)).isClean());
    List<TransitionKind> kinds = bench.kinds(RIDE);
    assertEquals(
        List.of(TransitionKind.EXPIRING, TransitionKind.EXPIRED),
        kinds.subList(kinds.size() - 2, kinds.size()));
    assertEquals(0, expirer.tick());
    assertEquals(List.of(), care.alerts());
    bench.checkInvariants();
  }

  @Test
  void aHold_keepsRawBytesUntilItIsReleased() {
    care.verified(RIDE);
    Expirer expirer = begun();
    care.engine
        .committer()
        .apply(
            bench.entry(RIDE),
            new Event.HoldPlaced(new Hold("carol", "a dispute", bench.time.instant())));
    bench.time.advance(DUE.multipliedBy(2));
    assertEquals(0, expirer.tick());
    assertEquals(3, below("raw/").size());
    care.engine.committer().apply(bench.entry(RIDE), new Event.HoldReleased(CAROL));
    assertEquals(1, expirer.tick());
    assertEquals(State.EXPIRED, bench.state(RIDE));
  }

  @Test
  void aDamagedResult_failsAndKeepsTheRawBytes() {
    care.verified(RIDE);
    Expirer expirer = begun();
    bench.corrupt(below("run/").get(0));
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(3, below("raw/").size());
    assertEquals(List.of("SEQUENCE_FAILED"), care.alerts());
    Entry failed = bench.entry(RIDE);
    assertEquals("RESULT_DAMAGED", failed.standing().failure().orElseThrow().code());
    bench.checkInvariants();
  }

  @Test
  void aMissingResult_failsEvenWithAFreshProof() {
    care.policy = care.policy.withMaxProofAge(DUE.multipliedBy(2));
    care.verified(RIDE);
    Expirer expirer = begun();
    bench.remove(below("run/").get(0));
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(3, below("raw/").size());
  }

  @Test
  void aShortenedResult_failsEvenWithAFreshProof() {
    care.policy = care.policy.withMaxProofAge(DUE.multipliedBy(2));
    care.verified(RIDE);
    Expirer expirer = begun();
    bench.truncate(below("run/").get(0));
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(3, below("raw/").size());
    bench.checkInvariants();
  }

  @Test
  void whatCannotBeRead_staysIsToldAndDoesNotHoldUpTheRest() {
    IntStream.range(0, 25).forEach(i -> care.verified(SequenceKey.of("alice", "ride-" + i)));
    SequenceKey unreadable = SequenceKey.of("alice", "ride-7");
    ContentKey broken =
        KeyLayout.manifest(bench.entry(unreadable).published().orElseThrow().result().prefix());
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            care.failingAt(broken, new ContentException(broken + " cannot be read")),
            bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(24, expirer.tick());
    assertEquals(State.VERIFIED, bench.state(unreadable));
    assertEquals(List.of("EXPIRY_UNPROVEN"), care.alerts());
    assertEquals(3, below("raw/").size());
    bench.checkInvariants();
  }

  @Test
  void anInterruptedDeletion_isFinishedByTheNext() {
    care.verified(RIDE);
    Expirer dying =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              throw new ContentException("the store is out");
            });
    dying.tick();
    bench.time.advance(DUE);
    assertEquals(0, dying.tick());
    assertEquals(State.EXPIRING, bench.state(RIDE));
    assertEquals(1, bench.caught.size());
    dying.release();
    Expirer next = care.expirer();
    assertEquals(1, next.tick());
    assertEquals(State.EXPIRED, bench.state(RIDE));
    assertEquals(List.of(), below("raw/"));
  }

  @Test
  void aDeletionThatIsNotKnownToBeComplete_isNotCalledSo() {
    care.verified(RIDE);
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit ->
                permit.keys().stream()
                    .<Outcome>map(key -> new Outcome.Unknown(new IllegalStateException("lost")))
                    .toList());
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(State.EXPIRING, bench.state(RIDE));
  }

  @Test
  void aResultThatRotsBeforeTheDeletionIsResumed_isLostAndSaid() {
    care.verified(RIDE);
    boolean[] out = {true};
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              if (out[0]) {
                throw new ContentException("the store is out");
              }
              return bench.watchedContent.delete(permit);
            });
    expirer.tick();
    bench.time.advance(DUE);
    expirer.tick();
    out[0] = false;
    bench.corrupt(below("run/").get(0));
    bench.time.advance(Duration.ofDays(2));
    assertEquals(0, expirer.tick());
    assertEquals(State.LOST, bench.state(RIDE));
    assertTrue(care.alerts().contains("SEQUENCE_LOST"));
  }

  @Test
  void aClockThatJumps_deletesNothingUntilItIsBack() {
    care.verified(RIDE);
    Expirer expirer = begun();
    InMemoryLedger ledger = bench.ledger;
    bench.time.advance(Duration.ofDays(1));
    assertEquals(0, expirer.tick());
    assertTrue(ledger.pendingAlerts().isEmpty());
    // Another process over the same ledger has not measured the month that the clock now shows.
    expirer.release();
    bench.time.advance(DUE);
    Expirer other = care.expirer();
    assertEquals(0, other.tick());
    assertEquals(List.of("CLOCK_UNCERTAIN"), care.alerts());
    assertEquals(3, below("raw/").size());
    other.tick();
    assertEquals(List.of("CLOCK_UNCERTAIN"), care.alerts(), "told once");
    care.engine.acting().confirmTime(CAROL, false);
    assertEquals(1, other.tick());
    assertEquals(List.of("CLOCK_UNCERTAIN", "CLOCK_AGREES"), care.alerts());
    assertEquals(State.EXPIRED, bench.state(RIDE));
  }

  @Test
  void aRestoredLedger_deletesNothingUntilItIsConfirmed() {
    care.verified(RIDE);
    begun().release();
    InMemoryLedger restored = bench.ledger.backup(IncarnationId.ofBits(9, 9));
    Expirer expirer = care.expirer(restored, bench.content, bench.content);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(3, below("raw/").size());
    assertEquals(List.of("INCARNATION_CHANGED"), told(restored));
    Acting acting = bench.engine(restored, bench.content, Bench.copying()).acting();
    acting.confirmTime(CAROL, false);
    acting.confirmIncarnation(CAROL, 0, true);
    assertEquals(0, expirer.tick(), "a rehearsal changes nothing");
    acting.confirmIncarnation(CAROL, 0, false);
    assertEquals(List.of("INCARNATION_CHANGED", "INCARNATION_CONFIRMED"), told(restored));
    assertEquals(1, expirer.tick());
  }

  private static List<String> told(InMemoryLedger ledger) {
    return ledger.pendingAlerts().stream().map(row -> row.group().code()).distinct().toList();
  }

  @Test
  void nodeWhosePolicyIsNoLongerTheLedgers_leavesDeletionToThoseThatHaveIt() {
    care.verified(RIDE);
    Expirer earlier = begun();
    bench.time.advance(DUE.minusHours(1));
    earlier.tick();
    bench.time.advance(Duration.ofHours(1));
    ExpiryPolicy next = care.policy.withGrace(Care.GRACE.minusDays(1));
    care.engine.acting().changeExpiry(next, CAROL, false);
    assertEquals(0, earlier.tick());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(List.of("EXPIRY_POLICY_DIFFERS"), care.alerts());
    assertEquals(0, earlier.tick());
    care.policy = next;
    // At once, since the other has given its turn away.
    assertEquals(1, care.expirer().tick());
    assertEquals(State.EXPIRED, bench.state(RIDE));
    earlier.release();
    assertEquals(List.of("EXPIRY_POLICY_DIFFERS", "EXPIRY_POLICY_AGREES"), care.alerts());
    bench.checkInvariants();
  }

  @Test
  void strictPolicy_discardsWhatWasToldOfAndIsNotHeld() {
    care.policy = care.policy.withUnproven(Unproven.DISCARD_UNLESS_HELD);
    SequenceKey held = SequenceKey.of("alice", "held");
    Bench.submit(care.engine, RIDE, "a", "x");
    Bench.submit(care.engine, held, "a", "x");
    care.engine
        .committer()
        .apply(
            bench.entry(held),
            new Event.HoldPlaced(new Hold("carol", "a dispute", bench.time.instant())));
    Sentinel sentinel = care.sentinel();
    Expirer expirer = begun();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick(), "nothing goes that was not told of at the last lead");
    sentinel.tick();
    assertEquals(1, expirer.tick());
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(State.ACCEPTED, bench.state(held));
    assertTrue(care.alerts().contains("SEQUENCE_DISCARDING"));
    care.policy = care.policy.withUnproven(Unproven.DISCARD);
    expirer.release();
    assertEquals(1, care.expirer().tick());
    assertEquals(State.DISCARDED, bench.state(held));
    assertEquals(List.of(), bench.content.keys());
    bench.checkInvariants();
  }

  @Test
  void holdPolicy_keepsWhatIsUnproven() {
    Bench.submit(care.engine, RIDE, "a", "x");
    Sentinel sentinel = care.sentinel();
    Expirer expirer = begun();
    bench.time.advance(TimePolicy.DEFAULT.timeToLive().minusMinutes(30));
    sentinel.tick();
    assertEquals(1, Collections.frequency(care.alerts(), "SEQUENCE_AT_RISK"));
    bench.time.advance(DUE.multipliedBy(3));
    sentinel.tick();
    assertEquals(2, Collections.frequency(care.alerts(), "SEQUENCE_AT_RISK"), "past its expiry");
    assertEquals(0, expirer.tick());
    bench.run(care.engine);
    assertEquals(State.VERIFIED, bench.state(RIDE), "late is better than never");
  }

  @Test
  void discarding_takesAllBytesOfTheSequenceAndNoOthers() {
    care.verified(RIDE);
    care.verified(SequenceKey.of("alice", "other"));
    Expirer expirer = begun();
    care.engine
        .committer()
        .apply(bench.entry(RIDE), new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
    assertEquals(1, expirer.tick());
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(6, bench.content.keys().size());
    assertTrue(care.engine.verify(bench.entry(SequenceKey.of("alice", "other"))).isClean());
    bench.checkInvariants();
  }

  @Test
  void rate_boundsWhatATickDoes() {
    care.policy = care.policy.withPerSecond(3);
    IntStream.range(0, 40).forEach(i -> care.verified(SequenceKey.of("alice", "ride-" + i)));
    Expirer expirer = begun();
    bench.time.advance(DUE);
    assertEquals(30, expirer.tick(), "what ten seconds allow");
    assertEquals(0, expirer.tick());
    bench.time.advance(Duration.ofSeconds(2));
    assertEquals(6, expirer.tick());
  }

  @Test
  void permits_nameExactlyWhatGoesAndWhy() {
    care.verified(RIDE);
    List<Permit> permits = new ArrayList<>();
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              permits.add(permit);
              return bench.watchedContent.delete(permit);
            });
    expirer.tick();
    List<ContentKey> raw = below("raw/");
    bench.time.advance(DUE);
    expirer.tick();
    assertEquals(1, permits.size());
    assertEquals(Permit.Reason.EXPIRY, permits.get(0).reason());
    assertEquals(raw, permits.get(0).keys());
    assertTrue(permits.get(0).evidence().startsWith("EXPIRING at version "));
    assertFalse(permits.get(0).keys().stream().anyMatch(key -> key.value().startsWith("run/")));
  }
}
