package dev.ingest.store.jdbc;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.Beside;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The statements on the tables of entries and of work. */
final class EntryTable {

  /** How many rows one step of a conversion reads. */
  private static final int CONVERTED = 1_000;

  private static final String MERGED = "SELECT " + EntryColumns.MERGED;
  static final String JOIN =
      " FROM @entries e LEFT JOIN @work w ON w.owner = e.owner AND w.id = e.id ";
  static final String WORK_JOIN =
      " FROM @work w JOIN @entries e ON e.owner = w.owner AND e.id = w.id ";

  static final String FIND = MERGED + JOIN + "WHERE e.owner = ? AND e.id = ?";
  private static final String LOCK_WORK = "SELECT 1 FROM @work WHERE owner = ? AND id = ?";
  private static final String LOCK_ENTRY = "SELECT 1 FROM @entries WHERE owner = ? AND id = ?";

  private static final String INSERT =
      "INSERT INTO @entries (owner, id, "
          + EntryColumns.prefixed("", EntryColumns.RECORD)
          + ") VALUES (?, ?, "
          + marks(EntryColumns.RECORD)
          + ")";
  static final String UNPLACED =
      "SELECT owner, id FROM @entries WHERE place = x'' LIMIT " + CONVERTED;
  private static final String PLACE = "UPDATE @entries SET place = ? WHERE owner = ? AND id = ?";

  private static final String UPDATE_RECORD =
      "UPDATE @entries SET " + assigned(EntryColumns.RECORD) + " WHERE owner = ? AND id = ?";
  private static final String SETTLE =
      "UPDATE @entries SET " + assigned(EntryColumns.PROGRESS) + " WHERE owner = ? AND id = ?";
  private static final String SETTLE_OVER = SETTLE + " AND version = ?";
  private static final String UNSETTLE =
      "UPDATE @entries SET "
          + EntryColumns.PROGRESS.stream()
              .map(column -> column + " = NULL")
              .collect(Collectors.joining(", "))
          + " WHERE owner = ? AND id = ? AND version = ?";
  private static final String UNSETTLE_BESIDE =
      "UPDATE @entries SET state = ?, "
          + EntryColumns.PROGRESS.stream()
              .filter(column -> !column.equals("state"))
              .map(column -> column + " = NULL")
              .collect(Collectors.joining(", "))
          + " WHERE owner = ? AND id = ?";
  private static final String UNREST =
      "UPDATE @entries SET state = NULL WHERE owner = ? AND id = ?";
  private static final String UPDATE_BESIDE =
      "UPDATE @entries SET " + assigned(EntryColumns.BESIDE) + " WHERE owner = ? AND id = ?";
  private static final String INSERT_WORK =
      "INSERT INTO @work (owner, id, queue, "
          + EntryColumns.prefixed("", EntryColumns.PROGRESS)
          + ", "
          + EntryColumns.prefixed("", EntryColumns.LEASE)
          + ") VALUES (?, ?, ?, "
          + marks(EntryColumns.PROGRESS)
          + ", "
          + marks(EntryColumns.LEASE)
          + ")";
  private static final String UPDATE_WORK =
      "UPDATE @work SET queue = ?, "
          + assigned(EntryColumns.PROGRESS)
          + ", "
          + assigned(EntryColumns.LEASE)
          + " WHERE owner = ? AND id = ? AND version = ?";
  private static final String DELETE_WORK =
      "DELETE FROM @work WHERE owner = ? AND id = ? AND version = ?";

  private static final String UNQUEUED =
      "SELECT w.owner, w.id, e.pipeline, w.stage, w.contract"
          + WORK_JOIN
          + "WHERE w.queue = 0 LIMIT "
          + CONVERTED;
  private static final String QUEUE = "UPDATE @work SET queue = ? WHERE owner = ? AND id = ?";

  private static final String UNSETTLED = "(e.state IS NULL OR e.state = 'FAILED')";

  private record Unqueued(SequenceKey key, WorkRef work) {}

  private EntryTable() {}

  private static String marks(List<String> columns) {
    return String.join(", ", Collections.nCopies(columns.size(), "?"));
  }

  private static String assigned(List<String> columns) {
    return columns.stream().map(column -> column + " = ?").collect(Collectors.joining(", "));
  }

  static Optional<Entry> find(Statements db, SequenceKey key) throws SQLException {
    return db.sql(FIND).key(key).first(EntryColumns::read);
  }

  /**
   * Finds an entry that is about to be changed in the running transaction. Rows are locked in the
   * order in which all transactions lock them, and read after that: what another transaction does
   * to a row that was not there yet shows as a version that no longer fits when it is written.
   */
  static Optional<Entry> findForUpdate(Statements db, Dialect dialect, SequenceKey key)
      throws SQLException {
    String lock = dialect.forUpdate();
    if (!lock.isEmpty()) {
      db.sql(LOCK_WORK + lock).key(key).list(Row::number);
      db.sql(LOCK_ENTRY + lock).key(key).list(Row::number);
    }
    return find(db, key);
  }

  static List<Entry> list(Statements db, ScanFilter filter) throws SQLException {
    Bound statement = db.sql(scanSql(filter));
    for (String parameter : filter.parameters()) {
      statement.text(parameter);
    }
    return statement.number(filter.limit()).list(EntryColumns::read);
  }

  static String scanSql(ScanFilter filter) {
    String table = filter.table();
    return MERGED
        + (filter.inFlight() ? WORK_JOIN : JOIN)
        + filter.conditions()
        + ("ORDER BY " + table + ".owner, " + table + ".id LIMIT ?");
  }

  /** Writes an entry that is new, or over the one that the transaction has read. */
  static void write(Statements db, Dialect dialect, Optional<Entry> before, Entry after)
      throws SQLException {
    boolean was = before.filter(Entry::isQueued).isPresent();
    boolean is = after.isQueued();
    if (before.isEmpty()) {
      Bound row = db.sql(INSERT).key(after.key());
      EntryColumns.bindRecord(row, after);
      row.changeOne();
      if (dialect.storesPlaces()) {
        place(db, after.key());
      }
    } else if (!recordOf(before.get()).equals(recordOf(after))) {
      Bound row = db.sql(UPDATE_RECORD);
      EntryColumns.bindRecord(row, after);
      row.key(after.key()).changeOne();
    }
    if (!Besides.of(after).equals(before.map(Besides::of).orElse(Besides.NONE))) {
      Bound row = db.sql(UPDATE_BESIDE);
      EntryColumns.bindBeside(row, after);
      row.key(after.key()).changeOne();
    }
    if (is) {
      unsettle(db, before, was, after);
      writeWork(db, was, after);
    } else {
      settle(db, before, was, after);
    }
  }

  /** What an entry has beside its primary run, without the progress, which its row of work has. */
  private record Besides(Beside beside, Optional<String> backfill) {

    static final Besides NONE = new Besides(Beside.NONE, Optional.empty());

    static Besides of(Entry entry) {
      Beside beside = entry.beside();
      Optional<Run> side =
          beside
              .run()
              .map(
                  run ->
                      new Run(
                          run.epoch(),
                          run.kind(),
                          run.pipeline(),
                          Optional.empty(),
                          0,
                          Optional.empty(),
                          run.backfill()));
      return new Besides(
          new Beside(side, beside.superseded(), beside.lastEpoch()), entry.run().backfill());
    }
  }

  /** Takes the progress from the entry, which keeps its state alone if that is one at rest. */
  private static void unsettle(Statements db, Optional<Entry> before, boolean was, Entry after)
      throws SQLException {
    boolean rests = !after.state().isInFlight();
    if (rests && before.map(Entry::state).filter(after.state()::equals).isPresent() && was) {
      return;
    }
    if (rests) {
      db.sql(UNSETTLE_BESIDE).text(after.state().name()).key(after.key()).changeOne();
    } else if (before.isPresent() && !was) {
      db.sql(UNSETTLE).key(after.key()).number(before.get().version()).changeOne();
    } else if (before.filter(entry -> !entry.state().isInFlight()).isPresent()) {
      db.sql(UNREST).key(after.key()).changeOne();
    }
  }

  /** The parts of an entry that its row of work does not hold, and the same for all of work. */
  private static Entry recordOf(Entry entry) {
    return new Entry(
        entry.receipt(),
        entry.raw(),
        new Position(State.DISCARDED, 1, Instant.EPOCH, 0, Optional.empty()),
        new Run(
            entry.run().epoch(),
            entry.run().kind(),
            entry.run().pipeline(),
            Optional.empty(),
            0,
            Optional.empty()),
        entry.published(),
        entry.standing().withLeftovers(false),
        ChainHead.EMPTY);
  }

  private static void writeWork(Statements db, boolean was, Entry after) throws SQLException {
    Bound row = was ? db.sql(UPDATE_WORK) : db.sql(INSERT_WORK).key(after.key());
    row.number(Lanes.of(after));
    EntryColumns.bindProgress(row, after);
    EntryColumns.bindLease(row, after.position().lease());
    if (was) {
      row.key(after.key()).number(after.version() - 1);
    }
    row.changeOne();
  }

  private static void settle(Statements db, Optional<Entry> before, boolean was, Entry after)
      throws SQLException {
    if (was) {
      db.sql(DELETE_WORK).key(after.key()).number(after.version() - 1).changeOne();
    }
    boolean over = before.isPresent() && !was;
    Bound row = db.sql(over ? SETTLE_OVER : SETTLE);
    EntryColumns.bindProgress(row, after);
    row.key(after.key());
    if (over) {
      row.number(after.version() - 1);
    }
    row.changeOne();
  }

  /** Gives each row of work its queue; for rows that SQL alone has made. */
  static void queueAll(Statements db) throws SQLException {
    for (List<Unqueued> some = unqueued(db); !some.isEmpty(); some = unqueued(db)) {
      for (Unqueued one : some) {
        db.sql(QUEUE).number(Lanes.of(one.work(), one.key().owner())).key(one.key()).changeOne();
      }
    }
  }

  /** Gives each entry its place where it has none; for rows that an earlier release wrote. */
  static void placeAll(Statements db) throws SQLException {
    for (List<SequenceKey> some = unplaced(db); !some.isEmpty(); some = unplaced(db)) {
      for (SequenceKey key : some) {
        place(db, key);
      }
    }
  }

  /** Finds some entries without a place. */
  static List<SequenceKey> unplaced(Statements db) throws SQLException {
    return db.sql(UNPLACED).list(Row::key);
  }

  private static void place(Statements db, SequenceKey key) throws SQLException {
    db.sql(PLACE).bytes(SequencePlace.of(key).toBytes()).key(key).changeOne();
  }

  private static List<Unqueued> unqueued(Statements db) throws SQLException {
    return db.sql(UNQUEUED)
        .list(
            row -> {
              SequenceKey key = row.key();
              String pipeline = row.text();
              Optional<String> stage = row.optionalText();
              Optional<Long> contract = row.optionalNumber();
              return new Unqueued(
                  key,
                  new WorkRef(
                      pipeline,
                      stage.map(
                          name -> new StageRef(name, Math.toIntExact(contract.orElseThrow())))));
            });
  }

  static List<Entry> due(Statements db, DueQuery query, long until) throws SQLException {
    Bound statement = db.sql(dueSql(query.kind()));
    if (query.kind() == DueQuery.Kind.RISK) {
      statement.number(query.escalations());
    }
    statement.number(until);
    if (query.after().isPresent()) {
      statement.time(query.after().get().at()).key(query.after().get().key());
    } else {
      statement.number(Long.MIN_VALUE).text("").text("");
    }
    return statement.number(query.limit()).list(EntryColumns::read);
  }

  /**
   * Repeats the condition of the kind's index word for word, which makes the index usable. The
   * first page begins after the least place that there can be, so that all pages have one plan.
   */
  static String dueSql(DueQuery.Kind kind) {
    return switch (kind) {
      case DEADLINE -> dueSql("e.deadline", UNSETTLED + " AND e.overdue = 0");
      case EXPIRY ->
          dueSql(
              "e.expires_at",
              "e.state = 'VERIFIED' AND e.hold_at IS NULL AND e.side_epoch IS NULL");
      case RISK -> dueSql("e.expires_at", UNSETTLED + " AND e.at_risk = ?");
      case DISPOSAL -> dueSql("e.visible_at", "e.state IN ('EXPIRING', 'DISCARDING')");
      case LEFTOVERS ->
          dueSql(
              "e.visible_at",
              "e.leftovers = 1 AND e.state IN ('VERIFIED', 'EXPIRED', 'DISCARDED')");
      case PROOF -> dueSql("e.proven_at", "e.state IN ('VERIFIED', 'EXPIRED')");
      case RAW_PROOF -> dueSql("e.visible_at", "e.state = 'FAILED'");
      case SUPERSEDED ->
          dueSql(
              "e.superseded_until",
              "e.superseded_until IS NOT NULL AND e.state IN ('VERIFIED', 'EXPIRED')");
      case SIDE_RUN -> dueSql("e.expires_at", "e.side_epoch IS NOT NULL");
    };
  }

  private static String dueSql(String time, String condition) {
    return MERGED
        + JOIN
        + "WHERE "
        + condition
        + " AND "
        + time
        + " <= ? AND ("
        + time
        + ", e.owner, e.id) > (?, ?, ?) ORDER BY "
        + time
        + ", e.owner, e.id LIMIT ?";
  }
}
