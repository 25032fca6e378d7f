package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How far one tick of the expirer goes, and what ends it. */
final class ExpirerLimitsTest {

  private static final Duration DUE = TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE);
  private static final Event.Act CAROL = new Event.Act("carol", "a good reason");

  private final Care care = new Care();
  private final Bench bench = care.bench;

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-%02d".formatted(number));
  }

  private void verified(int count) {
    IntStream.range(0, count).forEach(i -> care.verified(ride(i)));
  }

  private long count(State state, int of) {
    return IntStream.range(0, of).filter(i -> bench.state(ride(i)) == state).count();
  }

  @Test
  void nodeThatLostItsTurnDuringAPage_leavesTheNextToTheOther() {
    care.policy = care.policy.withPerSecond(1);
    verified(12);
    Node other = bench.node(bench.watchedLedger, bench.watchedContent);
    WatcherLease theirs =
        new WatcherLease(other.ledger(), Watcher.EXPIRER, new NodeId("other"), other.seams());
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              bench.time.advance(Duration.ofSeconds(15));
              theirs.tryHold();
              return bench.watchedContent.delete(permit);
            });
    expirer.tick();
    IntStream.range(0, 12).forEach(i -> erase(ride(i)));
    bench.time.advance(Duration.ofSeconds(20));
    assertEquals(10, expirer.tick());
    assertEquals(10, count(State.DISCARDED, 12));
    bench.checkInvariants();
  }

  @Test
  void conditionOfANodeThatDied_isEndedByAnotherWithinAnHourOfItsOwn() {
    ExpiryPolicy kept = care.policy;
    care.engine.acting().changeExpiry(kept, CAROL, false);
    care.policy = kept.withGrace(Care.GRACE.plusDays(1));
    care.expirer().tick();
    assertEquals(List.of("EXPIRY_POLICY_DIFFERS"), care.alerts());
    bench.time.advance(Duration.ofHours(3));
    care.policy = kept;
    Expirer living = care.expirer();
    living.tick();
    bench.time.advance(Duration.ofHours(1).minusMillis(1));
    living.tick();
    assertEquals(List.of("EXPIRY_POLICY_DIFFERS"), care.alerts());
    bench.time.advance(Duration.ofMillis(1));
    living.tick();
    assertEquals(List.of("EXPIRY_POLICY_DIFFERS", "EXPIRY_POLICY_AGREES"), care.alerts());
  }

  @Test
  void moreUnprovenThanTheLedgerTakesAtOnce_areAllToldOf() {
    InMemoryLedger small =
        new InMemoryLedger(
            bench.time, IncarnationId.ofBits(7, 7), new LedgerCapabilities(false, false, 3));
    Engine engine = bench.engine(small, bench.content, Bench.copying());
    IntStream.range(0, 7).forEach(i -> Bench.submit(engine, ride(i), "a", "x"));
    bench.run(engine);
    Expirer expirer = care.expirer(small, withoutResults(new AtomicInteger()), bench.content);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    List<SequenceKey> told =
        small.pendingAlerts().stream()
            .filter(row -> row.group().code().equals("EXPIRY_UNPROVEN"))
            .flatMap(row -> row.sequence().stream())
            .toList();
    assertEquals(IntStream.range(0, 7).mapToObj(ExpirerLimitsTest::ride).toList(), told);
  }

  @Test
  void storeWithoutAnyReadableResult_isNotAskedForAWholePage() {
    verified(25);
    AtomicInteger asked = new AtomicInteger();
    Expirer expirer =
        care.expirer(bench.watchedLedger, withoutResults(asked), bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(10, asked.get());
    assertEquals(10, Collections.frequency(care.alerts(), "EXPIRY_UNPROVEN"));
    assertEquals(25, count(State.VERIFIED, 25));
    bench.checkInvariants();
  }

  @Test
  void storeThatIsOut_isNotAskedForAllThatIsDiscarding() {
    verified(25);
    IntStream.range(0, 25).forEach(i -> erase(ride(i)));
    AtomicInteger asked = new AtomicInteger();
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              asked.incrementAndGet();
              throw new ContentException("the store is out");
            });
    assertEquals(0, expirer.tick());
    assertEquals(10, asked.get());
    expirer.release();
    assertEquals(25, care.expirer().tick());
    bench.checkInvariants();
  }

  @Test
  void tenThatCannotBeDeleted_doNotKeepTheRestForGood() {
    verified(25);
    IntStream.range(0, 25).forEach(i -> erase(ride(i)));
    Set<String> locked = new HashSet<>();
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              if (isOfTheFirst(10, locked, permit.sequence().toString())) {
                throw new ContentException("locked for good");
              }
              return bench.watchedContent.delete(permit);
            });
    assertEquals(0, expirer.tick());
    bench.time.advance(Duration.ofMinutes(1));
    assertEquals(15, expirer.tick());
    assertEquals(10, count(State.DISCARDING, 25));
    locked.clear();
    locked.addAll(IntStream.range(0, 10).mapToObj(i -> "none " + i).toList());
    bench.time.advance(Duration.ofMinutes(1));
    assertEquals(10, expirer.tick());
    bench.checkInvariants();
  }

  @Test
  void tenThatCannotBeRead_doNotKeepTheRestForGood() {
    verified(25);
    AtomicInteger asked = new AtomicInteger();
    Set<String> unreadable = new HashSet<>();
    Expirer expirer =
        care.expirer(
            bench.watchedLedger,
            withoutResults(asked, key -> isOfTheFirst(10, unreadable, key.value())),
            bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    bench.time.advance(Duration.ofMinutes(1));
    assertEquals(15, expirer.tick());
    assertEquals(10, count(State.VERIFIED, 25));
    bench.checkInvariants();
  }

  private static boolean isOfTheFirst(int count, Set<String> first, String one) {
    return first.contains(one) || (first.size() < count && first.add(one));
  }

  private void erase(SequenceKey key) {
    care.engine
        .committer()
        .apply(bench.entry(key), new Event.DiscardDecided(Event.Ground.ERASURE, CAROL));
  }

  /** The content, of which the manifests of results cannot be opened; counts the attempts. */
  private ContentStore withoutResults(AtomicInteger asked) {
    return withoutResults(asked, key -> true);
  }

  private ContentStore withoutResults(AtomicInteger asked, Predicate<ContentKey> unreadable) {
    return Care.hearing(
        bench.watchedContent,
        (method, args) -> {
          if (method.equals("open")
              && args.get(0) instanceof ContentKey key
              && key.value().startsWith("run/")
              && unreadable.test(key)) {
            asked.incrementAndGet();
            throw new ContentException(key + " cannot be read");
          }
        });
  }
}
