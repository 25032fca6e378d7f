package dev.ingest.core.report;

import dev.ingest.core.lifecycle.HeldVersion;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.StageRef;
import java.util.List;
import java.util.Optional;

/**
 * Tells whether a query holds for an entry, from the entry first and from its history if need be.
 */
final class Matching {

  private final Ledger ledger;
  private final IncidentQuery query;

  /** What can be said. */
  enum Answer {
    /** It holds. */
    YES,
    /** It does not. */
    NO,
    /** The ledger does not keep what would tell. */
    UNTOLD
  }

  Matching(Ledger ledger, IncidentQuery query) {
    this.ledger = ledger;
    this.query = query;
  }

  Answer of(Entry entry) {
    if (!holdsByEntry(entry)) {
      return Answer.NO;
    }
    boolean isInTime =
        query.window().filter(span -> !span.holds(entry.receipt().acceptedAt())).isEmpty();
    boolean isOfVersion =
        query.work().nodeVersion().isEmpty()
            || entry.position().lease().map(Lease::nodeVersion).equals(query.work().nodeVersion());
    if (!isInTime && query.window().filter(IncidentQuery.Window::touched).isEmpty()) {
      return Answer.NO;
    }
    return isInTime && isOfVersion ? Answer.YES : byHistory(entry.key(), isInTime, isOfVersion);
  }

  private boolean holdsByEntry(Entry entry) {
    Optional<Failure> failure = entry.standing().failure();
    Optional<String> due = entry.run().stage().map(StageRef::name);
    Optional<String> failedIn = failure.flatMap(Failure::stage).map(StageRef::name);
    return isAsked(query.work().pipeline(), Optional.of(entry.run().pipeline().name()))
        && (isAsked(query.work().stage(), due) || isAsked(query.work().stage(), failedIn))
        && isAsked(query.code(), failure.map(Failure::code));
  }

  private static boolean isAsked(Optional<String> asked, Optional<String> actual) {
    return asked.isEmpty() || asked.equals(actual);
  }

  private Answer byHistory(SequenceKey key, boolean isInTime, boolean isOfVersion) {
    boolean inTime = isInTime;
    boolean ofVersion = isOfVersion;
    boolean isVersionUntold = false;
    long after = ledger.checkpoint(key).length();
    boolean isDropped = after > 0;
    List<HistoryRow> page;
    do {
      page = ledger.history(key, after, ScanQuery.MAX_LIMIT);
      for (HistoryRow row : page) {
        after = row.link().ordinal();
        inTime |= query.window().filter(span -> span.holds(row.step().at())).isPresent();
        ofVersion |=
            query.work().nodeVersion().filter(version -> HeldVersion.is(row, version)).isPresent();
        isVersionUntold |= HeldVersion.isUntold(row);
      }
    } while (page.size() == ScanQuery.MAX_LIMIT && !(inTime && ofVersion));
    if (inTime && ofVersion) {
      return Answer.YES;
    }
    boolean mayBeInTime = inTime || isDropped;
    boolean mayBeOfVersion = ofVersion || isDropped || isVersionUntold;
    return mayBeInTime && mayBeOfVersion ? Answer.UNTOLD : Answer.NO;
  }

  String whyUntold() {
    return "the ledger does not tell: its older history was dropped, or a lease ended without a"
        + " word or under an earlier release, which did not record the node version";
  }
}
