package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.store.jdbc.url.DatabaseFile;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that changes the database.
 *
 * <p>A database that allows one writer at a time lets many writers wait unfairly and pay a sync
 * each. Here callers queue instead, and each transaction takes all that has queued since the one
 * before, up to {@link #MAX_WEIGHT}: the slower the disk, the larger the groups, and nobody waits
 * for a group to fill. Callers learn of nothing before the commit that made it durable has
 * returned.
 *
 * <p>An {@link Error} in one call, such as a lack of memory, fails its group as an exception does,
 * and the thread goes on with a new connection. Every call is in the queue or in the group until it
 * has its answer, so that whatever ends the thread answers all of them.
 *
 * <p>The thread is a daemon named {@code ingest-ledger-writer} and ends in {@link #close()}, which
 * lets the running group finish and fails what is still queued.
 */
final class GroupWriter implements AutoCloseable {

  /** About how many rows one transaction changes, unless a single call changes more. */
  static final int MAX_WEIGHT = 200;

  /** How many calls may queue; further callers wait to get in. */
  static final int MAX_QUEUED = 1_024;

  private final EmbeddedDialect dialect;
  private final Errors errors;
  private final Thread thread;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> closing = new AtomicReference<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Deque<Call<?>> queue = new ArrayDeque<>();
  private volatile boolean closed;

  /** What ended the thread, unless {@link #close()} did. */
  private final AtomicReference<@Nullable Throwable> ended = new AtomicReference<>();

  /** What the running transaction is for; owned by the thread. */
  private final List<Call<?>> group = new ArrayList<>();

  /** Whether the group's commit was tried; owned by the thread. */
  private boolean committing;

  /** Owned by the thread; null after an error, until the next group opens another. */
  private @Nullable Statements connection;

  GroupWriter(EmbeddedDialect dialect, Errors errors, Statements connection) {
    this.dialect = dialect;
    this.errors = errors;
    this.connection = connection;
    thread = new Thread(this::work, "ingest-ledger-writer");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Returns how many transactions were committed. */
  long commits() {
    return commits.get();
  }

  /** Returns how many calls are queued. */
  int queued() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Queues a call, waiting for room if the queue is full. */
  void submit(Call<?> call) {
    lock.lock();
    try {
      while (queue.size() >= MAX_QUEUED && !closed) {
        room.await();
      }
      if (closed) {
        throw refusal(call);
      }
      queue.add(call);
      arrived.signal();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw errors.interrupted(call.what(), e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the thread. Idempotent.
   *
   * @throws LedgerException if the connection did not close cleanly; it is gone all the same
   */
  @Override
  public void close() {
    shut();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable failure = closing.getAndSet(null);
    if (failure != null) {
      throw errors.unread("close the connection for changes", failure);
    }
  }

  private void shut() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    for (Call<?> call = next(); call != null; call = next()) {
      try {
        call.fail(refusal(call));
      } catch (RuntimeException | Error unworded) {
        call.fail(unworded);
      }
    }
  }

  private @Nullable Call<?> next() {
    lock.lock();
    try {
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  private LedgerException refusal(Call<?> call) {
    Throwable cause = ended.get();
    return cause == null ? errors.closed(call.what()) : errors.ended(call.what(), cause);
  }

  private void work() {
    try {
      while (take()) {
        write();
        group.clear();
        committing = false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      ended.set(e);
      throw e;
    } finally {
      try {
        shut();
      } finally {
        discard(null);
        Throwable cause = ended.get();
        if (cause != null) {
          failGroup(cause);
        }
      }
    }
  }

  /**
   * Waits for calls and moves them from the queue to the group; false once the writer is closed.
   */
  private boolean take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !closed) {
        arrived.await();
      }
      if (closed) {
        return false;
      }
      int weight = 0;
      for (Call<?> next = queue.peek(); next != null; next = queue.peek()) {
        weight += next.weight();
        if (!group.isEmpty() && weight > MAX_WEIGHT) {
          break;
        }
        group.add(next);
        queue.remove();
      }
      room.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    try {
      dialect.requireNeverLost();
      Statements db = connection();
      dialect.begin(db, () -> !closed);
      long now = dialect.nowMillis(db);
      for (Call<?> call : group) {
        call.apply(db, now);
      }
      committing = true;
      db.run("COMMIT");
      dialect.requireInPlace();
      commits.incrementAndGet();
      group.forEach(Call::complete);
    } catch (SQLException | RuntimeException | Error e) {
      discard(e);
      failGroup(e);
    }
  }

  /** Fails those calls of the group that have no answer yet. */
  private void failGroup(Throwable cause) {
    for (Call<?> call : group) {
      try {
        call.fail(
            cause instanceof DatabaseFile.LostException lost
                ? errors.lost(call.what(), lost)
                : committing
                    ? errors.unknown(call.what(), cause)
                    : errors.rolledBack(call.what(), cause));
      } catch (RuntimeException | Error unworded) {
        call.fail(unworded);
      }
    }
  }

  private Statements connection() throws SQLException {
    Statements open = connection;
    if (open == null) {
      open = dialect.openWriter();
      connection = open;
    }
    return open;
  }

  /**
   * Closes the connection, which rolls back what is not committed. After an error nothing about it
   * is trusted any more, and the next group starts on a new one.
   */
  private void discard(@Nullable Throwable cause) {
    Statements open = connection;
    connection = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (SQLException | RuntimeException | Error e) {
      if (cause == null) {
        closing.set(e);
      } else if (cause != e) {
        cause.addSuppressed(e);
      }
    }
  }
}
