package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.store.jdbc.content.Sql.Work;
import dev.ingest.store.jdbc.url.ConnectionEnd;
import dev.ingest.store.jdbc.url.DatabaseFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * SQLite, in a file: one connection that writes, behind a fair lock, and a few that read.
 *
 * <p>With the write-ahead log and {@code synchronous=FULL} each commit syncs the log before it
 * returns; on macOS only {@code fullfsync} reaches the device. They are read back, and anything
 * else is refused. Transactions are begun by hand with the write lock, because one that begins
 * without it fails at its first write instead of waiting; other processes are waited for in many
 * short rounds, since SQLite polls at growing intervals, at which a busy neighbour would win.
 *
 * <p>After each commit and after each read, before it is answered, it is looked whether the file is
 * still at its path ({@link DatabaseFile}). Reads too, since they are the proof of what is stored:
 * of a file without a name everything can be read back that is gone with the process.
 */
final class SqliteDatabase implements ContentDatabase {

  static final int WAIT_MILLIS = 100;
  private static final int ROUNDS = 300;
  private static final long LOCK_SECONDS = 60;

  private static final String OURS =
      "('content_meta', 'content_keys', 'content_loose', 'content_chunks')";
  private static final String OURS_OR_EMPTY =
      "SELECT count(*) = 0 OR sum(name = 'ingest_meta' OR name GLOB '*content_meta') > 0"
          + " FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  private static final String INVENTORY =
      "SELECT type || ' ' || name FROM sqlite_master WHERE type = 'table' AND name IN "
          + OURS
          + " UNION ALL SELECT 'column ' || m.name || '.' || c.name"
          + " FROM sqlite_master m, pragma_table_info(m.name) c"
          + " WHERE m.type = 'table' AND m.name IN "
          + OURS
          + " UNION ALL SELECT CASE WHEN i.\"unique\" THEN 'unique index ' ELSE 'index ' END"
          + " || CASE i.origin WHEN 'pk' THEN 'of ' || m.name ELSE i.name END"
          + " FROM sqlite_master m, pragma_index_list(m.name) i"
          + " WHERE m.type = 'table' AND m.name IN "
          + OURS;

  private static final Set<String> EXPECTED =
      ContentSchema.expected(
          "column content_keys.key",
          "column content_loose.key",
          "unique index of content_meta",
          "unique index of content_keys",
          "unique index of content_chunks",
          "unique index content_keys_body",
          "unique index content_loose_key",
          "index content_loose_doomed");

  private final Path file;
  private final String name;
  private final Wording wording;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Connection writer;
  private final DatabaseFile opened;
  private final SqliteReaders readers;
  private volatile boolean closed;

  private SqliteDatabase(Path file, Wording wording, Connection writer, DatabaseFile opened) {
    this.file = file;
    this.opened = opened;
    this.name = nameOf(file);
    this.wording = wording;
    this.writer = writer;
    this.readers = new SqliteReaders(file, name);
  }

  static SqliteDatabase open(Path path, InstantSource clock, JdbcContentOptions options) {
    Path file = path.toAbsolutePath().normalize();
    Path directory = file.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new ContentException(
          nameOf(file) + " could not be opened: its directory does not exist; create " + directory);
    }
    Wording wording =
        new Wording(
            options.tablePrefix(),
            () -> Long.toString(clock.millis()),
            "",
            "IN (SELECT value FROM json_each(?))",
            "IN (SELECT value FROM json_each(?))",
            "[]");
    try {
      DatabaseFile opened = new DatabaseFile(file, "the content");
      return new SqliteDatabase(file, wording, connect(file, opened), opened);
    } catch (SQLException e) {
      throw new ContentException(
          nameOf(file) + " could not be opened: " + e.getMessage() + "; " + advice(file, e), e);
    }
  }

  /** The file's URI escapes what the driver would take for options. */
  private static Connection connect(Path file, DatabaseFile opened) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setGetGeneratedKeys(false);
    config.setBusyTimeout(WAIT_MILLIS * ROUNDS);
    Connection connection = config.createConnection("jdbc:sqlite:" + file.toUri());
    try (Statement statement = connection.createStatement()) {
      requireOurs(file, statement);
      if (!"wal".equals(pragma(statement, "journal_mode"))) {
        pragma(statement, "journal_mode = WAL");
      }
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA fullfsync = ON");
      statement.execute("PRAGMA checkpoint_fullfsync = ON");
      require(file, statement, "journal_mode", "wal");
      require(file, statement, "synchronous", "2");
      require(file, statement, "fullfsync", "1");
      require(file, statement, "checkpoint_fullfsync", "1");
      statement.execute("PRAGMA busy_timeout = " + WAIT_MILLIS);
      opened.opened();
      return connection;
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.close(connection, e);
      throw e;
    }
  }

  /** Refuses a database of something else before anything about it is changed. */
  private static void requireOurs(Path file, Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(OURS_OR_EMPTY)) {
      if (!row.next() || row.getInt(1) == 0) {
        throw new ContentException(
            nameOf(file)
                + " could not be opened: it has tables, but neither content_meta nor ingest_meta;"
                + " it belongs to something else, name another file");
      }
    }
  }

  private static String pragma(Statement statement, String pragma) throws SQLException {
    try (ResultSet row = statement.executeQuery("PRAGMA " + pragma)) {
      return row.next() ? row.getString(1) : "nothing";
    }
  }

  private static void require(Path file, Statement statement, String pragma, String wanted)
      throws SQLException {
    String found = pragma(statement, pragma);
    if (!wanted.equals(found)) {
      throw new ContentException(
          nameOf(file)
              + " could not be opened: a commit would not survive a power loss; expected "
              + pragma
              + " = "
              + wanted
              + ", found "
              + found
              + "; put the file on a local file system with shared memory");
    }
  }

  private static String nameOf(Path file) {
    return "jdbc:sqlite:" + file;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public <T> T read(String what, Work<T> work) {
    requireOpen(what);
    try {
      opened.requireNeverLost();
      T value = looked(what, work);
      opened.requireInPlace();
      return value;
    } catch (SQLException e) {
      throw new ContentException(message(what, e, "nothing was changed"), e);
    }
  }

  /** A connection that is opened meanwhile finds no file, or another one, and cannot say so. */
  private <T> T looked(String what, Work<T> work) throws SQLException {
    try {
      return readers.read(what, connection -> work.on(new Sql(connection, wording)));
    } catch (SQLException e) {
      try {
        opened.requireInPlace();
      } catch (SQLException lost) {
        lost.addSuppressed(e);
        throw lost;
      }
      throw e;
    }
  }

  @Override
  public <T> T stage(String what, Work<T> work) {
    return commit(what, work);
  }

  @Override
  public <T> T commit(String what, Work<T> work) {
    enter(what);
    boolean committing = false;
    try {
      requireOpen(what);
      opened.requireNeverLost();
      begin();
      T value;
      try {
        value = work.on(new Sql(writer, wording));
        committing = true;
        run("COMMIT");
      } catch (SQLException | RuntimeException | Error e) {
        rollBack(e);
        throw e;
      }
      opened.requireInPlace();
      return value;
    } catch (SQLException e) {
      if (committing) {
        throw new ContentDurabilityException(
            message(what, e, "whether the commit took effect is unknown"), e);
      }
      throw new ContentException(message(what, e, "it was rolled back"), e);
    } finally {
      writing.unlock();
    }
  }

  private void enter(String what) {
    try {
      if (!writing.tryLock(LOCK_SECONDS, TimeUnit.SECONDS)) {
        throw new ContentException(
            name
                + " could not "
                + what
                + ": others of this process wrote for "
                + LOCK_SECONDS
                + " s; nothing was changed; do it again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContentException(
          name + " could not " + what + ": interrupted, nothing was changed; do it again", e);
    }
  }

  private void begin() throws SQLException {
    for (int round = 1; ; round++) {
      try {
        run("BEGIN IMMEDIATE");
        return;
      } catch (SQLException e) {
        if (code(e) != SQLiteErrorCode.SQLITE_BUSY || round == ROUNDS || closed) {
          throw e;
        }
      }
    }
  }

  private void run(String text) throws SQLException {
    try (Statement statement = writer.createStatement()) {
      statement.execute(text);
    }
  }

  /** Some errors roll back by themselves; then this one only says that there is nothing to do. */
  private void rollBack(Throwable cause) {
    try {
      run("ROLLBACK");
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private void requireOpen(String what) {
    if (closed) {
      throw new ContentException(name + " could not " + what + ": it is closed; open it again");
    }
  }

  private String message(String what, SQLException cause, String effect) {
    return name
        + " could not "
        + what
        + ": "
        + cause.getMessage()
        + "; "
        + effect
        + "; "
        + advice(file, cause);
  }

  private static String advice(Path file, SQLException error) {
    if (error instanceof DatabaseFile.LostException) {
      return "until then nothing is stored or read here";
    }
    return switch (code(error)) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          "another process held the write lock too long; find it with lsof " + file;
      case SQLITE_FULL -> "free space on the disk of " + file + " and do it again";
      case SQLITE_IOERR -> "check the disk and the file system of " + file;
      case SQLITE_CORRUPT, SQLITE_NOTADB -> "restore " + file + " from a backup";
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
          "make " + file + " and its directory writable for this process";
      default -> "do it again, and report it if it lasts";
    };
  }

  /** Strips the detail from an extended code, such as a busy recovery from busy. */
  private static SQLiteErrorCode code(SQLException error) {
    if (error instanceof SQLiteException sqlite) {
      return SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff);
    }
    return SQLiteErrorCode.UNKNOWN_ERROR;
  }

  @Override
  public String schemaResource() {
    return "content-sqlite-1.sql";
  }

  @Override
  public String inventory() {
    return INVENTORY;
  }

  @Override
  public Set<String> expectedInventory() {
    return EXPECTED;
  }

  /** The transaction has the write lock already. */
  @Override
  public void lockSchema(Sql sql) {}

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** Lets what runs just now end. */
  @Override
  public void close() {
    closed = true;
    writing.lock();
    try {
      readers.close();
      writer.close();
    } catch (SQLException e) {
      throw new ContentException(message("be closed", e, "its commits stay"), e);
    } finally {
      writing.unlock();
    }
  }
}
