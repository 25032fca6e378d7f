package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.spi.ledger.WorkQueue;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * A ledger in a database.
 *
 * <p>On SQLite all changes go through one daemon thread, named {@code ingest-ledger-writer}, which
 * commits together whatever callers have queued meanwhile; it ends with {@link #close()}. Reads use
 * up to four connections of their own and never wait for a change. Several processes of one machine
 * may open the same file. SQLite has no clock of its own, so all of them need the same time.
 *
 * <p>Closing finishes the transaction that is running; calls that are still queued then fail with a
 * {@link LedgerException} that says so, and so does every later call.
 */
public final class JdbcLedger implements LedgerStore {

  private final Database database;
  private final String name;
  private final IncarnationId incarnation;
  private final SqlLedger ledger;
  private final SqlWorkQueue work;
  private final SqlUploadSessions sessions;
  private final SqlAlertOutbox alerts;
  private final SqlControlRecords controls;

  private JdbcLedger(Database database, IncarnationId incarnation) {
    this.database = database;
    this.incarnation = incarnation;
    name = database.dialect().name();
    ledger = new SqlLedger(database, incarnation);
    work = new SqlWorkQueue(database, incarnation);
    sessions = new SqlUploadSessions(database);
    alerts = new SqlAlertOutbox(database);
    controls = new SqlControlRecords(database);
  }

  /**
   * Opens a ledger in an SQLite file, which is created with its schema if it does not exist. Each
   * commit is synced to the disk before it is reported.
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

  static JdbcLedger open(Dialect dialect) {
    Database database = Database.open(dialect);
    try {
      IncarnationId incarnation =
          database.read("read the incarnation", new Schema(dialect)::incarnation);
      JdbcLedger opened = new JdbcLedger(database, incarnation);
      opened.sessions.deleteForgotten();
      return opened;
    } catch (RuntimeException e) {
      close(database, e);
      throw e;
    }
  }

  private static void close(Database database, RuntimeException cause) {
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
    return new LedgerCapabilities(true, true, Database.MAX_BATCH);
  }

  @Override
  public IncarnationId incarnation() {
    return incarnation;
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

  /** Returns how many transactions this opened ledger has committed. */
  long commits() {
    return database.commits();
  }

  @Override
  public void close() {
    database.close();
  }
}
