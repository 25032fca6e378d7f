package dev.ingest.core.engine;

import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The entries between two places, one at a time in the order of places, of which two pages are in
 * memory: one is read ahead. A ledger that tells them out of order is an error. For one thread.
 */
final class LedgerPlaces {

  private final LedgerStore ledger;
  private final PageAhead<AuditPage> ahead;
  private AuditQuery query;
  private @Nullable SequencePlace last;
  private List<AuditRow> page = List.of();
  private int next;
  private boolean more = true;
  private @Nullable SequencePlace place;

  LedgerPlaces(
      LedgerStore ledger, Optional<SequencePlace> after, SequencePlace until, Executor beside) {
    this.ledger = ledger;
    this.ahead = new PageAhead<>(beside);
    this.query = new AuditQuery(after, until, ScanQuery.MAX_LIMIT);
    this.last = after.orElse(null);
  }

  /** Reads the entry at one place. */
  static Optional<AuditRow> at(LedgerStore ledger, SequencePlace place) {
    AuditQuery query = new AuditQuery(before(place), place, 1);
    return ledger.ledger().holdings().audit(query).rows().stream().findFirst();
  }

  /** Returns the place before one, or nothing before the first. */
  private static Optional<SequencePlace> before(SequencePlace place) {
    byte[] bytes = place.toBytes();
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i]-- != 0) {
        return Optional.of(SequencePlace.ofBytes(bytes));
      }
    }
    return Optional.empty();
  }

  /** Returns the entry that is next, or null at the end. Reads a page if need be. */
  @Nullable AuditRow row() {
    if (next == page.size() && more) {
      AuditPage read = ahead.take(() -> read(query));
      page = read.rows();
      more = read.more();
      next = 0;
      place = null;
      if (more) {
        AuditQuery following = query.after(SequencePlace.of(page.get(page.size() - 1).key()));
        query = following;
        ahead.begin(() -> read(following));
      }
    }
    return next < page.size() ? page.get(next) : null;
  }

  private AuditPage read(AuditQuery asked) {
    return ledger.ledger().holdings().audit(asked);
  }

  /** Returns the place of the entry that is next, or null at the end. */
  @Nullable SequencePlace place() {
    AuditRow row = row();
    if (row != null && place == null) {
      SequencePlace found = SequencePlace.of(row.key());
      SequencePlace before = last;
      if ((before != null && before.compareTo(found) >= 0) || found.compareTo(query.until()) > 0) {
        throw new LedgerException(
            "%s: told %s at %s after %s for an audit up to %s, which is out of order"
                .formatted(
                    ledger.name(),
                    row.key(),
                    found,
                    before == null ? "the start" : before,
                    query.until()));
      }
      place = found;
      last = found;
    }
    return place;
  }

  /** Goes on to the entry after. */
  void next() {
    next++;
    place = null;
  }
}
