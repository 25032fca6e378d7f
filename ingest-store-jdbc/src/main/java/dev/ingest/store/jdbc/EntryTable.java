package dev.ingest.store.jdbc;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The statements on the table of entries. */
final class EntryTable {

  private static final String SELECT = "SELECT " + EntryColumns.ALL + " FROM entries ";
  private static final String FIND = SELECT + "WHERE owner = ? AND id = ?";
  private static final String INSERT =
      "INSERT INTO entries ("
          + EntryColumns.ALL
          + ") VALUES ("
          + String.join(", ", Collections.nCopies(EntryColumns.VALUES.size() + 2, "?"))
          + ")";
  private static final String UPDATE =
      "UPDATE entries SET "
          + EntryColumns.VALUES.stream()
              .map(column -> column + " = ?")
              .collect(Collectors.joining(", "))
          + " WHERE owner = ? AND id = ? AND version = ?";

  private static final String OPEN_STATES =
      "state IN ('ACCEPTED', 'PROCESSING', 'PROCESSED', 'FAILED')";

  private EntryTable() {}

  static Optional<Entry> find(Statements db, SequenceKey key) throws SQLException {
    return db.sql(FIND).key(key).first(EntryColumns::read);
  }

  /** Finds an entry that is about to be changed in the running transaction. */
  static Optional<Entry> findForUpdate(Statements db, Dialect dialect, SequenceKey key)
      throws SQLException {
    return db.sql(FIND + dialect.forUpdate()).key(key).first(EntryColumns::read);
  }

  static List<Entry> list(Statements db, ScanFilter filter) throws SQLException {
    Bound statement = db.sql(scanSql(filter));
    for (String parameter : filter.parameters()) {
      statement.text(parameter);
    }
    return statement.number(filter.limit()).list(EntryColumns::read);
  }

  static String scanSql(ScanFilter filter) {
    return SELECT + filter.conditions() + "ORDER BY owner, id LIMIT ?";
  }

  static void insert(Statements db, Entry entry) throws SQLException {
    Bound row = db.sql(INSERT).key(entry.key());
    EntryColumns.bind(row, entry);
    row.changeOne();
  }

  /** Writes an entry over the one of the version before. */
  static void update(Statements db, Entry entry) throws SQLException {
    Bound row = db.sql(UPDATE);
    EntryColumns.bind(row, entry);
    row.key(entry.key()).number(entry.version() - 1).changeOne();
  }

  static List<Entry> due(Statements db, DueQuery.Kind kind, long until, int limit)
      throws SQLException {
    return db.sql(dueSql(kind)).number(until).number(limit).list(EntryColumns::read);
  }

  /** Repeats the condition of the kind's index word for word, which makes the index usable. */
  static String dueSql(DueQuery.Kind kind) {
    return switch (kind) {
      case DEADLINE -> dueSql("deadline", OPEN_STATES + " AND overdue = 0");
      case EXPIRY -> dueSql("expires_at", "state = 'VERIFIED' AND hold_at IS NULL");
      case RISK -> dueSql("expires_at", OPEN_STATES + " AND at_risk = 0");
      case DISPOSAL -> dueSql("visible_at", "state IN ('EXPIRING', 'DISCARDING')");
      case LEFTOVERS ->
          dueSql("visible_at", "leftovers = 1 AND state IN ('VERIFIED', 'EXPIRED', 'DISCARDED')");
    };
  }

  private static String dueSql(String time, String condition) {
    return SELECT
        + "WHERE "
        + condition
        + " AND "
        + time
        + " <= ? ORDER BY "
        + time
        + ", owner, id LIMIT ?";
  }
}
