package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.ManualTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the throughput on PostgreSQL rests on: whole batches in one round trip each. */
@Tag("programme")
class RoundTripsTest {

  private static final int BATCH = 200;

  private final PostgresPlace place = new PostgresPlace();
  private ManualTime time;
  private CountedTrips trips;
  private LedgerStore store;

  @BeforeEach
  void open() throws SQLException {
    time = Sample.time();
    trips = new CountedTrips();
    store =
        JdbcLedger.postgres(trips.counting(place.source()), PostgresPlace.OPTIONS.withClock(time));
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    place.source().close();
  }

  private int assertOneTrip(String what) {
    List<String> sent = trips.take();
    assertEquals(1, sent.size(), what + " sent " + sent);
    return sent.size();
  }

  /** Prepares sequences whose sessions are open, and forgets what that cost. */
  private List<Transition> acceptances() {
    List<Transition> accepts = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      accepts.add(Sample.openAndPrepare(store, Sample.key(i)));
    }
    trips.take();
    return accepts;
  }

  private List<Claimed> claimAll() {
    List<Claimed> claimed =
        store.work().claim(Sample.claim("node-1", BATCH, Sample.WORK, Sample.VERIFICATION));
    assertEquals(BATCH, claimed.size());
    return claimed;
  }

  private void commitAll(List<Transition> transitions) {
    assertEquals(Collections.nCopies(BATCH, Outcome.APPLIED), store.ledger().commit(transitions));
  }

  private static List<Transition> each(
      List<Claimed> claimed, Function<Entry, Transition> transition) {
    return claimed.stream().map(Claimed::entry).map(transition).toList();
  }

  private static Transition published(Entry claimed) {
    Lease lease = claimed.position().lease().orElseThrow();
    Entry after =
        new Entry(
            claimed.receipt(),
            claimed.raw(),
            Sample.position(claimed, State.VERIFIED, Optional.empty()),
            claimed.run(),
            claimed.run().output().map(output -> new Publication(output, 1, Sample.START)),
            claimed.standing(),
            claimed.chain());
    return Sample.transition(
        new Guard.WithLease(lease.token(), claimed.version()),
        Optional.of(claimed.state()),
        after,
        LeaseEffect.END,
        TransitionKind.VERIFIED);
  }

  @Test
  void claim_isOneRoundTrip() {
    commitAll(acceptances());
    trips.take();

    claimAll();

    assertOneTrip("a claim of " + BATCH);
  }

  @Test
  void renewal_isOneRoundTrip() {
    commitAll(acceptances());
    List<Held> held = held(claimAll());
    trips.take();

    assertEquals(
        Collections.nCopies(BATCH, Outcome.APPLIED),
        store.work().renew(held, Duration.ofMinutes(1)));

    assertOneTrip("a renewal of " + BATCH);
  }

  @Test
  void handingBack_isOneRoundTrip() {
    commitAll(acceptances());
    List<Held> held = held(claimAll());
    trips.take();

    assertEquals(Collections.nCopies(BATCH, Outcome.APPLIED), store.work().handBack(held));

    assertOneTrip("a hand-back of " + BATCH);
  }

  @Test
  void wholeSequence_takesLessThanATenthOfARoundTrip() {
    List<Transition> accepts = acceptances();

    commitAll(accepts);
    int sum = assertOneTrip("a batch of acceptances");
    List<Claimed> stages = claimAll();
    sum += assertOneTrip("a claim");
    commitAll(each(stages, Sample::processed));
    sum += assertOneTrip("a batch of finished stages");
    time.advance(Duration.ofHours(1));
    List<Claimed> verifications = claimAll();
    sum += assertOneTrip("a claim for verification");
    commitAll(each(verifications, RoundTripsTest::published));
    sum += assertOneTrip("a batch of publications");

    assertTrue((double) sum / BATCH < 0.1, sum + " round trips for " + BATCH);
    assertEquals(
        Collections.nCopies(BATCH, State.VERIFIED),
        accepts.stream().map(accept -> Sample.find(store, accept.key()).state()).toList());
  }

  @Test
  void expiry_isOneRoundTripForEachOfItsSteps() {
    List<Transition> accepts = acceptances();
    commitAll(accepts);
    commitAll(each(claimAll(), Sample::processed));
    time.advance(Duration.ofHours(1));
    commitAll(each(claimAll(), RoundTripsTest::published));
    trips.take();

    for (TransitionKind kind : List.of(TransitionKind.EXPIRING, TransitionKind.EXPIRED)) {
      List<Entry> stored =
          store.ledger().find(accepts.stream().map(Transition::key).toList()).stream()
              .map(Optional::orElseThrow)
              .toList();
      trips.take();

      commitAll(stored.stream().map(entry -> step(entry, kind)).toList());

      assertOneTrip("a batch of " + kind);
    }
  }

  private static Transition step(Entry stored, TransitionKind kind) {
    State state = State.valueOf(kind.name());
    Entry after = stored.withPosition(Sample.position(stored, state, Optional.empty()));
    return Sample.transition(
        new Guard.AtVersion(stored.version()),
        Optional.of(stored.state()),
        after,
        LeaseEffect.END,
        kind);
  }

  @Test
  void mixedBatch_isOneRoundTrip() {
    List<Transition> accepts = acceptances();
    commitAll(accepts);
    List<Claimed> claimed = claimAll();
    List<Transition> mixed =
        new ArrayList<>(each(claimed.subList(0, BATCH / 2), Sample::processed));
    for (int i = 0; i < BATCH / 2; i++) {
      mixed.add(Sample.openAndPrepare(store, Sample.key(BATCH + i)));
    }
    trips.take();

    commitAll(mixed);

    assertOneTrip("a batch of finished stages and acceptances");
  }

  private static List<Held> held(List<Claimed> claimed) {
    return claimed.stream()
        .map(
            one ->
                new Held(one.entry().key(), one.entry().position().lease().orElseThrow().token()))
        .toList();
  }
}
