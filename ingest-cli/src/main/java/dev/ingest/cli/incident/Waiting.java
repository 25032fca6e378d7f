package dev.ingest.cli.incident;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits in real time, as long as the services run. For one thread. */
final class Waiting {

  private static final long LOOK_MILLIS = 100;
  private static final Duration LONGEST = Duration.ofSeconds(90);

  private final CountDownLatch never = new CountDownLatch(1);
  private final Services services;

  Waiting(Services services) {
    this.services = services;
  }

  /** Something that may have come true. */
  @FunctionalInterface
  interface Condition {

    /** Looks. */
    boolean holds() throws IOException;
  }

  /** Lets time pass. */
  void pass(Duration time) throws InterruptedException {
    services.requireAlive();
    never.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits until something has come true, at most a minute and a half. */
  void until(String what, Condition condition) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - begun > LONGEST.toNanos()) {
        throw new IllegalStateException(
            "expected within %d s: %s; see the logs of the services"
                .formatted(LONGEST.toSeconds(), what));
      }
      pass(Duration.ofMillis(LOOK_MILLIS));
    }
  }
}
