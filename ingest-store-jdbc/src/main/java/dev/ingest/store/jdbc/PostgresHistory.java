package dev.ingest.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * The partitions of the history, one per month in UTC, made ahead of time and dropped whole.
 *
 * <p>A month for which no partition was made in time stays in the default partition, row by row;
 * that costs nothing but the ease of dropping it.
 */
final class PostgresHistory implements HistoryRetention {

  /** How many months ahead partitions are made. */
  static final int AHEAD = 2;

  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuuMM");
  private static final String PARTITION = "@history_p";

  private static final String PARTITIONS =
      "SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
          + " WHERE i.inhparent = CAST(? AS regclass) ORDER BY c.relname";
  private static final String IN_DEFAULT =
      "SELECT 1 FROM @history_default WHERE at >= ? AND at < ? LIMIT 1";

  /** What a table of old rows leaves behind; the table is put in for the %s. */
  private static final String CHECKPOINT =
      "INSERT INTO @history_checkpoints AS c (owner, id, ordinal, hash)"
          + " SELECT DISTINCT ON (owner, id) owner, id, ordinal, hash FROM %s"
          + " ORDER BY owner, id, ordinal DESC ON CONFLICT (owner, id) DO UPDATE"
          + " SET ordinal = excluded.ordinal, hash = excluded.hash"
          + " WHERE c.ordinal < excluded.ordinal";

  private static final String DELETE_DEFAULT =
      "WITH gone AS (DELETE FROM @history_default WHERE at < ? RETURNING owner, id, ordinal, hash),"
          + " kept AS ("
          + CHECKPOINT.formatted("gone")
          + ") SELECT COUNT(*) FROM gone";

  private final ServerDatabase database;

  PostgresHistory(ServerDatabase database) {
    this.database = database;
  }

  /** Makes the partitions of this month and the next ones, where they are missing. */
  void makePartitions() {
    database.changeSchema(
        "make partitions of the history",
        db -> {
          Instant now = Instant.ofEpochMilli(database.dialect().nowMillis(db));
          YearMonth first = YearMonth.from(now.atOffset(ZoneOffset.UTC));
          for (int i = 0; i <= AHEAD; i++) {
            makePartition(db, first.plusMonths(i));
          }
          return first;
        });
  }

  private void makePartition(Statements db, YearMonth month) throws SQLException {
    long from = startMillis(month);
    long to = startMillis(month.plusMonths(1));
    boolean made =
        db.sql(PARTITIONS).text(named("@history")).list(Row::text).contains(tableOf(month));
    if (!made && db.sql(IN_DEFAULT).number(from).number(to).first(Row::number).isEmpty()) {
      db.runOnce(
          "CREATE TABLE "
              + tableOf(month)
              + " PARTITION OF @history FOR VALUES FROM ("
              + from
              + ") TO ("
              + to
              + ")");
    }
  }

  private String tableOf(YearMonth month) {
    return named(PARTITION) + month.format(MONTH);
  }

  private String named(String text) {
    return database.dialect().named(text);
  }

  private static long startMillis(YearMonth month) {
    return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
  }

  /** Drops the partitions that end before a time, and such rows of the default partition. */
  @Override
  public long dropBefore(Instant before) {
    long limit = HistoryRetention.checked(database, before);
    long dropped = 0;
    for (String table :
        database.query(
            "list the partitions of the history",
            db -> db.sql(PARTITIONS).text(named("@history")).list(Row::text))) {
      Optional<YearMonth> month = monthOf(table);
      if (month.isPresent() && startMillis(month.get().plusMonths(1)) <= limit) {
        dropped += drop(table);
      }
    }
    return dropped
        + database.change(
            "drop history before " + before,
            (db, now) -> db.sql(DELETE_DEFAULT).number(limit).number());
  }

  /** Reads the month from a name that this class gave; no other name ever reaches a statement. */
  private Optional<YearMonth> monthOf(String table) {
    String prefix = named(PARTITION);
    try {
      return table.startsWith(prefix)
          ? Optional.of(YearMonth.parse(table.substring(prefix.length()), MONTH))
          : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private long drop(String table) {
    long[] rows = {0};
    database.changeSchema(
        "drop history partition " + table,
        db -> {
          rows[0] = db.sql("SELECT COUNT(*) FROM " + table).number();
          db.runOnce(CHECKPOINT.formatted(table));
          db.runOnce("DROP TABLE " + table);
          return table;
        });
    return rows[0];
  }
}
