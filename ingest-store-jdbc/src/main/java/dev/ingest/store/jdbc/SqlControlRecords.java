package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.ScanQuery;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The control records and sets, in tables. */
final class SqlControlRecords implements ControlRecords {

  static final String FIND =
      "SELECT kind, name, version, body FROM @controls WHERE kind = ? AND name = ?";
  static final String LIST =
      "SELECT kind, name, version, body FROM @controls WHERE kind = ? AND name > ?"
          + " ORDER BY name LIMIT ?";
  static final String MEMBERS =
      "SELECT owner, id FROM @control_sets WHERE kind = ? AND name = ?"
          + " ORDER BY owner, id LIMIT ?";
  static final String MEMBERS_AFTER =
      "SELECT owner, id FROM @control_sets WHERE kind = ? AND name = ?"
          + " AND (owner, id) > (?, ?) ORDER BY owner, id LIMIT ?";

  private static final String INSERT =
      "INSERT INTO @controls (kind, name, version, body) VALUES (?, ?, ?, ?)";
  private static final String UPDATE =
      "UPDATE @controls SET version = ?, body = ? WHERE kind = ? AND name = ? AND version = ?";
  private static final String DELETE =
      "DELETE FROM @controls WHERE kind = ? AND name = ? AND version = ?";
  private static final String ADD =
      "INSERT INTO @control_sets (kind, name, owner, id) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (kind, name, owner, id) DO NOTHING";
  private static final String REMOVE =
      "DELETE FROM @control_sets WHERE kind = ? AND name = ? AND owner = ? AND id = ?";

  private final Database database;

  SqlControlRecords(Database database) {
    this.database = database;
  }

  @Override
  public Optional<ControlRecord> read(ControlRecord.Key key) {
    return database.query("read " + shown(key), db -> find(db, key));
  }

  private static Optional<ControlRecord> find(Statements db, ControlRecord.Key key)
      throws SQLException {
    return named(db.sql(FIND), key).first(SqlControlRecords::map);
  }

  private Optional<ControlRecord> findForUpdate(Statements db, ControlRecord.Key key)
      throws SQLException {
    return named(db.sql(FIND + database.dialect().forUpdate()), key).first(SqlControlRecords::map);
  }

  @Override
  public List<ControlRecord> list(String kind, String afterName, int limit) {
    Database.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return database.query(
        "list control records of kind " + kind,
        db -> db.sql(LIST).text(kind).text(afterName).number(limit).list(SqlControlRecords::map));
  }

  @Override
  public Outcome write(ControlRecord record) {
    return database.change("write " + shown(record.key()), (db, now) -> write(db, record));
  }

  private Outcome write(Statements db, ControlRecord record) throws SQLException {
    Optional<ControlRecord> stored = findForUpdate(db, record.key());
    long before = record.version() - 1;
    if (before == 0) {
      return stored.isPresent() ? exists(stored.get()) : insert(db, record);
    }
    if (stored.isEmpty()) {
      return absent(record.key());
    }
    if (stored.get().version() != before) {
      return stale(stored.get(), before);
    }
    named(db.sql(UPDATE).number(record.version()).text(record.body()), record.key())
        .number(before)
        .changeOne();
    return Outcome.APPLIED;
  }

  private static Outcome insert(Statements db, ControlRecord record) throws SQLException {
    named(db.sql(INSERT), record.key()).number(record.version()).text(record.body()).changeOne();
    return Outcome.APPLIED;
  }

  @Override
  public Outcome delete(ControlRecord.Key key, long version) {
    return database.change("delete " + shown(key), (db, now) -> delete(db, key, version));
  }

  private Outcome delete(Statements db, ControlRecord.Key key, long version) throws SQLException {
    Optional<ControlRecord> stored = findForUpdate(db, key);
    if (stored.isEmpty()) {
      return absent(key);
    }
    if (stored.get().version() != version) {
      return stale(stored.get(), version);
    }
    named(db.sql(DELETE), key).number(version).changeOne();
    return Outcome.APPLIED;
  }

  @Override
  public void add(ControlRecord.Key set, List<SequenceKey> members) {
    changeMembers("add", ADD, set, members);
  }

  @Override
  public void remove(ControlRecord.Key set, List<SequenceKey> members) {
    changeMembers("remove", REMOVE, set, members);
  }

  private void changeMembers(
      String what, String sql, ControlRecord.Key set, List<SequenceKey> members) {
    database.checkBatch(members);
    List<SequenceKey> keys = members.stream().sorted().toList();
    database.change(
        what + " " + keys.size() + " members of set " + shown(set),
        keys.size(),
        (db, now) -> {
          for (SequenceKey key : keys) {
            named(db.sql(sql), set).key(key).change();
          }
          return Outcome.APPLIED;
        });
  }

  @Override
  public List<SequenceKey> members(ControlRecord.Key set, Optional<SequenceKey> after, int limit) {
    Database.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return database.query(
        "read the members of set " + shown(set),
        db -> {
          Bound statement = named(db.sql(after.isPresent() ? MEMBERS_AFTER : MEMBERS), set);
          if (after.isPresent()) {
            statement.key(after.get());
          }
          return statement.number(limit).list(Row::key);
        });
  }

  private static Bound named(Bound statement, ControlRecord.Key key) throws SQLException {
    return statement.text(key.kind()).text(key.name());
  }

  private static ControlRecord map(Row row) throws SQLException {
    return new ControlRecord(
        new ControlRecord.Key(row.text(), row.text()), row.number(), row.text());
  }

  private static Outcome exists(ControlRecord stored) {
    return Outcome.notApplied(
        Reason.EXISTS,
        shown(stored.key()) + " was to be created, but has version " + stored.version());
  }

  private static Outcome absent(ControlRecord.Key key) {
    return Outcome.notApplied(Reason.ABSENT, shown(key) + " does not exist");
  }

  private static Outcome stale(ControlRecord stored, long expected) {
    return Outcome.notApplied(
        Reason.STALE_VERSION,
        shown(stored.key()) + ": expected version " + expected + ", found " + stored.version());
  }

  private static String shown(ControlRecord.Key key) {
    return "control record " + key.kind() + "/" + key.name();
  }
}
