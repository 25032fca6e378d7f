package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.store.jdbc.StruckLedger.Passed;
import java.sql.SQLException;
import java.util.List;

/** Judges reads whose statements fail, in a ledger that nothing changes meanwhile. */
final class StruckReads {

  private final StruckLedger ledger;
  private final FaultTally tally;
  private final Known known;

  /** What is there to be read. */
  record Known(Scene working, Scene rested, Scene uploading, SessionId session) {}

  StruckReads(StruckLedger ledger, FaultTally tally) throws SQLException {
    this.ledger = ledger;
    this.tally = tally;
    LedgerStore store = ledger.healthy();
    Scene working = ledger.scene();
    working.leased();
    Scene rested = ledger.scene();
    rested
        .rested(TransitionKind.EXPIRING, LeaseEffect.END, State.EXPIRING)
        .subList(0, 2)
        .forEach(one -> Sample.commit(store, one));
    Scene uploading = ledger.scene();
    SessionId session = uploading.opened();
    store.sessions().record(session, 0, Scene.items());
    store.controls().write(uploading.record(1));
    store.controls().add(uploading.record(1).key(), uploading.keys());
    List<WaitingNotice> notices = ledger.scene().notices();
    store.alerts().notices().postpone(List.of(Scene.refused(notices.get(0))));
    store.alerts().raise(List.of(Sample.alert("SEALED", uploading.key(0))));
    store.alerts().seal();
    store.alerts().raise(List.of(Sample.alert("WAITING", uploading.key(0))));
    known = new Known(working, rested, uploading, session);
  }

  /** Returns all strikes at a read, which first has its answer where nothing fails. */
  List<Strike> strikes(StruckRead read) throws SQLException {
    Object expected = read.of(ledger.healthy(), known);
    ledger.count();
    Object answer = read.of(ledger.struck(), known);
    List<Strike> all = ledger.strikes(ledger.disarm());
    assertEquals(expected, answer, read.name());
    ledger.assertNothingIsLeftOpen(read.name());
    return all;
  }

  void judge(StruckRead read, Strike strike) throws SQLException {
    String at = read + ": " + strike;
    Object expected = read.of(ledger.healthy(), known);
    ledger.arm(strike);
    boolean told = isTold(read, strike, expected, at);
    Passed passed = ledger.disarm();
    passed.assertCameTo(strike, at);
    boolean struck = passed.isStruck();
    tally.add("read " + read, strike, struck ? (told ? "ANSWERED" : "UNREAD") : "NOT REACHED");
    assertTrue(struck || told, at);
    ledger.assertNothingIsLeftOpen(at);
    assertEquals(expected, read.of(ledger.struck(), known), at + ", and read again");
  }

  private boolean isTold(StruckRead read, Strike strike, Object expected, String at) {
    try {
      assertEquals(expected, read.of(ledger.struck(), known), at);
      return true;
    } catch (LedgerException e) {
      FaultWords.check(ledger.healthy().name(), strike.fault(), e, at);
      assertFalse(FaultWords.sayUnknown(String.valueOf(e.getMessage()), at), at);
      return false;
    }
  }
}
