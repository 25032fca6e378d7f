package dev.ingest.core.engine;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Repair;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import java.util.List;
import java.util.Optional;

/**
 * Puts damage of stored bytes right. A result is made again while the raw bytes, which were just
 * read back, are whole: the damage is recorded, which withdraws the result, and the sequence goes
 * through its pipeline again. A repair that ends between the two leaves it FAILED over that damage,
 * which the next one takes up. Raw bytes come from their owner alone: damage that takes the last
 * way to a result is recorded, so that a re-upload is taken and nobody relies on them.
 */
final class DamageRepair {

  private static final String UPLOAD =
      "ask the owner to upload it again under the same id, which is taken although it was accepted once";

  private final Node node;
  private final Acting acting;
  private final Act by;
  private final boolean rehearse;

  DamageRepair(Node node, Acting acting, Act by, boolean rehearse) {
    this.node = node;
    this.acting = acting;
    this.by = by;
    this.rehearse = rehearse;
  }

  /** Repairs the damage among some findings of one sequence; others are passed over. */
  List<Repair> of(Optional<Entry> entry, List<AuditFinding> findings) {
    List<AuditFinding> raw = findings.stream().filter(DamageRepair::isRaw).toList();
    List<AuditFinding> result = findings.stream().filter(DamageRepair::isResult).toList();
    List<AuditFinding> all =
        findings.stream().filter(found -> isRaw(found) || isResult(found)).toList();
    if (all.isEmpty() || entry.isEmpty()) {
      return List.of();
    }
    Result repaired =
        result.isEmpty() ? ofRaw(entry.get(), raw) : ofResult(entry.get(), raw, result);
    return all.stream()
        .map(found -> Repairing.repair(found, repaired.outcome(), repaired.what()))
        .toList();
  }

  private record Result(Repair.Outcome outcome, String what) {}

  private static Result person(String what) {
    return new Result(Repair.Outcome.NEEDS_PERSON, what);
  }

  private static boolean isRaw(AuditFinding finding) {
    return switch (finding.kind()) {
      case RAW_MISSING, RAW_DIFFERS, DELETED_EARLY -> true;
      case MANIFEST_DIFFERS -> !Examined.isOfResult(finding.subject().key());
      case RESULT_MISSING,
          RESULT_DIFFERS,
          EXTRA_BYTES,
          EXPECTATION_FAILED,
          HISTORY_BROKEN,
          NOT_VERIFIED,
          UNREADABLE,
          NOT_COVERED,
          UNPROVEN,
          ENTRY_MISSING,
          STUCK ->
          false;
    };
  }

  private static boolean isResult(AuditFinding finding) {
    return finding.kind() == Kind.UNPROVEN || Examined.isResult(finding);
  }

  private Result ofRaw(Entry entry, List<AuditFinding> raw) {
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING -> {
        if (entry.run().output().isPresent()) {
          yield candidate(entry);
        }
        record(entry, Event.RawDamageFound.CODE, raw, false);
        yield person("recorded as FAILED: " + UPLOAD);
      }
      case PROCESSED -> candidate(entry);
      case VERIFIED -> {
        Failure failure = failure(Event.RawDamageFound.CODE, raw);
        Event event = new Event.RawDamageFound(failure, acting.now(), Optional.of(by));
        acting.actOn(entry, event, rehearse);
        yield person(
            "recorded; its result is whole and stays: find its raw bytes in a backup, or keep the"
                + " result; another upload is answered by the receipt of that time");
      }
      case FAILED, LOST -> person("it is " + entry.state() + ": " + UPLOAD);
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED ->
          person(
              "it is %s, and its result is whole: find out why its raw bytes went before their time"
                  .formatted(entry.state()));
    };
  }

  /** What a run has finished may be whole, and whether it is, its verification decides. */
  private static Result candidate(Entry entry) {
    return person(
        "nothing is recorded: it is %s, and what its run has made may be all that is left of it; let its"
                .formatted(entry.state())
            + " verification decide, then audit it again; keep what is left of the raw bytes");
  }

  private Result ofResult(Entry entry, List<AuditFinding> raw, List<AuditFinding> result) {
    return switch (entry.state()) {
      case VERIFIED -> raw.isEmpty() ? rerun(entry, result) : ofBoth(entry, raw, result);
      case EXPIRING, EXPIRED -> lose(entry, result);
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, LOST, DISCARDING, DISCARDED ->
          person("it is " + entry.state() + " by now; audit it again");
    };
  }

  private Result rerun(Entry entry, List<AuditFinding> result) {
    String pipeline = entry.run().pipeline().name();
    if (acting.again(entry).isEmpty()) {
      return person(
          "it belongs to pipeline %s, which this engine does not have: repair it from a node that does"
              .formatted(pipeline));
    }
    Entry failed = record(entry, ResultProof.RESULT_DAMAGED, result, true);
    if (!rehearse) {
      acting.redriveSeen(failed, by, false);
    }
    return new Result(
        rehearse ? Repair.Outcome.PLANNED : Repair.Outcome.DONE,
        "its damage is recorded, its result withdrawn, and it %s again from its raw bytes"
            .formatted(rehearse ? "would run" : "runs"));
  }

  /** Where nothing at all is left, the store is in doubt before the sequence is. */
  private Result ofBoth(Entry entry, List<AuditFinding> raw, List<AuditFinding> result) {
    boolean nothingThere =
        raw.stream().anyMatch(found -> found.kind() == Kind.DELETED_EARLY)
            && result.stream()
                .allMatch(
                    found ->
                        found.kind() == Kind.RESULT_MISSING && found.subject().key().isEmpty());
    if (nothingThere) {
      return person(
          "neither its result nor its raw bytes are there: see whether %s is the content of %s, and"
                  .formatted(node.content().name(), node.ledger().name())
              + " all of it is mounted; if it is, "
              + UPLOAD);
    }
    if (result.stream().allMatch(found -> found.kind() == Kind.UNPROVEN)) {
      return person(
          "nothing is recorded: its raw bytes are damaged, and a result that nothing proves may be all"
              + " that is left: find both in a backup");
    }
    record(entry, ResultProof.RESULT_DAMAGED, result, true);
    return person("recorded as FAILED, and its result withdrawn: " + UPLOAD);
  }

  private Result lose(Entry entry, List<AuditFinding> result) {
    if (result.stream().allMatch(found -> found.kind() == Kind.UNPROVEN)) {
      return person(
          "its raw bytes are gone, and no reading proves a result that is not its own: find out what"
              + " became of its publication, in a backup");
    }
    record(entry, ResultProof.RESULT_DAMAGED, result, true);
    return person("recorded as LOST: " + UPLOAD);
  }

  private Entry record(Entry entry, String code, List<AuditFinding> damage, boolean withdraw) {
    Event event = new Event.DamageFound(failure(code, damage), withdraw, Optional.of(by));
    return acting.actOn(entry, event, rehearse).after();
  }

  private static Failure failure(String code, List<AuditFinding> damage) {
    return Failures.of(code, Optional.empty(), Failures.describeAudited(damage));
  }
}
