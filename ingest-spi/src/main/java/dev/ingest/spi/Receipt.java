package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Instant;

/**
 * The promise in writing: what {@code submit} returns once bytes, manifest and ledger entry are
 * durable. Times are UTC with millisecond precision, by the ledger's clock, in the years 0 to 9999.
 *
 * @param key whose sequence and which
 * @param manifest the root, count and bytes of what was accepted
 * @param acceptedAt when the ledger accepted it
 * @param deadline by when it must be verified
 * @param expiresAt the earliest time at which its raw bytes may go, and then only with proof
 */
public record Receipt(
    SequenceKey key,
    ManifestSummary manifest,
    Instant acceptedAt,
    Instant deadline,
    Instant expiresAt) {

  /**
   * Cuts the times to milliseconds and checks their order.
   *
   * @param key whose sequence and which
   * @param manifest the root
   * @param acceptedAt when the ledger accepted it
   * @param deadline by when it must be verified
   * @param expiresAt the earliest time at which its raw bytes may go
   */
  public Receipt {
    acceptedAt = Checks.millis("accepted-at", acceptedAt);
    deadline = Checks.millis("the deadline", deadline);
    expiresAt = Checks.millis("expires-at", expiresAt);
    if (deadline.isBefore(acceptedAt) || expiresAt.isBefore(deadline)) {
      throw new InvalidValueException(
          Kind.TIME,
          acceptedAt + ", " + deadline + ", " + expiresAt,
          "a receipt needs accepted-at <= deadline <= expires-at");
    }
    if (manifest.count() < 1) {
      throw new InvalidValueException(Kind.NUMBER, "0", "a receipt covers at least one item");
    }
  }
}
