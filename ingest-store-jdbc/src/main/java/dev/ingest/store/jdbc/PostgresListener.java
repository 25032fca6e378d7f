package dev.ingest.store.jdbc;

import dev.ingest.store.jdbc.url.AsItCame;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Passes the server's notifications of new work on as hints. It keeps one connection and one daemon
 * thread, named {@code ingest-ledger-listener}, from the first registration until {@link #close()}.
 *
 * <p>A connection that breaks is replaced after a pause, which grows to {@value
 * #LONGEST_PAUSE_MILLIS} ms unless it had held that long; until then hints are missing, which costs
 * nothing but the time to the next look. Each new connection gives one hint, for what may have
 * arrived meanwhile.
 *
 * <p>Behind a pooler it ends: a session of the server is another client's after each transaction,
 * and would tell that client of what was listened for here.
 *
 * <p>A server that is gone without a word, as after a failover that moved its address, leaves a
 * connection on which nothing arrives and nothing breaks. So each is given back after {@value
 * #LONGEST_MILLIS} ms, by a statement that has to be answered, and another one borrowed.
 */
final class PostgresListener implements AutoCloseable {

  /** The name of the channel, as in a statement. */
  static final String CHANNEL = "@arrivals";

  private static final Logger LOG = System.getLogger(PostgresListener.class.getName());
  private static final int LISTEN_MILLIS = 500;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;
  private static final long LONGEST_MILLIS = 60_000;
  private static final int ANSWER_MILLIS = 10_000;

  private final ServerDatabase database;
  private final long longestNanos;
  private final AtomicBoolean started = new AtomicBoolean();
  private final Thread thread = new Thread(this::work, "ingest-ledger-listener");
  private volatile boolean closed;

  /** There is no way back, as a pooler that was met is taken to be there for good. */
  private volatile boolean pooled;

  PostgresListener(ServerDatabase database) {
    this(database, LONGEST_MILLIS);
  }

  /** Listens on each connection for so long at most. */
  PostgresListener(ServerDatabase database, long longestMillis) {
    this.database = database;
    this.longestNanos = longestMillis * NANOS_PER_MILLI;
    thread.setDaemon(true);
  }

  /** Starts listening, unless it has been started. */
  void start() {
    if (!closed && started.compareAndSet(false, true)) {
      thread.start();
    }
  }

  private void work() {
    long pause = FIRST_PAUSE_MILLIS;
    while (!closed && !pooled) {
      long start = System.nanoTime();
      listen();
      boolean held = System.nanoTime() - start >= LONGEST_PAUSE_MILLIS * NANOS_PER_MILLI;
      pause = held ? FIRST_PAUSE_MILLIS : pause;
      if (!closed && !pooled) {
        LockSupport.parkNanos(pause * NANOS_PER_MILLI);
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
    }
  }

  /**
   * Listens until it is closed, something breaks or the connection has been kept for long. Goes
   * back as it came, but where something broke.
   */
  private void listen() {
    try (Connection connection = database.connections().source().getConnection()) {
      AsItCame before = AsItCame.of(connection);
      connection.setAutoCommit(true);
      connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
      if (database.connections().isPooled(connection)) {
        pooled = true;
        LOG.log(
            Level.INFO,
            database.dialect().name()
                + ": a pooler lends the connections, so nodes do not wake each other: work that"
                + " came in by another node is found when this one looks, as often as its polling"
                + " says");
      } else {
        listen(connection);
      }
      before.restore(connection);
    } catch (SQLException | RuntimeException | Error e) {
      // Nothing depends on hints, and what broke the connection shows in the calls that matter.
      if (!closed) {
        LOG.log(
            Level.WARNING, database.dialect().name() + ": no hints of new work until it mends", e);
      }
    }
  }

  private void listen(Connection connection) throws SQLException {
    PGConnection notified = connection.unwrap(PGConnection.class);
    try (Statement statement = connection.createStatement()) {
      statement.execute(database.dialect().named("LISTEN " + CHANNEL));
      database.hints().give();
      long start = System.nanoTime();
      while (!closed && System.nanoTime() - start < longestNanos) {
        PGNotification[] arrived = notified.getNotifications(LISTEN_MILLIS);
        if (arrived != null && arrived.length > 0) {
          database.hints().give();
        }
      }
      statement.execute(database.dialect().named("UNLISTEN " + CHANNEL));
    }
  }

  /** Ends the thread, within half a second if the server answers. Idempotent. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
