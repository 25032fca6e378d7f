package dev.ingest.store.jdbc;

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

  /** What passed since it was armed. */
  record Passed(int statements, int connections, int struck) {}

  /** Lets nothing fail any more. */
  Passed disarm() throws SQLException;

  /** All strikes that make sense at a call of so many statements. */
  List<Strike> strikes(Passed undisturbed);

  /** No connection is lent and not given back, and none is in a transaction. */
  void assertNothingIsLeftOpen(String at) throws SQLException;
}
