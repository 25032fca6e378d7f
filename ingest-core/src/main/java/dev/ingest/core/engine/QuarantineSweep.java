package dev.ingest.core.engine;

import dev.ingest.core.SetAside;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.Orphans.Judgment;
import dev.ingest.core.engine.Quarantine.Stored;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.Permit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Deletes what was set aside once its time is over and if still nothing refers to it.
 *
 * <p>The order is that of every deletion here: a look, a commit that the keys are going, which a
 * person who takes them back can no longer overtake, another look, the deletion of exactly these
 * keys, and the end of the record. A crash after any of them is made good by the next sweep. What
 * is referred to is taken out of the quarantine, told, and not deleted; so is what changed since,
 * and what lay at a place without an entry that has one now. What may yet be needed waits. For one
 * thread, under the expirer's lease and only while time and ledger are believed.
 */
final class QuarantineSweep {

  private static final Act ENGINE = new Act("ingest", "the time in quarantine is over");

  private final Node node;
  private final Quarantine quarantine;
  private final Deletion deletion;
  private final Duration grace;
  private final Supervisor supervisor;
  private String after = "";

  QuarantineSweep(Node node, ContentPurger purger, Duration grace, Supervisor supervisor) {
    this.node = node;
    this.quarantine = new Quarantine(node);
    this.deletion = new Deletion(node, purger);
    this.grace = grace;
    this.supervisor = supervisor;
  }

  /**
   * Deletes what is due of one page of the records; the next call looks at the next page, and after
   * the last at the first.
   *
   * @param now the ledger's time, believed
   * @return how many records came to their end
   */
  int page(Instant now) {
    List<Stored> page = quarantine.page(after);
    int ended = 0;
    for (Stored stored : page) {
      boolean isDue =
          stored.content().isGoing() || !stored.content().kept().at().plus(grace).isAfter(now);
      if (isDue && supervisor.supervise("expirer", () -> settle(stored) ? 1 : 0) == 1) {
        ended++;
      }
    }
    boolean isLast = page.size() < Quarantine.PAGE;
    after = isLast ? "" : page.get(page.size() - 1).content().key().name();
    return ended;
  }

  private boolean settle(Stored stored) {
    Judgment judgment = look(stored.content());
    Optional<Stored> going = judgment.isOrphan() ? quarantine.markGoing(stored) : Optional.empty();
    if (going.isPresent()) {
      judgment = look(going.get().content());
    }
    return switch (judgment.kind()) {
      case ORPHAN -> going.isPresent() && delete(going.get());
      case REFERRED -> release(going.orElse(stored), judgment.because());
      case WAITING -> false;
    };
  }

  /** Judges all keys of a record together: one that is no orphan keeps all of them. */
  private Judgment look(QuarantineRecord record) {
    SetAside kept = record.kept();
    if (kept.place().equals(SequencePlace.LAST)) {
      return lookAtMisplaced(record);
    }
    Orphans orphans = Orphans.at(node, deletion::checkGoingOn, kept.place());
    Optional<SequenceKey> sequence = orphans.entry().map(found -> found.key());
    if (!sequence.equals(kept.sequence())) {
      return Judgment.referred(
          "%s has entry %s, and had %s when it was set aside"
              .formatted(kept.place(), sequence, kept.sequence()));
    }
    Judgment all = Judgment.orphan("nothing refers to it");
    for (ContentStat stat : kept.keys()) {
      Judgment one = judge(orphans, record, stat);
      if (one.kind() == Orphans.Kind.REFERRED) {
        return Judgment.referred(stat.key() + ": " + one.because());
      }
      all = one.isOrphan() ? all : one;
    }
    return all;
  }

  private Judgment judge(Orphans orphans, QuarantineRecord record, ContentStat stat) {
    Judgment judgment = orphans.judge(stat.key());
    return judgment.isOrphan() && !record.isGoing() ? unchanged(stat) : judgment;
  }

  /** A key without a place is one to which no engine can refer; only its bytes may have changed. */
  private Judgment lookAtMisplaced(QuarantineRecord record) {
    for (ContentStat stat : record.kept().keys()) {
      Judgment judgment = unchanged(stat);
      if (!judgment.isOrphan()) {
        return judgment;
      }
    }
    return Judgment.orphan("no engine makes such a key");
  }

  private Judgment unchanged(ContentStat recorded) {
    ContentKey key = recorded.key();
    return node.content()
        .stat(key)
        .filter(stored -> stored.length() != recorded.length())
        .map(
            stored ->
                Judgment.referred(
                    "it had %d bytes when it was set aside and has %d: someone wrote it anew"
                        .formatted(recorded.length(), stored.length())))
        .orElse(Judgment.orphan("it is as it was set aside, or gone"));
  }

  private boolean delete(Stored going) {
    SetAside kept = going.content().kept();
    List<ContentKey> keys = new ArrayList<>();
    kept.keys().forEach(stat -> keys.add(stat.key()));
    deletion.exactly(
        new Permit(
            Permit.Reason.QUARANTINE,
            kept.sequence().orElseGet(() -> AuditRecord.member(kept.place())),
            "quarantine record %s at version %d"
                .formatted(going.content().key().name(), going.version()),
            going.content().scope(),
            keys));
    boolean ended = quarantine.end(going, "deleted", ENGINE);
    tell(
        AlertCode.QUARANTINE_DELETED,
        kept,
        "%d keys, %d bytes, set aside by %s at %s (%s), were deleted; the first was %s"
            .formatted(
                keys.size(), kept.bytes(), kept.actor(), kept.at(), kept.reason(), keys.get(0)));
    return ended;
  }

  private boolean release(Stored stored, String because) {
    SetAside kept = stored.content().kept();
    tell(
        AlertCode.QUARANTINE_RELEASED,
        kept,
        "%d keys, set aside by %s at %s (%s), are not deleted: %s"
            .formatted(kept.keys().size(), kept.actor(), kept.at(), kept.reason(), because));
    return quarantine.end(stored, "released", new Act("ingest", because));
  }

  private void tell(AlertCode code, SetAside kept, String message) {
    Instant now = node.ledger().ledger().now();
    EngineAlert alert = new EngineAlert(code, "", "", kept.sequence(), message);
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), now)));
  }
}
