package dev.ingest.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WorkQueue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where the ledger in memory is stricter than others need to be. */
class StrictLedgerTest {

  private final ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));
  private final Transitions transitions = new Transitions(1, time);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 2));

  @Test
  void stageDoneThatChangesMore_refusedBeforeAnyEffect() {
    Entry a = accept("a");
    Entry b = accept("b");
    Entry sealed = transitions.move(b, State.PROCESSED).after();
    for (Entry more :
        List.of(
            with(sealed, a.raw(), sealed),
            with(sealed, sealed.raw(), transitions.move(b, State.VERIFIED).after()),
            with(sealed, sealed.raw(), transitions.move(b, State.FAILED).after()))) {
      Transition wrong =
          transitions.change(b, new Guard.AtVersion(b.version()), TransitionKind.STAGE_DONE, more);
      List<Transition> batch = List.of(transitions.move(a, State.FAILED), wrong);
      assertThrows(InvalidValueException.class, () -> ledger.ledger().commit(batch));
      assertEquals(List.of(a, b), List.of(find("a"), find("b")));
    }
  }

  @Test
  void expiryThatChangesMore_refusedBeforeAnyEffect() {
    accept("a");
    Entry before = committed(transitions.move(find("a"), State.VERIFIED));
    for (State to : List.of(State.EXPIRING, State.EXPIRED)) {
      Transition right = transitions.move(before, to);
      Optional<Hold> hold = Optional.of(new Hold("someone", "court order", time.instant()));
      for (Standing marks :
          List.of(before.standing().withOverdue(true), before.standing().withHold(hold))) {
        Transition wrong =
            transitions.change(
                before,
                new Guard.AtVersion(before.version()),
                right.row().step().kind(),
                right.after().withStanding(marks));
        assertThrows(
            InvalidValueException.class, () -> ledger.ledger().commit(List.of(wrong)), to::name);
        assertEquals(before, find("a"));
      }
      before = committed(right);
    }
  }

  private Entry committed(Transition transition) {
    assertEquals(List.of(Outcome.APPLIED), ledger.ledger().commit(List.of(transition)));
    return find("a");
  }

  @Test
  void staleStageDone_isStaleWhateverItSays() {
    Entry read = accept("a");
    Transition done = transitions.move(read, State.PROCESSED);
    ledger.ledger().commit(List.of(transitions.mark(read, marks -> marks.withOverdue(true))));
    Outcome outcome = ledger.ledger().commit(List.of(done)).get(0);
    assertEquals(Outcome.Reason.STALE_VERSION, ((Outcome.NotApplied) outcome).reason());
  }

  @Test
  void hint_isGivenOutsideTheLock() {
    List<Instant> askedMeanwhile = new ArrayList<>();
    Runnable hint =
        () ->
            askedMeanwhile.add(
                CompletableFuture.supplyAsync(() -> ledger.ledger().now())
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join());
    try (WorkQueue.Subscription registered = ledger.work().onArrival(hint)) {
      accept("a");
      assertEquals(List.of(time.instant()), askedMeanwhile, registered::toString);
    }
  }

  /** Gives an entry other raw bytes, or another's publication and marks. */
  private static Entry with(Entry entry, RawLocation raw, Entry other) {
    return new Entry(
        entry.receipt(),
        raw,
        entry.position(),
        entry.run(),
        other.published(),
        other.standing(),
        entry.chain());
  }

  private Entry find(String id) {
    return ledger.ledger().find(List.of(SequenceKey.of("o1", id))).get(0).orElseThrow();
  }

  private Entry accept(String id) {
    SequenceKey key = SequenceKey.of("o1", id);
    SessionId session = transitions.sessionId();
    ledger.sessions().open(session, key, Reservation.NONE, OwnerQuota.UNLIMITED);
    Transition accept = transitions.accept(transitions.entry(key, session));
    assertEquals(List.of(Outcome.APPLIED), ledger.ledger().commit(List.of(accept)));
    return find(id);
  }
}
