package dev.ingest.core.engine;

import dev.ingest.core.Finding;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Deletes what was set aside once its time is over and if still nothing refers to it.
 *
 * <p>The order is that of every deletion here: a look, a commit that the keys are going, which a
 * person who takes them back can no longer overtake, another look, the deletion of exactly these
 * keys, and the end of the record. A crash after any of them is made good by the next sweep. What
 * is referred to is taken out of the quarantine, told, and not deleted; so is what changed since,
 * and what lay at a place without an entry that has one now. What may yet be needed waits: so does
 * all that lies where anything else is wrong, since it may be the only copy, which a close look at
 * everything there finds out before the commit. For one thread, under the expirer's lease and only
 * while time and ledger are believed.
 */
final class QuarantineSweep {

  private static final Act ENGINE = new Act("ingest", "the time in quarantine is over");

  private static final Duration LONG_WAIT = Duration.ofDays(1);
  private static final int MOST_TOLD = 1_000;

  private final Node node;
  private final Quarantine quarantine;
  private final Deletion deletion;
  private final Duration grace;
  private final Supervisor supervisor;
  private final Runnable goingOn;
  private final Map<String, Boolean> proofs = new HashMap<>();
  private final Map<SequencePlace, Optional<String>> doubts = new HashMap<>();
  private final Set<String> told = new HashSet<>();
  private final Misgivings misgivings;
  private final Map<String, String> waiting = new TreeMap<>();
  private boolean isPassIncomplete;
  private boolean isPassCutOff;
  private boolean isTurnOver;
  private String after = "";

  /**
   * Creates a sweep.
   *
   * @param node what it works for
   * @param purger what deletes
   * @param grace how long bytes stay that were set aside
   * @param supervisor who hears of what cannot be read and of what waits for long
   * @param goingOn asked between items; throws if another has the turn or the node stops
   */
  QuarantineSweep(
      Node node, ContentPurger purger, Duration grace, Supervisor supervisor, Runnable goingOn) {
    this.goingOn =
        () -> {
          isTurnOver = true;
          goingOn.run();
          isTurnOver = false;
        };
    this.node = node;
    this.quarantine = new Quarantine(node);
    this.deletion = new Deletion(node, purger);
    this.misgivings = new Misgivings(node);
    this.grace = grace;
    this.supervisor = supervisor;
  }

  /**
   * Begins a pass anew, as this node has taken the turn: what it had seen before, others saw to.
   */
  void turnTaken() {
    after = "";
    waiting.clear();
    isPassIncomplete = false;
    isPassCutOff = false;
  }

  /**
   * Deletes what is due of one page of the records; the next call looks at the next page, and after
   * the last at the first.
   *
   * @param look the ledger's time, believed, and how much of it nobody measured
   * @return how many records came to their end
   */
  int page(ClockGuard.Look look) {
    Instant now = look.time().minus(look.clocks().unmeasured());
    Quarantine.Page page = quarantine.page(after);
    proofs.clear();
    doubts.clear();
    for (String why : page.unread()) {
      waits(why, why);
    }
    int ended = 0;
    for (Stored stored : page.stored()) {
      Instant due = stored.content().kept().at().plus(grace);
      boolean isDue = stored.content().isGoing() || !due.isAfter(now);
      int settled = isDue ? supervisor.supervise("expirer", () -> trySettle(stored, now)) : 0;
      isPassIncomplete |= settled < 0;
      ended += Math.max(0, settled);
    }
    after = page.more() ? page.last() : "";
    if (!page.more()) {
      endPass();
    }
    return ended;
  }

  /**
   * Tells, when all records were looked at, of what waits for a person, once and again when more
   * does; and that nothing waits any more, unless some could not be looked at. What was not looked
   * at, as the turn or the node ended, waits as it was told.
   */
  private void endPass() {
    if (!waiting.isEmpty()) {
      misgivings.noteOnce(
          AlertCode.QUARANTINE_WAITS,
          AlertCode.QUARANTINE_DECIDED,
          "%d records of what was set aside; the first: %s"
              .formatted(waiting.size(), waiting.values().iterator().next()),
          waiting.keySet(),
          isPassCutOff);
    } else if (!isPassIncomplete) {
      misgivings.noteOnce(
          AlertCode.QUARANTINE_WAITS, AlertCode.QUARANTINE_DECIDED, Optional.empty());
    }
    waiting.clear();
    isPassIncomplete = false;
    isPassCutOff = false;
  }

  private int trySettle(Stored stored, Instant now) {
    try {
      return settle(stored, now) ? 1 : 0;
    } catch (RuntimeException | Error e) {
      failed(stored, e, now);
      throw e;
    }
  }

  /**
   * What can be neither judged nor deleted is told of once it has waited long, as where the store
   * holds it or the right to delete was taken away. That the node stops, or another has the turn,
   * says nothing of it.
   */
  private void failed(Stored stored, Throwable error, Instant now) {
    boolean isStopping = error instanceof IncompleteTickException e && e.isStopping();
    isPassCutOff |= isStopping || isTurnOver;
    if (!isStopping && !isTurnOver && isLong(stored, now)) {
      keep(
          stored.content().key().name(),
          "%s, cannot be settled: %s".formatted(what(stored), Failures.describe(error)));
    }
  }

  private boolean settle(Stored stored, Instant now) {
    goingOn.run();
    Judgment judgment = look(stored.content());
    if (judgment.isOrphan()) {
      judgment = closely(stored.content().kept().place()).map(Judgment::waiting).orElse(judgment);
    }
    Stored last = stored;
    if (judgment.isOrphan()) {
      Optional<Stored> going = quarantine.markGoing(stored);
      if (going.isEmpty()) {
        return false;
      }
      last = going.get();
      judgment = look(last.content());
    }
    return switch (judgment.kind()) {
      case ORPHAN -> delete(last);
      case REFERRED -> release(last, judgment.because());
      case WAITING -> {
        stay(last, judgment.because(), now);
        yield false;
      }
    };
  }

  /**
   * Looks at everything that lies at a place, byte for byte, once for all of its records of a page:
   * where anything but bytes that nothing refers to is wrong, these may be needed.
   *
   * @return what is wrong; empty if nothing else is
   */
  private Optional<String> closely(SequencePlace place) {
    Optional<String> known = doubts.get(place);
    if (place.equals(SequencePlace.LAST)) {
      return Optional.empty();
    } else if (known != null) {
      return known;
    }
    Examination examination =
        new Examination(node, Audit.rules(node, Repairing.CLOSELY), Repairing.CLOSELY, goingOn);
    Optional<String> doubt =
        examination.of(place) instanceof Examination.Outcome.Settled settled
            ? settled.findings().stream()
                .filter(found -> found.kind() != Finding.Kind.EXTRA_BYTES)
                .findFirst()
                .map(
                    found ->
                        "%s is found there, expected %s, got %s: put that right first"
                            .formatted(found.kind(), found.expected(), found.actual()))
            : Optional.of("what lies there changed while it was looked at");
    doubts.put(place, doubt);
    return doubt;
  }

  /** What waits can be taken back, and is told of once it has waited long. */
  private void stay(Stored stored, String because, Instant now) {
    if (stored.content().isGoing()) {
      quarantine.replace(stored, stored.content().staying());
    }
    if (isLong(stored, now)) {
      waits(stored.content().key().name(), "%s, wait: %s".formatted(what(stored), because));
    }
  }

  private boolean isLong(Stored stored, Instant now) {
    return stored.content().kept().at().plus(grace).plus(LONG_WAIT).isBefore(now);
  }

  private static String what(Stored stored) {
    SetAside kept = stored.content().kept();
    return "%d keys, set aside at %s by %s at %s"
        .formatted(kept.keys().size(), kept.place(), kept.actor(), kept.at());
  }

  private void keep(String what, String message) {
    if (waiting.size() < MOST_TOLD) {
      waiting.put(what, message);
    }
  }

  private void waits(String what, String message) {
    keep(what, message);
    if (told.size() < MOST_TOLD && told.add(what)) {
      supervisor.report("expirer", new IncompleteTickException(message));
    }
  }

  /** Judges all keys of a record together: one that is no orphan keeps all of them. */
  private Judgment look(QuarantineRecord record) {
    SetAside kept = record.kept();
    if (kept.place().equals(SequencePlace.LAST)) {
      return lookAtMisplaced(record);
    }
    Orphans orphans = Orphans.at(node, goingOn, kept.place(), proofs);
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
    tell(
        AlertCode.QUARANTINE_DELETED,
        kept,
        "%d keys, %d bytes, set aside by %s at %s (%s), were deleted; the first was %s"
            .formatted(
                keys.size(), kept.bytes(), kept.actor(), kept.at(), kept.reason(), keys.get(0)));
    return quarantine.endDeleted(going, ENGINE);
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
