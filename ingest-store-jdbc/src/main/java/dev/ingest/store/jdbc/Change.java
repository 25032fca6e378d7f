package dev.ingest.store.jdbc;

import java.sql.SQLException;

/**
 * One element of a change: all of it takes effect, or nothing.
 *
 * @param <T> what it tells the caller
 */
@FunctionalInterface
interface Change<T> {

  /**
   * Reads, decides and writes inside the running transaction.
   *
   * @param db the connection of that transaction
   * @param now the ledger's time of that transaction, in epoch milliseconds
   * @return the answer, given to the caller once the transaction is durable
   * @throws SQLException to undo this element alone
   */
  T apply(Statements db, long now) throws SQLException;
}
