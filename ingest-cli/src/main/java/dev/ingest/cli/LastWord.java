package dev.ingest.cli;

import dev.ingest.core.Beat;
import dev.ingest.core.text.Times;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Sees to it that what a run has raised is told when it ends: by the run, or by another process
 * that was seen to tell meanwhile.
 *
 * <p>The pump of a process that was killed has the lease for up to 40 s more, and its last beat is
 * as young as that of one that works. So a beat counts only if it came since the run began.
 */
final class LastWord {

  /** More than a lease of the pump, its period and a tick. */
  private static final Duration LONGEST = Duration.ofSeconds(75);

  private static final Duration LOOK = Duration.ofMillis(250);

  private final LedgerStore store;
  private final LongSupplier elapsed;
  private final Optional<Beat> before;

  private LastWord(LedgerStore store, LongSupplier elapsed, Optional<Beat> before) {
    this.store = store;
    this.elapsed = elapsed;
    this.before = before;
  }

  /**
   * Notes what the ledger says of the pump; before the engine of the run starts.
   *
   * @param store the ledger
   * @param elapsed monotonic time in nanoseconds
   */
  static LastWord of(LedgerStore store, LongSupplier elapsed) {
    return new LastWord(store, elapsed, pump(store));
  }

  private static Optional<Beat> pump(LedgerStore store) {
    return Beat.in(store).stream().filter(beat -> beat.watcher().equals("pump")).findFirst();
  }

  /**
   * Waits, while alerts wait and the pump's lease is with one of which nothing was seen, until it
   * is seen to tell, or another, such as this run, has taken over; for {@link #LONGEST} at most,
   * and the look at the ledger that is under way then.
   */
  void await(Terminal terminal) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long end = elapsed.getAsLong() + LONGEST.toNanos();
    boolean isSaid = false;
    while (isHeldUp() && end - elapsed.getAsLong() > 0) {
      if (!isSaid) {
        say(terminal);
        isSaid = true;
      }
      if (never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  private void say(Terminal terminal) {
    Beat last = before.orElseThrow();
    terminal.warn(
        "alerts wait for %s, which beat %s and may have been killed; waiting for it, or for its"
                .formatted(
                    Terminal.line(last.holder().map(NodeId::value).orElse("nobody")),
                    Times.ago(store.ledger().now(), last.last()))
            + " lease to be over");
  }

  /** Tells whether alerts wait for a pump of which nothing was seen since the run began. */
  boolean isHeldUp() {
    return before.flatMap(Beat::holder).isPresent()
        && isUnchanged()
        && Overview.isAlertWaiting(store);
  }

  private boolean isUnchanged() {
    return pump(store).equals(before);
  }

  /** Tells whether alerts wait that nobody was seen to tell. */
  boolean isUntold() {
    return Overview.isAlertWaiting(store) && (isUnchanged() || !EngineCommand.isAnyTelling(store));
  }
}
