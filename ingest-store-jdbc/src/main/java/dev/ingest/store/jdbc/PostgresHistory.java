package dev.ingest.store.jdbc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The partitions of the history, one per month in UTC, made ahead of time and dropped whole, each
 * as {@link HistoryPartition} says.
 *
 * <p>A month for which no partition was made in time stays in the default partition, from which it
 * goes row by row in bounded transactions; that costs nothing but the ease of dropping it.
 *
 * <p>The server looks for rows of a new partition in all of the default one, and every commit waits
 * meanwhile. So each partition is made in a transaction of its own, and none beside a default
 * partition of more than {@value #MOST_LOOKED_THROUGH} bytes, as where nobody was allowed to make
 * partitions for long.
 */
final class PostgresHistory implements HistoryRetention {

  /** How many months ahead partitions are made. */
  static final int AHEAD = 2;

  /** What a server looks through in about a second. */
  static final long MOST_LOOKED_THROUGH = 256L << 20;

  private static final Logger LOG = System.getLogger(PostgresHistory.class.getName());

  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuuMM");
  private static final String PARTITION = "@history_p";

  private static final String PARTITIONS =
      "SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
          + " WHERE i.inhparent = CAST(? AS regclass) ORDER BY c.relname";
  private static final String IN_DEFAULT =
      "SELECT 1 FROM @history_default WHERE at >= ? AND at < ? LIMIT 1";

  /** The blocks of the default partition that are looked through at a time: 8 MiB. */
  private static final int PAGE_BLOCKS = 1_024;

  private static final long MOST_BLOCKS = 0xffff_ffffL;

  private static final String BYTES = "SELECT pg_relation_size(CAST(? AS regclass))";

  private static final String BLOCKS =
      "SELECT pg_relation_size(CAST(? AS regclass))"
          + " / CAST(current_setting('block_size') AS bigint)";

  /** By where rows lie, as they are in no order of time; nothing else finds old ones in parts. */
  private static final String DELETE_DEFAULT =
      "WITH gone AS (DELETE FROM @history_default WHERE ctid = ANY (ARRAY("
          + "SELECT ctid FROM @history_default WHERE ctid >= CAST(? AS tid) AND ctid < CAST(? AS tid)"
          + " AND at < ? LIMIT ?)) RETURNING owner, id, ordinal, hash), kept AS ("
          + HistoryTable.KEEP_ENDS.formatted("gone")
          + ") SELECT COUNT(*) FROM gone";

  private final ServerDatabase database;
  private final int pageRows;
  private final long mostLookedThrough;
  private final AtomicBoolean told = new AtomicBoolean();

  PostgresHistory(ServerDatabase database) {
    this(database, HistoryPartition.PAGE_ROWS);
  }

  PostgresHistory(ServerDatabase database, int pageRows) {
    this(database, pageRows, MOST_LOOKED_THROUGH);
  }

  /**
   * Creates the history's retention.
   *
   * @param database the ledger's database
   * @param pageRows about how many rows are dropped in one transaction
   * @param mostLookedThrough how large the default partition may be for others to be made, in bytes
   */
  PostgresHistory(ServerDatabase database, int pageRows, long mostLookedThrough) {
    this.database = database;
    this.pageRows = pageRows;
    this.mostLookedThrough = mostLookedThrough;
  }

  /**
   * Makes the partitions of this month and the next ones, where they are missing. If someone reads
   * the history for so long that there is no lock for it, they are made the next time.
   */
  void makePartitions() {
    List<YearMonth> missing = database.query("look for partitions of the history", this::missing);
    if (missing.isEmpty()) {
      return;
    }
    long inDefault =
        database.query(
            "measure the default partition of the history",
            db -> db.sql(BYTES).text(named("@history_default")).number());
    if (inDefault > mostLookedThrough) {
      tellOfDefault(inDefault);
      return;
    }
    for (YearMonth month : missing) {
      Optional<Boolean> came =
          new BriefLocks(database)
              .tryChange("make partition " + tableOf(month), db -> makePartition(db, month));
      if (came.isEmpty()) {
        return;
      }
    }
  }

  private List<YearMonth> missing(Statements db) throws SQLException {
    Instant now = Instant.ofEpochMilli(database.dialect().nowMillis(db));
    YearMonth first = YearMonth.from(now.atOffset(ZoneOffset.UTC));
    List<YearMonth> missing = new ArrayList<>();
    for (int i = 0; i <= AHEAD; i++) {
      missing.add(first.plusMonths(i));
    }
    List<String> made = tables(db);
    missing.removeIf(month -> made.contains(tableOf(month)));
    return missing;
  }

  private List<String> tables(Statements db) throws SQLException {
    return db.sql(PARTITIONS).text(named("@history")).list(Row::text);
  }

  private void tellOfDefault(long bytes) {
    if (told.compareAndSet(false, true)) {
      LOG.log(
          Level.WARNING,
          database.dialect().name()
              + ": no partitions of the history are made while "
              + named("@history_default")
              + " has "
              + bytes
              + " bytes, more than "
              + mostLookedThrough
              + ": commits would wait while the server looks through it; history goes into it, and"
              + " is dropped from it row by row; docs/guide/postgresql.md says under"
              + " History how to make partitions by hand without that");
    }
  }

  private boolean makePartition(Statements db, YearMonth month) throws SQLException {
    long from = startMillis(month);
    long to = startMillis(month.plusMonths(1));
    boolean made = tables(db).contains(tableOf(month));
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
    return made;
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
    for (String table : database.query("list the partitions of the history", this::tables)) {
      Optional<YearMonth> month = monthOf(table);
      if (month.isPresent() && startMillis(month.get().plusMonths(1)) <= limit) {
        dropped += new HistoryPartition(database, table, pageRows).drop();
      }
    }
    return dropped + dropFromDefault("drop history before " + before, limit);
  }

  /** What comes to its end meanwhile is young, so the end is where it was at first. */
  private long dropFromDefault(String what, long limit) {
    long blocks =
        database.query(what, db -> db.sql(BLOCKS).text(named("@history_default")).number());
    long dropped = 0;
    for (long from = 0; from < blocks; from += PAGE_BLOCKS) {
      String first = tid(from);
      String end = tid(Math.min(from + PAGE_BLOCKS, MOST_BLOCKS));
      long gone = pageRows;
      while (gone == pageRows) {
        gone =
            database.change(
                what,
                (db, now) ->
                    db.sql(DELETE_DEFAULT)
                        .text(first)
                        .text(end)
                        .number(limit)
                        .number(pageRows)
                        .number());
        dropped += gone;
      }
    }
    return dropped;
  }

  private static String tid(long block) {
    return "(" + block + ",0)";
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
}
