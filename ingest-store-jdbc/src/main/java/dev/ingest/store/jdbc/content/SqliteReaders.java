package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentException;
import dev.ingest.store.jdbc.url.ConnectionEnd;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/** A few connections that cannot write, each used by one thread at a time. */
final class SqliteReaders {

  private static final int MAX = 4;
  private static final long WAIT_SECONDS = 60;
  private static final int BUSY_MILLIS = 10_000;

  private final Path file;
  private final String name;
  private final Semaphore permits = new Semaphore(MAX, true);
  private final Deque<Connection> idle = new ArrayDeque<>();
  private boolean closed;

  SqliteReaders(Path file, String name) {
    this.file = file;
    this.name = name;
  }

  @FunctionalInterface
  interface Read<T> {

    T on(Connection connection) throws SQLException;
  }

  <T> T read(String what, Read<T> read) throws SQLException {
    enter(what);
    try {
      Connection connection = take(what);
      try {
        T value = read.on(connection);
        give(connection);
        return value;
      } catch (SQLException | RuntimeException | Error e) {
        ConnectionEnd.close(connection, e);
        throw e;
      }
    } finally {
      permits.release();
    }
  }

  private void enter(String what) {
    try {
      if (!permits.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new ContentException(
            name
                + " could not "
                + what
                + ": all "
                + MAX
                + " reading connections were busy for "
                + WAIT_SECONDS
                + " s; do it again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContentException(
          name + " could not " + what + ": interrupted, nothing was changed; do it again", e);
    }
  }

  private Connection take(String what) throws SQLException {
    synchronized (idle) {
      if (closed) {
        throw new ContentException(name + " could not " + what + ": it is closed; open it again");
      }
      Connection connection = idle.poll();
      return connection == null ? connect() : connection;
    }
  }

  private Connection connect() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    config.setBusyTimeout(BUSY_MILLIS);
    Connection connection = config.createConnection("jdbc:sqlite:" + file.toUri());
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA query_only = ON");
      return connection;
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.close(connection, e);
      throw e;
    }
  }

  private void give(Connection connection) {
    synchronized (idle) {
      idle.push(connection);
    }
  }

  /** Lets running reads end, then closes the connections. Idempotent. */
  void close() throws SQLException {
    permits.acquireUninterruptibly(MAX);
    try {
      synchronized (idle) {
        closed = true;
        SQLException failed = null;
        for (Connection connection : idle) {
          try {
            connection.close();
          } catch (SQLException e) {
            failed = e;
          }
        }
        idle.clear();
        if (failed != null) {
          throw failed;
        }
      }
    } finally {
      permits.release(MAX);
    }
  }
}
