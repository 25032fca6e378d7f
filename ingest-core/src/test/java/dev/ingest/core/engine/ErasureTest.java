package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Upload;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An erasure ends with none of the sequence's bytes stored, and with all bytes of others. */
final class ErasureTest {

  private static final Event.Act CAROL = new Event.Act("carol", "x; ground=ERASURE; the owner's");
  private static final SequenceKey OTHER = SequenceKey.of("alice", "ride-2");

  private final Care care = new Care();
  private final Bench bench = care.bench;

  @AfterEach
  void everyInvariantHolds() {
    bench.checkInvariants();
  }

  private List<ContentKey> stored(SequenceKey key) {
    return bench.content.keys().stream()
        .filter(
            stored -> KeyLayout.uploads(key).covers(stored) || KeyLayout.runs(key).covers(stored))
        .toList();
  }

  /** Accepted three times, each time with bytes of its own, and published from the last. */
  private void repairedTwice(SequenceKey key) {
    care.verified(key);
    for (int repair = 0; repair < 2; repair++) {
      damage(key);
      care.verified(key);
    }
    assertEquals(3, bench.entry(key).run().epoch());
    assertEquals(18, stored(key).size());
  }

  private void damage(SequenceKey key) {
    Event damaged =
        new Event.DamageFound(
            Failures.of("RESULT_DAMAGED", Optional.empty(), "found by a reader"), true);
    care.engine.committer().apply(bench.entry(key), damaged);
    assertEquals(State.FAILED, bench.state(key));
  }

  private void erase(SequenceKey key) {
    care.engine.acting().act(key, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL), false);
  }

  @Test
  void moreKeysThanAPageLists_allGo() {
    String[] namesAndTexts =
        IntStream.range(0, ContentStore.MAX_PAGE + 1)
            .boxed()
            .flatMap(i -> Stream.of("item-" + i, "x"))
            .toArray(String[]::new);
    Bench.submit(care.engine, RIDE, namesAndTexts);
    bench.run(care.engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    erase(RIDE);
    assertEquals(1, care.expirer().tick());
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), stored(RIDE));
  }

  @Test
  void erasure_takesTheBytesOfEverySessionAndRun() {
    repairedTwice(RIDE);
    repairedTwice(OTHER);
    erase(RIDE);
    assertEquals(1, care.expirer().tick());
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), stored(RIDE));
    assertEquals(18, stored(OTHER).size());
  }

  @Test
  void erasureThatIsInterrupted_isFinishedByTheNext() {
    repairedTwice(RIDE);
    erase(RIDE);
    // The raw bytes first, and those of the runs when these are found to be gone.
    for (int area = 0; area < 2; area++) {
      AtomicInteger calls = new AtomicInteger();
      Expirer dying =
          care.expirer(
              bench.watchedLedger,
              bench.watchedContent,
              permit -> {
                calls.incrementAndGet();
                bench.watchedContent.delete(permit);
                throw new ContentException("the answer is lost");
              });
      assertEquals(0, dying.tick());
      assertEquals(1, calls.get());
      assertEquals(State.DISCARDING, bench.state(RIDE));
      dying.release();
    }
    assertEquals(1, care.expirer().tick());
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), stored(RIDE));
  }

  @Test
  void sessionThatTheLedgerDoesNotKnow_stays() {
    care.verified(RIDE);
    ContentPrefix unknown = KeyLayout.uploads(RIDE).child(SessionId.ofBits(9, 9).value());
    ContentKey key = KeyLayout.item(unknown.child("0000"), 0);
    put(key);
    erase(RIDE);
    care.expirer().tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(key), stored(RIDE));
  }

  @Test
  void outputOfTheLatestLease_goes() {
    Bench.submit(care.engine, RIDE, "a", "x");
    care.engine.worker().tick();
    bench.runTasks();
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEquals(4, stored(RIDE).size());
    erase(RIDE);
    assertEquals(1, care.expirer().tick());
    assertEquals(List.of(), stored(RIDE));
  }

  @Test
  void outputOfALeaseThatIsNotOver_stays() {
    care.verified(RIDE);
    long fence = bench.entry(RIDE).position().fence();
    ContentKey later = output(fence + 1, bench.ledger.incarnation());
    ContentKey ofAnotherLife = output(fence + 1, IncarnationId.ofBits(9, 9));
    ContentKey unknown = KeyLayout.runs(RIDE).key("left-by-hand");
    List.of(later, ofAnotherLife, unknown).forEach(this::put);
    erase(RIDE);
    assertEquals(1, care.expirer().tick());
    assertEquals(List.of(later, unknown), stored(RIDE));
  }

  private static ContentKey output(long fence, IncarnationId incarnation) {
    return KeyLayout.item(KeyLayout.output(RIDE, 1, new LeaseToken(incarnation, fence)), 0);
  }

  @Test
  void openUpload_goesOn() {
    care.verified(RIDE);
    damage(RIDE);
    try (Upload upload = care.engine.upload(RIDE)) {
      Bench.add(upload, "a", "x of " + RIDE);
      erase(RIDE);
      care.expirer().tick();
      assertEquals(State.DISCARDED, bench.state(RIDE));
      Bench.add(upload, "b", "y");
      upload.submit();
    }
    bench.run(care.engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(care.engine.verify(bench.entry(RIDE)).isClean());
  }

  @Test
  void sessionThatWasGivenUpBeforeTheErasure_isSweptWithItsManifest() {
    givenUpWithItsManifest();
    erase(RIDE);
    care.expirer().tick();
    sweep();
    assertEquals(List.of(), stored(RIDE));
  }

  @Test
  void sessionThatWasGivenUpAfterTheErasure_isQuarantined() {
    care.verified(RIDE);
    damage(RIDE);
    submitWithoutItsCommit();
    erase(RIDE);
    care.expirer().tick();
    sweep();
    assertEquals(3, stored(RIDE).size());
    assertTrue(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  @Test
  void sessionThatWasGivenUpBeforeADiscard_isQuarantined() {
    givenUpWithItsManifest();
    care.engine.acting().act(RIDE, new Event.DiscardDecided(Event.Ground.OPERATOR, CAROL), false);
    care.expirer().tick();
    sweep();
    assertEquals(3, stored(RIDE).size());
  }

  @Test
  void sessionOfASequenceThatIsAcceptedAgainAfterItsErasure_isQuarantined() {
    givenUpWithItsManifest();
    erase(RIDE);
    bench.time.advance(Duration.ofMinutes(2));
    care.expirer().tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    care.verified(RIDE);
    bench.corrupt(KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), 0));
    sweep();
    assertEquals(9, stored(RIDE).size(), "two sessions and a result");
    assertTrue(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  private void givenUpWithItsManifest() {
    care.verified(RIDE);
    damage(RIDE);
    submitWithoutItsCommit();
    bench.time.advance(bench.limits.idleTime().plusSeconds(1));
    care.expirer().tick();
    care.engine.sweeper().tick();
    assertEquals(1, sessions(SessionState.ABANDONED));
    bench.time.advance(Duration.ofSeconds(1));
  }

  private void submitWithoutItsCommit() {
    Engine cut = bench.engine(bench.ledgerWithoutCommits(), bench.watchedContent, Bench.copying());
    assertThrows(
        OutcomeUnknownException.class,
        () -> Bench.submit(cut, RIDE, "a", "x of " + RIDE, "b", "y"));
    assertEquals(1, sessions(SessionState.OPEN));
  }

  private int sessions(SessionState state) {
    return bench.ledger.sessions().untouched(state, Duration.ZERO, Optional.empty(), 10).size();
  }

  private void sweep() {
    Expirer expirer = care.expirer();
    for (int i = 0; i < 4; i++) {
      bench.time.advance(bench.limits.idleTime().plusSeconds(1));
      expirer.tick();
      care.engine.sweeper().tick();
    }
    assertEquals(0, sessions(SessionState.OPEN) + sessions(SessionState.ABANDONED));
    assertEquals(List.of(), bench.caught);
  }

  private void put(ContentKey key) {
    byte[] bytes = {1};
    ContentPrefix area =
        KeyLayout.uploads(RIDE).covers(key) ? KeyLayout.uploads(RIDE) : KeyLayout.runs(RIDE);
    try (ContentWriter writer = bench.content.writer(area)) {
      writer.put(
          key, new StreamBody(new ByteArrayInputStream(bytes), OptionalLong.of(1), Runnable::run));
      writer.commit();
    }
  }
}
