package dev.ingest.console;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has everything read once per interval at most, however many ask, and only if someone asks. Who
 * asks while it is being read waits for that reading. One that takes longer than the limit is
 * waited for by nobody and holds one thread; until it has ended everything is unknown, since what
 * was read before may be true no longer, and then it is shown for an interval. Thread-safe.
 */
final class Snapshots implements AutoCloseable {

  private static final String WHAT = "the overview";

  private final Supplier<Snapshot> reader;
  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private final LedgerThreads thread;
  private @Nullable Future<Snapshot> reading;
  private long ended;

  /**
   * Creates it.
   *
   * @param reader reads everything; called by one thread at a time
   * @param interval how old what is shown may be
   * @param limit how long one who asks waits
   * @param nanoTime monotonic time, in nanoseconds
   */
  Snapshots(Supplier<Snapshot> reader, Duration interval, Duration limit, LongSupplier nanoTime) {
    this.reader = reader;
    this.intervalNanos = interval.toNanos();
    this.nanoTime = nanoTime;
    this.thread = new LedgerThreads("ingest-console-reader", 1, limit);
  }

  /** Returns what was read within the interval, or has it read. */
  Snapshot latest() {
    try {
      return thread.await(WHAT, current());
    } catch (NoAnswerException e) {
      return Snapshot.unknown(0, Part.why(e));
    }
  }

  private synchronized Future<Snapshot> current() {
    Future<Snapshot> last = reading;
    long now = nanoTime.getAsLong();
    if (last != null && (!last.isDone() || now - ended < intervalNanos)) {
      return last;
    }
    Future<Snapshot> next = thread.begin(WHAT, this::read);
    reading = next;
    return next;
  }

  /** The interval begins at the end, or what took longer than it would be read in vain for ever. */
  private Snapshot read() {
    try {
      return reader.get();
    } finally {
      synchronized (this) {
        ended = nanoTime.getAsLong();
      }
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
