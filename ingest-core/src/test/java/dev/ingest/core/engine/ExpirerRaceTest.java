package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What happens to clocks, acts and stores while the expirer is in the middle of something. */
final class ExpirerRaceTest {

  private static final Duration DUE = TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE);
  private static final Event.Act CAROL = new Event.Act("carol", "a good reason");

  private final Care care = new Care();
  private final Bench bench = care.bench;

  @Test
  void aJumpAfterTheLook_deletesNothingBeforeTheBelievedTime() {
    care.verified(RIDE);
    AtomicInteger queries = new AtomicInteger();
    LedgerStore jumping =
        new FaultingLedger(
            bench.watchedLedger,
            call ->
                call.method().equals("due") && queries.incrementAndGet() == 4
                    ? new Fault.Delay(() -> bench.ledgerAhead = DUE, () -> {})
                    : Fault.NONE);
    Expirer expirer = care.expirer(jumping, bench.watchedContent, bench.watchedContent);
    expirer.tick();
    assertEquals(2, queries.get(), "what was begun, and what has expired");
    assertEquals(0, expirer.tick());
    assertEquals(4, queries.get());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(6, bench.content.keys().size());
  }

  @Test
  void aJumpBeforeTheFirstLook_isSeenFromTheStartOfTheEngine() {
    care.engine.begin();
    care.verified(RIDE);
    bench.time.advance(DUE);
    assertEquals(0, care.expirer().tick());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(List.of("CLOCK_UNCERTAIN"), care.alerts());
  }

  @Test
  void aClockThatIsSetBackBetweenTheLookAndTheCommit_stopsWhatIsLeftOfThePage() {
    IntStream.range(0, 5).forEach(i -> care.verified(SequenceKey.of("alice", "ride-" + i)));
    AtomicInteger opened = new AtomicInteger();
    ContentStore content =
        Care.opening(
            bench.watchedContent,
            purpose -> {
              if (opened.incrementAndGet() == 3) {
                bench.time.advance(Duration.ofSeconds(5));
                bench.ledgerAhead = Duration.ofHours(-1);
              }
            });
    Expirer expirer = care.expirer(bench.watchedLedger, content, bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE.plusHours(2));
    opened.set(0);
    expirer.tick();
    long expired =
        IntStream.range(0, 5)
            .filter(i -> bench.state(SequenceKey.of("alice", "ride-" + i)) == State.EXPIRED)
            .count();
    assertEquals(3, opened.get(), "nothing more is read back");
    assertTrue(expired > 0 && expired < 5, () -> expired + " expired");
    assertEquals(List.of("CLOCK_UNCERTAIN"), tickAgain(expirer));
    bench.checkInvariants();
  }

  @Test
  void storeThatVouchesForOldDigests_isFoundByTheInvariants() {
    care.verified(RIDE);
    ContentKey item =
        KeyLayout.item(bench.entry(RIDE).published().orElseThrow().result().prefix(), 0);
    Optional<ContentStat> before = bench.content.stat(item);
    ContentStore content =
        (ContentStore)
            Proxy.newProxyInstance(
                ContentStore.class.getClassLoader(),
                new Class<?>[] {ContentStore.class},
                (proxy, method, args) ->
                    method.getName().equals("stat") && args[0].equals(item)
                        ? before
                        : method.invoke(bench.watchedContent, args));
    Expirer expirer = care.expirer(bench.watchedLedger, content, bench.watchedContent);
    expirer.tick();
    bench.corrupt(item);
    bench.time.advance(DUE);
    assertEquals(1, expirer.tick());
    InvariantViolation found = assertThrows(InvariantViolation.class, bench::checkInvariants);
    assertEquals("S4 Expiry guard", found.invariant());
  }

  private List<String> tickAgain(Expirer expirer) {
    expirer.tick();
    return care.alerts();
  }

  @Test
  void strictPolicy_waitsForTheGraceThatClocksAreBelievedWithin() {
    care.policy = care.policy.withUnproven(Unproven.DISCARD);
    Bench.submit(care.engine, RIDE, "a", "x");
    Expirer expirer = care.expirer();
    expirer.tick();
    bench.time.advance(DUE.minusMillis(1));
    care.sentinel().tick();
    assertEquals(0, expirer.tick());
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    bench.time.advance(Duration.ofMillis(1));
    assertEquals(1, expirer.tick());
    assertEquals(State.DISCARDED, bench.state(RIDE));
    bench.checkInvariants();
  }

  @Test
  void strictPolicyOfFewerLeads_discardsWhatWasToldOfAtMore() {
    Bench.submit(care.engine, RIDE, "a", "x");
    bench.time.advance(DUE.minus(Duration.ofHours(1)));
    care.sentinel().tick();
    assertTrue(bench.entry(RIDE).standing().escalations() > 1);
    care.policy =
        care.policy.withUnproven(Unproven.DISCARD).withLeads(List.of(Duration.ofHours(1)));
    Expirer expirer = care.expirer();
    expirer.tick();
    bench.time.advance(Duration.ofHours(1));
    assertEquals(1, expirer.tick());
    assertEquals(State.DISCARDED, bench.state(RIDE));
  }

  @Test
  void anErasureDuringTheDeletion_leavesNoByte() {
    care.verified(RIDE);
    boolean[] erased = {false};
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              if (!erased[0]) {
                erased[0] = true;
                care.engine
                    .committer()
                    .apply(
                        bench.entry(RIDE), new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
              }
              return bench.watchedContent.delete(permit);
            });
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(State.DISCARDING, bench.state(RIDE));
    assertEquals(1, expirer.tick());
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), bench.content.keys());
    bench.checkInvariants();
  }

  @Test
  void whatCannotBeRead_isToldByTheHour() {
    care.verified(RIDE);
    ContentKey broken =
        KeyLayout.manifest(bench.entry(RIDE).published().orElseThrow().result().prefix());
    ContentStore content = care.failingAt(broken, new ContentException(broken + " cannot be read"));
    Expirer expirer = care.expirer(bench.watchedLedger, content, bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    for (int i = 0; i < 720; i++) {
      bench.time.advance(Duration.ofSeconds(10));
      expirer.tick();
    }
    assertEquals(2, Collections.frequency(care.alerts(), "EXPIRY_UNPROVEN"));
  }

  @Test
  void aProofThatFailsAsNobodyExpects_doesNotKeepTheOthersFromTheirs() {
    IntStream.range(0, 5).forEach(i -> care.verified(SequenceKey.of("alice", "ride-" + i)));
    SequenceKey odd = SequenceKey.of("alice", "ride-2");
    ContentKey broken =
        KeyLayout.manifest(bench.entry(odd).published().orElseThrow().result().prefix());
    ContentStore content = care.failingAt(broken, new IllegalStateException("a defect"));
    Expirer expirer = care.expirer(bench.watchedLedger, content, bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(4, expirer.tick());
    assertEquals(State.VERIFIED, bench.state(odd));
    assertEquals(List.of("EXPIRY_UNPROVEN"), care.alerts());
    assertEquals("a defect", bench.caught.get(0).getMessage());
  }

  @Test
  void contentOfAnotherLedger_isNotTakenForDamage() {
    IntStream.range(0, 25).forEach(i -> care.verified(SequenceKey.of("alice", "ride-" + i)));
    ContentAccess other = new InMemoryContent().access();
    Expirer expirer = care.expirer(bench.watchedLedger, other.store(), other.purger());
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    IntStream.range(0, 25)
        .forEach(
            i -> assertEquals(State.VERIFIED, bench.state(SequenceKey.of("alice", "ride-" + i))));
    assertTrue(care.alerts().contains("EXPIRY_UNPROVEN"));
  }

  @Test
  void aStoreThatDeletesNothing_isNotAskedForAWholePage() {
    IntStream.range(0, 25).forEach(i -> care.verified(SequenceKey.of("alice", "ride-" + i)));
    AtomicInteger asked = new AtomicInteger();
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              asked.incrementAndGet();
              throw new ContentException("the store is out");
            });
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(10, asked.get());
    expirer.release();
    assertEquals(25, care.expirer().tick());
    bench.checkInvariants();
  }

  @Test
  void longProofs_beatAndKeepTheTurn() {
    IntStream.range(0, 50).forEach(i -> care.verified(SequenceKey.of("alice", "ride-" + i)));
    ContentStore slow =
        Care.opening(bench.watchedContent, purpose -> bench.time.advance(Duration.ofSeconds(10)));
    Expirer expirer = care.expirer(bench.watchedLedger, slow, bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(50, expirer.tick());
    assertEquals(List.of(), bench.caught);
  }

  @Test
  void aSweepInDoubtOfTheLedger_deletesNothing() {
    care.verified(RIDE);
    care.expirer().tick();
    Bench.add(care.engine.upload(SequenceKey.of("bob", "ride")), "a", "x");
    InMemoryLedger restored = bench.ledger.backup(IncarnationId.ofBits(9, 9));
    Engine engine = bench.engine(restored, bench.content, Bench.copying());
    int keys = bench.content.keys().size();
    for (int i = 0; i < 100; i++) {
      bench.time.advance(Duration.ofHours(1));
      assertEquals(0, engine.sweeper().tick());
    }
    assertEquals(keys, bench.content.keys().size());
    assertFalse(engine.sweeper().hasFailed());
    engine.acting().confirmTime(CAROL, false);
    engine.acting().confirmIncarnation(CAROL, 0, false);
    assertTrue(engine.sweeper().tick() > 0);
  }

  @Test
  void damageAfterTheDeadline_isToldAsFailureAndNotAsADeadlineMissed() {
    care.verified(RIDE);
    Sentinel sentinel = care.sentinel();
    bench.time.advance(TimePolicy.DEFAULT.target().multipliedBy(2));
    care.engine
        .committer()
        .apply(
            bench.entry(RIDE),
            new Event.DamageFound(
                Failures.of("RESULT_DAMAGED", Optional.empty(), "found by a reader"), true));
    sentinel.tick();
    assertEquals(List.of("SEQUENCE_FAILED"), care.alerts());
    assertFalse(bench.kinds(RIDE).contains(TransitionKind.OVERDUE));
    bench.checkInvariants();
  }
}
