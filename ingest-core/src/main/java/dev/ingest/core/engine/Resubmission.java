package dev.ingest.core.engine;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;

/**
 * What a submission means for a sequence that has an entry already.
 *
 * <p>A re-upload after a loss is never refused because something was once uploaded.
 */
enum Resubmission {
  /** The same bytes are in flight or settled: the receipt of that time is the answer. */
  SAME_RECEIPT,
  /** The same bytes repair what failed or was lost or discarded. */
  REPAIR,
  /** Other bytes have this id. */
  CONFLICT,
  /** The sequence is just being discarded; afterwards the same bytes are welcome. */
  LATER;

  static Resubmission of(Entry entry, Digest root) {
    boolean same = entry.receipt().manifest().root().equals(root);
    return same ? ofSameBytes(entry.state()) : CONFLICT;
  }

  private static Resubmission ofSameBytes(State state) {
    return switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, EXPIRING, EXPIRED -> SAME_RECEIPT;
      case FAILED, LOST, DISCARDED -> REPAIR;
      case DISCARDING -> LATER;
    };
  }
}
