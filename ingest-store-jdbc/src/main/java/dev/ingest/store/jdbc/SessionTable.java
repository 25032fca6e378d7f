package dev.ingest.store.jdbc;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The statements on upload sessions and their items. */
final class SessionTable {

  /** How many item rows go in one transaction when a session is forgotten. */
  static final int FORGET_STEP = 1_000;

  private static final String SELECT =
      "SELECT id, part_starts, owner, sequence, state, reserved_items, reserved_bytes,"
          + " recorded_items, recorded_bytes, touched_at FROM @sessions ";

  static final String FIND = SELECT + "WHERE id = ? AND state <> 'FORGOTTEN'";
  static final String FIND_OPEN = SELECT + "WHERE owner = ? AND sequence = ? AND state = 'OPEN'";
  static final String UNTOUCHED =
      SELECT
          + "WHERE state = ? AND (touched_at, id) > (?, ?) AND touched_at <= ?"
          + " ORDER BY touched_at, id LIMIT ?";
  static final String FORGOTTEN =
      "SELECT id FROM @sessions WHERE state = 'FORGOTTEN' ORDER BY touched_at, id LIMIT ?";

  private static final String INSERT =
      "INSERT INTO @sessions (id, part_starts, owner, sequence, state, reserved_items,"
          + " reserved_bytes, recorded_items, recorded_bytes, touched_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String UPDATE =
      "UPDATE @sessions SET part_starts = ?, state = ?, reserved_items = ?, reserved_bytes = ?,"
          + " recorded_items = ?, recorded_bytes = ?, touched_at = ? WHERE id = ?";
  static final String FORGET = "UPDATE @sessions SET state = 'FORGOTTEN' WHERE id = ?";
  static final String DELETE =
      "DELETE FROM @sessions WHERE id = ? AND state = 'FORGOTTEN'"
          + " AND NOT EXISTS (SELECT 1 FROM @session_items WHERE session = ?)";

  private static final String SELECT_ITEMS =
      "SELECT ordinal, name, length, digest FROM @session_items WHERE session = ? ";
  static final String ITEMS = SELECT_ITEMS + "AND ordinal > ? ORDER BY ordinal LIMIT ?";
  static final String ITEM = SELECT_ITEMS + "AND ordinal = ?";
  private static final String INSERT_ITEM =
      "INSERT INTO @session_items (session, ordinal, name, length, digest) VALUES (?, ?, ?, ?, ?)";
  static final String DELETE_ITEMS =
      "DELETE FROM @session_items WHERE session = ? AND ordinal IN (SELECT ordinal"
          + " FROM @session_items WHERE session = ? ORDER BY ordinal LIMIT "
          + FORGET_STEP
          + ")";

  private SessionTable() {}

  static Optional<UploadSession> find(Statements db, SessionId id) throws SQLException {
    return db.sql(FIND).text(id.value()).first(SessionTable::read);
  }

  /** Finds a session that is about to be changed in the running transaction. */
  static Optional<UploadSession> findForUpdate(Statements db, Dialect dialect, SessionId id)
      throws SQLException {
    return db.sql(FIND + dialect.forUpdate()).text(id.value()).first(SessionTable::read);
  }

  static Optional<UploadSession> findOpen(Statements db, SequenceKey key) throws SQLException {
    return db.sql(FIND_OPEN).key(key).first(SessionTable::read);
  }

  static List<UploadSession> untouched(
      Statements db, SessionState state, long since, Optional<UploadSession> after, int limit)
      throws SQLException {
    return db.sql(UNTOUCHED)
        .text(state.name())
        .number(after.map(last -> last.touchedAt().toEpochMilli()).orElse(Long.MIN_VALUE))
        .text(after.map(last -> last.id().value()).orElse(""))
        .number(since)
        .number(limit)
        .list(SessionTable::read);
  }

  /** Inserts a session unless it is there, counts it, and tells the time; for PostgreSQL. */
  static final String OPEN =
      "WITH t AS MATERIALIZED (SELECT "
          + PostgresDialect.NOW
          + " AS millis), opened AS (INSERT INTO @sessions (id, part_starts, owner, sequence,"
          + " state, reserved_items, reserved_bytes, recorded_items, recorded_bytes, touched_at)"
          + " SELECT ?, '0', ?, ?, 'OPEN', ?, ?, 0, 0, millis FROM t ON CONFLICT DO NOTHING"
          + " RETURNING owner, reserved_bytes, touched_at), counted AS"
          + " (INSERT INTO @tally_increments (owner, kind, amount, bytes)"
          + " SELECT owner, 'OPEN', 1, reserved_bytes FROM opened"
          + " UNION ALL SELECT '', 'OPEN', 1, 0 FROM opened) SELECT touched_at FROM opened";

  static void insert(Statements db, UploadSession session) throws SQLException {
    Bound row =
        db.sql(INSERT)
            .text(session.id().value())
            .text(EntryColumns.partStarts(session.raw()))
            .key(session.key())
            .text(session.state().name());
    bindRoom(row, session).time(session.touchedAt()).changeOne();
  }

  static void update(Statements db, UploadSession session) throws SQLException {
    Bound row =
        db.sql(UPDATE).text(EntryColumns.partStarts(session.raw())).text(session.state().name());
    bindRoom(row, session).time(session.touchedAt()).text(session.id().value()).changeOne();
  }

  private static Bound bindRoom(Bound row, UploadSession session) throws SQLException {
    return row.number(session.reserved().items())
        .number(session.reserved().bytes())
        .number(session.recorded().items())
        .number(session.recorded().bytes());
  }

  static List<SessionItem> items(Statements db, SessionId id, int afterOrdinal, int limit)
      throws SQLException {
    return db.sql(ITEMS)
        .text(id.value())
        .number(afterOrdinal)
        .number(limit)
        .list(SessionTable::readItem);
  }

  static Optional<SessionItem> item(Statements db, SessionId id, int ordinal) throws SQLException {
    return db.sql(ITEM).text(id.value()).number(ordinal).first(SessionTable::readItem);
  }

  static void insertItem(Statements db, SessionId id, SessionItem item) throws SQLException {
    db.sql(INSERT_ITEM)
        .text(id.value())
        .number(item.ordinal())
        .text(item.item().name().value())
        .number(item.item().length())
        .digest(item.item().digest())
        .changeOne();
  }

  /** Hides a closed session from everybody, before its rows go step by step. */
  static void forget(Statements db, SessionId id) throws SQLException {
    db.sql(FORGET).text(id.value()).changeOne();
  }

  /** Deletes some rows of a forgotten session; returns whether all are gone. */
  static boolean deleteSome(Statements db, SessionId id) throws SQLException {
    int deleted = db.sql(DELETE_ITEMS).text(id.value()).text(id.value()).change();
    if (deleted == FORGET_STEP) {
      return false;
    }
    db.sql(DELETE).text(id.value()).text(id.value()).change();
    return true;
  }

  static List<SessionId> forgotten(Statements db, int limit) throws SQLException {
    return db.sql(FORGOTTEN).number(limit).list(row -> new SessionId(row.text()));
  }

  private static UploadSession read(Row row) throws SQLException {
    RawLocation raw =
        new RawLocation(new SessionId(row.text()), EntryColumns.partStarts(row.text()));
    return new UploadSession(
        raw,
        row.key(),
        row.constant(SessionState.class),
        new Reservation(row.number(), row.number()),
        new Reservation(row.number(), row.number()),
        row.time());
  }

  private static SessionItem readItem(Row row) throws SQLException {
    return new SessionItem(
        row.integer(), new ManifestItem(new ItemName(row.text()), row.number(), row.digest()));
  }
}
