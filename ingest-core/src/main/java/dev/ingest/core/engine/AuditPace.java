package dev.ingest.core.engine;

import dev.ingest.core.AuditOptions;
import java.util.function.LongSupplier;

/** Bounds how many sequences all ranges of one audit look at in a second. Thread-safe. */
final class AuditPace {

  private final boolean isBounded;
  private final Rate rate;

  AuditPace(AuditOptions options, LongSupplier elapsed) {
    this.isBounded = options.perSecond() < Integer.MAX_VALUE;
    this.rate = new Rate(options.perSecond(), elapsed);
  }

  /** Counts sequences that were looked at. */
  synchronized void looked(long sequences) {
    if (isBounded) {
      rate.take(Math.toIntExact(sequences));
    }
  }

  /** Tells whether all that was looked at has been earned, so that more may be. */
  synchronized boolean isEarned() {
    return !isBounded || rate.available() >= 0;
  }
}
