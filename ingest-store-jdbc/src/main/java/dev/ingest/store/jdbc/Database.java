package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerException;
import java.sql.SQLException;
import java.util.List;

/** One opened database: its dialect, its writer and its readers. Safe for several threads. */
final class Database implements AutoCloseable {

  /** The most elements of one batch: one full transaction of the writer. */
  static final int MAX_BATCH = GroupWriter.MAX_WEIGHT;

  private final Dialect dialect;
  private final Errors errors;
  private final GroupWriter writer;
  private final ReadPool readers;
  private final Hints hints = new Hints();

  private Database(Dialect dialect, Errors errors, GroupWriter writer) {
    this.dialect = dialect;
    this.errors = errors;
    this.writer = writer;
    readers = new ReadPool(dialect, errors);
  }

  /** Opens the database, creating its schema in an empty one and checking any other. */
  static Database open(Dialect dialect) {
    Errors errors = new Errors(dialect);
    try {
      Statements db = dialect.openWriter();
      try {
        new Schema(dialect).createOrCheck(db);
        GroupWriter writer = new GroupWriter(dialect, errors, db);
        writer.start();
        return new Database(dialect, errors, writer);
      } catch (SQLException | RuntimeException | Error e) {
        close(db, e);
        throw e;
      }
    } catch (SQLException e) {
      throw errors.unread("open the ledger", e);
    }
  }

  private static void close(Statements db, Throwable cause) {
    try {
      db.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  Hints hints() {
    return hints;
  }

  Dialect dialect() {
    return dialect;
  }

  /** Returns how many transactions this opened database has committed. */
  long commits() {
    return writer.commits();
  }

  /** Returns how many calls wait for the writer. */
  int queued() {
    return writer.queued();
  }

  <T> T read(String what, ReadPool.Read<T> read) {
    return readers.read(what, read);
  }

  /**
   * Applies elements in one transaction, each atomic; returns once they are durable. An element
   * that met an error is unknown; those beside it are not touched.
   */
  List<Outcome> outcomes(String what, List<Change<Outcome>> changes) {
    return change(what, changes.size(), changes).stream()
        .map(result -> result.or(Outcome.Unknown::new))
        .toList();
  }

  /** Applies one element that changes about so many rows; returns once it is durable. */
  <T> T change(String what, int weight, Change<T> change) {
    return change(what, weight, List.of(change)).get(0).orThrow();
  }

  /** Applies one element that changes a row; returns once it is durable. */
  <T> T change(String what, Change<T> change) {
    return change(what, 1, change);
  }

  private <T> List<Result<T>> change(String what, int weight, List<Change<T>> changes) {
    Call<T> call = new Call<>(errors, what, weight, changes);
    writer.submit(call);
    return call.await();
  }

  /** Refuses a batch that is longer than the capabilities promise. */
  static void checkBatch(List<?> elements) {
    if (elements.size() > MAX_BATCH) {
      throw new InvalidValueException(
          Kind.NUMBER,
          Integer.toString(elements.size()),
          "a batch has at most " + MAX_BATCH + " elements");
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
   * Closes writer and readers, after what they are doing just now. Idempotent.
   *
   * @throws LedgerException if a connection did not close cleanly
   */
  @Override
  public void close() {
    try {
      writer.close();
    } finally {
      readers.close();
    }
  }
}
