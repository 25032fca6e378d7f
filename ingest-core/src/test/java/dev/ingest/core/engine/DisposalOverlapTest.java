package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Proof;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How the steps of an expiry overlap, where commits take their time. */
final class DisposalOverlapTest {

  private static final Duration DUE = TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE);

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private final SteppedCommits first = new SteppedCommits();
  private final SteppedCommits second = new SteppedCommits();
  private final List<SequenceKey> deleted = new ArrayList<>();
  private final ContentPurger purger =
      permit -> {
        deleted.add(permit.sequence());
        return bench.watchedContent.delete(permit);
      };

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-%03d".formatted(number));
  }

  private static List<SequenceKey> rides(int from, int to) {
    return IntStream.range(from, to).mapToObj(DisposalOverlapTest::ride).toList();
  }

  private List<Entry> entries(int from, int to) {
    return rides(from, to).stream().map(bench::entry).toList();
  }

  private void assertStates(State state, int from, int to) {
    rides(from, to).forEach(key -> assertEquals(state, bench.state(key), key::toString));
  }

  /** Makes a node of which first and second steps are committed when the test says so. */
  private Node node(int due) {
    rides(0, due).forEach(care::verified);
    bench.time.advance(DUE);
    setApart();
    return bench.node(bench.watchedLedger, bench.watchedContent);
  }

  private void setApart() {
    first.beside = second;
    bench.commits = first;
  }

  private Disposal disposal(Node node) {
    return disposal(node, () -> {});
  }

  private Disposal disposal(Node node, Runnable beforeTime) {
    ClockGuard clock = new ClockGuard(node, Care.GRACE);
    Disposal.Turn turn =
        new Disposal.Turn() {
          @Override
          public void goOn() {}

          @Override
          public ClockGuard.Look time() {
            beforeTime.run();
            return clock.look();
          }
        };
    Committer committer = new Committer(node, care.supervisor());
    return new Disposal(node, committer, purger, care.policy, care.supervisor(), turn);
  }

  @Test
  void commitsOfAPage_doNotKeepTheNextWaiting_andBothStepsGoSideBySide() {
    Disposal disposal = disposal(node(4));
    assertEquals(0, disposal.expire(entries(0, 2), bench.time.instant()));
    assertEquals(List.of(), deleted, "nothing goes that is not known to be decided");
    first.run();
    assertStates(State.EXPIRING, 0, 2);
    assertEquals(0, disposal.expire(entries(2, 4), bench.time.instant()));
    assertEquals(rides(0, 2), deleted);
    assertEquals(0, first.waitsForAnEvent + second.waitsForAnEvent);
    second.run();
    assertStates(State.EXPIRED, 0, 2);
    assertStates(State.VERIFIED, 2, 4);
    assertEquals(4, disposal.settle());
    assertStates(State.EXPIRED, 0, 4);
    assertEquals(rides(0, 4), deleted);
    assertEquals(0, disposal.settle(), "each is told once");
    bench.checkInvariants();
  }

  @Test
  void decidedAndNotYetDeleted_isLeftToTheNextWhereThisOneStops() {
    Disposal disposal = disposal(node(3));
    disposal.expire(entries(0, 3), bench.time.instant());
    first.run();
    assertEquals(0, disposal.stop());
    assertEquals(0, disposal.settle());
    assertEquals(List.of(), deleted);
    assertStates(State.EXPIRING, 0, 3);
    int gone = disposal.resume(entries(0, 3), bench.time.instant());
    assertEquals(3, gone + disposal.settle());
    assertStates(State.EXPIRED, 0, 3);
    bench.checkInvariants();
  }

  @Test
  void whatIsUnderWay_isBounded() {
    Disposal disposal = disposal(node(Disposal.MOST_UNDER_WAY + 1));
    disposal.expire(entries(0, Disposal.MOST_UNDER_WAY), bench.time.instant());
    assertEquals(0, first.waitsForAnEvent);
    int gone =
        disposal.expire(
            entries(Disposal.MOST_UNDER_WAY, Disposal.MOST_UNDER_WAY + 1), bench.time.instant());
    assertEquals(1, first.waitsForAnEvent);
    assertEquals(1, second.waitsForAnEvent);
    assertEquals(Disposal.MOST_UNDER_WAY + 1, gone + disposal.settle());
    bench.checkInvariants();
  }

  @Test
  void clockThatIsDoubtedBeforeTheNextPage_deletesNothingMoreOfTheLast() {
    care.policy = care.policy.withPerSecond(1);
    rides(0, 12).forEach(care::verified);
    setApart();
    AtomicInteger opened = new AtomicInteger();
    ContentStore content =
        Care.opening(
            bench.watchedContent,
            purpose -> {
              if (opened.incrementAndGet() == 10) {
                bench.time.advance(Duration.ofSeconds(5));
                bench.ledgerAhead = Duration.ofHours(-1);
              }
            });
    Expirer expirer = care.expirer(bench.watchedLedger, content, purger);
    expirer.tick();
    bench.time.advance(DUE);
    assertEquals(0, expirer.tick());
    assertEquals(10, opened.get());
    first.run();
    assertEquals(
        9, rides(0, 12).stream().filter(key -> bench.state(key) == State.EXPIRING).count());
    assertEquals(List.of(), deleted);
    assertEquals(List.of("CLOCK_UNCERTAIN"), care.alerts());
    bench.checkInvariants();
  }

  @Test
  void whatCouldNotBeRead_isToldThoughThePageBreaksOffBehindIt() {
    rides(0, 2).forEach(care::verified);
    bench.time.advance(DUE);
    ContentKey broken =
        KeyLayout.manifest(bench.entry(ride(0)).published().orElseThrow().result().prefix());
    ContentStore content = care.failingAt(broken, new ContentException(broken + " is not read"));
    AtomicInteger asked = new AtomicInteger();
    Disposal disposal =
        disposal(
            bench.node(bench.watchedLedger, content),
            () -> {
              if (asked.incrementAndGet() == 1) {
                throw new OutcomeUnknownException("the ledger does not say what time it is");
              }
            });
    assertThrows(
        OutcomeUnknownException.class, () -> disposal.expire(entries(0, 2), bench.time.instant()));
    assertEquals(List.of(), care.alerts());
    int gone = disposal.expire(entries(0, 2), bench.time.instant());
    assertEquals(1, gone + disposal.settle());
    assertEquals(List.of("EXPIRY_UNPROVEN"), care.alerts(), "once, and not after an hour");
  }

  @Test
  void endOfTheCommits_commitsWhatIsQueuedOfSecondSteps_andTakesNoMore() {
    Node node = node(2);
    Committer committer = new Committer(node, care.supervisor());
    ClockGuard clock = new ClockGuard(node, Care.GRACE);
    List<Entry> expiring =
        entries(0, 2).stream()
            .map(entry -> committer.applyIfUnchanged(entry, started(entry, clock.look())))
            .map(result -> assertInstanceOf(Committer.Result.Committed.class, result).after())
            .toList();
    Committer.Begun queued = finish(committer, expiring.get(0));
    second.meanwhile = second::run;
    committer.close(Duration.ofSeconds(1));
    assertInstanceOf(Committer.Result.Committed.class, queued.get());
    Committer.Begun late = finish(committer, expiring.get(1));
    assertInstanceOf(Committer.Result.Unknown.class, late.get());
    second.run();
    assertStates(State.EXPIRED, 0, 1);
    assertStates(State.EXPIRING, 1, 2);
  }

  private Committer.Begun finish(Committer committer, Entry expiring) {
    return committer.finishIfUnchanged(
        expiring, new Event.DisposalFinished(), bench.time.instant());
  }

  private Event.ExpiryStarted started(Entry entry, ClockGuard.Look look) {
    return new Event.ExpiryStarted(
        new Proof.ReadBack(
            entry.published().orElseThrow().result().manifest().root(), bench.time.instant()),
        look.clocks(),
        Care.GRACE,
        care.policy.maxProofAge());
  }
}
