package dev.ingest.examples.photos;

import dev.ingest.spi.Receipt;
import java.time.Instant;

/**
 * A receipt as clients get it. Times are ISO-8601 in UTC.
 *
 * @param owner whose sequence it is
 * @param id its name in the owner's scope
 * @param root {@code sha256:} and the digest of the manifest, which the client can compute
 * @param items how many items it covers
 * @param bytes the sum of their lengths
 * @param acceptedAt when the service took the responsibility
 * @param deadline by when the result must be verified
 * @param expiresAt the earliest time at which the originals may be deleted
 */
record ReceiptReply(
    String owner,
    String id,
    String root,
    long items,
    long bytes,
    Instant acceptedAt,
    Instant deadline,
    Instant expiresAt) {

  static ReceiptReply of(Receipt receipt) {
    return new ReceiptReply(
        receipt.key().owner().value(),
        receipt.key().id().value(),
        receipt.manifest().root().toString(),
        receipt.manifest().count(),
        receipt.manifest().bytes(),
        receipt.acceptedAt(),
        receipt.deadline(),
        receipt.expiresAt());
  }
}
