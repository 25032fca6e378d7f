package dev.ingest.store.jdbc;

import dev.ingest.store.jdbc.url.DatabaseFile;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A few connections that only read, each used by one thread at a time. A read runs in a transaction
 * of its own, so all its statements see one moment, which is never before the call.
 */
final class ReadPool implements AutoCloseable {

  static final int MAX_CONNECTIONS = 4;

  private static final long MAX_WAIT_SECONDS = 30;

  private final EmbeddedDialect dialect;
  private final Errors errors;
  private final Semaphore permits = new Semaphore(MAX_CONNECTIONS, true);
  private final Deque<Statements> idle = new ArrayDeque<>();
  private volatile boolean closed;

  ReadPool(EmbeddedDialect dialect, Errors errors) {
    this.dialect = dialect;
    this.errors = errors;
  }

  <T> T read(String what, Database.Read<T> read) {
    enter(what);
    try {
      Statements db = take();
      try {
        db.run(dialect.beginReading());
        T value = read.from(db);
        db.run("COMMIT");
        give(db);
        return value;
      } catch (SQLException | RuntimeException | Error e) {
        db.discard(e);
        throw e;
      }
    } catch (SQLException e) {
      throw errors.unread(what, e);
    } finally {
      permits.release();
    }
  }

  private void enter(String what) {
    try {
      if (!permits.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw errors.busy(
            what,
            "all "
                + MAX_CONNECTIONS
                + " reading connections were busy for "
                + MAX_WAIT_SECONDS
                + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw errors.interrupted(what, e);
    }
    if (closed) {
      permits.release();
      throw errors.closed(what);
    }
    try {
      dialect.requireNeverLost();
    } catch (DatabaseFile.LostException e) {
      permits.release();
      throw errors.lost(what, e);
    }
  }

  private Statements take() throws SQLException {
    Statements db;
    synchronized (idle) {
      db = idle.poll();
    }
    return db == null ? dialect.openReader() : db;
  }

  private void give(Statements db) {
    synchronized (idle) {
      idle.push(db);
    }
  }

  /** Lets running reads finish, then closes the connections. Idempotent. */
  @Override
  public void close() {
    closed = true;
    permits.acquireUninterruptibly(MAX_CONNECTIONS);
    @Nullable SQLException first = null;
    try {
      synchronized (idle) {
        for (Statements db : idle) {
          try {
            db.close();
          } catch (SQLException e) {
            first = e;
          }
        }
        idle.clear();
      }
    } finally {
      permits.release(MAX_CONNECTIONS);
    }
    if (first != null) {
      throw errors.unread("close a connection for reads", first);
    }
  }
}
