package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.store.jdbc.url.ConnectionEnd;
import dev.ingest.store.jdbc.url.DatabaseFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/**
 * SQLite, in a file.
 *
 * <p>With the write-ahead log and {@code synchronous=FULL} each commit syncs the log before it
 * returns; with {@code NORMAL}, the usual advice for this log, a power loss would take back commits
 * that were reported. On macOS a sync reaches the device only with {@code fullfsync}, which other
 * systems ignore. So all of them are read back on every connection that writes, and anything else
 * is refused.
 *
 * <p>Transactions are begun by hand while JDBC stays in auto-commit: the driver's own transactions
 * begin either without the write lock, and then fail at the first write instead of waiting, or take
 * it as soon as auto-commit is switched off. Waiting is done in many short rounds because SQLite
 * polls for the lock at growing intervals, at which a busy neighbour would win nearly every time.
 */
final class SqliteDialect implements EmbeddedDialect {

  private static final int MAX_BATCH = GroupWriter.MAX_WEIGHT;
  private static final int WRITER_WAIT_MILLIS = 100;
  private static final int WRITER_ROUNDS = 300;
  private static final long OPENING_PAUSE_NANOS = 50_000_000;
  private static final int READER_WAIT_MILLIS = 10_000;
  private static final int CHECKPOINT_PAGES = 4_000;
  private static final int WRITER_CACHE_KIB = 32_768;

  private static final String INVENTORY =
      "SELECT type || ' ' || name FROM sqlite_master"
          + " WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'"
          + " UNION ALL SELECT type || ' ' || name || '"
          + Schema.AS
          + "' || sql FROM sqlite_master"
          + " WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'"
          + " UNION ALL SELECT 'column ' || m.name || '.' || c.name"
          + " FROM sqlite_master m, pragma_table_info(m.name) c"
          + " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";

  private final Path file;
  private final DatabaseFile opened;
  private final InstantSource clock;

  SqliteDialect(Path file, InstantSource clock) {
    this.file = file.toAbsolutePath().normalize();
    this.opened = new DatabaseFile(this.file, "the ledger");
    this.clock = clock;
  }

  @Override
  public String name() {
    return "jdbc:sqlite:" + file;
  }

  @Override
  public Statements openWriter() throws SQLException {
    Path directory = file.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new LedgerException(
          name() + " could not be opened: its directory does not exist; create " + directory);
    }
    Connection connection = connect(new SQLiteConfig());
    try (Statement statement = connection.createStatement()) {
      Statements db = new Statements(connection, this::named);
      statement.execute("PRAGMA busy_timeout = " + WRITER_WAIT_MILLIS);
      for (int round = 1; !configured(db, statement, round); round++) {
        LockSupport.parkNanos(OPENING_PAUSE_NANOS);
      }
      opened.opened();
      return db;
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.close(connection, e);
      throw e;
    }
  }

  /**
   * Configures a connection; false if the file is locked for now, as it is while another process
   * recovers or checkpoints it, or changes its mode, for which SQLite may not even wait.
   */
  private boolean configured(Statements db, Statement statement, int round) throws SQLException {
    try {
      Schema.requireOurs(this, presentSchema(db));
      if (!"wal".equals(pragma(db, "journal_mode"))) {
        statement.execute("PRAGMA journal_mode = WAL");
      }
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA fullfsync = ON");
      statement.execute("PRAGMA checkpoint_fullfsync = ON");
      statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
      statement.execute("PRAGMA cache_size = -" + WRITER_CACHE_KIB);
      require(db, "journal_mode", "wal");
      require(db, "synchronous", "2");
      require(db, "fullfsync", "1");
      require(db, "checkpoint_fullfsync", "1");
      return true;
    } catch (SQLException e) {
      if (!isBusy(e) || round == WRITER_ROUNDS) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public Statements openReader() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    Connection connection = connect(config);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = " + READER_WAIT_MILLIS);
      statement.execute("PRAGMA query_only = ON");
      return new Statements(connection, this::named);
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.close(connection, e);
      throw e;
    }
  }

  /**
   * The file's URI escapes what the driver would take for options. Nobody asks for generated keys,
   * which the driver would fetch by a statement of its own after each insert.
   */
  private Connection connect(SQLiteConfig config) throws SQLException {
    config.setGetGeneratedKeys(false);
    return config.createConnection("jdbc:sqlite:" + file.toUri());
  }

  private void require(Statements db, String pragma, String wanted) throws SQLException {
    String found = pragma(db, pragma);
    if (!wanted.equals(found)) {
      throw new LedgerException(
          name()
              + " could not be opened: a commit would not survive a power loss; expected "
              + pragma
              + " = "
              + wanted
              + ", found "
              + found
              + "; put the file on a local file system with shared memory");
    }
  }

  static String pragma(Statements db, String pragma) throws SQLException {
    return db.sql("PRAGMA " + pragma).first(Row::text).orElse("nothing");
  }

  @Override
  public void begin(Statements db, Waiting waiting) throws SQLException {
    for (int round = 1; ; round++) {
      try {
        db.run("BEGIN IMMEDIATE");
        return;
      } catch (SQLException e) {
        if (!isBusy(e) || round == WRITER_ROUNDS || !waiting.goesOn()) {
          throw e;
        }
      }
    }
  }

  @Override
  public void requireInPlace() throws SQLException {
    opened.requireInPlace();
  }

  @Override
  public void requireNeverLost() throws DatabaseFile.LostException {
    opened.requireNeverLost();
  }

  @Override
  public String beginReading() {
    return "BEGIN";
  }

  @Override
  public String forUpdate() {
    return "";
  }

  @Override
  public long nowMillis(Statements db) {
    return clock.millis();
  }

  @Override
  public String named(String text) {
    return text.indexOf('@') < 0 ? text : text.replace("@meta", "ingest_meta").replace("@", "");
  }

  @Override
  public int maxBatch() {
    return MAX_BATCH;
  }

  @Override
  public boolean inProcess() {
    return true;
  }

  @Override
  public boolean appendsTallies() {
    return false;
  }

  @Override
  public String placeOf(String alias) {
    return alias + ".place";
  }

  @Override
  public boolean storesPlaces() {
    return true;
  }

  /** There is one writer, whose transactions see all before them. */
  @Override
  public void lockUsage(Statements db, String owner) {}

  @Override
  public List<SchemaStep> schemaSteps() {
    return List.of(
        new SchemaStep(1, "sqlite-1.sql"),
        new SchemaStep(2, "sqlite-2.sql", EntryTable::queueAll),
        new SchemaStep(3, "sqlite-3.sql"),
        new SchemaStep(4, "sqlite-4.sql"),
        new SchemaStep(5, "sqlite-5.sql", EntryTable::placeAll),
        new SchemaStep(6, "sqlite-6.sql"),
        new SchemaStep(7, "sqlite-7.sql"));
  }

  @Override
  public Set<String> expectedSchema() throws SQLException {
    try (Statements memory =
        new Statements(new SQLiteConfig().createConnection("jdbc:sqlite::memory:"), this::named)) {
      new Schema(this).apply(memory, 0);
      return presentSchema(memory);
    }
  }

  @Override
  public Set<String> presentSchema(Statements db) throws SQLException {
    Set<String> found = new TreeSet<>();
    for (String one : db.sql(INVENTORY).list(Row::text)) {
      found.add(one.replaceAll("\\s+", " "));
    }
    return found;
  }

  @Override
  public String advice(SQLException error) {
    return switch (primaryCode(error)) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          "another process held the write lock too long; find it with lsof " + file;
      case SQLITE_FULL -> "free space on the disk of " + file + " and submit the same again";
      case SQLITE_IOERR -> "check the disk and the file system of " + file;
      case SQLITE_CORRUPT, SQLITE_NOTADB ->
          "restore " + file + " from a backup; do not delete any content before an audit";
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
          "make " + file + " and its directory writable for this process";
      default -> "submit the same again, and report it if it lasts";
    };
  }

  private static boolean isBusy(SQLException error) {
    return primaryCode(error) == SQLiteErrorCode.SQLITE_BUSY;
  }

  /** Strips the detail from an extended code, such as a busy recovery from busy. */
  private static SQLiteErrorCode primaryCode(SQLException error) {
    if (error instanceof SQLiteException sqlite) {
      return SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff);
    }
    return SQLiteErrorCode.UNKNOWN_ERROR;
  }
}
