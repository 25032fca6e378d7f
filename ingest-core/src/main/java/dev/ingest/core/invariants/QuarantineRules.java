package dev.ingest.core.invariants;

import dev.ingest.core.engine.QuarantineRecord;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges a deletion of what was set aside by the ledger's records at that moment: someone set
 * exactly these keys aside, and they were marked as going before. How long ago depends on the
 * policy, and on a clock that may lie: whoever knows both judges that.
 */
final class QuarantineRules {

  private static final String S4 = "S4 Expiry guard";

  private final LedgerStore ledger;

  QuarantineRules(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /** Each key is in a record that is going. */
  void s4SetAside(Permit permit) {
    Set<ContentKey> left = new HashSet<>(permit.keys());
    String after = "";
    List<ControlRecord> page;
    do {
      page = ledger.controls().list(QuarantineRecord.KIND, after, ScanQuery.MAX_LIMIT);
      for (ControlRecord record : page) {
        goingKeys(record).forEach(left::remove);
        after = record.key().name();
      }
    } while (page.size() == ScanQuery.MAX_LIMIT);
    if (!left.isEmpty()) {
      throw new InvariantViolation(
          S4,
          permit.sequence(),
          "keys that someone set aside, in records that are going",
          "a permit for " + left + ", " + permit.evidence());
    }
  }

  /** A record that cannot be read allows nothing. */
  private static List<ContentKey> goingKeys(ControlRecord record) {
    QuarantineRecord aside;
    try {
      aside = QuarantineRecord.parse(record);
    } catch (IllegalStateException e) {
      return List.of();
    }
    return aside.isGoing()
        ? aside.kept().keys().stream().map(ContentStat::key).toList()
        : List.of();
  }

  /** Finds the sequence of an entry where a permit's keys lie, whatever the permit says. */
  Optional<SequenceKey> sequence(Permit permit) {
    return place(permit).flatMap(this::sequence);
  }

  private Optional<SequenceKey> sequence(SequencePlace place) {
    Optional<SequencePlace> after = before(place);
    // A page that ends at the place, whose last row alone counts: independent of the engine's way.
    while (true) {
      var page =
          ledger.ledger().holdings().audit(new AuditQuery(after, place, ScanQuery.MAX_LIMIT));
      if (page.rows().isEmpty()) {
        return Optional.empty();
      }
      AuditRow last = page.rows().get(page.rows().size() - 1);
      after = Optional.of(SequencePlace.of(last.key()));
      if (!page.more()) {
        return after.get().equals(place) ? Optional.of(last.key()) : Optional.empty();
      }
    }
  }

  /** Returns the greatest place that is less than another, if there is one. */
  static Optional<SequencePlace> before(SequencePlace place) {
    StringBuilder digits = new StringBuilder(place.value());
    for (int i = digits.length() - 1; i >= 0; i--) {
      char c = digits.charAt(i);
      if (c != '0' && c != '/') {
        digits.setCharAt(i, c == 'a' ? '9' : (char) (c - 1));
        return Optional.of(new SequencePlace(digits.toString()));
      }
      digits.setCharAt(i, c == '0' ? 'f' : c);
    }
    return Optional.empty();
  }

  /** Returns the place of a permit's keys, if they have one. */
  private static Optional<SequencePlace> place(Permit permit) {
    String[] parts = permit.keys().get(0).value().split("/", -1);
    return parts.length > 3 && parts[1].length() == 16 && parts[2].length() == 32
        ? Optional.of(new SequencePlace(parts[1] + "/" + parts[2]))
        : Optional.empty();
  }

  /** A permit of what was set aside covers one place alone. */
  void s12OnePlace(Permit permit) {
    Optional<SequencePlace> place = place(permit);
    for (ContentKey key : permit.keys()) {
      boolean isThere =
          place.isEmpty() || key.value().split("/", 2)[1].startsWith(place.get() + "/");
      if (!isThere) {
        throw new InvariantViolation(
            Invariants.S12, permit.sequence(), "keys at " + place.get(), key.value());
      }
    }
  }
}
