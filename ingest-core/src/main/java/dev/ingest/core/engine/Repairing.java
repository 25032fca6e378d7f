package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Repair;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Puts right what is wrong at one place, as far as a command can: looks at it again, byte for byte,
 * since a finding is old as soon as it is written, and applies the one safe remedy of what is wrong
 * now. What moves, and what cannot be read, is not repaired. Thread-safe.
 */
final class Repairing {

  private static final int LOOKS = 3;

  /** How a place is looked at before anything about it is decided. */
  static final AuditOptions CLOSELY = AuditOptions.DEFAULT.withBytes(true).withHistory(true);

  private final Node node;
  private final Acting acting;

  Repairing(Node node, Acting acting) {
    this.node = node;
    this.acting = acting;
  }

  /**
   * Repairs what is wrong at a place.
   *
   * @param place the place
   * @param by who and why
   * @param rehearse whether only to tell what it would do
   * @return what it came to, for each thing that is wrong; at least one
   */
  List<Repair> at(SequencePlace place, Act by, boolean rehearse) {
    requireOwnContent();
    Examination.Outcome.Settled seen = look(place);
    List<AuditFinding> findings = seen.findings();
    Optional<Entry> entry = asSeen(place, seen);
    if (findings.isEmpty()) {
      return List.of(unlessDone(place, entry, by, rehearse));
    }
    if (findings.stream().anyMatch(found -> found.kind() == Kind.HISTORY_BROKEN)) {
      return each(findings, Repairing::examine);
    }
    DamageRepair damage = new DamageRepair(node, acting, by, rehearse);
    List<Repair> repairs = new ArrayList<>(damage.of(entry, findings));
    for (AuditFinding finding : findings) {
      switch (finding.kind()) {
        case STUCK -> repairs.add(resume(finding, entry));
        case ENTRY_MISSING -> repairs.add(adopt(finding));
        case NOT_VERIFIED, UNREADABLE, HISTORY_BROKEN -> repairs.add(examine(finding));
        case RAW_MISSING,
            RAW_DIFFERS,
            RESULT_MISSING,
            RESULT_DIFFERS,
            MANIFEST_DIFFERS,
            NOT_COVERED,
            EXPECTATION_FAILED,
            UNPROVEN,
            DELETED_EARLY,
            EXTRA_BYTES -> {}
      }
    }
    List<AuditFinding> extra =
        findings.stream().filter(found -> found.kind() == Kind.EXTRA_BYTES).toList();
    if (extra.size() < findings.size()) {
      repairs.addAll(each(extra, Repairing::otherFindingsFirst));
      return repairs;
    }
    repairs.addAll(setAside(extra, aside(by, rehearse).at(place, seen.version()), rehearse));
    boolean isUnfinished =
        entry
            .map(Entry::state)
            .filter(state -> state == State.FAILED || state == State.LOST)
            .isPresent();
    if (isUnfinished) {
      repairs.add(unlessDone(place, entry, by, rehearse));
    }
    return repairs;
  }

  /** What was looked at is what is repaired, and nothing that came after it. */
  private Optional<Entry> asSeen(SequencePlace place, Examination.Outcome.Settled seen) {
    Optional<Entry> entry = Orphans.at(node, () -> {}, place).entry();
    if (!entry.map(Entry::version).equals(seen.version())) {
      throw new ActRefusedException(
          "the entry at %s changed after it was looked at, version %s to %s; repeat it"
              .formatted(place, seen.version(), entry.map(Entry::version)));
    }
    return entry;
  }

  /** Where anything else is wrong, what nothing refers to may be the only copy. */
  private static Repair otherFindingsFirst(AuditFinding finding) {
    return repair(
        finding,
        Repair.Outcome.NEEDS_PERSON,
        "nothing is set aside, other findings first: these bytes may be the only copy of what is"
            + " missing or damaged here; put that right, then repair again");
  }

  /** Sets a key aside that has no place. */
  Repair misplaced(AuditFinding finding, ContentKey key, Act by, boolean rehearse) {
    requireOwnContent();
    SettingAside.Result result = aside(by, rehearse).misplaced(key);
    return setAside(List.of(finding), result, rehearse).get(0);
  }

  private SettingAside aside(Act by, boolean rehearse) {
    return new SettingAside(node, new Quarantine(node), by, rehearse);
  }

  /** Nothing is repaired by what another ledger's content lacks. */
  private void requireOwnContent() {
    new Binding(node.ledger(), node.content())
        .mismatch()
        .ifPresent(
            mismatch -> {
              throw new ActRefusedException("nothing is repaired: " + mismatch);
            });
  }

  private Examination.Outcome.Settled look(SequencePlace place) {
    Examination examination = new Examination(node, Audit.rules(node, CLOSELY), CLOSELY);
    for (int i = 0; i < LOOKS; i++) {
      if (examination.of(place) instanceof Examination.Outcome.Settled settled) {
        return settled;
      }
    }
    throw new ActRefusedException(
        "what lies at %s changed each time that it was looked at; repeat it".formatted(place));
  }

  private static List<Repair> each(List<AuditFinding> findings, Function<AuditFinding, Repair> of) {
    return findings.stream().map(of).toList();
  }

  static Repair repair(AuditFinding finding, Repair.Outcome outcome, String what) {
    return new Repair(finding.subject().place(), Optional.of(finding), outcome, what);
  }

  private static Repair examine(AuditFinding finding) {
    return repair(
        finding,
        Repair.Outcome.NEEDS_PERSON,
        "nothing of this sequence is repaired: find out who changed the ledger, and compare with a"
            + " backup");
  }

  private static Repair adopt(AuditFinding finding) {
    return repair(
        finding,
        Repair.Outcome.NEEDS_PERSON,
        "compare with the owner's receipts, then adopt it by name: acts.adopt() or `ingest adopt`");
  }

  private Repair resume(AuditFinding finding, Optional<Entry> entry) {
    Entry stuck = entry.orElseThrow();
    if (AuditRules.isToBeDeleted(stuck.state())) {
      return repair(
          finding,
          Repair.Outcome.NEEDS_PERSON,
          "it is %s since %s, and its bytes are not gone: see that an engine watches, and what"
                  .formatted(stuck.state(), stuck.position().visibleAt())
              + " DELETION_STALLED, CLOCK_UNCERTAIN or INCARNATION_CHANGED says");
    }
    String work = work(stuck);
    boolean isOurs =
        node.pipeline(stuck.active().pipeline().name())
            .filter(
                pipeline ->
                    stuck
                        .active()
                        .stage()
                        .map(at -> pipeline.stage(at).isPresent())
                        .orElse(pipeline.verifies()))
            .isPresent();
    boolean isDue = !stuck.position().visibleAt().isAfter(node.ledger().ledger().now());
    if (!isDue) {
      return repair(
          finding,
          Repair.Outcome.NEEDS_PERSON,
          "%s is put off until %s, which no act brings forward: compare the ledger's clock, or wait"
              .formatted(work, stuck.position().visibleAt()));
    }
    return isOurs
        ? repair(
            finding,
            Repair.Outcome.NEEDLESS,
            work + " is due, and this engine can do it: start it, or run it until it is idle")
        : repair(
            finding,
            Repair.Outcome.NEEDS_PERSON,
            work + " is due, and this engine cannot do it: start a node that can");
  }

  private static String work(Entry entry) {
    return "pipeline %s, %s"
        .formatted(
            entry.active().pipeline().name(),
            entry.active().stage().map(stage -> "stage " + stage).orElse("its verification"));
  }

  private static List<Repair> setAside(
      List<AuditFinding> extra, SettingAside.Result result, boolean rehearse) {
    String aside =
        "%d keys, %d bytes, %s"
            .formatted(
                result.keys(), result.bytes(), rehearse ? "would be set aside" : "set aside");
    if (result.stay() > 0) {
      String what =
          "%s; %d keys stay: %s"
              .formatted(
                  result.keys() > 0 ? aside : "nothing is set aside",
                  result.stay(),
                  result.because());
      return each(extra, found -> repair(found, Repair.Outcome.NEEDS_PERSON, what));
    }
    if (result.keys() == 0) {
      return each(extra, found -> nothingSetAside(found, result.known()));
    }
    return each(
        extra,
        found -> repair(found, rehearse ? Repair.Outcome.PLANNED : Repair.Outcome.DONE, aside));
  }

  private static Repair nothingSetAside(AuditFinding finding, long known) {
    return known > 0
        ? repair(
            finding, Repair.Outcome.NEEDLESS, known + " keys are set aside already, as they are")
        : repair(
            finding,
            Repair.Outcome.NEEDS_PERSON,
            "nothing is set aside: no key here can be, now; an upload, a run or the sweeper may be at"
                + " it: audit it again later");
  }

  /** A repair that was interrupted after the damage was recorded is finished. */
  private Repair unlessDone(SequencePlace place, Optional<Entry> entry, Act by, boolean rehearse) {
    if (entry.isEmpty()) {
      return new Repair(place, Optional.empty(), Repair.Outcome.NEEDLESS, "nothing is there");
    }
    Entry known = entry.get();
    String failure =
        known.standing().failure().map(cause -> cause.code()).orElse("no recorded cause");
    return switch (known.state()) {
      case FAILED -> {
        boolean isDamage = failure.equals(ResultProof.RESULT_DAMAGED);
        if (isDamage) {
          acting.redriveSeen(known, by, rehearse);
        }
        yield new Repair(
            place,
            Optional.empty(),
            isDamage
                ? rehearse ? Repair.Outcome.PLANNED : Repair.Outcome.DONE
                : Repair.Outcome.NEEDS_PERSON,
            isDamage
                ? "its damage is recorded and its raw bytes are whole: run again"
                : "it is FAILED by "
                    + failure
                    + ": redrive it when the cause is gone, or discard it");
      }
      case LOST ->
          new Repair(
              place,
              Optional.empty(),
              Repair.Outcome.NEEDS_PERSON,
              "it is LOST: adopt its raw bytes if what is recorded of it says that they are whole, or ask the"
                  + " owner to upload it again under the same id");
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, EXPIRING, EXPIRED, DISCARDING, DISCARDED ->
          new Repair(
              place,
              Optional.empty(),
              Repair.Outcome.NEEDLESS,
              "nothing is wrong; it is " + known.state());
    };
  }
}
