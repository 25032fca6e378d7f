package dev.ingest.benchmarks.ledger;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;

/**
 * A job of JobRunr without work. Public, because JobRunr calls the handler by reflection.
 *
 * @param number which it is
 */
public record NoWork(int number) implements JobRequest {

  @Override
  public Class<Handler> getJobRequestHandler() {
    return Handler.class;
  }

  /** Does nothing but count. */
  public static final class Handler implements JobRequestHandler<NoWork> {

    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicLong start = new AtomicLong();

    Handler() {}

    int seen() {
      return seen.get();
    }

    /** Returns when the first came, by the monotonic clock. */
    long start() {
      return start.get();
    }

    @Override
    public void run(NoWork job) {
      if (seen.getAndIncrement() == 0) {
        start.set(System.nanoTime());
      }
    }
  }
}
