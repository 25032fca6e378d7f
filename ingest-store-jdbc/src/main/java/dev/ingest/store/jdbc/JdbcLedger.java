package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * A ledger in a database.
 *
 * <p><b>On SQLite</b> all changes go through one daemon thread, named {@code ingest-ledger-writer},
 * which commits together whatever callers have queued meanwhile; it ends with {@link #close()}.
 * Reads use up to four connections of their own and never wait for a change. Several processes of
 * one machine may open the same file. SQLite has no clock of its own, so all of them need the same
 * time. Closing finishes the transaction that is running; calls that are still queued then fail
 * with a {@link LedgerException} that says so.
 *
 * <p><b>On PostgreSQL</b> every call works on the caller's thread with a connection borrowed from
 * the source, and the server's clock judges. Use a pool: a source without one connects anew for
 * every call. Claims, renewals, hand-backs and batches of the common transitions take one round
 * trip each. Once someone asks for hints of new work, a daemon thread named {@code
 * ingest-ledger-listener} keeps one connection of the source until {@link #close()}. The source
 * belongs to the caller, who closes it after the ledger.
 *
 * <p>A call after closing fails with a {@link LedgerException}. Safe for use by several threads.
 */
public final class JdbcLedger implements LedgerStore {

  private final Database database;
  private final String name;
  private final Life life;
  private final SqlLedger ledger;
  private final WorkQueue work;
  private final SqlUploadSessions sessions;
  private final SqlAlertOutbox alerts;
  private final SqlControlRecords controls;
  private final HistoryRetention retention;
  private final List<Runnable> closing;

  JdbcLedger(
      Database database,
      Life life,
      Batches batches,
      WorkQueue work,
      HistoryRetention retention,
      List<Runnable> closing) {
    this.database = database;
    this.retention = retention;
    this.life = life;
    this.work = work;
    this.closing = closing;
    name = database.dialect().name();
    ledger = new SqlLedger(database, batches);
    sessions = new SqlUploadSessions(database, batches);
    alerts = new SqlAlertOutbox(database);
    controls = new SqlControlRecords(database);
  }

  /**
   * Opens a ledger in an SQLite file, which is created with its schema if it does not exist, and
   * brought up to date if an earlier release made it. Each commit is synced to the disk before it
   * is reported.
   *
   * @param file the file, in an existing directory of a local file system
   * @param clock the ledger's time; the same for all processes that open the file
   * @return the ledger, to be closed by the caller
   * @throws LedgerException if the file cannot be opened, would lose commits at a power loss, or
   *     has a schema that this release does not know or that is not whole
   */
  public static JdbcLedger sqlite(Path file, InstantSource clock) {
    return open(new SqliteDialect(file, clock));
  }

  /**
   * Opens a ledger in a PostgreSQL database.
   *
   * @param source where connections come from, such as a pool; its user owns the tables, or may at
   *     least change their rows
   * @param options how the ledger lies there
   * @return the ledger, to be closed by the caller before the source
   * @throws LedgerException if the server cannot be reached, has a risk that was not accepted, or
   *     has a schema that is not the one of this release and may not be changed
   * @throws dev.ingest.spi.InvalidValueException if the table prefix is not one
   */
  public static JdbcLedger postgres(DataSource source, JdbcLedgerOptions options) {
    return PostgresOpening.open(source, options, () -> {});
  }

  static JdbcLedger open(EmbeddedDialect dialect) {
    EmbeddedDatabase database = EmbeddedDatabase.open(dialect);
    try {
      Life life = new Life(database);
      placeAll(database);
      JdbcLedger opened =
          new JdbcLedger(
              database,
              life,
              new RowBatches(database, life),
              new SqlWorkQueue(database, life),
              new HistoryRetention.Stepwise(database),
              List.of());
      opened.deleteForgotten();
      return opened;
    } catch (RuntimeException | Error e) {
      close(database, e);
      throw e;
    }
  }

  /** Finishes what an earlier release, whose process was still running, wrote after the upgrade. */
  private static void placeAll(EmbeddedDatabase database) {
    if (!database.read("look for entries without a place", EntryTable::unplaced).isEmpty()) {
      database.change(
          "give entries their places",
          (db, now) -> {
            EntryTable.placeAll(db);
            return true;
          });
    }
  }

  /** Deletes what is left of sessions that were forgotten by a process that did not finish it. */
  void deleteForgotten() {
    sessions.deleteForgotten();
  }

  private static void close(Database database, Throwable cause) {
    try {
      database.close();
    } catch (LedgerException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public LedgerCapabilities capabilities() {
    return new LedgerCapabilities(true, true, database.dialect().maxBatch());
  }

  @Override
  public IncarnationId incarnation() {
    return life.read();
  }

  @Override
  public Outcome renew(IncarnationId expected, IncarnationId next) {
    return life.renew(expected, next);
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public WorkQueue work() {
    return work;
  }

  @Override
  public UploadSessions sessions() {
    return sessions;
  }

  @Override
  public AlertOutbox alerts() {
    return alerts;
  }

  @Override
  public ControlRecords controls() {
    return controls;
  }

  /**
   * Drops history older than a time. Entries stay as they are, in every state, and each sequence
   * keeps a {@link Ledger#checkpoint}, so that what is left of its history can still be checked. On
   * PostgreSQL partitions of whole months go at once, by a user who owns them; what is left in the
   * default partition, and everything on SQLite, goes row by row. May be repeated after an error.
   *
   * @param before rows decided before this go; a day ago at the latest, since a repeated transition
   *     is recognised by its row. On PostgreSQL months go that end before it.
   * @return how many rows were dropped, as far as the last replies of the database were not lost
   * @throws dev.ingest.spi.InvalidValueException if the time is younger than that
   * @throws LedgerException if the database does not answer or refuses, or if others hold locks on
   *     a partition for too long; what was done stays done
   */
  public long dropHistoryBefore(Instant before) {
    return retention.dropBefore(before);
  }

  /**
   * Counts the dead tuples of each table: rows that were changed or deleted and that vacuum has not
   * removed yet, by the statistics of PostgreSQL, which lag by a second or so. Where they only
   * grow, a transaction that stays open keeps them, or vacuum does not keep up. One read of views.
   *
   * @return by the table's name without the prefix, partitions of the history added up; empty on
   *     SQLite, which has none
   * @throws LedgerException if the database does not answer
   */
  public Map<String, Long> deadTuples() {
    return database.deadTuples();
  }

  Database database() {
    return database;
  }

  @Override
  public void close() {
    try {
      closing.forEach(Runnable::run);
    } finally {
      database.close();
    }
  }
}
