package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import java.sql.SQLException;
import java.util.List;

/** A database of this process, with one thread for all changes and connections that only read. */
final class EmbeddedDatabase implements Database {

  private final EmbeddedDialect dialect;
  private final Errors errors;
  private final GroupWriter writer;
  private final ReadPool readers;
  private final Hints hints = new Hints();

  private EmbeddedDatabase(EmbeddedDialect dialect, Errors errors, GroupWriter writer) {
    this.dialect = dialect;
    this.errors = errors;
    this.writer = writer;
    readers = new ReadPool(dialect, errors);
  }

  /** Opens the database, creating its schema in an empty one and checking any other. */
  static EmbeddedDatabase open(EmbeddedDialect dialect) {
    Errors errors = new Errors(dialect);
    try {
      Statements db = dialect.openWriter();
      try {
        makeSchema(dialect, db);
        GroupWriter writer = new GroupWriter(dialect, errors, db);
        writer.start();
        return new EmbeddedDatabase(dialect, errors, writer);
      } catch (SQLException | RuntimeException | Error e) {
        db.discard(e);
        throw e;
      }
    } catch (SQLException e) {
      throw errors.unread("open the ledger", e);
    }
  }

  private static void makeSchema(EmbeddedDialect dialect, Statements db) throws SQLException {
    dialect.begin(db, () -> true);
    new Schema(dialect).applyOrCheck(db);
    db.run("COMMIT");
  }

  @Override
  public Hints hints() {
    return hints;
  }

  @Override
  public EmbeddedDialect dialect() {
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

  @Override
  public <T> T read(String what, Read<T> read) {
    return readers.read(what, read);
  }

  @Override
  public <T> T query(String what, Read<T> read) {
    return readers.read(what, read);
  }

  @Override
  public List<Outcome> outcomes(String what, List<Change<Outcome>> changes) {
    return change(what, changes.size(), changes).stream()
        .map(result -> result.or(Outcome.Unknown::new))
        .toList();
  }

  @Override
  public <T> T change(String what, int weight, Change<T> change) {
    return change(what, weight, List.of(change)).get(0).orThrow();
  }

  /** The only writer sees what it saw before until it changes it. */
  @Override
  public <T> T changeAtOneMoment(String what, Change<T> change) {
    return change(what, 1, change);
  }

  private <T> List<Result<T>> change(String what, int weight, List<Change<T>> changes) {
    Call<T> call = new Call<>(errors, what, weight, changes);
    writer.submit(call);
    return call.await();
  }

  @Override
  public void close() {
    try {
      writer.close();
    } finally {
      readers.close();
    }
  }
}
