package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.Transitions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Old history goes; entries stay, and their chains can still be checked. */
abstract class HistoryRetentionCases {

  private static final Instant START = Instant.parse("2026-01-20T00:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  final ManualTime time = new ManualTime(START);
  final Transitions transitions = new Transitions(3, time);

  abstract JdbcLedger open() throws SQLException;

  final Entry accept(JdbcLedger store, String id) {
    SequenceKey key = SequenceKey.of("o1", id);
    var session = transitions.sessionId();
    store.sessions().open(session, key, Sample.ROOM, OwnerQuota.UNLIMITED);
    return applied(store, transitions.accept(transitions.entry(key, session)));
  }

  static Entry applied(JdbcLedger store, Transition transition) {
    Sample.commit(store, transition);
    return Sample.find(store, transition.key());
  }

  static ChainHead follow(JdbcLedger store, Entry entry) {
    ChainHead end = store.ledger().checkpoint(entry.key());
    for (HistoryRow row : store.ledger().history(entry.key(), 0, 100)) {
      assertEquals(end.length() + 1, row.link().ordinal());
      assertEquals(end.head(), row.link().previous());
      end = new ChainHead(row.link().ordinal(), row.link().hash());
    }
    return end;
  }

  @Test
  void oldRowsOfAnOpenEntry_goAndItsChainStaysCheckable() throws SQLException {
    try (JdbcLedger store = open()) {
      Entry accepted = accept(store, "a");
      Entry marked =
          applied(store, transitions.mark(accepted, standing -> standing.withOverdue(true)));
      time.advance(DAY.multipliedBy(40));
      Entry later = applied(store, transitions.mark(marked, s -> s.withEscalations(1)));
      assertEquals(2, store.dropHistoryBefore(time.instant().minus(DAY.multipliedBy(25))));
      assertEquals(marked.chain(), store.ledger().checkpoint(later.key()));
      assertEquals(1, store.ledger().history(later.key(), 0, 100).size());
      assertEquals(later.chain(), follow(store, later));
      assertEquals(later, Sample.find(store, later.key()));
      WorkRef work = later.run().work();
      Entry claimed = store.work().claim(Sample.claim("n", 1, work)).get(0).entry();
      Entry done = applied(store, transitions.stageDone(claimed, Optional.empty()));
      assertEquals(done.chain(), follow(store, done));
      assertEquals(0, store.dropHistoryBefore(time.instant().minus(DAY.multipliedBy(25))));
    }
  }

  @Test
  void allRowsOfASettledEntry_leaveTheEndOfItsChain() throws SQLException {
    try (JdbcLedger store = open()) {
      Entry settled = applied(store, transitions.move(accept(store, "a"), State.DISCARDED));
      Entry other = accept(store, "b");
      time.advance(DAY.multipliedBy(60));
      assertEquals(3, store.dropHistoryBefore(time.instant().minus(DAY.multipliedBy(25))));
      assertEquals(settled.chain(), store.ledger().checkpoint(settled.key()));
      assertEquals(List.of(), store.ledger().history(settled.key(), 0, 100));
      assertEquals(other.chain(), follow(store, other));
    }
  }

  @Test
  void droppedTwice_theCheckpointMovesOn() throws SQLException {
    try (JdbcLedger store = open()) {
      Entry first = accept(store, "a");
      time.advance(DAY.multipliedBy(40));
      Entry second = applied(store, transitions.mark(first, s -> s.withOverdue(true)));
      time.advance(DAY.multipliedBy(40));
      Entry third = applied(store, transitions.mark(second, s -> s.withEscalations(1)));
      assertEquals(1, store.dropHistoryBefore(START.plus(DAY.multipliedBy(20))));
      assertEquals(first.chain(), store.ledger().checkpoint(third.key()));
      assertEquals(1, store.dropHistoryBefore(START.plus(DAY.multipliedBy(75))));
      assertEquals(second.chain(), store.ledger().checkpoint(third.key()));
      assertEquals(third.chain(), follow(store, third));
    }
  }

  @Test
  void youngHistory_isNotDropped() throws SQLException {
    try (JdbcLedger store = open()) {
      Entry entry = accept(store, "a");
      assertThrows(
          InvalidValueException.class,
          () -> store.dropHistoryBefore(time.instant().minus(DAY).plusMillis(1)));
      assertEquals(0, store.dropHistoryBefore(time.instant().minus(DAY)));
      assertEquals(1, store.ledger().history(entry.key(), 0, 100).size());
    }
  }
}
