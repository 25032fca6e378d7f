package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The expirer over a store that says for a moment that what it has is not there. */
final class ExpirerDoubtTest {

  private static final Duration DUE = TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE);

  private final Care care = new Care();
  private final Bench bench = care.bench;

  private final Hiding store = new Hiding();
  private boolean purgerIsOut;

  private Expirer begun() {
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            store.over(bench.watchedContent),
            permit -> {
              if (purgerIsOut) {
                throw new ContentException("the store is out");
              }
              return bench.watchedContent.delete(permit);
            });
    expirer.tick();
    return expirer;
  }

  private static boolean isOfResults(String place) {
    return place.equals("run") || place.startsWith("run/");
  }

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-" + number);
  }

  private void assertAll(int count, State state) {
    IntStream.range(0, count).forEach(i -> assertEquals(state, bench.state(ride(i)), "ride-" + i));
  }

  /** Takes a sequence to where its bytes may go, which fails. */
  private Expirer expiring() {
    care.verified(RIDE);
    purgerIsOut = true;
    Expirer expirer = begun();
    bench.time.advance(DUE);
    expirer.tick();
    assertEquals(State.EXPIRING, bench.state(RIDE));
    purgerIsOut = false;
    return expirer;
  }

  @Test
  void strictPolicy_aMomentWithoutResults_discardsNothing() {
    care.policy = care.policy.withUnproven(ExpiryPolicy.Unproven.DISCARD_UNLESS_HELD);
    IntStream.range(0, 15).forEach(i -> care.verified(ride(i)));
    Sentinel sentinel = care.sentinel();
    sentinel.tick();
    Expirer expirer = begun();
    bench.time.advance(DUE);
    store.hide(ExpirerDoubtTest::isOfResults);
    assertEquals(0, expirer.tick());
    assertAll(15, State.VERIFIED);
    assertTrue(care.alerts().contains("EXPIRY_UNPROVEN"));
    store.showAll();
    for (int i = 0; i < 3; i++) {
      sentinel.tick();
      expirer.tick();
    }
    assertAll(15, State.EXPIRED);
    bench.checkInvariants();
  }

  @Test
  void oneStaleAnswer_withdrawsNoResult() {
    care.verified(RIDE);
    Expirer expirer = begun();
    bench.time.advance(DUE);
    store.hideOnce(ExpirerDoubtTest::isOfResults);
    expirer.tick();
    assertTrue(store.hasAnsweredWrong());
    assertEquals(State.EXPIRED, bench.state(RIDE));
    assertTrue(bench.entry(RIDE).published().isPresent());
    bench.checkInvariants();
  }

  @Test
  void aListingThatStaysBehind_isNoDamageWhereTheBytesAreRead() {
    care.policy = care.policy.withMaxProofAge(DUE.multipliedBy(2));
    care.verified(RIDE);
    Expirer expirer = begun();
    bench.time.advance(DUE);
    String prefix = bench.entry(RIDE).published().orElseThrow().result().prefix().value();
    store.hide(place -> place.equals(prefix));
    expirer.tick();
    assertEquals(State.EXPIRED, bench.state(RIDE));
  }

  @Test
  void oneStaleAnswer_whileExpiring_losesNothing() {
    Expirer expirer = expiring();
    store.hideOnce(ExpirerDoubtTest::isOfResults);
    expirer.tick();
    assertEquals(State.EXPIRED, bench.state(RIDE));
    bench.checkInvariants();
  }

  @Test
  void aMomentWithoutResults_whileExpiring_losesNothing() {
    assertNothingIsLost(ExpirerDoubtTest::isOfResults);
  }

  @Test
  void aMomentWithoutAnything_whileExpiring_losesNothing() {
    assertNothingIsLost(place -> true);
  }

  private void assertNothingIsLost(Predicate<String> unseen) {
    Expirer expirer = expiring();
    store.hide(unseen);
    expirer.tick();
    assertEquals(State.EXPIRING, bench.state(RIDE));
    assertTrue(care.alerts().contains("EXPIRY_UNPROVEN"));
    store.showAll();
    expirer.tick();
    assertEquals(State.EXPIRED, bench.state(RIDE));
    bench.checkInvariants();
  }

  @Test
  void manyMissingInARow_endThePage() {
    IntStream.range(0, 25).forEach(i -> care.verified(ride(i)));
    Expirer expirer = begun();
    bench.time.advance(DUE);
    String seen = bench.entry(ride(9)).published().orElseThrow().result().prefix().value();
    store.hide(place -> isOfResults(place) && !place.equals("run") && !place.startsWith(seen));
    expirer.tick();
    long failed = IntStream.range(0, 25).filter(i -> bench.state(ride(i)) == State.FAILED).count();
    assertEquals(10, failed, "what is missing for good is found, by tens");
    expirer.tick();
    assertEquals(
        20, IntStream.range(0, 25).filter(i -> bench.state(ride(i)) == State.FAILED).count());
  }

  @Test
  void aLossBesideWholeRawBytes_saysThatTheyCanBeAdopted() {
    Expirer expirer = expiring();
    ContentPrefix result = bench.entry(RIDE).published().orElseThrow().result().prefix();
    bench.corrupt(KeyLayout.item(result, 0));
    bench.time.advance(Duration.ofDays(2));
    expirer.tick();
    assertEquals(State.LOST, bench.state(RIDE));
    assertTrue(message().contains("its raw bytes are whole: adopt them"), this::message);
    care.engine.acting().adopt(RIDE, Optional.empty(), new Event.Act("carol", "a good reason"));
    bench.run(care.engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void aLossWithoutRawBytes_doesNotSpeakOfThem() {
    Expirer expirer = expiring();
    ContentPrefix result = bench.entry(RIDE).published().orElseThrow().result().prefix();
    bench.corrupt(KeyLayout.item(result, 0));
    bench.remove(raw().get(0).key());
    bench.time.advance(Duration.ofDays(2));
    expirer.tick();
    assertEquals(State.LOST, bench.state(RIDE));
    assertFalse(message().contains("adopt"), this::message);
  }

  @Test
  void aListingThatLeavesOutAll_isNotTheLastOfADeletion() {
    care.verified(RIDE);
    Expirer expirer = begun();
    bench.time.advance(DUE);
    store.hideOnce(place -> place.startsWith("raw/"));
    assertEquals(1, expirer.tick());
    assertTrue(store.hasAnsweredWrong());
    assertEquals(State.EXPIRED, bench.state(RIDE));
    assertEquals(List.of(), raw());
  }

  @Test
  void aStoreThatShowsNothing_hasDeletedNothing() {
    care.verified(RIDE);
    assertEquals(Optional.empty(), new Binding(bench.ledger, bench.content).settle());
    Expirer expirer = begun();
    Event.Act carol = new Event.Act("carol", "a good reason");
    care.engine.acting().act(RIDE, new Event.DiscardDecided(Event.Ground.ERASURE, carol), false);
    store.hide(place -> true);
    expirer.tick();
    assertEquals(State.DISCARDING, bench.state(RIDE));
    store.showAll();
    expirer.tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), raw());
  }

  private List<ContentStat> raw() {
    return bench.content.list(KeyLayout.uploads(RIDE), Optional.empty(), 10).entries();
  }

  private String message() {
    return bench.entry(RIDE).standing().failure().orElseThrow().message();
  }
}
