package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.LedgerStore;
import java.sql.SQLException;
import java.util.List;

/** One ledger opened twice: on a database that answers, and on one that fails when asked to. */
interface StruckLedger {

  LedgerStore healthy();

  LedgerStore struck();

  Scene scene() throws SQLException;

  /** Lets nothing fail, and counts. */
  void count();

  /** Lets the next call fail. */
  void arm(Strike strike) throws SQLException;

  /**
   * What passed since it was armed.
   *
   * @param statements how many statements
   * @param connections how many connections were asked for
   * @param struck how many of them failed
   * @param spared how many were passed over, since nothing fails so after them
   */
  record Passed(int statements, int connections, int struck, int spared) {

    boolean isStruck() {
      return struck > 0;
    }

    /** A strike comes to its place, unless it is at a table that the call does not need. */
    void assertCameTo(Strike strike, String at) {
      assertTrue(struck + spared > 0 || strike.fault().isOfTables(), at + " was not reached");
    }
  }

  /** Lets nothing fail any more. */
  Passed disarm() throws SQLException;

  /** All strikes that make sense at a call of so many statements. */
  List<Strike> strikes(Passed undisturbed);

  /** No connection is lent and not given back, and none is in a transaction. */
  void assertNothingIsLeftOpen(String at) throws SQLException;
}
