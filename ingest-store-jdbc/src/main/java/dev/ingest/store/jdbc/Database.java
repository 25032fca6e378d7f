package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** One opened database. Safe for use by several threads. */
interface Database extends AutoCloseable {

  /** Returns what this database system does differently from another. */
  Dialect dialect();

  /** Returns whom to tell of new work. */
  Hints hints();

  /** A read. */
  @FunctionalInterface
  interface Read<T> {

    T from(Statements db) throws SQLException;
  }

  /** Reads; all statements see one moment, which is never before the call. */
  <T> T read(String what, Read<T> read);

  /** Reads by one statement, or by several that need not see one moment. */
  <T> T query(String what, Read<T> read);

  /**
   * Applies elements in one transaction, each atomic; returns once they are durable. An element
   * that met an error is unknown; those beside it are not touched.
   */
  List<Outcome> outcomes(String what, List<Change<Outcome>> changes);

  /** Applies one element that changes about so many rows; returns once it is durable. */
  <T> T change(String what, int weight, Change<T> change);

  /** Applies one element whose statements all see one moment; returns once it is durable. */
  <T> T changeAtOneMoment(String what, Change<T> change);

  /** Applies one element that changes a row; returns once it is durable. */
  default <T> T change(String what, Change<T> change) {
    return change(what, 1, change);
  }

  /** Counts rows of each table that wait for a vacuum; empty where there is none. */
  default Map<String, Long> deadTuples() {
    return Map.of();
  }

  /** Refuses a batch that is longer than the capabilities promise. */
  default void checkBatch(List<?> elements) {
    if (elements.size() > dialect().maxBatch()) {
      throw new InvalidValueException(
          Kind.NUMBER,
          Integer.toString(elements.size()),
          "a batch has at most " + dialect().maxBatch() + " elements");
    }
  }

  /** Refuses a page size that no reader may ask for. */
  static void checkLimit(int limit, int max) {
    if (limit < 1 || limit > max) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(limit), "a limit is 1 to " + max);
    }
  }

  /**
   * Releases what it holds, after what is being done just now. Idempotent.
   *
   * @throws LedgerException if a connection did not close cleanly
   */
  @Override
  void close();
}
