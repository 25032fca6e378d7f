package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Instant;
import java.util.Optional;

/**
 * Where an entry stands and who works on it. The ledger itself keeps {@code fence}, {@code lease}
 * and, while a lease runs, {@code visibleAt}.
 *
 * @param state the state
 * @param version raised by one at every change but a lease renewal
 * @param visibleAt when the entry, or the run beside its result, is due for its next step; while a
 *     lease runs, when that ends; while the entry is FAILED, when its raw bytes were read last, or
 *     it failed; in milliseconds
 * @param fence the fence of the latest claim, 0 before the first; never decreases
 * @param lease the running claim; its fence is this position's
 */
public record Position(
    State state, long version, Instant visibleAt, long fence, Optional<Lease> lease) {

  /**
   * Validates the numbers and cuts the time to milliseconds.
   *
   * @param state the state
   * @param version raised by one at every change but a lease renewal
   * @param visibleAt when the entry is due for its next step
   * @param fence the fence of the latest claim
   * @param lease the running claim
   */
  public Position {
    Names.atLeast(version, 1, "a version");
    Names.atLeast(fence, 0, "a fence");
    if (lease.isPresent() && lease.get().token().fence() != fence) {
      throw new InvalidValueException(
          Kind.NUMBER,
          lease.get().token().toString(),
          "the lease of a position has fence " + fence);
    }
    visibleAt = Names.millis(visibleAt);
  }
}
